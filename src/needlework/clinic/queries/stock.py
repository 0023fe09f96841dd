"""What is in the drawers: packets by model, lot and site, and what runs low."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q

from needlework.clinic.models import Delivery, DeviceModel, DeviceUnit, Site, StockLevel
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.devices import EXPIRES_SOON, LOW_STOCK
from needlework.clinic.who import Actor

from .devices import IN_THE_DRAWER


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
class Low:
    """A model of which a site has fewer packets in date than it wants."""

    model: str
    model_name: str
    site: str
    left: int
    fewest: int


@dataclass(frozen=True, slots=True)
class Stock:
    """The drawer of the clinic."""

    lots: tuple[Lot, ...]
    low: tuple[Low, ...]

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
    for group in groups:
        free = group["here"] - group["held"]
        past = group["expires_on"] < on
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
    return Stock(tuple(lots), _low(by, lots, site))


def _low(by: Actor, lots: list[Lot], site: Site | None) -> tuple[Low, ...]:
    """Models that a site has or ever received, where fewer are left in date than the site wants."""
    came = Delivery.objects.filter(clinic_id=by.clinic_id)
    came = came.filter(site=site) if site is not None else came
    held = set(came.order_by().values_list("site__name", "model__code", "model__name").distinct())
    left: Counter[tuple[str, str, str]] = Counter()
    for lot in lots:
        left[lot.site, lot.model, lot.model_name] += lot.ready
    wanted = _levels(by)
    low = []
    for place in held | left.keys():
        at_site, code, name = place
        fewest = wanted.get((at_site, code), LOW_STOCK)
        if left[place] < fewest:
            low.append(Low(code, name, at_site, left[place], fewest))
    return tuple(sorted(low, key=lambda one: (one.model_name, one.site)))


def _levels(by: Actor) -> dict[tuple[str, str], int]:
    rows = StockLevel.objects.filter(clinic_id=by.clinic_id)
    return {
        (at, code): fewest for at, code, fewest in rows.values_list("site__name", "model__code", "fewest")
    }


@dataclass(frozen=True, slots=True)
class Level:
    """How a model stands at one site: packets to open today, and below how many the site is warned."""

    site: Site
    ready: int
    fewest: int
    chosen: bool  # false where nobody set a number, and the usual one counts
    held: bool  # whether the site has or ever received it

    @property
    def low(self) -> bool:
        """Whether the site has fewer than it wants; what it never held it does not want."""
        return self.ready < self.fewest and (self.held or self.chosen)


def levels(by: Actor, model: DeviceModel, *, on: date) -> list[Level]:
    """How one model stands at every site. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(
        IN_THE_DRAWER, clinic_id=by.clinic_id, model=model, quarantined_at=None, expires_on__gte=on
    )
    ready = dict(rows.order_by().values_list("site_id").annotate(number=Count("id")))
    came = set(Delivery.objects.filter(clinic_id=by.clinic_id, model=model).values_list("site_id", flat=True))
    wanted = _levels(by)
    sites = Site.objects.filter(clinic_id=by.clinic_id).order_by("name")
    return [
        Level(
            site,
            ready.get(site.pk, 0),
            wanted.get((site.name, model.code), LOW_STOCK),
            (site.name, model.code) in wanted,
            site.pk in came or site.pk in ready,
        )
        for site in sites
    ]
