"""Everything that differs between clinics' servers, read from the environment (see docs/guide/operators.md)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, SELF


def _yes(name: str, default: str = "no") -> bool:
    return os.environ.get(name, default).strip().lower() in {"1", "yes", "true", "on"}


def _kept_secret(path: Path) -> str:
    """A secret made on first run and kept in a file only this user can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


# --- Where things are kept ----------------------------------------------------------------------------
DATA_DIR = Path(os.environ.get("NEEDLEWORK_DATA", "data")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
DEMONSTRATION = _yes("NEEDLEWORK_DEMONSTRATION")
PHOTO_DIR = DATA_DIR / "photos"

# The key which protects photographs. Outside demonstration mode it must live elsewhere than the data
# (rules in needlework/config/startup.py): a stolen disk must not hold both.
MASTER_KEY = os.environ.get("NEEDLEWORK_MASTER_KEY", "")
MASTER_KEY_FILE = Path(
    os.environ.get("NEEDLEWORK_MASTER_KEY_FILE", str(DATA_DIR / "demonstration-master.key"))
)
TRAIL_KEY = os.environ.get("NEEDLEWORK_TRAIL_KEY", "")
TRAIL_KEY_FILE = Path(os.environ.get("NEEDLEWORK_TRAIL_KEY_FILE", str(DATA_DIR / "demonstration-trail.key")))
TRAIL_ANCHOR_FILE = Path(os.environ.get("NEEDLEWORK_TRAIL_ANCHOR", str(DATA_DIR / "trail-anchor.jsonl")))

# --- Django -------------------------------------------------------------------------------------------
SECRET_KEY = os.environ.get("NEEDLEWORK_SECRET_KEY") or _kept_secret(DATA_DIR / "secret.key")
DEBUG = _yes("NEEDLEWORK_DEBUG")
ALLOWED_HOSTS = os.environ.get("NEEDLEWORK_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
HTTPS = _yes("NEEDLEWORK_HTTPS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "needlework.web",  # first: its templates come before those of the packages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "needlework.clinic",
    "needlework.config.startup.Startup",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "needlework.web.visit.VisitMiddleware",
    "needlework.web.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "needlework.config.urls"
WSGI_APPLICATION = "needlework.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "needlework.web.visit.page",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "needlework.web.templatetags.show",
            ],
        },
    }
]

FORM_RENDERER = "needlework.web.forms.drawing.Renderer"  # controls drawn in a third of the time


# --- Database: SQLite for a newcomer, PostgreSQL for a chain -------------------------------------------
def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "needlework.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA recursive_triggers=ON;"  # so that REPLACE meets the triggers that refuse to delete
                    "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must start with postgresql://, or be left out for SQLite.")
    options: dict[str, object] = {}
    host = unquote(parts.hostname or "")
    for pair in filter(None, parts.query.split("&")):
        name, _, value = pair.partition("=")
        if name == "host":
            host = unquote(value)
        else:
            options[name] = unquote(value)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", ""))}
DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who may come in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "needlework.web.staff_accounts.StaffBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "needlework.web.staff_accounts.StaffAccounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_ENGINE = "django.contrib.sessions.backends.db"  # can be ended from the server at once
# What a page says once may name a patient: it stays with the session, not in a cookie on the tablet.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

# --- Words, times, files ------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = os.environ.get("NEEDLEWORK_TIME_ZONE", "Europe/London")
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Without a mail server, mail is printed to the log
EMAIL_HOST = os.environ.get("NEEDLEWORK_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("NEEDLEWORK_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("NEEDLEWORK_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("NEEDLEWORK_MAIL_PASSWORD", "")
EMAIL_USE_TLS = _yes("NEEDLEWORK_MAIL_TLS", "yes")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("NEEDLEWORK_MAIL_FROM", "clinic@localhost")
EMAIL_BACKEND = os.environ.get(
    "NEEDLEWORK_EMAIL_BACKEND",
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend",
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("NEEDLEWORK_LOG_LEVEL", "WARNING")},
}
