"""One patient of a recall, and tracing a lot to all of its patients."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.actions import recall_contacts as actions
from needlework.clinic.errors import RuleBroken
from needlework.clinic.queries import recalls as queries
from needlework.clinic.queries import traces
from needlework.clinic.rules.access import Act, check_may, may
from needlework.web.forms.recalls import AttemptForm, TraceForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.views.recalls import STATE_WORDS
from needlework.web.visit import Visit, staff_page


@staff_page
def contact(request: Visit, public_id: UUID) -> HttpResponse:
    """Who it is, how to reach them, every try so far, and the next one."""
    person = queries.contact(request.actor, public_id)
    found = person.contact
    form = AttemptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.attempt(contact=found, **form.cleaned_data, by=request.actor, at=request.at)
        except RuleBroken as error:
            show(form, error)
        else:
            words = STATE_WORDS[form.cleaned_data["state"]][1].lower()
            messages.success(request, f"{person.patient.name}: {words}.")
            return redirect("recall", found.recall.public_id)
    patient_actions.open_record(
        patient=person.patient, page="recall-contact", by=request.actor, at=request.at
    )
    light, words = STATE_WORDS[found.state]
    context = {
        "person": person,
        "contact": found,
        "recall": found.recall,
        "banner": banner(person.patient) if may(request.actor, Act.SEE_RECORD) else None,
        "attempts": queries.attempts(found),
        "light": light,
        "words": words,
        "form": form,
        "works": may(request.actor, Act.CONTACT_RECALLED) and found.recall.closed_at is None,
    }
    return render(request, "recalls/contact.html", context, status=422 if form.errors else 200)


@staff_page
def trace(request: Visit) -> HttpResponse:
    """On whom a lot was used, a hundred patients at a time."""
    check_may(request.actor, Act.TRACE)
    form = TraceForm(request.GET if "lot" in request.GET else None)
    context: dict[str, object] = {"form": form, "asked": None}
    if form.is_bound and form.is_valid():
        asked = {name: value.strip() for name, value in form.cleaned_data.items()}
        given = request.GET.get("after", "")
        after = int(given) if given.isdecimal() and len(given) < 19 else 0
        number = traces.count(request.actor, **asked)
        people = traces.first(request.actor, **asked, after=after)
        reading.note(
            event="lot-traced", by=request.actor, at=request.at, detail={**asked, "patients": len(people)}
        )
        context |= {
            "asked": asked,
            "units": traces.units(request.actor, **asked),
            "number": number,
            "people": people,
            "first": not after,
            "more": people[-1].patient.pk if len(people) == traces.PAGE else 0,
            "runs": may(request.actor, Act.RUN_RECALL),
        }
    refused = form.is_bound and bool(form.errors)
    return render(request, "recalls/trace.html", context, status=422 if refused else 200)
