"""ATTUNE_FILES: an address of a bucket, or words that say what is wrong with it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from therapy.storage_settings import s3_storage

ROOT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = "s3://clinic?endpoint=https://s3.example.org"
SHOW = """
import json
from therapy import settings
print(json.dumps(settings.STORAGES["default"]))
"""


def options(address: str, **credentials: str) -> dict[str, Any]:
    found: dict[str, Any] = s3_storage(address, **credentials)["OPTIONS"]
    return found


def signed(address: str) -> str:
    """Where the storage says that `bases/a.pt` is; nothing is asked of any server."""
    told = s3_storage(address, key="KEY", secret="SECRET")
    url: str = import_string(told["BACKEND"])(**told["OPTIONS"]).url("bases/a.pt")
    return url


def settings_of(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """What another process makes of these environment variables."""
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


# What an address says


def test_a_bucket_alone_is_an_address() -> None:
    told = options("s3://clinic")
    assert told["bucket_name"] == "clinic"
    assert (told["location"], told["endpoint_url"], told["region_name"]) == ("", None, None)


def test_folder_endpoint_and_region_are_read() -> None:
    told = options(
        "s3://clinic/attune/files/?endpoint=https://s3.example.org:9000&region=eu-west-1"
    )
    assert told["location"] == "attune/files"
    assert told["endpoint_url"] == "https://s3.example.org:9000"
    assert told["region_name"] == "eu-west-1"


def test_what_is_percent_encoded_is_decoded() -> None:
    told = options("s3://clinic/my%20files?endpoint=https%3A%2F%2Fs3.example.org")
    assert (told["location"], told["endpoint_url"]) == ("my files", "https://s3.example.org")


def test_nothing_is_public_and_nothing_is_written_over() -> None:
    told = options("s3://clinic")
    assert told["default_acl"] is None
    assert (told["querystring_auth"], told["querystring_expire"]) == (True, 3600)
    assert told["file_overwrite"] is False


def test_credentials_are_used_where_they_are_given() -> None:
    told = options("s3://clinic", key="KEY", secret="SECRET")
    assert (told["access_key"], told["secret_key"]) == ("KEY", "SECRET")
    assert not {"access_key", "secret_key", "security_token"} & set(options("s3://clinic"))


def test_a_session_of_the_environment_is_not_mixed_with_a_key_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-another-key")
    assert "X-Amz-Security-Token" not in signed(ELSEWHERE)


# What the storage makes of it


@pytest.mark.parametrize(
    ("address", "where"),
    [
        (ELSEWHERE, "https://s3.example.org/clinic/bases/a.pt"),
        (f"{ELSEWHERE}/s3&region=eu-west-1", "https://s3.example.org/s3/clinic/bases/a.pt"),
        ("s3://clinic?region=eu-west-1", "https://clinic.s3.eu-west-1.amazonaws.com/bases/a.pt"),
        (
            "s3://my.clinic/x?region=eu-west-1",
            "https://s3.eu-west-1.amazonaws.com/my.clinic/x/bases/a.pt",
        ),
    ],
)
def test_a_file_is_at_its_storage_and_its_address_is_signed_for_an_hour(
    address: str, where: str
) -> None:
    parts = urlsplit(signed(address))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == where
    query = parse_qs(parts.query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["X-Amz-Credential"][0].startswith("KEY/")
    assert query["X-Amz-Signature"]


# What is refused


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/var/files", "does not begin with s3://"),
        ("clinic", "does not begin with s3://"),
        ("gs://clinic", "does not begin with s3://"),
        ("https://s3.example.org/clinic", "does not begin with s3://"),
        ("s3://[clinic", "does not begin with s3://"),
        ("s3://", "no bucket's name"),
        ("s3:///attune", "no bucket's name"),
        ("s3://?endpoint=https://s3.example.org", "no bucket's name"),
        ("s3://clinic:9000", "no bucket's name"),
        ("s3://my clinic", "no bucket's name"),
        ("s3://clinic/a#b", "'#'"),
        ("s3://clinic?zone=eu-west-1", "zone is not one of endpoint, region"),
        ("s3://clinic?Region=eu-west-1", "Region is not one of endpoint, region"),
        ("s3://clinic?region=", "'region' must be given once, and not empty"),
        ("s3://clinic?region", "'region' must be given once, and not empty"),
        ("s3://clinic?region=a&region=b", "'region' must be given once, and not empty"),
        ("s3://clinic?endpoint=s3.example.org", "endpoint is no address"),
        ("s3://clinic?endpoint=s3://example.org", "endpoint is no address"),
        ("s3://clinic?endpoint=https://", "endpoint is no address"),
        ("s3://clinic?endpoint=https://[", "endpoint is no address"),
    ],
)
def test_what_is_no_such_address_is_refused_in_words(address: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        s3_storage(address)
    assert "ATTUNE_FILES must be s3://BUCKET" in str(refused.value)
    assert words in str(refused.value)


def test_a_secret_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ImproperlyConfigured, match="settings of their own") as refused:
        s3_storage("s3://KEY:hunter2@clinic")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("credentials", [{"key": "KEY"}, {"secret": "hunter2"}])
def test_one_credential_without_the_other_is_refused(credentials: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="belong together") as refused:
        s3_storage("s3://clinic", **credentials)
    assert "hunter2" not in str(refused.value)


# The settings


def test_without_an_address_files_are_in_the_folder(tmp_path: Path) -> None:
    loaded = settings_of(tmp_path, ATTUNE_FILES="")
    assert json.loads(loaded.stdout)["BACKEND"].endswith(".FileSystemStorage")


def test_the_setting_and_its_credentials_can_come_from_files(tmp_path: Path) -> None:
    environment = {}
    given = {"ATTUNE_FILES": ELSEWHERE, "ATTUNE_FILES_KEY": "K", "ATTUNE_FILES_SECRET": "S"}
    for name, value in given.items():
        (tmp_path / name).write_text(f"{value}\n")  # as editors and `echo` end a file
        environment[f"{name}_FILE"] = str(tmp_path / name)
    loaded = settings_of(tmp_path, **environment)
    assert json.loads(loaded.stdout) == s3_storage(ELSEWHERE, key="K", secret="S")


def test_nothing_starts_with_half_a_setting(tmp_path: Path) -> None:
    loaded = settings_of(tmp_path, ATTUNE_FILES=ELSEWHERE, ATTUNE_FILES_KEY="K")
    assert loaded.returncode != 0
    assert "belong together" in loaded.stderr.strip().splitlines()[-1]


def test_djangos_deployment_check_finds_nothing(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ATTUNE_MODE": "production",
            "ATTUNE_SECRET_KEY": "a-secret-for-this-test-only-0123456789-abcdefghijklmnop",
            "ATTUNE_TEXT_KEYS": "ODk0NDg5NDgzMjg5NDgzMjQ4OTQzODI0ODMyNDg5MzI=",
            "ATTUNE_HOSTS": "attune.example",
            "ATTUNE_DATABASE_URL": "postgres://attune:pass@database.example/attune",
            "ATTUNE_BROKER_URL": "redis://broker.example/0",
            "ATTUNE_EMAIL_URL": "smtp+tls://mail.example:587",
            "ATTUNE_FILES": ELSEWHERE,
            "ATTUNE_VAR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
