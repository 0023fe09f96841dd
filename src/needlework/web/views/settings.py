"""Settings: the clinic, sites and rooms, staff and their credentials, protocols; and everybody's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import clinics as clinic_actions
from needlework.clinic.actions import reading, team
from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import clinics, hands
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.clinics import JURISDICTIONS
from needlework.web.forms.settings import (
    ClinicForm,
    CredentialForm,
    NewStaffForm,
    PinForm,
    ReasonForm,
    RoomForm,
    SiteForm,
    StaffForm,
)
from needlework.web.refusals import show
from needlework.web.staff_accounts import device_of
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, clinic_of, staff_page, uuid_of

if TYPE_CHECKING:
    from needlework.clinic.models import Staff

PARTS = (
    ("Clinic", "settings"),
    ("Sites and rooms", "settings-sites"),
    ("Staff", "settings-staff"),
    ("Protocols", "settings-protocols"),
    ("Devices", "settings-devices"),
    ("Consent texts", "consent-texts"),
)


def part_page(request: Visit, name: str, template: str, status: int = 200, **context: object) -> HttpResponse:
    """One part of the settings, with the tabs that lead to the others."""
    tabs = [{"label": label, "url": reverse(to), "current": to == name} for label, to in PARTS]
    manages = may(request.actor, Act.MANAGE)
    return render(request, template, {"tabs": tabs, "manages": manages, **context}, status=status)


@staff_page
def clinic(request: Visit) -> HttpResponse:
    """The clinic's own facts."""
    check_may(request.actor, Act.SEE_STAFF)
    held = clinic_of(request)
    form = ClinicForm(
        request.POST if request.method == "POST" else None,
        initial={fact: getattr(held, fact) for fact in clinic_actions.FACTS},
        chooses_law=may(request.actor, Act.APPROVE),
    )
    if request.method == "POST" and form.is_valid():
        try:
            clinic_actions.change(**form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The changes are saved.")
            return redirect("settings")
    law, _ = JURISDICTIONS.get(held.jurisdiction, ("", ""))
    return part_page(
        request, "settings", "settings/clinic.html", 422 if form.errors else 200, form=form, law=law
    )


@staff_page
def sites(request: Visit) -> HttpResponse:
    """Sites with their rooms; POST adds a site, or a room to the site named."""
    check_may(request.actor, Act.SEE_STAFF)
    to = request.POST.get("site", "")
    form = SiteForm(
        request.POST if request.method == "POST" and not to else None,
        initial={"time_zone": clinic_of(request).time_zone},
    )
    room_form = RoomForm(request.POST if to else None, prefix=None)
    if request.method == "POST":
        sent = room_form if to else form
        if sent.is_valid():
            try:
                if to:
                    clinic_actions.add_room(
                        site=clinics.find_site(request.actor, uuid_of(to)),
                        **sent.cleaned_data,
                        by=request.actor,
                        at=request.at,
                    )
                else:
                    clinic_actions.add_site(**sent.cleaned_data, by=request.actor, at=request.at)
            except ClinicError as error:
                show(sent, error)
            else:
                return redirect("settings-sites")
    wrong = bool(form.errors or room_form.errors)
    return part_page(
        request,
        "settings-sites",
        "settings/sites.html",
        422 if wrong else 200,
        sites=clinics.sites(request.actor),
        form=form,
        room_form=room_form,
        to=to,
    )


@staff_page
def staff(request: Visit) -> HttpResponse:
    """Everybody with an account, and what of theirs has lapsed."""
    people = staff_queries.team(request.actor)
    today = day_at(request, None)
    reading.note(event="staff-viewed", by=request.actor, at=request.at, detail={"count": len(people)})
    rows = [
        (one, [c for c in staff_queries.shown_credentials(one, today) if not c.in_force]) for one in people
    ]
    return part_page(request, "settings-staff", "settings/staff.html", rows=rows)


@staff_page
def new_staff(request: Visit) -> HttpResponse:
    """Add a person."""
    check_may(request.actor, Act.MANAGE)
    form = NewStaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person = team.add_staff(**form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(
                request,
                f'{person.name} has an account. The first password is set by "Forgotten the password?" at log-in.',
            )
            return redirect("settings-person", person.public_id)
    return part_page(
        request, "settings-staff", "settings/new_staff.html", 422 if form.errors else 200, form=form
    )


def _person_page(
    request: Visit,
    person: Staff,
    *,
    form: StaffForm | None = None,
    credential_form: CredentialForm | None = None,
) -> HttpResponse:
    facts = ("name", "role", "registration_number", "treats")
    wrong = bool((form and form.errors) or (credential_form and credential_form.errors))
    today = day_at(request, None)
    rows = sorted(
        person.credentials.all(),
        key=lambda one: (one.voided_at is not None, one.kind, -one.expires_on.toordinal()),
    )
    return part_page(
        request,
        "settings-staff",
        "settings/person.html",
        422 if wrong else 200,
        person=person,
        hand=hands.of(request.actor, person),
        form=form or StaffForm(initial={fact: getattr(person, fact) for fact in facts}),
        credential_form=credential_form or CredentialForm(prefix="proof"),
        reason_form=ReasonForm(),
        credentials=[(one, one.valid_from <= today <= one.expires_on) for one in rows],
    )


@staff_page
def person(request: Visit, person: UUID) -> HttpResponse:
    """One person: role, credentials, account open or closed."""
    check_may(request.actor, Act.SEE_STAFF)
    found = staff_queries.find_colleague(request.actor, person)
    if request.method != "POST":
        reading.note(
            event="staff-viewed", by=request.actor, at=request.at, detail={"person": str(found.public_id)}
        )
        return _person_page(request, found)
    form = StaffForm(request.POST)
    if form.is_valid():
        try:
            team.change_staff(staff=found, **form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The changes are saved.")
            return redirect("settings-person", found.public_id)
    return _person_page(request, found, form=form)


@require_POST
@staff_page
def account_state(request: Visit, person: UUID) -> HttpResponse:
    """Close an account, or open it again."""
    found = staff_queries.find_colleague(request.actor, person)
    try:
        team.change_staff(
            staff=found, is_active=request.POST.get("open") == "1", by=request.actor, at=request.at
        )
    except RuleBroken as error:
        messages.error(request, str(error))
    return redirect("settings-person", found.public_id)


@require_POST
@staff_page
def add_credential(request: Visit, person: UUID) -> HttpResponse:
    """Add a proof."""
    check_may(request.actor, Act.MANAGE)
    found = staff_queries.find_colleague(request.actor, person)
    form = CredentialForm(request.POST, prefix="proof")
    if form.is_valid():
        try:
            team.add_credential(staff=found, **form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            return redirect("settings-person", found.public_id)
    return _person_page(request, found, credential_form=form)


@require_POST
@staff_page
def void_credential(request: Visit, person: UUID, credential: UUID) -> HttpResponse:
    """Take a proof out."""
    found = staff_queries.find_colleague(request.actor, person)
    proof = staff_queries.find_credential(request.actor, found, credential)
    try:
        team.void_credential(
            credential=proof, because=request.POST.get("because", ""), by=request.actor, at=request.at
        )
    except RuleBroken as error:
        messages.error(request, str(error))
    return redirect("settings-person", found.public_id)


@staff_page
def account(request: Visit) -> HttpResponse:
    """Everybody's own PIN, password and second factor."""
    form = PinForm(request.POST if request.method == "POST" else None)
    own = cast("Staff", request.user)
    if request.method == "POST" and form.is_valid():
        try:
            staff_actions.set_pin(staff=own, **form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "Your PIN is set.")
            return redirect("account")
    return render(
        request,
        "settings/account.html",
        {"form": form, "own": own},
        status=422 if form.errors else 200,
    )


@require_POST
@staff_page
def forget_device(request: Visit) -> HttpResponse:
    """Nobody comes back to this device with a PIN before a full log-in."""
    staff_actions.forget_device(device=device_of(request), by=request.actor, at=request.at)
    messages.success(request, "On this device everybody now logs in with the password first.")
    return redirect("account")
