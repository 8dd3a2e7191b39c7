"""Start a program as Lambda would, several times: how long until it asks for its first event, and how long an event takes.

Called by `cargo xtask bench` as `function.py RUNS PROGRAM EVENT`, with the function's environment in its own. It stands in for
Lambda's runtime interface. Each run is a new process that gets the event twice, so that the second finds everything open.
Prints one JSON object a run: `init`, `first` and `second` in seconds, `kib` the largest resident size, `said` the last answer.
"""

import http.server
import json
import os
import subprocess
import sys
import threading
import time


class Interface(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second must not wait for an acknowledgement of the first.
    disable_nagle_algorithm = True

    def do_GET(self):
        run = self.server.run
        run.asked.append(time.monotonic())
        if len(run.asked) > 2:
            run.over.set()
            run.closed.wait()
            return
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"r{len(run.asked)}")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 900) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:bench")
        self.send_header("Content-Length", str(len(run.event)))
        self.end_headers()
        self.wfile.write(run.event)

    def do_POST(self):
        self.server.run.said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Run:
    def __init__(self, event):
        self.event, self.asked, self.said = event.encode(), [], ""
        self.over, self.closed = threading.Event(), threading.Event()


def measured(program, event):
    run = Run(event)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Interface)
    server.run, server.daemon_threads = run, True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = dict(
        os.environ,
        AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{server.server_port}",
        AWS_LAMBDA_FUNCTION_NAME="bench",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE="256",
        AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
        AWS_LAMBDA_LOG_GROUP_NAME="/aws/lambda/bench",
        AWS_LAMBDA_LOG_STREAM_NAME="bench",
    )
    began = time.monotonic()
    child = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not run.over.wait(0.05):
        if child.poll() is not None:
            sys.exit(f"{program} ended with {child.returncode} before it asked for a third event: {run.said}")
    with open(f"/proc/{child.pid}/status") as status:
        kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    child.kill()
    child.wait()
    run.closed.set()
    server.shutdown()
    init, first, second = run.asked[0] - began, run.asked[1] - run.asked[0], run.asked[2] - run.asked[1]
    return {"init": init, "first": first, "second": second, "kib": kib, "said": run.said[-300:]}


def main():
    runs, program, event = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    for _ in range(runs):
        print(json.dumps(measured(program, event)))


if __name__ == "__main__":
    main()
