"""The WSGI door of the server under test: the real pages, with a clock that a test can move.

Nothing in the product can move its clock. This door puts another one in the single place where the pages read
it; only `tests.browser.serving` opens it.
"""

from __future__ import annotations

from django.conf import settings

from needlework.config.wsgi import application
from needlework.web import visit

from . import clock

__all__ = ["application"]

visit.read_clock = lambda: clock.read(settings.DATA_DIR)
