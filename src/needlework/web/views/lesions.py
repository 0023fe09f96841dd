"""Single scars of a patient: marked on the drawing of an area, seen again at each visit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import lesions as actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.errors import RuleBroken
from needlework.clinic.queries import lesions as queries
from needlework.clinic.queries import patients
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.rules.access import Act, check_may
from needlework.web.forms.lesions import LesionForm
from needlework.web.lesion_map import draw, place
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import Lesion, Patient


@staff_page
def lesions(request: Visit, patient: UUID) -> HttpResponse:
    """The marks of one area, and a new one."""
    found = patients.find(request.actor, patient)
    check_may(request.actor, Act.SEE_RECORD)
    marked = queries.of_patient(request.actor, found)
    area = _area(request, found, marked)
    form = LesionForm(request.POST if request.method == "POST" else None, initial={"kind": "ice-pick"})
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark(
                patient=found,
                area=area,
                kind=form.cleaned_data["kind"],
                **form.place(),
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, "Marked. It stays on the map from visit to visit.")
            return redirect(_address(found, area))
    patient_actions.open_record(patient=found, page="lesions", by=request.actor, at=request.at)
    here = [lesion for lesion in marked if lesion.area == area]
    context = {
        "patient": found,
        "banner": banner(found),
        "area": area,
        "areas": [
            {
                "code": each.code,
                "name": each.name,
                "count": sum(lesion.area == each.code for lesion in marked),
            }
            for each in screening_queries.areas(found)
            if not each.inside_orbital_rim
        ],
        "map": draw(area, here),
        "rows": [
            {"number": number, "lesion": lesion, "place": place(lesion.x, lesion.y)}
            for number, lesion in enumerate(here, start=1)
        ],
        "form": form,
    }
    return render(request, "lesions/lesions.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page
def gone(request: Visit, public_id: UUID) -> HttpResponse:
    """A scar is no longer seen."""
    lesion = queries.lesion(request.actor, public_id)
    try:
        actions.see_gone(lesion=lesion, by=request.actor, at=request.at)
    except RuleBroken as error:
        messages.error(request, str(error))
    return redirect(_address(lesion.patient, lesion.area))


@require_POST
@staff_page
def void(request: Visit, public_id: UUID) -> HttpResponse:
    """Take a mark back."""
    lesion = queries.lesion(request.actor, public_id)
    try:
        actions.void(lesion=lesion, because=request.POST.get("because", ""), by=request.actor, at=request.at)
    except RuleBroken as error:
        messages.error(request, str(error))
    return redirect(_address(lesion.patient, lesion.area))


def _area(request: Visit, patient: Patient, marked: list[Lesion]) -> str:
    """The area asked for, else the first with a mark, else the first one there is."""
    known = [area.code for area in screening_queries.areas(patient) if not area.inside_orbital_rim]
    asked = request.GET.get("area", "")
    if asked in known:
        return asked
    return next((lesion.area for lesion in marked), "cheek-left")


def _address(patient: Patient, area: str) -> str:
    return f"{reverse('lesions', args=[patient.public_id])}?area={area}"
