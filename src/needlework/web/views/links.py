"""Links for patients' own phones: the QR code staff show, and the door the patient comes through."""

from __future__ import annotations

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from needlework.clinic.actions import links as link_actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.errors import ClinicError, LinkClosed
from needlework.clinic.queries import links, patients
from needlework.web.forms.links import BirthDateForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import LINK_COOKIE, LINK_HOURS, Visit, open_page, staff_page, uuid_of

# purpose of a link -> the address (with the token) of the page it is for
PURPOSES = {
    "history": "patient-history",
    "consent": "patient-consent",
    "reconfirm": "patient-reconfirm",
    "check-in": "patient-checkin",
    "results": "patient-results",
    "witness": "patient-witness",
}


@open_page
def door(request: Visit, token: str) -> HttpResponse:
    """Asks for the birth date, then leads to what the link is for."""
    link = links.find_by_token(token)
    if link is None or not links.is_open(link, at=request.at):
        clinic = None if link is None else link.clinic
        return render(request, "links/closed.html", {"clinic": clinic}, status=410 if link else 404)
    if request.get_signed_cookie(LINK_COOKIE, default="", salt=LINK_COOKIE, max_age=3600 * LINK_HOURS) == str(
        link.public_id
    ):
        return redirect(PURPOSES[link.purpose], token=token)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            link_actions.open_link(token=token, born_on=form.cleaned_data["born_on"], at=request.at)
        except LinkClosed:
            return render(request, "links/closed.html", {"clinic": link.clinic}, status=410)
        except ClinicError as error:
            show(form, error)
        else:
            response = redirect(PURPOSES[link.purpose], token=token)
            response.set_signed_cookie(
                LINK_COOKIE,
                str(link.public_id),
                salt=LINK_COOKIE,
                max_age=3600 * LINK_HOURS,
                path=reverse("patient-link", args=[token]),
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
            return response
    return render(
        request,
        "links/door.html",
        {"form": form, "clinic": link.clinic, "purpose": link.get_purpose_display()},
        status=422 if form.errors else 200,
    )


@require_POST
@staff_page
def make(request: Visit, patient: UUID) -> HttpResponse:
    """Make a link and show it as a QR code, once: the token is not kept."""
    found = patients.find(request.actor, patient)
    about = request.POST.get("about", "")
    link, token = link_actions.make_link(
        patient=found,
        purpose=request.POST.get("purpose", ""),
        about=uuid_of(about) if about else None,
        by=request.actor,
        at=request.at,
    )
    patient_actions.open_record(patient=found, page="link", by=request.actor, at=request.at)
    url = request.build_absolute_uri(reverse("patient-link", args=[token]))
    code = segno.make(url, error="m")
    picture = code.svg_inline(scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return render(
        request,
        "links/link.html",
        {"patient": found, "banner": banner(found), "link": link, "url": url, "picture": mark_safe(picture)},  # noqa: S308 our own SVG
    )


@require_POST
@staff_page
def close(request: Visit, patient: UUID, link: UUID) -> HttpResponse:
    """End a link."""
    found = patients.find(request.actor, patient)
    link_actions.close_link(link=links.find(request.actor, found, link), by=request.actor, at=request.at)
    return redirect("patient", found.public_id)
