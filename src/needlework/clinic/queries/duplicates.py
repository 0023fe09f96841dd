"""Who is already registered and may be the same person."""

from __future__ import annotations

from datetime import date

from needlework.clinic.models import Patient, SearchKey
from needlework.clinic.queries.patients import E_MAIL, NAME, PHONE, key
from needlework.clinic.rules import names


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

    The same birth date and a close name (folded, in Latin letters, either way round); the same phone number
    or e-mail address; or exactly the same name and a birth date that differs by one slip.
    """
    rows = Patient.objects.filter(clinic_id=clinic_id, voided_at=None).exclude(pk=leaving_out)
    name = (given_name, family_name)
    found: dict[int, Patient] = {}
    for one in rows.filter(born_on=born_on)[:500]:
        if names.same_person((one.given_name, one.family_name), name):
            found[one.pk] = one
    reached = [key(PHONE, phone.lstrip("+"))] if phone else []
    reached += [key(E_MAIL, email.casefold())] if email else []
    if reached:
        hits = SearchKey.objects.filter(clinic_id=clinic_id, key__in=reached).values("patient_id")
        found |= {one.pk: one for one in rows.filter(pk__in=hits)[:20]}
    found |= {
        one.pk: one for one in _same_name(clinic_id, name, leaving_out) if _one_slip(one.born_on, born_on)
    }
    return list(found.values())[:10]


def _same_name(clinic_id: int, name: tuple[str, str], leaving_out: int) -> list[Patient]:
    """Patients with exactly both names, in Latin letters: an intersection of two exact look-ups."""
    parts = ["".join(names.words(names.romanise(part))[:1]) for part in name]
    if not all(parts):
        return []
    keys = SearchKey.objects.filter(clinic_id=clinic_id)
    given, family = (keys.filter(key=key(NAME, part)).values("patient_id") for part in parts)
    rows = Patient.objects.filter(voided_at=None, pk__in=given).filter(pk__in=family)
    return list(rows.exclude(pk=leaving_out)[:50])


def _one_slip(a: date, b: date) -> bool:
    """Day and month exchanged, or one digit wrong."""
    if (a.year, a.month, a.day) == (b.year, b.day, b.month):
        return True
    return sum(x != y for x, y in zip(a.isoformat(), b.isoformat(), strict=True)) == 1
