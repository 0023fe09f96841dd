"""The diary by day and by week, and one appointment: book, move, cancel, arrived, missed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import appointments as booking
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import appointments, clinics, patients
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.wording import within_reason
from needlework.web.forms.appointments import BookingForm, CancelForm, TimeForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner, clock
from needlework.web.views.today import chosen_site, day_at, site_tabs
from needlework.web.visit import Visit, staff_page, uuid_of

if TYPE_CHECKING:
    from needlework.clinic.models import Appointment, Site, Staff

STEP = timedelta(minutes=15)
OPENS, CLOSES = 8, 18  # hours the diary shows even when nobody comes


@dataclass
class Cell:
    """One cell of the day: appointments, or a free time, or nothing (an appointment reaches into it)."""

    appointments: list[Appointment] = field(default_factory=list)
    span: int = 1
    book_url: str = ""
    covered: bool = False


def _asked_day(request: Visit, site: Site | None) -> date:
    try:
        return within_reason(date.fromisoformat(request.GET.get("on", "")))
    except ValueError:
        return day_at(request, site)


def _note(request: Visit, day: date, site: Site | None, count: int) -> None:
    reading.note(
        event="diary-viewed",
        by=request.actor,
        at=request.at,
        detail={"day": day.isoformat(), "site": site.name if site else "", "count": count},
    )


def _moves(request: Visit, page: str, day: date, step: int, now: date) -> dict[str, object]:
    """Links to the days before and after, and between day and week."""
    here = reverse(page)

    def to(other: date) -> str:
        return f"{here}?on={other.isoformat()}"

    return {
        "before": to(day - timedelta(days=step)),
        "after": to(day + timedelta(days=step)),
        "now": to(now),
        "tabs": [
            {"label": "Day", "url": f"{reverse('diary')}?on={day.isoformat()}", "current": page == "diary"},
            {
                "label": "Week",
                "url": f"{reverse('diary-week')}?on={day.isoformat()}",
                "current": page == "diary-week",
            },
        ],
    }


@staff_page
def day(request: Visit) -> HttpResponse:
    """One day at one site: a column for each practitioner, a list on a phone."""
    check_may(request.actor, Act.SEE_DIARY)
    sites = clinics.sites(request.actor)
    site = chosen_site(request, sites)
    on = _asked_day(request, site)
    rows = appointments.on_days(request.actor, first=on, days=1, site=site) if site else []
    people = appointments.practitioners(request.actor)
    people += [one for one in dict.fromkeys(row.practitioner for row in rows) if one not in people]
    _note(request, on, site, len(rows))
    context = {
        "on": on,
        "site": site,
        "rows": rows,
        "people": people,
        "grid": _grid(rows, people, on, site) if site else [],
        "site_tabs": site_tabs(sites, site, f"{reverse('diary')}?on={on.isoformat()}"),
        "at": request.at,
        "book_url": f"{reverse('appointment-new')}?on={on.isoformat()}",
        **_moves(request, "diary", on, 1, day_at(request, site)),
    }
    return render(request, "diary/day.html", context)


def _grid(
    rows: list[Appointment], people: list[Staff], on: date, site: Site
) -> list[tuple[datetime, bool, list[Cell]]]:
    """Quarter hours down, people across. Built over moments, so that a day of 23 or 25 hours is right."""
    zone = ZoneInfo(site.time_zone)
    start = datetime(on.year, on.month, on.day, OPENS, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    end = datetime(on.year, on.month, on.day, CLOSES, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    while rows and rows[0].starts_at < start:
        start -= timedelta(hours=1)
    while rows and max(row.ends_at for row in rows) > end:
        end += timedelta(hours=1)
    count = (end - start) // STEP
    columns: list[list[Cell]] = []
    for person in people:
        cells = [Cell() for _ in range(count)]
        reached = 0  # the first quarter that is still free
        for row in (one for one in rows if one.practitioner_id == person.pk):
            first = (row.starts_at - start) // STEP
            last = -((start - row.ends_at) // STEP)
            if first < reached:
                first = max(n for n in range(reached) if cells[n].appointments)
            cells[first].appointments.append(row)
            reached = max(reached, last, first + 1)
            cells[first].span = reached - first
            for n in range(first + 1, reached):
                cells[n].covered = True
        columns.append(cells)
    grid = []
    for n in range(count):
        at = (start + n * STEP).astimezone(zone)
        for person, cells in zip(people, columns, strict=True):
            if at.minute in {0, 30} and not cells[n].appointments and not cells[n].covered:
                asked = {"on": on.isoformat(), "starts": f"{at:%H:%M}", "practitioner": person.public_id}
                cells[n].book_url = f"{reverse('appointment-new')}?{urlencode(asked)}"
        grid.append((at, at.minute == 0, [cells[n] for cells in columns]))
    return grid


@staff_page
def week(request: Visit) -> HttpResponse:
    """Monday to Sunday at one site."""
    check_may(request.actor, Act.SEE_DIARY)
    sites = clinics.sites(request.actor)
    site = chosen_site(request, sites)
    on = _asked_day(request, site)
    monday = on - timedelta(days=on.weekday())
    rows = appointments.on_days(request.actor, first=monday, days=7, site=site) if site else []
    days: dict[date, list[Appointment]] = {monday + timedelta(days=n): [] for n in range(7)}
    for row in rows:
        days[row.starts_at.astimezone(ZoneInfo(row.site.time_zone)).date()].append(row)
    _note(request, monday, site, len(rows))
    context = {
        "days": list(days.items()),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "site": site,
        "today": day_at(request, site),
        "site_tabs": site_tabs(sites, site, f"{reverse('diary-week')}?on={on.isoformat()}"),
        "book_url": f"{reverse('appointment-new')}?on={on.isoformat()}",
        **_moves(request, "diary-week", on, 7, day_at(request, site)),
    }
    return render(request, "diary/week.html", context)


@staff_page
def new(request: Visit) -> HttpResponse:
    """Book. Without a patient, the patient is found first."""
    check_may(request.actor, Act.BOOK)
    if not request.GET.get("patient"):
        return _choose_patient(request)
    patient = patients.find(request.actor, uuid_of(request.GET["patient"]))
    sites = clinics.sites(request.actor)
    site = chosen_site(request, sites)
    rooms = clinics.rooms(request.actor)
    rooms.sort(key=lambda room: room.site_id != (site.pk if site else 0))
    form = BookingForm(
        request.POST if request.method == "POST" else None,
        practitioners=appointments.practitioners(request.actor),
        rooms=rooms,
        courses=appointments.open_courses(request.actor, patient),
        initial={
            "on": request.GET.get("on") or day_at(request, site),
            "starts": request.GET.get("starts", ""),
            "practitioner": request.GET.get("practitioner", ""),
            "kind": request.GET.get("kind") or "consultation",
            "minutes": 60 if request.GET.get("kind") == "treatment" else 30,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            starts_at, ends_at = form.time()
            kept = booking.book(
                patient=patient,
                practitioner=form.cleaned_data["practitioner"],
                room=form.cleaned_data["room"],
                kind=form.cleaned_data["kind"],
                starts_at=starts_at,
                ends_at=ends_at,
                course=form.cleaned_data.get("course"),
                note=form.cleaned_data["note"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(
                request, f"{patient.name} is booked for {clock(starts_at, kept.site.time_zone)}."
            )
            return redirect(
                f"{reverse('diary')}?on={form.cleaned_data['on'].isoformat()}&site={kept.site.public_id}"
            )
    patient_actions.open_record(patient=patient, page="booking", by=request.actor, at=request.at)
    day_shown = form.cleaned_data.get("on") if form.is_bound else None
    context = {
        "form": form,
        "patient": patient,
        "banner": banner(patient),
        "coming": appointments.of_patient(request.actor, patient, since=request.at),
        "on": day_shown,
    }
    return render(request, "diary/book.html", context, status=422 if form.errors else 200)


def _choose_patient(request: Visit) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = patients.search(request.actor, text, size=20).rows if text else []
    if text:
        reading.note(
            event="patients-searched",
            by=request.actor,
            at=request.at,
            detail={"query": text[:100], "count": len(found)},
        )
    kept = {
        name: request.GET[name] for name in ("on", "starts", "practitioner", "kind") if request.GET.get(name)
    }
    context = {"rows": found, "text": text, "kept": kept, "kept_query": urlencode(kept)}
    return render(request, "diary/choose_patient.html", context)


@staff_page
def appointment(request: Visit, appointment: UUID) -> HttpResponse:
    """One appointment and what can be done with it."""
    found = appointments.find(request.actor, appointment)
    return _show(request, found, CancelForm())


def _show(request: Visit, found: Appointment, form: CancelForm, problem: str = "") -> HttpResponse:
    patient_actions.open_record(patient=found.patient, page="appointment", by=request.actor, at=request.at)
    stands = found.cancelled_at is None and found.no_show_at is None
    context = {
        "appointment": found,
        "banner": banner(found.patient),
        "form": form,
        "problem": problem,
        "stands": stands,
        "begun": request.at >= found.starts_at,
        "same_day": day_at(request, found.site)
        == found.starts_at.astimezone(ZoneInfo(found.site.time_zone)).date(),
    }
    return render(request, "diary/appointment.html", context, status=422 if problem or form.errors else 200)


@staff_page
def move(request: Visit, appointment: UUID) -> HttpResponse:
    """Another time, person or room."""
    check_may(request.actor, Act.BOOK)
    found = appointments.find(request.actor, appointment)
    local = found.starts_at.astimezone(ZoneInfo(found.site.time_zone))
    people = appointments.practitioners(request.actor)
    form = TimeForm(
        request.POST if request.method == "POST" else None,
        practitioners=people if found.practitioner in people else [found.practitioner, *people],
        rooms=clinics.rooms(request.actor),
        initial={
            "on": local.date(),
            "starts": local.time(),
            "minutes": int((found.ends_at - found.starts_at).total_seconds() // 60),
            "practitioner": found.practitioner.public_id,
            "room": found.room.public_id,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            starts_at, ends_at = form.time()
            booking.move(
                appointment=found,
                starts_at=starts_at,
                ends_at=ends_at,
                practitioner=form.cleaned_data["practitioner"],
                room=form.cleaned_data["room"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The appointment is moved.")
            return redirect("appointment", found.public_id)
    context = {"form": form, "appointment": found, "banner": banner(found.patient)}
    return render(request, "diary/move.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page
def cancel(request: Visit, appointment: UUID) -> HttpResponse:
    """Let the time go."""
    found = appointments.find(request.actor, appointment)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            booking.cancel(
                appointment=found, because=form.cleaned_data["because"], by=request.actor, at=request.at
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, "The appointment is cancelled; the time is free again.")
            return redirect("appointment", found.public_id)
    return _show(request, found, form)


@require_POST
@staff_page
def missed(request: Visit, appointment: UUID) -> HttpResponse:
    """The patient did not come."""
    found = appointments.find(request.actor, appointment)
    try:
        booking.mark_no_show(appointment=found, by=request.actor, at=request.at)
    except RuleBroken as error:
        return _show(request, found, CancelForm(), str(error))
    return redirect("appointment", found.public_id)


@require_POST
@staff_page
def arrived(request: Visit, appointment: UUID) -> HttpResponse:
    """The patient is here; `undo` takes a wrong tap back."""
    found = appointments.find(request.actor, appointment)
    act = booking.take_back_arrival if request.POST.get("undo") else booking.mark_arrived
    try:
        act(appointment=found, by=request.actor, at=request.at)
    except RuleBroken as error:
        return _show(request, found, CancelForm(), str(error))
    return redirect("today" if request.POST.get("from") == "today" else "appointment", *_only(request, found))


def _only(request: Visit, found: Appointment) -> list[UUID]:
    return [] if request.POST.get("from") == "today" else [found.public_id]
