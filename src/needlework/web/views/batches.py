"""From a batch of cream, serum or make-up to everybody it was put on."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from django.http import HttpResponse
from django.shortcuts import render

from needlework.clinic.actions import reading
from needlework.clinic.queries import batches
from needlework.clinic.rules.access import Act, check_may
from needlework.web.forms.batches import BatchForm
from needlework.web.visit import Visit, staff_page


@staff_page
def trace(request: Visit) -> HttpResponse:
    """Patient by patient, with product, day and place."""
    check_may(request.actor, Act.TRACE)
    form = BatchForm(request.GET if "batch" in request.GET else None)
    context: dict[str, object] = {"form": form, "asked": ""}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["batch"]
        found = batches.everyone(request.actor, batch=asked)
        people = [(several[0], several) for several in _by_patient(found)]
        reading.note(
            event="lot-traced", by=request.actor, at=request.at,
            detail={"batch": asked, "patients": len(people)},
        )  # fmt: skip
        context |= {"asked": asked, "people": people}
    return render(request, "batches/trace.html", context, status=422 if form.errors else 200)


def _by_patient(found: list[batches.Applied]) -> list[list[batches.Applied]]:
    return [list(several) for _, several in groupby(found, key=attrgetter("patient"))]
