"""The trail, newest first: for the medical lead and the auditor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from needlework.clinic.actions import reading
from needlework.clinic.errors import BadInput
from needlework.clinic.queries import trail as queries
from needlework.clinic.rules.access import Act, check_may
from needlework.web.forms.trail import TrailForm
from needlework.web.refusals import show
from needlework.web.visit import Visit, staff_page


@staff_page
def listed(request: Visit) -> HttpResponse:
    """Fifty lines at a time, all or chosen by person, patient, event and day."""
    check_may(request.actor, Act.SEE_TRAIL)
    form = TrailForm(request.GET or None)
    found: queries.TrailPage | None = None
    if not form.is_bound:
        found = queries.lines(request.actor)
    elif form.is_valid():
        try:
            found = _chosen(request, form.cleaned_data)
        except BadInput as error:
            show(form, error)
    if found is None:
        return render(request, "trail/trail.html", {"form": form, "chosen": True}, status=422)
    asked = {
        name: str(value) for name, value in (form.cleaned_data if form.is_bound else {}).items() if value
    }
    reading.note(
        event="trail-viewed", by=request.actor, at=request.at, detail={**asked, "count": len(found.lines)}
    )
    context = {
        "form": form,
        "found": found,
        "rows": [_row(line, found) for line in found.lines],
        "chosen": bool(asked.keys() - {"before"}),
        "older": urlencode({**asked, "before": found.next_before}) if found.next_before else "",
    }
    return render(request, "trail/trail.html", context)


def _chosen(request: Visit, asked: dict[str, Any]) -> queries.TrailPage:
    zone = timezone.get_current_timezone()
    since, until = queries.day_bounds(asked["since"], asked["until"], zone)
    patient = asked["patient"].strip()
    return queries.lines(
        request.actor,
        person=asked["person"].strip(),
        patient=queries.patient_of(request.actor, patient) if patient else None,
        event=asked["event"],
        since=since,
        until=until,
        before=asked["before"],
    )


def _row(line: Any, found: queries.TrailPage) -> dict[str, Any]:
    return {
        "line": line,
        "role": line.actor_role.replace("-", " "),
        "patient": found.names.get(line.patient, "") if line.patient else "",
        "detail": "; ".join(f"{name}: {_short(str(value))}" for name, value in line.detail.items()),
        "sealed": line.pk in found.sealed,
    }


def _short(value: str) -> str:
    """A seal or another long word as its beginning: nothing in a table may be wider than the page."""
    return " ".join(word if len(word) <= 30 else word[:12] + "…" for word in value.split(" "))
