"""Recalls and drills: the list, one of them with its counts, and the patients to be told, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from needlework.clinic.errors import NotFound
from needlework.clinic.models import (
    DeviceUnit,
    DeviceUse,
    Patient,
    Recall,
    RecallAttempt,
    RecallContact,
    RecallLine,
    any_of,
)
from needlework.clinic.models.any_of import AnyOf
from needlework.clinic.rules import notices
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from . import notices as notice_queries
from . import recall_batches, traces

PAGE = 50
LETTERS_IN_A_FILE = 500
LATEST_USES = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """One recall in numbers."""

    units: traces.Units
    states: dict[str, int]  # patients, by how far the clinic has come
    by_phone: int  # patients not yet reached who can be called
    by_email: int
    by_letter: int

    @property
    def patients(self) -> int:
        """All on whom a packet was used."""
        return sum(self.states.values())

    @property
    def unreached(self) -> int:
        """Those who still have to be told."""
        return sum(self.states[state] for state in rules.UNREACHED)

    @property
    def here(self) -> int:
        """Packets that should lie in a drawer."""
        return self.units.in_stock + self.units.quarantined


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of recalls."""

    recall: Recall
    patients: int
    unreached: int


@dataclass(frozen=True, slots=True)
class DrillState:
    """When the clinic last practised, and when it must again."""

    last: Recall | None
    due_on: date | None
    light: str  # ready, wait, stop


@dataclass(frozen=True, slots=True)
class Looked:
    """What a notice would catch, before anybody acts on it."""

    units: traces.Units
    batches: int  # of products, in stock
    patients: int
    unknown: tuple[str, ...]  # devices that the catalogue does not know: their lines go by lot alone


@dataclass(frozen=True, slots=True)
class Person:
    """One patient of a recall, with where and when."""

    contact: RecallContact
    uses: tuple[traces.Use, ...]
    put: tuple[recall_batches.Put, ...] = ()  # products

    @property
    def everything(self) -> list[traces.Use | recall_batches.Put]:
        """Whatever is called back and was used on this patient, packets and products, in order."""
        found: list[traces.Use | recall_batches.Put] = [*self.uses, *self.put]
        return sorted(found, key=attrgetter("used_at"))

    @property
    def patient(self) -> Patient:
        """Who it is."""
        return self.contact.patient


def listed(by: Actor, *, most: int = 100) -> list[Listed]:
    """Open ones first, then the closed, newest first. Raises NotAllowed."""
    check_may(by, Act.SEE_RECALLS)
    rows = Recall.objects.filter(clinic_id=by.clinic_id)
    found = [*rows.filter(closed_at=None).order_by("-opened_at", "-pk")]
    found += rows.filter(closed_at__isnull=False).order_by("-opened_at", "-pk")[:most]
    sums = RecallContact.objects.filter(recall__in=[row.pk for row in found]).values("recall_id")
    numbers = {
        one["recall_id"]: one
        for one in sums.annotate(
            patients=Count("pk"), unreached=Count("pk", filter=Q(state__in=rules.UNREACHED))
        )
    }
    none = {"patients": 0, "unreached": 0}
    return [
        Listed(row, numbers.get(row.pk, none)["patients"], numbers.get(row.pk, none)["unreached"])
        for row in found
    ]


def open_ones(by: Actor) -> int:
    """How many recalls are open, drills left out. Raises NotAllowed."""
    check_may(by, Act.SEE_RECALLS)
    return Recall.objects.filter(clinic_id=by.clinic_id, closed_at=None, kind=Recall.REAL).count()


def recall(by: Actor, public_id: UUID) -> Recall:
    """Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECALLS)
    rows = Recall.objects.filter(clinic_id=by.clinic_id, public_id=public_id).select_related("clinic")
    found = rows.first()
    if found is None:
        raise NotFound(thing="recall")
    return found


def lines(of: Recall, *, most: int = 200) -> list[RecallLine]:
    """What its notice names."""
    return list(of.lines.select_related("model").order_by("pk")[:most])


def counts(of: Recall) -> Counts:
    """One recall in numbers."""
    states = Counter(dict.fromkeys(rules.STATES, 0))
    grouped = of.contacts.values_list("state").annotate(number=Count("pk"))
    states.update(dict(grouped))
    open_ = of.contacts.filter(state__in=rules.UNREACHED)
    ways = open_.aggregate(
        phone=Count("pk", filter=~Q(patient__phone="")),
        email=Count("pk", filter=~Q(patient__email="")),
        letter=Count("pk", filter=~Q(patient__address="")),
    )
    return Counts(
        units=traces.standing(units_of(of)),
        states=dict(states),
        by_phone=ways["phone"],
        by_email=ways["email"],
        by_letter=ways["letter"],
    )


def units_of(of: Recall) -> QuerySet[DeviceUnit]:
    """The packets its notice means."""
    return DeviceUnit.objects.filter(pk__in=of.units.values("unit_id"))


def uses_of(of: Recall) -> QuerySet[DeviceUse]:
    """Its packets that were opened for somebody and not given back sealed."""
    return DeviceUse.objects.filter(unit__recalled__recall=of, returned_at=None)


def patients_of(units: Sequence[int]) -> Iterator[int]:
    """On whom these packets were used, once for each use."""
    for some in any_of.slices(units):
        rows = DeviceUse.objects.filter(AnyOf(F("unit_id"), some), returned_at=None)
        yield from rows.values_list("patient_id", flat=True)


def people(by: Actor, of: Recall, *, state: str, after: int = 0, most: int = PAGE) -> list[Person]:
    """Its patients in one state, in a fixed order; `after` goes on behind that one. Raises NotAllowed."""
    check_may(by, Act.SEE_RECALLS)
    rows = of.contacts.filter(state=state, pk__gt=after).order_by("pk")
    return _persons(by, of, list(rows.select_related("patient")[:most]))


def everyone(by: Actor, of: Recall, *, contacts: Sequence[RecallContact] | None = None) -> list[Person]:
    """All its patients, for the report. Raises NotAllowed."""
    check_may(by, Act.SEE_RECALLS)
    rows = of.contacts.select_related("patient").order_by("pk")
    return _persons(by, of, list(rows) if contacts is None else list(contacts))


def _persons(by: Actor, of: Recall, contacts: list[RecallContact]) -> list[Person]:
    ids = [contact.patient_id for contact in contacts]
    rows = uses_of(of).filter(patient_id__in=ids) if len(ids) <= LETTERS_IN_A_FILE else uses_of(of)
    found = traces.by_patient(by, rows)
    put = recall_batches.by_patient(by, of, among=ids if len(ids) <= LETTERS_IN_A_FILE else None)
    return [
        Person(contact, tuple(found.get(contact.patient_id, ())), tuple(put.get(contact.patient_id, ())))
        for contact in contacts
    ]


def contact(by: Actor, public_id: UUID) -> Person:
    """One patient of a recall. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECALLS)
    rows = RecallContact.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    found = rows.select_related("patient", "recall__clinic").first()
    if found is None:
        raise NotFound(thing="patient of a recall")
    return _persons(by, found.recall, [found])[0]


def attempts(of: RecallContact) -> list[RecallAttempt]:
    """Every try to reach this patient, latest first."""
    return list(of.attempts.order_by("-made_at", "-pk"))


def attempts_by_contact(of: Recall) -> dict[int, list[RecallAttempt]]:
    """Every try of a recall, oldest first, by the patient's place on the list."""
    found: dict[int, list[RecallAttempt]] = {}
    for made in RecallAttempt.objects.filter(contact__recall=of).order_by("pk"):
        found.setdefault(made.contact_id, []).append(made)
    return found


def to_post(of: Recall, *, part: int = 1) -> list[RecallContact]:
    """Patients not yet reached who have an address, so many as go into one file of letters."""
    rows = of.contacts.filter(state__in=rules.UNREACHED).exclude(patient__address="")
    start = (part - 1) * LETTERS_IN_A_FILE
    return list(rows.select_related("patient").order_by("pk")[start : start + LETTERS_IN_A_FILE])


def look(by: Actor, given: Sequence[notices.Line]) -> Looked:
    """What a notice would catch; nothing is changed. Raises NotAllowed, NoticeNotRead."""
    check_may(by, Act.RUN_RECALL)
    meant = notice_queries.lines(by, given)
    found = notice_queries.matching(by, meant)
    numbers = Counter[str]()
    for some in any_of.slices(found):
        part = traces.standing(DeviceUnit.objects.filter(AnyOf(F("pk"), some)))
        numbers.update({name: getattr(part, name) for name in part.__dataclass_fields__})
    patients = set(patients_of(found)) | recall_batches.patients_of(by, meant)
    unknown = dict.fromkeys(
        line.device for line in meant if line.device and line.model is None and not line.product
    )
    empty = dict.fromkeys(traces.Units.__dataclass_fields__, 0)
    batches = len(recall_batches.matching(by, meant))
    return Looked(traces.Units(**{**empty, **numbers}), batches, len(patients), tuple(unknown))


def drill_state(by: Actor, *, on: date) -> DrillState:
    """The last drill that was carried through, and when the next is due."""
    rows = Recall.objects.filter(clinic_id=by.clinic_id, kind=Recall.DRILL, closed_at__isnull=False)
    last = rows.select_related("clinic").order_by("-opened_at").first()
    held = None if last is None else local_day(last.opened_at, last.clinic.time_zone)
    due, light = rules.drill_due(held, on=on)
    return DrillState(last, due, light)


def open_drill(by: Actor) -> Recall | None:
    """The drill that was started last and is not closed. Raises NotAllowed."""
    check_may(by, Act.RUN_RECALL)
    rows = Recall.objects.filter(clinic_id=by.clinic_id, kind=Recall.DRILL, closed_at=None)
    return rows.select_related("clinic").order_by("-opened_at", "-pk").first()


def lots_for_drill(by: Actor, *, most: int = 10) -> list[tuple[str, str, str]]:
    """Lots really used of late, the most used first: code of the model, its name, lot. Raises NotAllowed."""
    check_may(by, Act.RUN_RECALL)
    latest = DeviceUse.objects.filter(clinic_id=by.clinic_id, returned_at=None).order_by("-pk")
    used = Counter(latest.values_list("unit__model__code", "unit__model__name", "lot")[:LATEST_USES])
    return [lot for lot, _ in used.most_common(most)]
