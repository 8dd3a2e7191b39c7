"""Run a command several times; print one JSON object a line: wall and CPU seconds, and the largest resident size.

Called by `cargo xtask bench` as `measure.py RUNS COMMAND...`. The first run warms caches and is not printed. Time is the
kernel's own account of the child (wait4). Its account of memory is of no use here, because it starts from the size of
this interpreter; so a second run is watched through /proc, which starts at zero with the command. Exit 0, or 1 when the
command did not end with 0; what it said is then on standard error.
"""

import json
import os
import resource
import subprocess
import sys
import time


def start(command):
    """Starts the command with its output thrown away; comes back once the new program has replaced this one."""
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def times(command):
    """One run: its wall time, its user and system time in seconds, and the largest of its processes in KiB.

    The last is 0 where it is no larger than this interpreter: then it may be the interpreter's own size.
    """
    began = time.monotonic()
    child = start(command)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        said = subprocess.run(command, capture_output=True, text=True)
        sys.exit(f"{command[0]} ended with {child.returncode}: {said.stdout[-2000:]}{said.stderr[-2000:]}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest = usage.ru_maxrss if usage.ru_maxrss > own else 0
    return wall, usage.ru_utime + usage.ru_stime, largest


def peak(command):
    """One run: the largest resident size in KiB, read again and again until the process is gone."""
    child = start(command)
    largest = 0
    with open(f"/proc/{child.pid}/status", "rb", buffering=0) as status:
        while True:
            status.seek(0)
            _, found, rest = status.read(4096).partition(b"VmHWM:")
            if not found:
                break
            largest = max(largest, int(rest.split(None, 1)[0]))
    child.wait()
    return largest


def surely_peak(command):
    """The same, again if the command was gone before it was looked at."""
    for _ in range(50):
        largest = peak(command)
        if largest:
            return largest
    sys.exit(f"{command[0]} ends too fast to see its size")


def main():
    runs, command = int(sys.argv[1]), sys.argv[2:]
    times(command)
    for _ in range(runs):
        wall, cpu, largest = times(command)
        print(json.dumps({"wall": wall, "cpu": cpu, "kib": max(surely_peak(command), largest)}))


if __name__ == "__main__":
    main()
