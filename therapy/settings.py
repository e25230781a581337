"""Settings of one installation, all in this file.

A setting comes from the environment variable NAME, or from the file that NAME_FILE names.
`ATTUNE_MODE` says what the installation is for and has no default: a machine that was not told is
neither a laptop nor a clinic, and stops. Development has its defaults here; each of them is
harmless if it ever met a real network (a random secret, loopback hosts only). Production has none.
"""

import base64
import os
import re
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
env.read_env(ROOT / ".env")
for _name, _path in sorted(os.environ.items()):
    if re.fullmatch("ATTUNE_[A-Z_]+_FILE", _name) and _path:
        try:
            Path(_path).read_text(encoding="utf-8")
        except (OSError, ValueError) as _problem:
            _why = getattr(_problem, "strerror", None) or "it is not text"
            raise ImproperlyConfigured(
                f"{_name} names {_path}, which cannot be read: {_why}. Put the value of "
                f"{_name.removesuffix('_FILE')} there, or unset {_name}."
            ) from None

MODE = env.str("ATTUNE_MODE", default="").strip()
if MODE not in {"development", "production"}:
    raise ImproperlyConfigured(
        "ATTUNE_MODE must be 'development' or 'production'. "
        "`make setup` writes a .env for development; production's are in docs/deployment.md."
    )
PRODUCTION = MODE == "production"
DEBUG = not PRODUCTION and env.bool("ATTUNE_DEBUG", default=False)

# Everything an installation writes lies below one folder.
VAR = Path(env.str("ATTUNE_VAR", default=str(ROOT / "var")))
VAR.mkdir(parents=True, exist_ok=True)


def setting(name: str, development: str) -> str:
    """NAME or NAME_FILE; the development value only where the mode is development.

    Raises ImproperlyConfigured in production when neither is set or the value is empty.
    """
    value = str(env.str(name, default="" if PRODUCTION else development)).strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set {name}, or {name}_FILE to a file that holds it."
        )
    return value


def own_secret(name: str, size: int) -> str:
    """A random secret of this folder's own, so that no two installations share a default."""
    path = VAR / name
    if not path.exists():
        # Whole or not at all, and the first of two processes wins.
        with NamedTemporaryFile("w", dir=VAR) as draft:  # made readable by its owner only
            draft.write(base64.urlsafe_b64encode(secrets.token_bytes(size)).decode())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()


def rate(text: str) -> tuple[int, int] | None:
    """How many, in how many seconds, of `300/min`; None, which is no limit, of an empty text.

    Raises ImproperlyConfigured for what is no rate.
    """
    most, _, per = text.strip().partition("/")
    seconds = {"s": 1, "min": 60, "h": 3600}.get(per)
    if not text.strip():
        return None
    if seconds is None or not re.fullmatch("[1-9][0-9]{0,8}", most):
        raise ImproperlyConfigured(f"'{text}' is no rate: write a number, /, and s, min or h.")
    return int(most), seconds


_own_secret_key = "" if PRODUCTION else own_secret("development_secret", 50)
SECRET_KEY = setting("ATTUNE_SECRET_KEY", _own_secret_key)
# Secrets of before: what they signed or encrypted is still read, and nothing new is made with them.
SECRET_KEY_FALLBACKS = [
    old.strip()
    for old in env.str("ATTUNE_SECRET_KEY_FALLBACKS", default="").split(",")
    if old.strip()
]
ALLOWED_HOSTS = [
    host.strip() for host in setting("ATTUNE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

INSTALLED_APPS = [
    "unfold",  # above the admin, whose templates it stands in place of
    "django.contrib.admin.apps.SimpleAdminConfig",  # nothing registers itself (therapy/operation)
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "worker",
    "therapy",
    "adaptation",
    "exports",
    # Below therapy, whose templates stand in place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "auditlog",
]

MIDDLEWARE = [
    "therapy.api.faults.ProblemsMiddleware",  # the first: it sees what all others answer
    "django.middleware.security.SecurityMiddleware",
    "therapy.phone_app.files.StaticFilesMiddleware",  # whitenoise
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "therapy.people.doorkeeper.Doorkeeper",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "therapy.accounts.gate.SecondFactorMiddleware",
    "therapy.accounts.browsers.SeenMiddleware",
    "axes.middleware.AxesMiddleware",  # the last: it puts the lock-out page in place of an answer
]

ROOT_URLCONF = "therapy.urls"
WSGI_APPLICATION = "therapy.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database

DATABASE_URL = setting("ATTUNE_DATABASE_URL", f"sqlite:///{VAR / 'attune.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # The web process and the worker write to one file. WAL lets readers go on; IMMEDIATE takes the
    # write lock at BEGIN, where waiting is possible, and not at the first write, where it is not.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes, because tries of second factors are counted in it, and used codes kept. A
# migration makes the table. An entry that is pushed out is a try forgotten, so there is room.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "attune_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Files

MEDIA_ROOT = VAR / "files"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = not PRODUCTION  # production serves what collectstatic gathered
# What phone/ was built into: the patient's app, which is served below /phone/ (therapy/phone_app).
PHONE_APP = Path(env.str("ATTUNE_PHONE_APP", default=str(ROOT / "phone" / "dist")))
DATA_UPLOAD_MAX_NUMBER_FILES = 300  # more than the form of recordings takes, which says so in words
MEDIA_URL = "/files/"  # never routed: every file goes through a view that checks who asks
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
if _address := env.str("ATTUNE_FILES", default="").strip():
    from therapy.storage_settings import s3_storage

    STORAGES["default"] = s3_storage(
        _address,
        key=env.str("ATTUNE_FILES_KEY", default="").strip(),
        secret=env.str("ATTUNE_FILES_SECRET", default="").strip(),
    )

# Celery: the job ledger (worker/jobs.py) is the truth, so a broker that loses messages will do.

CELERY_BROKER_URL = setting("ATTUNE_BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if CELERY_BROKER_URL.startswith("filesystem://"):
    _folder = VAR / "broker"
    for _name in ("messages", "control"):
        (_folder / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_folder / "messages"),
        "data_folder_out": str(_folder / "messages"),
        "control_folder": str(_folder / "control"),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")

# Texts about people, encrypted at rest: the newest key first, all of them can read.

_own_text_key = "" if PRODUCTION else own_secret("development_text_key", 32)
TEXT_KEYS = [key.strip() for key in setting("ATTUNE_TEXT_KEYS", _own_text_key).split(",")]

# Jobs

JOB_LEASE_SECONDS = env.float("ATTUNE_JOB_LEASE_SECONDS", default=60.0)
JOB_SWEEP_SECONDS = env.float("ATTUNE_JOB_SWEEP_SECONDS", default=15.0)
# Ratings come in bursts (a phone that was offline); adapting waits this long for the rest.
ADAPT_DELAY_SECONDS = env.float("ATTUNE_ADAPT_DELAY_SECONDS", default=3.0)

# A patient's data, taken out: how long the archive can be fetched, and how often old ones go.
DATA_EXPORT_DAYS = env.float("ATTUNE_DATA_EXPORT_DAYS", default=7.0)
DATA_EXPORT_SWEEP_SECONDS = env.float("ATTUNE_DATA_EXPORT_SWEEP_SECONDS", default=3600.0)

# What other systems read

# The root of the names that this installation gives to patients, resources and codes: an address of
# its own. Importing systems remember them, so it should not change.
FHIR_ROOT = env.str(
    "ATTUNE_FHIR_ROOT", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}/fhir"
).rstrip("/")

# Reminders: how often is looked for what is due, the private key that signs pushes (without one
# nothing is pushed), and the hosts that pushes may go to inside the clinic's own network.
REMINDER_SECONDS = env.float("ATTUNE_REMINDER_SECONDS", default=60.0)
if PUSH_KEY := env.str("ATTUNE_PUSH_KEY", default="").strip():
    from therapy.reminders.vapid import public_key_of

    try:
        public_key_of(PUSH_KEY)
    except ValueError:
        _file = os.environ.get("ATTUNE_PUSH_KEY_FILE")
        raise ImproperlyConfigured(
            f"ATTUNE_PUSH_KEY{f'_FILE ({_file})' if _file else ''} holds no key that `manage.py "
            "make_push_key` made: unset it, run `manage.py make_push_key FILE`, and set "
            "ATTUNE_PUSH_KEY_FILE to that file."
        ) from None
PUSH_INSIDE_HOSTS = [
    host.strip().lower()
    for host in env.str("ATTUNE_PUSH_INSIDE_HOSTS", default="").split(",")
    if host.strip()
]

# How often is looked for patients whose outcomes were summed before their newest report.
OUTCOME_REFRESH_SECONDS = env.float("ATTUNE_OUTCOME_REFRESH_SECONDS", default=300.0)

# How often is looked for clinics where it was not measured this week whether adapting helps.
BENEFIT_SECONDS = env.float("ATTUNE_BENEFIT_SECONDS", default=24 * 3600.0)

# What is delivered to phones

# Private keys, which the worker signs with; the web server needs none of them.
SIGNING_KEY_FOLDER = Path(env.str("ATTUNE_SIGNING_KEYS", default=str(VAR / "signing-keys")))
MODEL_LIFETIME_DAYS = env.float("ATTUNE_MODEL_LIFETIME_DAYS", default=60.0)
EXPORT_RENEWAL_SECONDS = env.float("ATTUNE_EXPORT_RENEWAL_SECONDS", default=24 * 3600.0)

# People and sign-in

AUTH_USER_MODEL = "therapy.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses who is locked out
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 12 * 3600  # s; a working day (NIST SP 800-63B, 4.2.3: at most 12 hours)
# Only development may do without, and only the demonstration does.
SECOND_FACTOR_REQUIRED = PRODUCTION or env.bool("ATTUNE_REQUIRE_SECOND_FACTOR", default=True)
# How many proxies in front of this server write X-Forwarded-For (therapy/people/addresses.py).
TRUSTED_PROXIES = env.int("ATTUNE_TRUSTED_PROXIES", default=1 if PRODUCTION else 0)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

ACCOUNT_ADAPTER = "therapy.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # of accounts by invitation; nobody signs up
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reached the address, or an operator knows it
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or second factor
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Attune: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # s
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/15m/key",  # of second factors; passwords are django-axes's
    "password_failed_anywhere": "100/h/key",  # of one account, from all addresses together
}
ACCOUNT_FORMS = {
    "login": "therapy.accounts.forms.SignInForm",
    "reset_password": "therapy.accounts.forms.ForgottenPasswordForm",
}
MFA_ADAPTER = "therapy.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "therapy.accounts.forms.CodeForm",
    "add_webauthn": "therapy.accounts.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Attune"

# Passwords that failed, counted in the database by account and address together, so that nobody
# locks a colleague out from elsewhere.
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "therapy.accounts.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "therapy.accounts.lockout.address_tried"
AXES_LOCKOUT_CALLABLE = "therapy.accounts.lockout.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # an account's page lists where it is signed in
AXES_SENSITIVE_PARAMETERS = ["username", "login", "csrfmiddlewaretoken", "ip_address"]
AXES_VERBOSE = False

# The audit: auditlog tells of writes, and therapy/audit keeps them. Its own table is not made.

AUDITLOG_LOGENTRY_MODEL = "therapy.WriteLog"
AUDITLOG_USE_BASE_MANAGER = True  # what a row held before is compared behind the walls of clinics
MIGRATION_MODULES = {"auditlog": None}

# The pages of who runs the installation (therapy/operation).

UNFOLD = {
    "SITE_TITLE": "Attune operation",
    "SITE_HEADER": "Attune operation",
    "SITE_SUBHEADER": "Clinics, accounts and work; no patient",
    "SITE_URL": None,
    "ENVIRONMENT": "therapy.operation.site.said_of_sign_in",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "show_all_applications": False},
    # The site's green (static/therapy/tokens.css), from its palest to its darkest.
    "COLORS": {
        "primary": {
            step: f"oklch({lightness}% {chroma} 190)"
            for step, lightness, chroma in (
                *(("50", 97, 0.01), ("100", 94, 0.02), ("200", 89, 0.04), ("300", 82, 0.06)),
                *(("400", 68, 0.07), ("500", 56, 0.07), ("600", 47, 0.07), ("700", 40, 0.06)),
                *(("800", 34, 0.05), ("900", 29, 0.04), ("950", 22, 0.03)),
            )
        }
    },
}

# Email: invitations, forgotten passwords, notices. Development writes files to read.

vars().update(
    env.email_url_config(setting("ATTUNE_EMAIL_URL", f"filemail:///{quote(str(VAR / 'mail'))}"))
)
EMAIL_TIMEOUT = 20  # s; whoever asked for the email waits for it
DEFAULT_FROM_EMAIL = env.str("ATTUNE_EMAIL_FROM", default="").strip() or (
    f"Attune <attune@{ALLOWED_HOSTS[0].lstrip('.')}>"
)

# Language and time: times are stored in UTC; a patient's own zone is a field of the patient.

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "therapy.formats"

# Security

# The form of a session plan names every track that is never or always played.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# The API

# How often one phone, all phones of one clinic, one of the staff, and one network address without
# either may call (therapy/api/throttles.py); empty for as often as they like.
CALL_RATES = {
    "phone": rate(env.str("ATTUNE_CALLS_OF_A_PHONE", default="300/min")),
    "clinic": rate(env.str("ATTUNE_CALLS_OF_A_CLINIC", default="6000/min")),
    "staff": rate(env.str("ATTUNE_CALLS_OF_STAFF", default="300/min")),
    "address": rate(env.str("ATTUNE_CALLS_OF_AN_ADDRESS", default="600/min")),
}
# How often is deleted what the API kept for a while: answers given again, counts of calls.
API_SWEEP_SECONDS = env.float("ATTUNE_API_SWEEP_SECONDS", default=900.0)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["therapy.people.authentication.DeviceAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["therapy.api.throttles.Calls"],
    "EXCEPTION_HANDLER": "therapy.api.errors.answer",
    # Half of a surrogate pair, quoted from what a phone sent, is text that UTF-8 does not have.
    "UNICODE_JSON": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Attune API",
    "DESCRIPTION": "What a patient's phone sends and fetches, with its token; and what staff read "
    "and prescribe, with the session of the site's pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ScreenedEnum": "therapy.plans.sections.safety.Screened",
        "SessionEndingEnum": "therapy.sessions.models.ListeningSession.Ending",
        "TrackPlayEndingEnum": "therapy.sessions.models.TrackPlay.Ending",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "therapy.api.description.as_problems",
        "therapy.api.audiences.by_audience",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "therapy.logs.Formatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        # They warn at every start of what was chosen: an untested PyTorch and no Mac (each export
        # is measured instead), and a broker that has no host because it is a folder.
        "coremltools": {"level": "ERROR"},
        "kombu.connection": {"level": "ERROR"},
        "urllib3": {"level": "INFO"},  # in more detail it tells the addresses of phones
        "axes": {"level": "WARNING"},  # failures; it would tell of every sign-in, too
    },
    "root": {"handlers": ["console"], "level": env.str("ATTUNE_LOG_LEVEL", default="INFO")},
}
