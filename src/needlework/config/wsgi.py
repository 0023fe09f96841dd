"""The WSGI door which granian opens."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.config.settings")
application = get_wsgi_application()
