"""How allauth meets our staff accounts: nobody signs up, a manager adds people."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.queries import staff as staff_queries
from needlework.web import visit

if TYPE_CHECKING:
    from needlework.clinic.models import Staff

DEVICE_COOKIE = "needlework-device"


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the person of a session together with the clinic: every page shows its name."""

    def get_user(self, user_id: int) -> Staff | None:
        """None for a deactivated person, which ends the session at the next request."""
        return staff_queries.of_session(user_id)


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the clinic; a full log-in is remembered on the device for the PIN."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a manager adds staff in Settings."""
        return False

    def post_login(self, request: HttpRequest, user: Staff, **facts: Any) -> HttpResponse:
        """After password and second factor: this device may bring the person back with a PIN today."""
        response: HttpResponse = super().post_login(request, user, **facts)
        token = device_of(request) or secrets.token_urlsafe(24)
        staff_actions.note_log_in(staff=user, device=token, at=visit.read_clock())
        response.set_signed_cookie(
            DEVICE_COOKIE,
            token,
            salt=DEVICE_COOKIE,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        request.session.pop("locked", None)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The trail of the clinic shows who was tried."""
        staff_actions.note_log_in_failed(email=str(credentials.get("email", "")), at=visit.read_clock())

    def reauthenticate(self, user: Staff, password: str) -> bool:
        """The password once more, before the way of logging in is changed."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def logout(self, request: HttpRequest) -> None:
        """Leaves a line in the trail."""
        if request.user.is_authenticated:
            staff_actions.note_log_out(by=staff_queries.actor(request.user), at=visit.read_clock())
        super().logout(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what happened in their own words."""


def device_of(request: HttpRequest) -> str:
    """The token of this device, or nothing when nobody has logged in here."""
    return request.get_signed_cookie(DEVICE_COOKIE, default="", salt=DEVICE_COOKIE) or ""
