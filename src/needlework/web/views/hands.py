"""A person's hand: their dye rolls, and a new one read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from needlework.clinic.actions import hands as actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import hands as queries
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules import hands as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.skin import devices
from needlework.skin.hands import Spread
from needlework.web.forms.hands import RollForm
from needlework.web.refusals import show
from needlework.web.uploads import photo_bytes
from needlework.web.views.settings import part_page
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import HandCalibration, Staff


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet as the page lists it."""

    row: HandCalibration
    device: str
    angle: str
    lateral: str
    evenness: str


def _strays(spread: Spread | None, unit: str) -> str:
    """A spread with its 95 % interval, in words."""
    if spread is None:
        return "not enough"
    said = spread.estimate
    return f"{said.value:.1f}{unit} ({said.low:.1f} to {said.high:.1f})"


def _spread(sd: float | None, freedom: int | None) -> Spread | None:
    return Spread(sd, freedom) if sd is not None and freedom else None


def _sheet(row: HandCalibration) -> _Sheet:
    coarse = row.evenness.get("20")
    return _Sheet(
        row=row,
        device=devices.get(row.device).name,
        angle=_strays(_spread(row.angle_sd_deg, row.angle_freedom), "°"),
        lateral=_strays(_spread(row.lateral_sd_mm, row.lateral_freedom), " mm"),
        evenness=f"{coarse['value']:.2f} ({coarse['low']:.2f} to {coarse['high']:.2f})"
        if coarse
        else "no room",
    )


def _page(request: Visit, person: Staff, form: RollForm | None = None) -> HttpResponse:
    held = queries.of(request.actor, person)
    return part_page(
        request,
        "settings-staff",
        "hands/hand.html",
        422 if form and form.errors else 200,
        person=person,
        held=held,
        angle=_strays(held.angle, "°") if held.angle else "",
        lateral=_strays(held.lateral, " mm") if held.lateral else "",
        sheets=[_sheet(row) for row in queries.history(request.actor, person)],
        measures=rules.may_measure(request.actor, person),
        form=form or RollForm(),
    )


@staff_page
def hand(request: Visit, person: UUID) -> HttpResponse:
    """How a person rolls; POST reads the photograph of another sheet."""
    check_may(request.actor, Act.SEE_STAFF)
    found = staff_queries.find_colleague(request.actor, person)
    if request.method != "POST":
        detail = {"person": str(found.public_id)}
        reading.note(event="staff-viewed", by=request.actor, at=request.at, detail=detail)
        return _page(request, found)
    rules.check_may_measure(request.actor, found)
    form = RollForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            read = actions.measure(
                staff=found,
                picture=photo_bytes(request, "photo"),
                scale=form.scale,
                device=form.cleaned_data["device"],
                pitch_mm=form.cleaned_data["pitch_mm"],
                by=request.actor,
                at=request.at,
            )
        except ClinicError as error:
            show(form, error)
        else:
            said = f"{read.dots} dots were read."
            if read.not_enough:
                messages.warning(request, " ".join([said, *read.not_enough]))
            else:
                messages.success(request, f"{said} {queries.of(request.actor, found).sentence}")
            return redirect("settings-hand", found.public_id)
    return _page(request, found, form)


@require_POST
@staff_page
def void(request: Visit, person: UUID, sheet: UUID) -> HttpResponse:
    """Take a sheet out."""
    found = staff_queries.find_colleague(request.actor, person)
    calibration = queries.find(request.actor, found, sheet)
    try:
        actions.void(
            calibration=calibration, because=request.POST.get("because", ""), by=request.actor, at=request.at
        )
    except RuleBroken as error:
        messages.error(request, str(error))
    return redirect("settings-hand", found.public_id)
