"""Patients: one by address, lists by name or by newest, and the search.

A search is a range scan over the keys in order, so it costs the same at a hundred patients and at a hundred
thousand: the word with the fewest keys leads, and each hit is asked for the other words by one index probe.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from needlework.clinic.errors import BadInput, NotFound
from needlework.clinic.models import History, Patient, SearchKey
from needlework.clinic.rules import names
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.wording import within_reason
from needlework.clinic.who import Actor, Role
from needlework.skin import packs

# What a key is, as its first letter: ranges of one kind lie together.
NAME, PHONE, E_MAIL, NUMBER, BORN = "n", "t", "e", "p", "d"
SHORTEST_TAIL = 3
PAGE = 50
NO_SUCH_PLACE = "This place in the list is not known. Start at the top."
ENOUGH = 3000  # keys counted to find the rarest word

Range = tuple[bytes, bytes]  # from, and up to but not including

_DATE = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_PHONE = re.compile(r"^[+(]?[\d][\d\s()./-]*$")


@dataclass(frozen=True, slots=True)
class PatientPage:
    """One page of a list, and where the next one begins."""

    rows: list[Patient]
    after: str = ""  # empty when this is the last page


def find(by: Actor, public_id: UUID) -> Patient:
    """One patient of this clinic; a patient finds only themself.

    Raises NotAllowed, NotFound. A voided patient is found by the medical lead and the auditor only.
    """
    rows = Patient.objects.filter(clinic_id=by.clinic_id, public_id=public_id).select_related("clinic")
    if by.role is Role.PATIENT:
        rows = rows.filter(pk=by.patient_id or 0)
    else:
        check_may(by, Act.SEE_PATIENTS)
    if by.role not in {Role.MEDICAL_LEAD, Role.AUDITOR, Role.PROGRAM}:
        rows = rows.filter(voided_at=None)
    patient = rows.first()
    if patient is None:
        raise NotFound(thing="patient")
    return patient


def allergies_asked(patient: Patient) -> bool:
    """Whether every question about allergies has a yes or a no, so that an empty list means none are known.

    What was left out or not known is never a "no".
    """
    if patient.allergies:
        return True
    histories = History.objects.filter(patient=patient, voided_at=None).order_by("-answered_at")
    answers = histories.values_list("answers", flat=True).first() or {}
    asked = [code for code, question in packs.shipped().questions.items() if question.group == "allergies"]
    return all(answers.get(code, {}).get("answer") in {"yes", "no"} for code in asked)


def by_name(by: Actor, *, after: str = "", size: int = PAGE) -> PatientPage:
    """Patients in the order of their names, from a place in the list. Raises NotAllowed."""
    check_may(by, Act.SEE_PATIENTS)
    rows = Patient.objects.filter(clinic_id=by.clinic_id, voided_at=None).order_by("sort_name", "id")
    if after:
        name, pk = _place(after)
        rows = rows.filter(sort_name__gte=name).exclude(sort_name=name, id__lte=pk)
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return PatientPage(found[:size], _mark(last.sort_name, last.pk) if last else "")


def newest(by: Actor, *, after: str = "", size: int = PAGE) -> PatientPage:
    """Patients, last registered first. Raises NotAllowed."""
    check_may(by, Act.SEE_PATIENTS)
    rows = Patient.objects.filter(clinic_id=by.clinic_id, voided_at=None).order_by("-registered_at", "id")
    if after:
        place, pk = _place(after)
        try:
            moment = datetime.fromisoformat(place)
        except ValueError:
            raise BadInput(because=NO_SUCH_PLACE) from None
        if moment.tzinfo is None or within_reason(moment.date()) != moment.date():
            raise BadInput(because=NO_SUCH_PLACE)
        rows = rows.filter(registered_at__lte=moment).exclude(registered_at=moment, id__lte=pk)
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return PatientPage(found[:size], _mark(last.registered_at.isoformat(), last.pk) if last else "")


def search(by: Actor, text: str, *, after: str = "", size: int = PAGE) -> PatientPage:
    """Patients for whom every word fits: the beginning of a name in any script, three or more digits of a
    phone number, the patient number, an e-mail address, a birth date or its year. Raises NotAllowed."""
    check_may(by, Act.SEE_PATIENTS)
    wanted = _asked(text)
    if not wanted:
        return PatientPage([])
    keys = SearchKey.objects.filter(clinic_id=by.clinic_id)
    if len(wanted) > 1:
        wanted.sort(
            key=lambda ranges: sum(keys.filter(_any([one]))[:ENOUGH].count() for one in ranges),
        )
    # Each range for itself, in order: two ranges in one question would be sorted, which means read whole.
    scans = [(one, keys.filter(_any([one]))) for one in sorted(wanted[0])]
    for ranges in wanted[1:]:
        # No clinic here: the index to probe is the one of the patient.
        also = Exists(SearchKey.objects.filter(_any(ranges), patient=OuterRef("patient")))
        scans = [(one, rows.filter(also)) for one, rows in scans]
    return _page_of_hits(scans, after, size)


def _page_of_hits(scans: Sequence[tuple[Range, QuerySet[SearchKey]]], after: str, size: int) -> PatientPage:
    """Hits in the order of their keys, each patient once on a page; the next page begins at the next hit."""
    order: dict[int, bytes] = {}
    place, seen = _place(after) if after else ("", 0)
    try:
        start = bytes.fromhex(place)
    except ValueError:
        raise BadInput(because=NO_SUCH_PLACE) from None
    for (_, end), rows in scans:
        more = start < end
        while more and len(order) <= size:
            hits = rows.order_by("key", "patient_id")
            if start:
                hits = hits.filter(key__gte=start).exclude(key=start, patient_id__lte=seen)
            batch = [(bytes(key), pk) for key, pk in hits.values_list("key", "patient_id")[: 2 * size]]
            more = len(batch) == 2 * size
            for key, pk in batch:
                start, seen = key, pk
                order.setdefault(pk, key)
                if len(order) > size:
                    break
    chosen = list(order)[:size]
    people = Patient.objects.in_bulk(chosen)
    shown = [people[pk] for pk in chosen if pk in people]
    last = chosen[-1] if len(order) > size else None
    return PatientPage(shown, _mark(order[last].hex(), last) if last is not None else "")


# --- keys ---------------------------------------------------------------------------------------------
def key(kind: str, text: str) -> bytes:
    """A key as it is stored."""
    return (kind + text).encode()


def keys_of(patient: Patient) -> set[bytes]:
    """Everything a patient is found by."""
    keys = {
        key(NAME, word) for word in names.spellings(patient.given_name, patient.family_name, patient.known_as)
    }
    digits = patient.phone.lstrip("+")
    keys |= {key(PHONE, digits[start:]) for start in range(len(digits) - SHORTEST_TAIL + 1)}
    if patient.email:
        keys.add(key(E_MAIL, patient.email.casefold()))
    number = patient.number.casefold()
    keys |= {key(NUMBER, number), key(NUMBER, number.lstrip("p").lstrip("0") or number)}
    keys.add(key(BORN, f"{patient.born_on:%Y%m%d}"))
    return keys


def _asked(text: str) -> list[list[Range]]:
    """A search as words, each with the ranges it may lie in."""
    text = text.strip()[:200]
    digits = re.sub(r"\D", "", text)
    if _PHONE.match(text) and len(digits) >= SHORTEST_TAIL and not _born(text):
        return [_ranges_of_digits(digits, international=text.startswith("+"))]
    wanted: list[list[Range]] = []
    for typed in text.split()[:6]:
        if day := _born(typed):
            wanted.append([_prefix(BORN, f"{day:%Y%m%d}")])
        elif "@" in typed:
            wanted.append([_prefix(E_MAIL, typed.casefold())])
        elif typed.isascii() and typed.isdecimal() and len(typed) >= SHORTEST_TAIL:
            wanted.append(_ranges_of_digits(typed))
        else:
            wanted += [[_prefix(NAME, word), *_other(word)] for word in names.words(typed)[:6] if word]
    return wanted


def _other(word: str) -> list[Range]:
    """A word that is no plain name may be a patient number, or the beginning of an e-mail address."""
    if word.isascii() and any(sign.isdigit() for sign in word):
        return [_prefix(NUMBER, word), _prefix(E_MAIL, word)]
    return []


def _ranges_of_digits(digits: str, *, international: bool = False) -> list[Range]:
    ranges = [_prefix(PHONE, digits if international else digits.lstrip("0") or digits)]
    if not international:
        ranges.append(_prefix(NUMBER, digits.lstrip("0") or digits))
        if digits.startswith("0"):
            ranges.append(_prefix(PHONE, digits))
        if len(digits) == 4 and digits[:2] in {"19", "20"}:
            ranges.append(_prefix(BORN, digits))
    return ranges


def _born(typed: str) -> date | None:
    if found := _DATE.match(typed):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO_DATE.match(typed):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _prefix(kind: str, text: str) -> Range:
    """From the first key that begins so to the first that does not; UTF-8 never holds the byte 255."""
    start = key(kind, text)
    return start, start + b"\xff"


def _any(ranges: Iterable[Range]) -> Q:
    found = Q()
    for start, end in ranges:
        found |= Q(key__gte=start, key__lt=end)
    return found


# --- places in a list ---------------------------------------------------------------------------------
def _mark(text: str, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{pk}:{text}".encode()).decode().rstrip("=")


def _place(mark: str) -> tuple[str, int]:
    try:
        pk, _, text = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().partition(":")
        return text, int(pk)
    except ValueError:
        raise BadInput(because=NO_SUCH_PLACE) from None
