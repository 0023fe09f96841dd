"""Products by batch: what stands in the cupboards, and from a batch of cream, serum or make-up to its patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from needlework.clinic.errors import NotFound
from needlework.clinic.models import AnaestheticApplication, ProductBatch, Site, TopicalUse
from needlework.clinic.rules import batches as rules
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.batches import BatchState
from needlework.clinic.who import Actor


def carries(batch: str) -> Exact:
    """The condition for rows of this batch, in whatever capitals; an index on Upper("batch") finds them."""
    return Exact(Upper("batch"), Upper(Value(batch.strip(), output_field=CharField())))


FREE = frozenset({BatchState.IN_DATE, BatchState.OPENED})


# --- stock -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Held:
    """One batch at one site, with what its facts say today."""

    row: ProductBatch
    state: BatchState
    until: date | None
    soon: bool  # free, and to be used within sixty days


@dataclass(frozen=True, slots=True)
class Cupboard:
    """Every batch that nobody has thrown away, the soonest to expire first."""

    batches: tuple[Held, ...]

    def number(self, state: BatchState) -> int:
        """How many batches stand so."""
        return sum(held.state is state for held in self.batches)

    @property
    def expired(self) -> int:
        """Batches past their date that nobody has thrown away yet."""
        return self.number(BatchState.EXPIRED)

    @property
    def soon(self) -> int:
        """Batches that may be used, but not for longer than sixty days."""
        return sum(held.soon for held in self.batches)


def cupboard(by: Actor, *, on: date, site: Site | None = None) -> Cupboard:
    """What stands in the cupboards, at one site or at all. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = ProductBatch.objects.filter(clinic_id=by.clinic_id, discarded_at=None)
    if site is not None:
        rows = rows.filter(site=site)
    return Cupboard(tuple(judged(rows.select_related("site", "recall"), on=on)))


def judged(rows: QuerySet[ProductBatch], *, on: date) -> list[Held]:
    """These batches with what their facts say on a day, the soonest to expire first."""
    found = []
    for row in rows:
        here = rules.state(row, on=on)
        soon = here in FREE and rules.expires_soon(row, on=on)
        found.append(Held(row, here, rules.lasts_until(row), soon))
    return sorted(found, key=lambda held: (held.until or date.max, rules.named(held.row), held.row.pk))


def free(by: Actor, *, site: Site, on: date, numbing: bool) -> list[Held]:
    """What may be put on today at a site, numbing creams or all else, soonest to expire first. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = ProductBatch.objects.filter(
        clinic_id=by.clinic_id, site=site, discarded_at=None, quarantined_at=None
    )
    creams = Q(product__in=rules.numbing())
    rows = rows.filter(creams if numbing else ~creams)
    return [held for held in judged(rows, on=on) if held.state in FREE]


def in_stock(by: Actor, *, batch: str, product: str = "", on: date) -> list[Held]:
    """Where a batch stands, at every site, discarded ones too. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = ProductBatch.objects.filter(carries(batch), clinic_id=by.clinic_id)
    found = judged(rows.select_related("site", "recall"), on=on)
    return [held for held in found if not product or rules.same_product(held.row.product, product)]


def batch(by: Actor, public_id: UUID) -> ProductBatch:
    """One batch at one site. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_STOCK)
    rows = ProductBatch.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    found = rows.select_related("site", "recall").first()
    if found is None:
        raise NotFound(thing="batch")
    return found


def products(by: Actor) -> list[tuple[str, str]]:
    """Code and name of every product of the pack, and of what else this clinic has received."""
    known = rules.known_products()
    rows = ProductBatch.objects.filter(clinic_id=by.clinic_id).exclude(product__in=known)
    own = rows.order_by().values_list("product", flat=True).distinct()
    return [*known.items(), *((name, name) for name in sorted(own, key=str.casefold))]


def product_of(by: Actor, di: str) -> str:
    """The product behind an identifier, as this clinic chose it the last time; empty where it never did."""
    if not di:
        return ""
    rows = ProductBatch.objects.filter(clinic_id=by.clinic_id, di=di).order_by("-pk")
    return rows.values_list("product", flat=True).first() or ""


# --- from a batch to its patients --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Applied:
    """One application of the batch. `areas` are empty for who may not see what was done, and where not recorded."""

    patient: UUID
    number: str
    name: str
    phone: str
    email: str
    treatment: UUID
    site: str
    product: str
    batch: str
    applied_at: datetime
    areas: tuple[str, ...]


def everyone(by: Actor, *, batch: str, product: str = "") -> list[Applied]:
    """Every application of a batch, by patient and time; what was voided is left out. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    sees = may(by, Act.SEE_RECORD)
    found: list[Applied] = []
    for model in (AnaestheticApplication, TopicalUse):
        rows = model._default_manager.filter(carries(batch), clinic_id=by.clinic_id, voided_at=None)
        for row in rows.select_related("treatment__patient", "treatment__site"):
            if product and not rules.same_product(row.product, product):
                continue
            patient = row.treatment.patient
            areas = row.areas if sees and isinstance(row, AnaestheticApplication) else []
            found.append(
                Applied(
                    patient=patient.public_id,
                    number=patient.number,
                    name=patient.name,
                    phone=patient.phone,
                    email=patient.email,
                    treatment=row.treatment.public_id,
                    site=row.treatment.site.name,
                    product=row.product,
                    batch=row.batch,
                    applied_at=row.applied_at,
                    areas=tuple(areas),
                )
            )
    return sorted(found, key=lambda one: (one.name, one.number, one.applied_at))
