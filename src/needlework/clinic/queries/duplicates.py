"""Who is already registered and may be the same person."""

from __future__ import annotations

from datetime import date

from needlework.clinic.models import Patient, SearchKey
from needlework.clinic.queries.patients import E_MAIL, PHONE, key
from needlework.clinic.rules import names

MOST = 2000  # a clinic of 100 000 has about 200 patients within one slip of a birth date


def find(
    clinic_id: int,
    *,
    given_name: str,
    family_name: str,
    born_on: date,
    phone: str,
    email: str,
    leaving_out: int = 0,
) -> list[Patient]:
    """Patients who may be this person, likeliest first: at most ten.

    A close name (folded, in Latin letters, either way round) and the same birth date or one that differs by one
    slip; or the same phone number or e-mail address.
    """
    rows = Patient.objects.filter(clinic_id=clinic_id, voided_at=None).exclude(pk=leaving_out)
    born = rows.filter(born_on__in=names.near_dates(born_on))[:MOST]
    alike = [
        one for one in born if names.same_person((one.given_name, one.family_name), (given_name, family_name))
    ]
    reached = [key(PHONE, phone.lstrip("+"))] if phone else []
    reached += [key(E_MAIL, email.casefold())] if email else []
    if reached:
        hits = SearchKey.objects.filter(clinic_id=clinic_id, key__in=reached).values("patient_id")
        alike += rows.filter(pk__in=hits)[:20]
    alike.sort(key=lambda one: one.born_on != born_on)
    return list(dict.fromkeys(alike))[:10]
