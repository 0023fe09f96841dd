"""Stickers for the packets of a lot."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from needlework.clinic.actions import labels as actions
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import devices as queries
from needlework.clinic.rules.access import Act, check_may
from needlework.web.forms.devices import LabelsForm
from needlework.web.refusals import show
from needlework.web.visit import Visit, staff_page


@staff_page
def sheet(request: Visit, model: str, lot: str) -> HttpResponse:
    """Choose packets and paper; the answer is the sheet as PDF, and from then on each packet goes by its label."""
    check_may(request.actor, Act.KEEP_STOCK)
    found = queries.model(model)
    units = [
        unit for unit in queries.units(request.actor, model=found, lot=lot) if queries.may_be_labelled(unit)
    ]
    if not units:
        raise NotFound(thing="packet without a serial number")
    form = LabelsForm(request.POST if request.method == "POST" else None, units=units)
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data["units"])
        try:
            pdf = actions.print_labels(
                units=[unit for unit in units if str(unit.public_id) in chosen],
                sheet=form.cleaned_data["sheet"],
                start=form.cleaned_data["start"],
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            name = f'inline; filename="labels-{found.code}.pdf"'
            return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})
    context = {"form": form, "model": found, "lot": lot}
    return render(request, "stock/labels.html", context, status=422 if form.errors else 200)
