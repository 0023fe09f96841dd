"""Who comes today, and what each still lacks."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from needlework.clinic.actions import reading
from needlework.clinic.queries import clinics, summaries
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


class Line:
    """One appointment as its line says it. A day has dozens, so nothing is looked up twice."""

    __slots__ = (
        "appointment",
        "appointment_url",
        "arrived_url",
        "ends",
        "name",
        "now",
        "row",
        "starts",
        "url",
    )

    def __init__(self, row: summaries.DayRow, *, at: datetime) -> None:
        appointment = row.appointment
        zone = ZoneInfo(appointment.site.time_zone)
        self.row, self.appointment, self.name = row, appointment, row.patient.name
        self.starts = f"{appointment.starts_at.astimezone(zone):%H:%M}"
        self.ends = f"{appointment.ends_at.astimezone(zone):%H:%M}"
        self.now = appointment.starts_at <= at < appointment.ends_at
        self.url = address_of("patient", row.patient.public_id)
        self.appointment_url = address_of("appointment", appointment.public_id)
        self.arrived_url = address_of("appointment-arrived", appointment.public_id)


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
    context = {
        "view": view,
        "lines": [Line(row, at=request.at) for row in view.rows],
        "site": site,
        "tabs": site_tabs(sites, site, reverse("today")),
        "at": request.at,
    }
    return render(request, "today/today.html", context)
