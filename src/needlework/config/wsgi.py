"""The WSGI door which granian opens. It stays shut while something at start-up is not in order."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.config.settings")
application = get_wsgi_application()

from needlework.config import startup  # noqa: E402  needs the applications loaded

if refused := startup.refusals():
    raise SystemExit("\n".join(refused))
