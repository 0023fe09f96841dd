"""The list of patients, the search, and their contact details."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import ClinicError, PossibleDuplicate
from needlework.clinic.queries import patients
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.web.forms.patients import PatientForm, VoidForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, staff_page

FACTS = ("given_name", "family_name", "known_as", "born_on", "sex", "phone", "email", "address", "postcode")
ORDERS = (("name", "By name"), ("newest", "Newest first"))


@staff_page
def listed(request: Visit) -> HttpResponse:
    """Everybody, by name or newest first, or those a search finds."""
    text = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    order = "newest" if request.GET.get("order") == "newest" else "name"
    if text:
        page = patients.search(request.actor, text, after=after)
    elif order == "newest":
        page = patients.newest(request.actor, after=after)
    else:
        page = patients.by_name(request.actor, after=after)
    reading.note(
        event="patients-searched",
        by=request.actor,
        at=request.at,
        detail={"query": text[:100], "order": order, "count": len(page.rows)},
    )
    here = reverse("patients")
    more = {"q": text} if text else {"order": order}
    context = {
        "rows": page.rows,
        "search_text": text,
        "order": order,
        "orders": [
            {"label": label, "url": f"{here}?order={code}", "current": not text and code == order}
            for code, label in ORDERS
        ],
        "next_url": f"{here}?{urlencode({**more, 'after': page.after})}" if page.after else "",
        "first": not after,
    }
    part = request.htmx and not request.htmx.boosted
    return render(request, "patients/rows.html" if part else "patients/list.html", context)


@staff_page
def new(request: Visit) -> HttpResponse:
    """Register a patient. A likely duplicate is shown before anything is made."""
    check_may(request.actor, Act.REGISTER)
    form = PatientForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            patient = patient_actions.register(**form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            if isinstance(error, PossibleDuplicate):
                form.offer(error)
            show(form, error)
        else:
            messages.success(request, f"{patient.name} is registered as {patient.number}.")
            return redirect("patient", patient.public_id)
    return render(request, "patients/form.html", {"form": form}, status=422 if form.errors else 200)


@staff_page
def details(request: Visit, patient: UUID) -> HttpResponse:
    """Change name, birth date or contact details."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.REGISTER, found)
    form = PatientForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in FACTS},
    )
    if request.method == "POST" and form.is_valid():
        try:
            patient_actions.change(patient=found, **form.cleaned_data, by=request.actor, at=request.at)
        except ClinicError as error:
            if isinstance(error, PossibleDuplicate):
                form.offer(error)
            show(form, error)
        else:
            messages.success(request, "The changes are saved.")
            return redirect("patient", found.public_id)
    patient_actions.open_record(patient=found, page="details", by=request.actor, at=request.at)
    context = {"form": form, "patient": found, "void_form": VoidForm(), "banner": banner(found)}
    return render(request, "patients/form.html", context, status=422 if form.errors else 200)


@staff_page
def void(request: Visit, patient: UUID) -> HttpResponse:
    """Take out a record that was made by mistake."""
    found = patients.find(request.actor, patient)
    check_access(request.actor, Act.MANAGE, found)
    form = VoidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            patient_actions.void(
                patient=found, because=form.cleaned_data["because"], by=request.actor, at=request.at
            )
        except ClinicError as error:
            show(form, error)
        else:
            messages.success(request, f"{found.name} ({found.number}) was taken out of the lists.")
            return redirect("patients")
    patient_actions.open_record(patient=found, page="void", by=request.actor, at=request.at)
    context = {"form": form, "patient": found, "banner": banner(found)}
    return render(request, "patients/void.html", context, status=422 if form.errors else 200)
