"""The clinic's own figures."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from needlework.clinic.actions import reading
from needlework.clinic.queries import results as queries
from needlework.web.visit import Visit, staff_page


@staff_page
def results(request: Visit) -> HttpResponse:
    """What happened in the last year, with every denominator."""
    found = queries.of_clinic(request.actor, on=timezone.localtime(request.at).date())
    reading.note(
        event="results-viewed", by=request.actor, at=request.at, detail={"treatments": found.treatments}
    )
    return render(request, "results/results.html", {"results": found})
