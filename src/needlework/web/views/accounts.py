"""What of allauth is open to staff: log in and out, passwords, the second factor."""

from __future__ import annotations

from allauth.account import views as account
from django.http import Http404, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from needlework.web.visit import Visit, open_page


@open_page
def closed(request: Visit) -> HttpResponse:
    """Nobody signs up or changes an address here: a manager does it in Settings."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    # allauth links to these; they stay shut
    path("signup/", closed, name="account_signup"),
    path("password/set/", closed, name="account_set_password"),
    path("email/", closed, name="account_email"),
]
