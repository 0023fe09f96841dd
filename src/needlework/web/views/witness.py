"""On the patient's own phone: the packet is sealed, this is its lot and date, and it was opened."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.errors import RuleBroken
from needlework.clinic.queries import treatments as queries
from needlework.web.refusals import show
from needlework.web.visit import PatientVisit, patient_page


@patient_page
def on_phone(request: PatientVisit, token: str) -> HttpResponse:
    """One question: did you see this packet opened?"""
    use = queries.use(request.actor, request.link.about or UUID(int=0))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not use.witness:
        try:
            actions.witness_packet(
                use=use,
                witness="own-phone",
                witnessed_by=request.link.patient.name,
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            return redirect("patient-witness", token=token)
    patient_actions.open_record(patient=request.link.patient, page="witness", by=request.actor, at=request.at)
    context = {"use": use, "form": form, "token": token}
    return render(request, "treatments/witness_phone.html", context, status=422 if form.errors else 200)
