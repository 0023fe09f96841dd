"""Counts of the drawers: those that were, and one that is under way."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from needlework.clinic.errors import NotFound
from needlework.clinic.models import CountedPacket, DeviceUnit, StockCount
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.counts import Line, compare
from needlework.clinic.who import Actor

from .devices import IN_THE_DRAWER

MOST_SHOWN = 50


def listed(by: Actor) -> list[StockCount]:
    """The latest counts of the clinic. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = StockCount.objects.filter(clinic_id=by.clinic_id).select_related("site")
    return list(rows.order_by("-started_at")[:MOST_SHOWN])


def find(by: Actor, public_id: UUID) -> StockCount:
    """One count. Raises NotAllowed or NotFound."""
    check_may(by, Act.SEE_STOCK)
    rows = StockCount.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    found = rows.select_related("site").first()
    if found is None:
        raise NotFound(thing="count")
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """A count under way: lot by lot, and what was counted, the latest first."""

    lines: tuple[Line, ...]
    packets: tuple[CountedPacket, ...]

    @property
    def missing(self) -> int:
        """Packets that nobody saw yet."""
        return sum(len(line.missing) for line in self.lines)

    @property
    def found(self) -> int:
        """Packets that nobody had entered."""
        return sum(line.found for line in self.lines)

    @property
    def from_elsewhere(self) -> int:
        """Packets that the record keeps at another site."""
        return sum(len(line.from_elsewhere) for line in self.lines)


def progress(by: Actor, count: StockCount) -> Progress:
    """What a count has come to so far. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    counted = count.packets.filter(voided_at=None).select_related("model", "unit").order_by("-pk")
    packets = tuple(counted)
    return Progress(tuple(compare(count, units=_units(count), counted=packets)), packets)


def _units(count: StockCount) -> list[DeviceUnit]:
    since = Q(opened_at__gt=count.started_at) | Q(discarded_at__gt=count.started_at)
    here = Q(site_id=count.site_id) & (IN_THE_DRAWER | since)
    named = Q(pk__in=count.packets.filter(voided_at=None, unit__isnull=False).values("unit"))
    rows = DeviceUnit.objects.filter(here | named, clinic_id=count.clinic_id)
    return list(rows.select_related("model", "site").order_by("pk"))


def packet(count: StockCount, public_id: UUID) -> CountedPacket:
    """One entry of a count. Raises NotFound."""
    found = count.packets.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(thing="counted packet")
    return found
