"""Settings are complete or refused: nothing runs with a guess about what the installation is."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "ATTUNE_MODE": "production",
    "ATTUNE_SECRET_KEY": "a-secret-for-this-test-only-0123456789-abcdefghijklmnop",
    "ATTUNE_TEXT_KEYS": "ODk0NDg5NDgzMjg5NDgzMjQ4OTQzODI0ODMyNDg5MzI=",
    "ATTUNE_HOSTS": "attune.example",
    "ATTUNE_DATABASE_URL": "postgres://attune:pass@database.example/attune",
    "ATTUNE_BROKER_URL": "redis://broker.example/0",
    "ATTUNE_EMAIL_URL": "smtp+tls://attune:pass@mail.example:587",
}
MUST_BE_GIVEN = [name for name in PRODUCTION if name != "ATTUNE_MODE"]
SHOWN = [
    *("MODE", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASES"),
    *("CELERY_BROKER_URL", "SESSION_COOKIE_SECURE", "SECOND_FACTOR_REQUIRED", "TRUSTED_PROXIES"),
    *("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_FILE_PATH"),
    *("DEFAULT_FROM_EMAIL", "SECRET_KEY_FALLBACKS"),
]
SHOW = f"""
import json
from therapy import settings
print(json.dumps({{name: getattr(settings, name, None) for name in {SHOWN!r}}}, default=str))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with the settings and nothing else: no .env, no var."""
    (tmp_path / "therapy").mkdir()
    shutil.copy(ROOT / "therapy" / "settings.py", tmp_path / "therapy")
    return tmp_path


def load(folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What another process makes of these environment variables and no others."""
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(folder: Path, environment: dict[str, str]) -> dict[str, object]:
    loaded = load(folder, environment)
    assert loaded.returncode == 0, loaded.stderr
    settings: dict[str, object] = json.loads(loaded.stdout)
    return settings


def last_words(folder: Path, environment: dict[str, str]) -> str:
    """The last line that a process which refuses to start leaves behind."""
    loaded = load(folder, environment)
    assert loaded.returncode != 0, loaded.stdout
    return loaded.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("mode", [{}, {"ATTUNE_MODE": ""}, {"ATTUNE_MODE": "staging"}])
def test_without_a_known_mode_nothing_starts(elsewhere: Path, mode: dict[str, str]) -> None:
    words = last_words(elsewhere, mode)
    assert "ImproperlyConfigured" in words
    assert "ATTUNE_MODE must be 'development' or 'production'" in words


@pytest.mark.parametrize("name", MUST_BE_GIVEN)
@pytest.mark.parametrize("empty", [False, True])
def test_production_has_no_defaults_and_names_what_is_missing(
    elsewhere: Path, name: str, empty: bool
) -> None:
    environment = {key: value for key, value in PRODUCTION.items() if key != name}
    if empty:
        environment[name] = ""
    words = last_words(elsewhere, environment)
    assert f"{name} is not set" in words
    assert f"{name}_FILE" in words


def test_production_takes_what_it_is_given(elsewhere: Path) -> None:
    settings = settings_of(elsewhere, PRODUCTION)
    assert settings["SECRET_KEY"] == PRODUCTION["ATTUNE_SECRET_KEY"]
    assert settings["ALLOWED_HOSTS"] == ["attune.example"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://attune.example"]
    assert settings["CELERY_BROKER_URL"] == PRODUCTION["ATTUNE_BROKER_URL"]
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["TRUSTED_PROXIES"] == 1
    assert "postgresql" in json.dumps(settings["DATABASES"])
    assert not (elsewhere / "var" / "development_secret").exists()


def test_every_production_setting_can_come_from_a_file(elsewhere: Path) -> None:
    environment = {}
    for name, value in PRODUCTION.items():
        path = elsewhere / name
        path.write_text(f"{value}\n")  # as editors and `echo` end a file
        environment[f"{name}_FILE"] = str(path)
    assert settings_of(elsewhere, environment) == settings_of(elsewhere, PRODUCTION)


def test_hosts_may_be_written_with_spaces(elsewhere: Path) -> None:
    settings = settings_of(elsewhere, PRODUCTION | {"ATTUNE_HOSTS": "one.example, two.example"})
    assert settings["ALLOWED_HOSTS"] == ["one.example", "two.example"]


def test_debugging_cannot_be_switched_on_in_production(elsewhere: Path) -> None:
    assert settings_of(elsewhere, PRODUCTION | {"ATTUNE_DEBUG": "true"})["DEBUG"] is False


def test_the_second_factor_can_be_left_out_in_development_only(elsewhere: Path) -> None:
    without = {"ATTUNE_REQUIRE_SECOND_FACTOR": "false"}
    development = {"ATTUNE_MODE": "development"}
    assert settings_of(elsewhere, PRODUCTION | without)["SECOND_FACTOR_REQUIRED"] is True
    assert settings_of(elsewhere, development)["SECOND_FACTOR_REQUIRED"] is True
    assert settings_of(elsewhere, development | without)["SECOND_FACTOR_REQUIRED"] is False


def test_email_goes_to_the_server_that_is_named_and_in_development_to_files(
    elsewhere: Path,
) -> None:
    production = settings_of(elsewhere, PRODUCTION)
    assert (production["EMAIL_HOST"], production["EMAIL_PORT"]) == ("mail.example", 587)
    assert production["EMAIL_USE_TLS"] is True
    assert production["DEFAULT_FROM_EMAIL"] == "Attune <attune@attune.example>"
    var = elsewhere / "a folder + more"
    development = {"ATTUNE_MODE": "development", "ATTUNE_VAR": str(var)}
    assert settings_of(elsewhere, development)["EMAIL_FILE_PATH"] == str(var / "mail")


def test_one_proxy_is_trusted_in_production_and_none_in_development(elsewhere: Path) -> None:
    assert settings_of(elsewhere, PRODUCTION)["TRUSTED_PROXIES"] == 1
    assert settings_of(elsewhere, {"ATTUNE_MODE": "development"})["TRUSTED_PROXIES"] == 0


def test_secrets_of_before_are_listed_newest_first(elsewhere: Path) -> None:
    old = {"ATTUNE_SECRET_KEY_FALLBACKS": "last one, the one before"}
    listed = settings_of(elsewhere, PRODUCTION | old)["SECRET_KEY_FALLBACKS"]
    assert listed == ["last one", "the one before"]


def test_development_needs_nothing_and_is_harmless(elsewhere: Path) -> None:
    settings = settings_of(elsewhere, {"ATTUNE_MODE": "development"})
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert str(elsewhere / "var") in json.dumps(settings["DATABASES"])


def test_developments_secret_is_random_kept_and_private(elsewhere: Path) -> None:
    def secret(var: Path) -> object:
        environment = {"ATTUNE_MODE": "development", "ATTUNE_VAR": str(var)}
        return settings_of(elsewhere, environment)["SECRET_KEY"]

    first = secret(elsewhere / "one")
    assert len(str(first)) >= 50
    assert secret(elsewhere / "one") == first
    assert secret(elsewhere / "two") != first
    mode = (elsewhere / "one" / "development_secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_djangos_deployment_check_finds_nothing_in_production(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, "ATTUNE_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_the_deployment_guide_lists_every_setting_and_no_other() -> None:
    source = (ROOT / "therapy" / "settings.py").read_text()
    read = set(re.findall(r"\b(?:setting|env\.\w+)\(\s*\"(ATTUNE_\w+)\"", source))
    guide = (ROOT / "docs" / "deployment.md").read_text()
    listed = set(re.findall(r"^\| `(ATTUNE_\w+)` \|", guide, re.MULTILINE))
    assert read == listed
    assert set(PRODUCTION) <= read
