"""What is in the drawer: packets by model and lot, one packet. Which packet a scan means: scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, Value, When

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Delivery, DeviceModel, DeviceUnit, DeviceUse, Site
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.rules.devices import EXPIRES_SOON, LOW_STOCK
from needlework.clinic.who import Actor

IN_THE_DRAWER = Q(opened_at=None, discarded_at=None)


@dataclass(frozen=True, slots=True)
class Lot:
    """The packets of one lot at one site that are still here."""

    model: str
    model_name: str
    model_id: UUID
    lot: str
    expires_on: date
    site: str
    ready: int
    quarantined: int  # the recalled ones are among them
    recalled: int
    expired: int
    labelled: int
    warning: str  # "", "expired" or "soon"

    @property
    def here(self) -> int:
        """All that lie in the drawer, usable or not."""
        return self.ready + self.quarantined + self.expired


@dataclass(frozen=True, slots=True)
class Stock:
    """The drawer of the clinic."""

    lots: tuple[Lot, ...]
    low: tuple[tuple[str, int], ...]  # model name, packets left in date

    @property
    def ready(self) -> int:
        """Packets that may be opened today."""
        return sum(lot.ready for lot in self.lots)

    @property
    def expired(self) -> int:
        """Packets past their date that nobody has thrown away yet."""
        return sum(lot.expired for lot in self.lots)

    @property
    def soon(self) -> int:
        """Packets that expire within sixty days."""
        return sum(lot.ready for lot in self.lots if lot.warning == "soon")

    @property
    def quarantined(self) -> int:
        """Packets set aside."""
        return sum(lot.quarantined for lot in self.lots)


def stock(by: Actor, *, on: date, site: Site | None = None) -> Stock:
    """Every lot of which packets are left, soonest to expire first, and the models that run low.

    Raises NotAllowed.
    """
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(IN_THE_DRAWER, clinic_id=by.clinic_id)
    if site is not None:
        rows = rows.filter(site=site)
    groups = (
        rows.values("model_id", "model__code", "model__name", "model__public_id", "lot", "expires_on")
        .annotate(
            at_site=F("site__name"),
            here=Count("id"),
            held=Count("id", filter=Q(quarantined_at__isnull=False)),
            called_back=Count("id", filter=Q(recall__isnull=False)),
            named=Count("id", filter=~Q(clinic_label="") | ~Q(serial="")),
        )
        .order_by("expires_on", "model__name", "lot", "at_site")
    )
    lots = []
    left: dict[str, int] = {}
    for group in groups:
        free = group["here"] - group["held"]
        past = group["expires_on"] < on
        left[group["model__name"]] = left.get(group["model__name"], 0) + (0 if past else free)
        lots.append(
            Lot(
                model=group["model__code"],
                model_name=group["model__name"],
                model_id=group["model__public_id"],
                lot=group["lot"],
                expires_on=group["expires_on"],
                site=group["at_site"],
                ready=0 if past else free,
                quarantined=group["held"],
                recalled=group["called_back"],
                expired=free if past else 0,
                labelled=group["named"],
                warning="expired" if past else ("soon" if group["expires_on"] - on < EXPIRES_SOON else ""),
            )
        )
    for name in _models_ever_held(by):
        left.setdefault(name, 0)
    low = tuple(sorted((name, count) for name, count in left.items() if count < LOW_STOCK))
    return Stock(tuple(lots), low)


def _models_ever_held(by: Actor) -> QuerySet[Delivery, str]:
    return (
        Delivery.objects.filter(clinic_id=by.clinic_id)
        .order_by("model__name")
        .values_list("model__name", flat=True)
        .distinct()
    )


def models(*, listed_only: bool = True) -> QuerySet[DeviceModel]:
    """The catalogue, by name. It is the same for every clinic."""
    rows = DeviceModel.objects.order_by("maker", "name")
    return rows.filter(listed=True) if listed_only else rows


def model(code: str) -> DeviceModel:
    """One model by its code. Raises NotFound."""
    found = DeviceModel.objects.filter(code=code).first()
    if found is None:
        raise NotFound(thing="device model")
    return found


def model_of(by: Actor, di: str) -> DeviceModel | None:
    """The model behind an identifier: as the catalogue says, or as this clinic chose it once."""
    if not di:
        return None
    known = DeviceModel.objects.filter(di=di).first()
    if known is not None:
        return known
    before = (
        DeviceUnit.objects.filter(clinic_id=by.clinic_id, di=di)
        .select_related("model")
        .order_by("-id")
        .first()
    )
    return before.model if before is not None else None


def units(
    by: Actor, *, model: DeviceModel | None = None, lot: str = "", site: Site | None = None, most: int = 500
) -> list[DeviceUnit]:
    """Packets of a lot, those in the drawer first. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(clinic_id=by.clinic_id).select_related("model", "site")
    if model is not None:
        rows = rows.filter(model=model)
    if lot:
        rows = rows.filter(lot=lot)
    if site is not None:
        rows = rows.filter(site=site)
    gone = Case(
        When(opened_at__isnull=False, then=Value("2")),
        When(discarded_at__isnull=False, then=Value("1")),
        default=Value("0"),
        output_field=CharField(),
    )
    return list(rows.alias(gone=gone).order_by("gone", "id")[:most])


def may_be_labelled(unit: DeviceUnit) -> bool:
    """Whether a sticker is for this packet: it lies in the drawer, and its maker gave it no serial number."""
    return not unit.serial and unit.opened_at is None and unit.discarded_at is None


def unit(by: Actor, public_id: UUID) -> DeviceUnit:
    """One packet. Raises NotAllowed or NotFound."""
    check_may(by, Act.SEE_STOCK)
    found = (
        DeviceUnit.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
        .select_related("model", "site", "delivery", "recall")
        .first()
    )
    if found is None:
        raise NotFound(thing="packet")
    return found


def received(by: Actor, *, model: DeviceModel, lot: str) -> tuple[int, date | None]:
    """How many packets of a lot ever came in, and the first date on them. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    sums = Delivery.objects.filter(clinic_id=by.clinic_id, model=model, lot=lot).aggregate(
        number=Sum("quantity"), first=Min("expires_on")
    )
    return sums["number"] or 0, sums["first"]


def left_of(unit: DeviceUnit) -> int:
    """How many packets of the same lot are still in the drawer, this one included."""
    return DeviceUnit.objects.filter(
        IN_THE_DRAWER, clinic_id=unit.clinic_id, model_id=unit.model_id, lot=unit.lot
    ).count()


def use_of(by: Actor, unit: DeviceUnit) -> DeviceUse | None:
    """The treatment a packet was opened for; None for who may not see clinical facts. Raises NotFound."""
    check_access(by, Act.SEE_STOCK, unit)
    if not may(by, Act.SEE_RECORD):
        return None
    rows = DeviceUse.objects.filter(unit=unit, returned_at=None)
    return rows.select_related("treatment__patient").first()
