"""Make a bucket, or try a put, a get and a delete, on an S3 server of the test stack; signed with SigV4.

Only the standard library, because it runs before anything is installed. Called by `cargo xtask stack up` as
`s3.py make|try ENDPOINT REGION BUCKET` with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.
Exit 0 when it worked; otherwise 1, and the server's reply on standard error.
"""

import datetime
import hashlib
import hmac
import http.client
import os
import sys
import urllib.parse


def signed_headers(method, host, path, region, body):
    """The headers that make one request without a query valid for the next few minutes."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(body).hexdigest()
    signed = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join([method, path, "", lines, names, digest])
    scope = f"{day}/{region}/s3/aws4_request"
    claim = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, claim.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return signed


def send(endpoint, region, method, path, body=b""):
    """One request; gives the status and the body of the reply."""
    host = urllib.parse.urlsplit(endpoint).netloc
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request(method, path, body or None, signed_headers(method, host, path, region, body))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def demand(wanted, reply, what):
    """Ends the program unless the reply has one of the wanted codes."""
    status, body = reply
    if status not in wanted:
        sys.exit(f"{what}: {status} {body.decode(errors='replace')[:500]}")


def main():
    action, endpoint, region, bucket = sys.argv[1:5]
    if action == "make":
        demand((200,), send(endpoint, region, "PUT", f"/{bucket}"), f"PUT /{bucket}")
        return
    key, text = f"/{bucket}/answers", b"yes"
    demand((200,), send(endpoint, region, "PUT", key, text), f"PUT {key}")
    status, body = send(endpoint, region, "GET", key)
    if body != text:
        sys.exit(f"GET {key}: {status}, and not what was put")
    demand((200, 204), send(endpoint, region, "DELETE", key), f"DELETE {key}")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(str(error))
