"""Models and packets: the packets of a lot, one packet. What is in the drawers: stock. What a scan means: scans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Case, CharField, Exists, Min, OuterRef, Q, QuerySet, Sum, Value, When

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Delivery, DeviceModel, DeviceUnit, DeviceUse, Site, TreatmentArea
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.clinic.who import Actor

LATEST_DELIVERIES = 2000
IN_THE_DRAWER = Q(opened_at=None, discarded_at=None)


def models(*, listed_only: bool = True) -> QuerySet[DeviceModel]:
    """The catalogue, by name. It is the same for every clinic."""
    rows = DeviceModel.objects.order_by("maker", "name")
    return rows.filter(listed=True) if listed_only else rows


def needling_models() -> QuerySet[DeviceModel]:
    """Those of the catalogue of which packets are kept: rollers, stamps and pens."""
    return models().exclude(kind=DeviceModel.OTHER)


def model(code: str) -> DeviceModel:
    """One model by its code. Raises NotFound."""
    found = DeviceModel.objects.filter(code=code).first()
    if found is None:
        raise NotFound(thing="device model")
    return found


def model_of(by: Actor, di: str) -> DeviceModel | None:
    """The model behind an identifier: as the catalogue says, or as this clinic chose it once.

    A record that tells no roller, stamp or pen counts only where the clinic has chosen nothing.
    """
    if not di:
        return None
    known = DeviceModel.objects.filter(di=di).first()
    if known is not None and known.kind != DeviceModel.OTHER:
        return known
    before = (
        DeviceUnit.objects.filter(clinic_id=by.clinic_id, di=di)
        .select_related("model")
        .order_by("-id")
        .first()
    )
    return before.model if before is not None else known


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


def used_among(units: Iterable[DeviceUnit]) -> frozenset[int]:
    """Which of these packets served a treatment: an area was treated with it, or the treatment came to its end."""
    standing = DeviceUse.objects.filter(unit__in=[unit.pk for unit in units], voided_at=None)
    ended = Q(treatment__finished_at__isnull=False) | Q(treatment__stopped_at__isnull=False)
    needled = Exists(TreatmentArea.objects.filter(device_use=OuterRef("pk"), voided_at=None))
    return frozenset(standing.filter(ended | needled).values_list("unit_id", flat=True))


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


def lots(by: Actor) -> list[str]:
    """The lots of the latest deliveries, newest first, each once. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    latest = Delivery.objects.filter(clinic_id=by.clinic_id).order_by("-pk").values_list("lot", flat=True)
    return list(dict.fromkeys(latest[:LATEST_DELIVERIES]))


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
