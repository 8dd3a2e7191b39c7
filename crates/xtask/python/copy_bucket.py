"""Copy every object of one bucket into a bucket of another store that does not have them yet.

Called by `cargo xtask bench` as `copy_bucket.py FROM BUCKET KEY SECRET TO BUCKET KEY SECRET`, with the packages of the second emulator,
which brings boto3.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config


def client(endpoint, key, secret):
    config = Config(max_pool_connections=32, retries={"max_attempts": 8}, s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=config,
    )


def keys(store, bucket):
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from (line["Key"] for line in page.get("Contents", []))


def main(source, source_bucket, source_key, source_secret, to, to_bucket, to_key, to_secret):
    here, there = client(source, source_key, source_secret), client(to, to_key, to_secret)
    if to_bucket not in [bucket["Name"] for bucket in there.list_buckets()["Buckets"]]:
        there.create_bucket(Bucket=to_bucket)
    known = set(keys(there, to_bucket))

    def copy(key):
        body = here.get_object(Bucket=source_bucket, Key=key)["Body"].read()
        there.put_object(Bucket=to_bucket, Key=key, Body=body)

    with ThreadPoolExecutor(16) as workers:
        for _ in workers.map(copy, [key for key in keys(here, source_bucket) if key not in known]):
            pass


main(*sys.argv[1:])
