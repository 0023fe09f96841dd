"""Counting the drawer of a site: what the record expects, what was seen, and what follows from the difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from needlework.clinic.errors import BadInput, CountIsClosed, CountUnderWay, PacketCountedAlready
from needlework.clinic.models import CountedPacket, DeviceModel, DeviceUnit, Site, StockCount

MOST_OF_A_LOT: Final = 1000


@dataclass(slots=True)
class Line:
    """One lot at the site that is counted.

    `missing` are packets that nobody saw; `found` is how many more lie here than ever came; `from_elsewhere` are packets
    that the record keeps at another site; `gone` are packets that lie here although the record says they were opened
    or thrown away before the count began.
    """

    model: DeviceModel
    lot: str
    expected: int = 0
    counted: int = 0
    missing: list[DeviceUnit] = field(default_factory=list)
    found: int = 0
    from_elsewhere: list[DeviceUnit] = field(default_factory=list)
    gone: list[DeviceUnit] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether the drawer holds what the record says."""
        return not (self.missing or self.found or self.from_elsewhere or self.gone)


def compare(
    count: StockCount, *, units: Collection[DeviceUnit], counted: Collection[CountedPacket]
) -> list[Line]:
    """Lot by lot, what the record says of a site and what was seen there.

    `units` are the packets in the drawer of the site, those that left it since the count began, and those that were
    counted by name wherever they are. What left or came since may have been counted or not, so neither is missed and
    neither is one too many.
    """
    lines: dict[tuple[int, str], Line] = {}
    for unit in units:
        lines.setdefault((unit.model_id, unit.lot), Line(unit.model, unit.lot))
    for row in counted:
        line = lines.setdefault((row.model_id, row.lot), Line(row.model, row.lot))
        line.counted += row.number
    seen = {row.unit_id for row in counted if row.unit_id is not None}
    nameless: Counter[tuple[int, str]] = Counter()
    for row in counted:
        if row.unit_id is None:
            nameless[row.model_id, row.lot] += row.number
    expected: defaultdict[tuple[int, str], list[DeviceUnit]] = defaultdict(list)
    left: Counter[tuple[int, str]] = Counter()
    for unit in units:
        key = (unit.model_id, unit.lot)
        here = unit.site_id == count.site_id and is_in_drawer(unit)
        lines[key].expected += here
        if unit.proof == "count":
            if here:
                expected[key].append(unit)
            else:
                left[key] += 1
        elif unit.pk in seen:
            if not is_in_drawer(unit) and not left_since(unit, count.started_at):
                lines[key].gone.append(unit)
            elif is_in_drawer(unit) and not here:
                lines[key].from_elsewhere.append(unit)
        elif here and unit.received_at <= count.started_at:
            lines[key].missing.append(unit)
    for key, line in lines.items():
        _weigh_nameless(line, expected[key], nameless[key], left[key], count.started_at)
    return sorted(lines.values(), key=lambda line: (line.model.name, line.lot))


def _weigh_nameless(
    line: Line, expected: list[DeviceUnit], seen: int, left: int, started_at: datetime
) -> None:
    """Packets without a name of their own can only be counted."""
    old = [unit for unit in expected if unit.received_at <= started_at]
    line.found = max(0, seen - len(expected) - left)
    lacking = max(0, len(old) - seen)
    # A packet with our label that was counted by its maker's code is one too many here and one too few there.
    ours = [unit for unit in line.missing if not unit.serial][: line.found]
    line.found -= len(ours)
    line.missing = [unit for unit in line.missing if unit not in ours]
    line.missing += sorted(old, key=lambda unit: unit.pk)[len(old) - lacking :]


def is_in_drawer(unit: DeviceUnit) -> bool:
    """Neither opened nor thrown away."""
    return unit.opened_at is None and unit.discarded_at is None


def left_since(unit: DeviceUnit, moment: datetime) -> bool:
    """Whether a packet left the drawer after a moment: it may have been counted before."""
    moments = [at for at in (unit.opened_at, unit.discarded_at) if at is not None]
    return bool(moments) and min(moments) > moment


def check_open(count: StockCount) -> None:
    """Raises CountIsClosed."""
    if count.closed_at is not None or count.voided_at is not None:
        raise CountIsClosed()


def check_not_counting(*sites: Site) -> None:
    """No packet moves to or from a site while it is counted. Raises CountUnderWay."""
    under_way = StockCount.objects.filter(site__in=sites, closed_at=None, voided_at=None)
    count = under_way.select_related("site").first()
    if count is not None:
        raise CountUnderWay(site=count.site.name)


def check_number(number: int) -> None:
    """Raises BadInput."""
    if not 1 <= number <= MOST_OF_A_LOT:
        raise BadInput(
            because=f"The number of packets lies between 1 and {MOST_OF_A_LOT}.", at_field="number"
        )


def check_not_counted(count: StockCount, unit: DeviceUnit) -> None:
    """A packet with a name of its own is counted once. Raises PacketCountedAlready."""
    if count.packets.filter(unit=unit, voided_at=None).exists():
        raise PacketCountedAlready(device=unit.label)
