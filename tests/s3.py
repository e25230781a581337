"""A storage that speaks S3, in memory, as a process of its own: what lies in a bucket is reached
over HTTP. The tests that use it are marked `system`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.processes import Process

BUCKET = "attune-files"
KEY, SECRET = "AKIATHISTESTONLY", "a-secret-for-this-test-only"


@dataclass(frozen=True)
class S3:
    """The storage at `endpoint`, with one empty bucket; `client` reaches past Django."""

    endpoint: str
    client: Any

    def address(self, prefix: str) -> str:
        """What ATTUNE_FILES says of a folder in the bucket."""
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}&region=eu-central-1"

    def keys(self, prefix: str) -> list[str]:
        """The names below a folder, without it."""
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/")
        return [found["Key"].removeprefix(f"{prefix}/") for found in listed.get("Contents", ())]

    def lose(self, prefix: str, name: str) -> None:
        """Take an object away behind Django's back."""
        self.client.delete_object(Bucket=BUCKET, Key=f"{prefix}/{name}")


@contextmanager
def s3_server(folder: Path) -> Iterator[S3]:
    """Start it on a port that the system chooses, and stop it on the way out."""
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    process = Process(command, log=folder / "s3.log", environment=os.environ)
    try:
        endpoint = process.until_it_says(r"Running on (http://[\d.:]+)")[1]
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="eu-central-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield S3(endpoint, client)
    finally:
        process.stop()
