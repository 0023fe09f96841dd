"""The patient's page: what comes next, the way so far, and the facts that seldom change."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.queries import links, patients, summaries, timelines
from needlework.clinic.rules import links as link_rules
from needlework.clinic.rules.access import Act, may
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, address_of, staff_page

# kind of a line in the timeline -> the page behind it, where there is one
PAGES = {
    "history": "history",
    "consultation": "consultation",
    "plan": "plan",
    "consent": "consent",
    "treatment": "treatment",
    "checkin": "checkin",
    "review": "review",
    "incident": "incident",
    "document": "document",
    "course": "course",
}
LINKS = (
    ("history", "Health questions"),
    ("check-in", "How the skin is doing"),
    ("results", "Own results"),
)


class Row:
    """One line of the timeline with its address. Drawn dozens of times on a page, so nothing is looked up twice."""

    __slots__ = ("entry", "photos", "url")

    def __init__(self, entry: timelines.Entry) -> None:
        self.entry = entry
        page = PAGES.get(entry.kind)
        self.url = "" if page is None or entry.id is None else address_of(page, entry.id)
        self.photos = [reverse("photo", args=[photo, "thumb"]) for photo in entry.photos[:6]]


@staff_page
def patient(request: Visit, patient: UUID) -> HttpResponse:
    """One patient. The front desk sees contact and appointments, and no clinical fact."""
    found = patients.find(request.actor, patient)
    patient_actions.open_record(patient=found, page="patient", by=request.actor, at=request.at)
    clinical = may(request.actor, Act.SEE_RECORD)
    context: dict[str, object] = {
        "patient": found,
        "banner": banner(found),
        "clinical": clinical,
        "appointments": timelines.appointments_of(request.actor, found, at=request.at),
    }
    if may(request.actor, Act.REGISTER):
        context["links"] = links.of_patient(request.actor, found, at=request.at)
        context["link_purposes"] = [
            (code, label) for code, label in LINKS if clinical or code not in link_rules.SHOW_RECORD
        ]
    if clinical:
        everything = request.GET.get("all") == "1"
        timeline = timelines.of_patient(request.actor, found, everything=everything)
        context |= {
            "step": summaries.next_step(request.actor, found, at=request.at),
            "timeline": timeline,
            "rows": [Row(entry) for entry in timeline.entries],
        }
    return render(request, "timelines/patient.html", context)
