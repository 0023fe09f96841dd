"""Recalls of products: which batches a notice means, on whom they were put, and whether a batch is called back now.

A line names a product and its batch. A batch is ruled out only by a fact that is known: an expiry that nobody recorded
rules nothing out, and the identifier only serves to tell which product is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper

from needlework.clinic.models import (
    AnaestheticApplication,
    ProductBatch,
    Recall,
    RecalledBatch,
    RecallLine,
    TopicalUse,
    Treatment,
    any_of,
)
from needlework.clinic.models.any_of import AnyOf
from needlework.clinic.rules import batches as rules
from needlework.clinic.rules import wording
from needlework.clinic.rules.access import Act, may
from needlework.clinic.who import Actor

from .batches import Held, judged
from .prepared import Prepared

AT_ONCE = 200  # batches in one question
USES = (AnaestheticApplication, TopicalUse)


@dataclass(frozen=True, slots=True)
class Put:
    """A recalled batch put on one patient. The clinical facts are empty for who may not see them."""

    patient_id: int
    product: str
    batch: str
    used_at: datetime
    site: str
    practitioner: str
    treatment: UUID
    areas: tuple[str, ...]

    @property
    def what(self) -> str:
        """Product and batch in words."""
        return f"{wording.product(self.product)}, batch {self.batch}"


_OPEN = Prepared(
    lambda clinic: (
        RecallLine.objects.filter(
            ~Q(product=""), clinic_id=clinic, recall__closed_at=None, recall__kind=Recall.REAL
        )
        .select_related("recall")
        .order_by("recall_id")
    )
)  # asked whenever something is put on the skin; mostly there is none


def called_back(by: Actor, *, product: str, batch: str, expires_on: date | None) -> list[Recall]:
    """The open recalls that mean this batch, in stock or not, in one query."""
    lines = [line for line in _OPEN.instances(by.clinic_id) if line.lot.upper() == batch.strip().upper()]
    meant = [line.recall for line in lines if _is_meant(product, expires_on, line)]
    return list({recall.pk: recall for recall in meant}.values())


def matching(by: Actor, lines: Iterable[RecallLine]) -> list[int]:
    """The batches in stock which these lines mean, by primary key: discarded ones too."""
    rows = ProductBatch.objects.filter(clinic_id=by.clinic_id)
    return [row.pk for row in _of_batches(rows, lines)]


def patients_of(by: Actor, lines: Iterable[RecallLine]) -> set[int]:
    """Everybody on whom one of these batches was put; what was voided is left out."""
    meant = list(lines)
    return {row.patient_id for model in USES for row in _of_batches(_put_on(by, model), meant)}


def by_patient(by: Actor, of: Recall, *, among: Collection[int] | None) -> dict[int, list[Put]]:
    """What of a recall was put on whom, patient by patient and in order; `among` asks for some of them alone."""
    lines = list(of.lines.exclude(product=""))
    sees = may(by, Act.SEE_RECORD)
    found: list[tuple[Any, tuple[str, ...]]] = []
    for model in USES:
        rows = _put_on(by, model)
        if among is not None:
            rows = rows.filter(treatment__patient__in=among)
        found += [(row, tuple(getattr(row, "areas", ())) if sees else ()) for row in _of_batches(rows, lines)]
    treatments: dict[int, Treatment] = {}
    for some in any_of.slices(sorted({row.treatment_id for row, _areas in found})):
        wanted = Treatment.objects.filter(AnyOf(F("pk"), some))
        treatments |= {row.pk: row for row in wanted.select_related("site", "practitioner")}
    told: dict[int, list[Put]] = {}
    for row, areas in sorted(found, key=lambda each: (each[0].applied_at, each[0].pk)):
        treatment = treatments[row.treatment_id]
        put = Put(
            patient_id=row.patient_id,
            product=row.product,
            batch=row.batch,
            used_at=row.applied_at,
            site=treatment.site.name,
            practitioner=treatment.practitioner.name if sees else "",
            treatment=treatment.public_id,
            areas=areas,
        )
        told.setdefault(put.patient_id, []).append(put)
    return told


def batches_of(of: Recall, *, on: date) -> list[Held]:
    """The batches in stock that its notice means, also those that are discarded by now."""
    caught = RecalledBatch.objects.filter(recall=of, batch=OuterRef("pk"))
    rows = ProductBatch.objects.filter(Exists(caught))
    return judged(rows.select_related("site", "recall"), on=on)


def names(of: Recall) -> tuple[bool, bool]:
    """Whether its notice names packets, and whether it names products."""
    products = set(
        of.lines.order_by().annotate(packets=Q(product="")).values_list("packets", flat=True).distinct()
    )
    return True in products, False in products


def _put_on(by: Actor, model: type[Any]) -> QuerySet[Any]:
    here = model._default_manager.filter(clinic_id=by.clinic_id, voided_at=None)
    rows: QuerySet[Any] = here.annotate(patient_id=F("treatment__patient_id"))
    return rows


def _of_batches(rows: QuerySet[Any], lines: Iterable[RecallLine]) -> Iterator[Any]:
    """Those of the rows (with product, batch and expiry) which a line means."""
    by_batch: dict[str, list[RecallLine]] = {}
    for line in lines:
        if line.product:
            by_batch.setdefault(line.lot.strip().upper(), []).append(line)
    batches: Sequence[str] = sorted(by_batch)
    for start in range(0, len(batches), AT_ONCE):
        wanted = [_capitals(batch) for batch in batches[start : start + AT_ONCE]]
        some = rows.alias(batch_in_capitals=Upper("batch")).filter(batch_in_capitals__in=wanted)
        for row in some:
            meant = by_batch.get(row.batch.upper(), ())
            if any(_is_meant(row.product, row.expires_on, line) for line in meant):
                yield row


def _is_meant(product: str, expires_on: date | None, line: RecallLine) -> bool:
    if not rules.same_product(product, line.product):
        return False
    if expires_on is None:
        return True
    return (line.expires_from_on or date.min) <= expires_on <= (line.expires_to_on or date.max)


def _capitals(batch: str) -> Upper:
    return Upper(Value(batch.strip(), output_field=CharField()))
