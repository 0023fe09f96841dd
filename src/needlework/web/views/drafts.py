"""Where a form sends what is being typed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import drafts
from needlework.clinic.errors import ClinicError, DraftChangedElsewhere
from needlework.web.templatetags.show import clock
from needlework.web.visit import PatientVisit, Visit, patient_page, staff_page

# A drawn signature that waits in a draft could be sent by the next person who opens the form.
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "signature", "secret", "second_secret", "pin", "password"})


@require_POST
@staff_page
def save(request: Visit, form: str, subject: UUID) -> HttpResponse:
    """Keep a draft of a member of staff."""
    return _save(request, form, subject)


@require_POST
@patient_page
def save_of_patient(request: PatientVisit, token: str, form: str, subject: UUID) -> HttpResponse:
    """Keep a draft of a patient on their own phone."""
    return _save(request, form, subject)


def _save(request: Visit, form: str, subject: UUID) -> HttpResponse:
    fields = {name: [str(value) for value in values] for name, values in request.POST.lists()}
    sent = fields.pop("revision", ["0"])[0]
    for name in NEVER_KEPT & fields.keys():
        del fields[name]
    revision = int(sent) if sent.isdecimal() and len(sent) < 9 else 0
    try:
        draft = drafts.save(
            form=form, subject=subject, fields=fields, revision=revision, by=request.actor, at=request.at
        )
    except DraftChangedElsewhere as error:
        return JsonResponse({"sentence": str(error)}, status=409)
    except ClinicError as error:
        return JsonResponse({"sentence": str(error)}, status=422)
    return JsonResponse(
        {"revision": draft.revision, "saved": clock(draft.saved_at), "saved_at": draft.saved_at.isoformat()}
    )
