"""Who is here and when: the only place of the pages that reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules.access import Act, may
from needlework.clinic.who import Actor

if TYPE_CHECKING:
    from needlework.clinic.models import Clinic


class Visit(HttpRequest):
    """A request after VisitMiddleware: it knows who acts and when. For type hints."""

    actor: Actor
    at: datetime
    htmx: Any
    csp_nonce: str


@dataclass(frozen=True)
class NavItem:
    """One entry of the rail."""

    label: str
    url: str
    icon: str
    current: bool


# label, name of the address, icon, what the role must be allowed
RAIL: tuple[tuple[str, str, str, Act], ...] = (
    ("Today", "today", "sun", Act.SEE_DIARY),
    ("Diary", "diary", "calendar-days", Act.SEE_DIARY),
    ("Patients", "patients", "users", Act.SEE_PATIENTS),
    ("Stock", "stock", "archive-box", Act.SEE_STOCK),
    ("Results", "results", "chart-bar", Act.SEE_RESULTS),
    ("Trail", "trail", "finger-print", Act.SEE_TRAIL),
    ("Settings", "settings", "cog-6-tooth", Act.SEE_STAFF),
)


class VisitMiddleware:
    """Puts `request.actor` and `request.at` on every request of a logged-in person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.actor = staff_queries.actor(request.user)  # type: ignore[attr-defined]
        return self.get_response(request)


class Page:
    """What every template may ask for. Nothing is looked up before it is asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def clinic(self) -> Clinic | None:
        """The clinic of the person who is logged in."""
        user = self._request.user
        return user.clinic if user.is_authenticated else None

    @cached_property
    def nav(self) -> list[NavItem]:
        """The rail, as far as this role may go."""
        actor: Actor | None = getattr(self._request, "actor", None)
        if actor is None:
            return []
        here = self._request.path
        items = []
        for label, name, icon, act in RAIL:
            if may(actor, act):
                url = reverse(name)
                items.append(NavItem(label, url, icon, here == url or (url != "/" and here.startswith(url))))
        return items


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor."""
    held = Page(request)
    return {
        "page": held,
        "actor": getattr(request, "actor", None),
        "demonstration": settings.DEMONSTRATION,
    }
