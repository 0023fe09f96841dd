"""The lock page of a shared tablet: lock, unlock, change the person, and go on where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import staff as staff_queries
from needlework.web.staff_accounts import device_of
from needlework.web.visit import Visit, is_locked, open_page

if TYPE_CHECKING:
    from needlework.clinic.models import Staff

BACKEND = "needlework.web.staff_accounts.StaffBackend"


def _next(request: Visit) -> str:
    """Where to go on: an address of ours, or Today."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, None) and wanted.startswith("/") else "/"


@open_page
def lock(request: Visit) -> HttpResponse:
    """GET shows who can come back here with a PIN; POST locks the screen."""
    if request.method == "POST" and request.user.is_authenticated:
        if not request.session.get("locked"):
            staff_actions.note_locked(by=request.actor, at=request.at)
            request.session["locked"] = True
        return HttpResponseRedirect(f"{reverse('lock')}?{urlencode({'next': _next(request)})}")
    return _show(request)


@open_page
def switch(request: Visit) -> HttpResponse:
    """POST: this person, with this PIN (or, for who is logged in, the password)."""
    if request.method != "POST":
        return redirect("lock")
    people = _people(request)
    chosen = next((one for one in people if str(one.public_id) == request.POST.get("who")), None)
    if chosen is None:
        return redirect("account_login")
    secret = request.POST.get("secret", "")
    same = request.user.is_authenticated and request.user.pk == chosen.pk
    try:
        if same:
            staff_actions.identify(staff=chosen, secret=secret, by=request.actor, at=request.at)
        else:
            staff_actions.switch_user(
                staff=chosen,
                pin=secret,
                device=device_of(request),
                by=request.actor if request.user.is_authenticated else None,
                at=request.at,
            )
    except ClinicError as error:
        return _show(request, chosen.public_id, str(error))
    if same:
        request.session.cycle_key()
    else:
        login(request, chosen, backend=BACKEND)
    request.session["locked"] = False
    request.session["seen"] = request.at.timestamp()
    return redirect("resume") if request.session.get("sent") else HttpResponseRedirect(_next(request))


@open_page
def resume(request: Visit) -> HttpResponse:
    """What was sent from a locked screen, to be sent once more by the same person."""
    if not request.user.is_authenticated or is_locked(request):
        return redirect("lock")
    sent = request.session.pop("sent", None)
    if sent is None:
        return redirect("today")
    fields = [(name, value) for name, values in sent["fields"].items() for value in values]
    return render(request, "lock/resume.html", {"path": sent["path"], "fields": fields})


def _people(request: Visit) -> list[Staff]:
    people = staff_queries.on_device(staff_actions.fingerprint(device_of(request)), at=request.at)
    user = request.user
    if user.is_authenticated:
        people = [user, *(one for one in people if one.pk != user.pk and one.clinic_id == user.clinic_id)]
    return people


def _show(request: Visit, who: UUID | None = None, problem: str = "") -> HttpResponse:
    people = _people(request)
    if not people:
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': _next(request)})}")
    wanted = str(who or request.GET.get("who") or "")
    switching = "switch" in request.GET and not wanted and len(people) > 1
    chosen = None if switching else next((p for p in people if str(p.public_id) == wanted), people[0])
    context = {
        "people": [one for one in people if one is not chosen],
        "chosen": chosen,
        "own": chosen is not None and request.user.is_authenticated and chosen.pk == request.user.pk,
        "locked": not request.user.is_authenticated or is_locked(request),
        "next": _next(request),
        "problem": [problem] if problem else [],
    }
    return render(request, "lock/lock.html", context, status=422 if problem else 200)
