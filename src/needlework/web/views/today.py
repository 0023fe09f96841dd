"""Who comes today, and what each still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from needlework.clinic.actions import reading
from needlework.clinic.queries import clinics, summaries, warnings
from needlework.clinic.rules.access import Act, may
from needlework.clinic.rules.standing import Light
from needlework.web.templatetags.show import POSTED, step_address
from needlework.web.visit import Visit, address_of, clinic_of, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Site


def chosen_site(request: Visit, sites: list[Site]) -> Site | None:
    """The site that was asked for, or the one this person looked at last, or the first."""
    asked = request.GET.get("site", "")
    site = next((one for one in sites if str(one.public_id) == asked), None)
    if site is not None and request.session.get("site") != site.pk:
        request.session["site"] = site.pk
    held = request.session.get("site")
    return site or next((one for one in sites if one.pk == held), sites[0] if sites else None)


def site_tabs(sites: list[Site], site: Site | None, address: str) -> list[dict[str, object]]:
    """Links between sites; none when there is only one."""
    if len(sites) < 2:
        return []
    join = "&" if "?" in address else "?"
    return [
        {"label": one.name, "url": f"{address}{join}site={one.public_id}", "current": one == site}
        for one in sites
    ]


def day_at(request: Visit, site: Site | None) -> date:
    """Today, at the site."""
    return request.at.astimezone(ZoneInfo(site.time_zone if site else clinic_of(request).time_zone)).date()


@dataclass(frozen=True, slots=True)
class Line:
    """All that one appointment's line says, as plain values: the same values are drawn only once."""

    name: str
    url: str
    starts_at: datetime
    starts: str
    ends: str
    planned: str
    practitioner: str
    room: str
    appointment_url: str
    state: str  # "past", "now" or neither
    missed: bool
    here_since: str
    lights: tuple[Light, ...]
    clinical: bool
    arrived_url: str  # where the button leads that says the patient is here
    step_url: str
    step_button: str
    step_posts: bool


def line_of(row: summaries.DayRow, *, at: datetime, books: bool) -> Line:
    """The line of an appointment, for one who may book or not."""
    appointment, step = row.appointment, row.step
    zone = ZoneInfo(appointment.site.time_zone)
    now = appointment.starts_at <= at < appointment.ends_at
    missed, arrived_at = appointment.no_show_at is not None, appointment.arrived_at
    return Line(
        name=row.patient.name,
        url=address_of("patient", row.patient.public_id),
        starts_at=appointment.starts_at,
        starts=f"{appointment.starts_at.astimezone(zone):%H:%M}",
        ends=f"{appointment.ends_at.astimezone(zone):%H:%M}",
        planned=row.planned,
        practitioner=appointment.practitioner.name,
        room=appointment.room.name,
        appointment_url=address_of("appointment", appointment.public_id),
        state="past" if row.over else "now" if now else "",
        missed=missed,
        here_since="" if arrived_at is None else f"{arrived_at.astimezone(zone):%H:%M}",
        lights=tuple(row.lights),
        clinical=step is not None,
        arrived_url=address_of("appointment-arrived", appointment.public_id)
        if books and not missed and arrived_at is None
        else "",
        step_url="" if step is None or missed else step_address(step),
        step_button="" if step is None else step.button,
        step_posts=step is not None and step.page in POSTED,
    )


@lru_cache(maxsize=2000)
def drawn(line: Line) -> SafeString:
    """The line as it stands on the page. Two days' lines of a large clinic are kept."""
    return mark_safe(render_to_string("today/line.html", {"line": line}))  # noqa: S308 - made by our template


@staff_page
def today(request: Visit) -> HttpResponse:
    """One line for each appointment at the chosen site, and what wants somebody on top."""
    sites = clinics.sites(request.actor, rooms=False)
    site = chosen_site(request, sites)
    view = summaries.day(
        request.actor,
        on=day_at(request, site),
        at=request.at,
        site_id=site.pk if site else None,
        clinic=clinic_of(request),
    )
    reading.note(
        event="day-viewed",
        by=request.actor,
        at=request.at,
        detail={"day": view.on.isoformat(), "site": site.name if site else "", "count": len(view.rows)},
    )
    books = may(request.actor, Act.BOOK)
    context = {
        "view": view,
        "warnings": warnings.standing(
            request.actor, view.held, on=view.on, at=request.at, site_id=site.pk if site else None
        ),
        "lines": [drawn(line_of(row, at=request.at, books=books)) for row in view.rows],
        "site": site,
        "tabs": site_tabs(sites, site, reverse("today")),
        "at": request.at,
    }
    return render(request, "today/today.html", context)
