"""The rows of a timeline: two questions, one for the lines and one for what belongs to them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from needlework.clinic.models import (
    AnaestheticApplication,
    CheckIn,
    Concern,
    Consent,
    Consultation,
    Course,
    DeviceUse,
    Document,
    Finding,
    History,
    Incident,
    Patient,
    Photo,
    Plan,
    Review,
    Treatment,
    TreatmentArea,
)

from .prepared import Prepared


@dataclass(frozen=True, slots=True)
class Event:
    """A line as it comes from the database. What `a`, `b`, `c` hold depends on its kind."""

    kind: str
    pk: int
    id: UUID
    at: datetime
    by: str
    number: int
    a: str
    b: str
    c: str


@dataclass(frozen=True, slots=True)
class Details:
    """What belongs to the lines, by kind and the primary key of its line, in the order in which it was kept."""

    rows: dict[tuple[str, int], list[tuple[str, str, str]]]

    def of(self, kind: str, pk: int) -> list[tuple[str, str, str]]:
        """The details of one kind of one line."""
        return self.rows.get((kind, pk), [])

    def photos(self, kind: str, pk: int) -> list[UUID]:
        """The photographs of one visit."""
        return [UUID(a) for a, _, _ in self.of(f"photo-{kind}", pk)]


def _line(
    rows: QuerySet[Any, Any], kind: str, *, at: str | Combinable, by: str, pk: str = "pk", id_: str = "public_id",
    number: str | Combinable | None = None, a: Combinable | None = None, b: Combinable | None = None,
    c: Combinable | None = None,
) -> QuerySet[Any, Any]:  # fmt: skip
    """One kind of line in the columns which all kinds share, so that they can be read together."""
    nothing = Value("", TextField())
    columns = (f"line_{column}" for column in ("kind", "pk", "id", "at", "by", "number", "a", "b", "c"))
    line: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            line_kind=Value(kind, TextField()),
            line_pk=F(pk),
            line_id=F(id_),
            line_at=F(at) if isinstance(at, str) else at,
            line_by=Cast(by, TextField()),
            line_number=Value(0) if number is None else F(number) if isinstance(number, str) else number,
            line_a=nothing if a is None else Cast(a, TextField()),
            line_b=nothing if b is None else Cast(b, TextField()),
            line_c=nothing if c is None else Cast(c, TextField()),
        )
        .values_list(*columns)
    )
    return line


def _lines(patient: int) -> QuerySet[Any, Any]:
    mine = {"patient": patient}
    kept = {"patient": patient, "voided_at": None}
    sitting = Case(
        When(stopped_at__isnull=False, then=Value("stopped")),
        When(signed_at__isnull=False, then=Value("signed")),
        When(finished_at__isnull=False, then=Value("finished")),
        When(started_at__isnull=False, then=Value("started")),
        default=Value("open"),
    )
    late = Case(When(recorded_late_at__isnull=False, then=Value("late")), default=Value(""))
    closed = Case(When(closed_at__isnull=False, then=Value("closed")), default=Value("open"))
    plans = Plan.objects.filter(course__patient=patient, course__voided_at=None)
    consents = Consent.objects.filter(**mine)
    lines = [
        _line(History.objects.filter(**kept), "history", at="answered_at", by="answered_by"),
        _line(Consultation.objects.filter(**kept), "consultation", at="held_at", by="held_by"),
        _line(
            plans, "plan", at="made_at", by="made_by", number="version",
            a=F("course__title"), b=F("treatments_planned"), c=F("interval_days"),
        ),
        _line(consents, "consent", at="signed_at", by="signed_by", id_="plan__public_id", a=F("text__version")),
        _line(
            consents.filter(withdrawal__isnull=False), "withdrawal", at="withdrawal__withdrawn_at",
            by="withdrawal__withdrawn_by", id_="plan__public_id",
        ),
        _line(
            Treatment.objects.filter(**kept), "treatment", at=Coalesce("started_at", "opened_at"),
            by="practitioner__name", number="number", a=F("course__title"), b=sitting, c=late,
        ),
        _line(
            CheckIn.objects.filter(**kept, answered_at__isnull=False), "checkin", at="answered_at",
            by="answered_by", a=F("level"), b=F("worry"), c=F("seen_by"),
        ),
        _line(
            Review.objects.filter(**kept), "review", at="held_at", by="held_by", a=F("stage"), b=F("patient_rating")
        ),
        _line(
            Incident.objects.filter(**kept), "incident", at="happened_at", by="opened_by",
            a=F("kind"), b=F("what"), c=closed,
        ),
        _line(Document.objects.filter(**mine), "document", at="made_at", by="made_by", a=F("title")),
        _line(
            Course.objects.filter(**kept, closed_at__isnull=False), "course", at="closed_at", by="closed_by",
            a=F("title"), b=F("outcome"),
        ),
    ]  # fmt: skip
    together = lines[0].union(*lines[1:], all=True).order_by("-line_at", "-line_pk")
    return together


def _detail(
    rows: QuerySet[Any, Any],
    kind: str | Combinable,
    *,
    of: str | Combinable,
    a: str,
    b: str = "",
    c: str = "",
) -> QuerySet[Any, Any]:
    nothing = Value("", TextField())
    columns = (f"part_{column}" for column in ("kind", "of", "pk", "a", "b", "c"))
    part: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            part_kind=Value(kind, TextField()) if isinstance(kind, str) else kind,
            part_of=F(of) if isinstance(of, str) else of,
            part_pk=F("pk"),
            part_a=Cast(a, TextField()),
            part_b=Cast(b, TextField()) if b else nothing,
            part_c=Cast(c, TextField()) if c else nothing,
        )
        .values_list(*columns)
    )
    return part


def _parts(patient: int) -> QuerySet[Any, Any]:
    kept = {"patient": patient, "voided_at": None}
    visit = Case(
        When(consultation__isnull=False, then=Value("photo-consultation")),
        When(treatment__isnull=False, then=Value("photo-treatment")),
        When(checkin__isnull=False, then=Value("photo-checkin")),
        default=Value("photo-review"),
        output_field=TextField(),
    )
    parts = [
        _detail(
            Finding.objects.filter(history__patient=patient, overridden_at=None), "finding", of="history_id", a="verdict"
        ),
        _detail(Concern.objects.filter(**kept), "concern", of="consultation_id", a="indication", b="area"),
        _detail(
            TreatmentArea.objects.filter(**kept), "area", of="treatment_id", a="area", b="needle_mm", c="passes"
        ),
        _detail(DeviceUse.objects.filter(**kept), "packet", of="treatment_id", a="unit__model__name", b="lot"),
        _detail(
            AnaestheticApplication.objects.filter(treatment__patient=patient, voided_at=None), "cream",
            of="treatment_id", a="product", b="grams",
        ),
        _detail(
            Photo.objects.filter(**kept), visit,
            of=Coalesce("consultation_id", "treatment_id", "checkin_id", "review_id"), a="public_id",
        ),
    ]  # fmt: skip
    together = parts[0].union(*parts[1:], all=True).order_by("part_pk")
    return together


_LINES, _PARTS = Prepared(_lines), Prepared(_parts)


def events(patient: Patient) -> list[Event]:
    """Every line of a patient, newest first."""
    return [Event(*row) for row in _LINES.rows(patient.pk)]


def details(patient: Patient) -> Details:
    """What belongs to the lines of a patient."""
    rows: dict[tuple[str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for kind, of, _, a, b, c in _PARTS.rows(patient.pk):
        rows[kind, of].append((a, b, c))
    return Details(rows)
