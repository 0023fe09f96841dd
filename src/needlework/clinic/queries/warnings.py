"""What the stock room and the recalls want of somebody today: a few numbers, in one query beside the packets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, IntegerField, Value

from needlework.clinic.models import Delivery, DeviceUnit, Recall, RecallContact, StockLevel
from needlework.clinic.rules.access import Act, may
from needlework.clinic.rules.devices import EXPIRES_SOON, LOW_STOCK
from needlework.clinic.rules.recalls import UNREACHED
from needlework.clinic.who import Actor

from .prepared import Prepared
from .recalls import DrillState, drill_state
from .remembered import KEPT_FOR


class Usable(NamedTuple):
    """Packets of one model at one site which expire on one day and are not set aside."""

    site_id: int
    model_id: int
    expires_on: date
    number: int


@dataclass(frozen=True, slots=True)
class Warnings:
    """For who keeps the stock, works the list of a recall, and holds the drill; nothing for who does not."""

    low: int = 0  # models of which the site has fewer packets in date than it wants
    soon: int = 0  # packets that expire within sixty days
    expired: int = 0  # packets past their date that nobody has thrown away
    unreached: int = 0  # patients still to be told of a recall
    drill: DrillState | None = None  # only where it is overdue

    @property
    def stock(self) -> bool:
        """Whether the stock room wants somebody."""
        return bool(self.low or self.soon or self.expired)


_USABLE = Prepared(
    lambda clinic: (
        DeviceUnit.objects.filter(clinic_id=clinic, opened_at=None, quarantined_at=None, discarded_at=None)
        .order_by()
        .values("model_id", "site_id", "expires_on")  # as the index has them: none that was ever used is read
        .annotate(number=Count("pk"))
        .values_list("site_id", "model_id", "expires_on", "number")
    )
)
_LEVELS = Prepared(
    lambda clinic: (
        StockLevel.objects.filter(clinic_id=clinic)
        .order_by()
        .values_list("site_id", "model_id", "fewest")
        .union(
            RecallContact.objects.filter(
                clinic_id=clinic, recall__closed_at=None, recall__kind=Recall.REAL, state__in=UNREACHED
            )
            .order_by()
            .values("clinic_id")
            .annotate(
                no_site=Value(0, output_field=IntegerField()),
                no_model=Value(0, output_field=IntegerField()),
                number=Count("pk"),
            )
            .values_list("no_site", "no_model", "number"),
            all=True,
        )
    )
)
"""The numbers that sites have set, and in a row without a site how many patients are still to be told."""

_received: dict[int, tuple[datetime, frozenset[tuple[int, int]]]] = {}


def usable(by: Actor) -> list[Usable]:
    """What lies in the drawers of the clinic, in date or past it."""
    return [Usable(*row) for row in _USABLE.rows(by.clinic_id)]


def standing(
    by: Actor, held: Iterable[Usable], *, on: date, at: datetime, site_id: int | None = None
) -> Warnings:
    """What wants somebody, of what is `held`; `site_id` narrows the stock to one site."""
    keeps, tells = may(by, Act.KEEP_STOCK), may(by, Act.CONTACT_RECALLED)
    if not (keeps or tells):
        return Warnings()
    levels = {(site, model): number for site, model, number in _LEVELS.rows(by.clinic_id)}
    unreached = levels.pop((0, 0), 0) if tells else 0
    drill = drill_state(by, on=on) if may(by, Act.RUN_RECALL) else None
    if drill is not None and drill.light != "stop":
        drill = None
    if not keeps:
        return Warnings(unreached=unreached, drill=drill)
    here = [one for one in held if site_id in (None, one.site_id)]
    return Warnings(
        low=_low(by, here, levels, on=on, at=at, site_id=site_id),
        soon=sum(one.number for one in here if on <= one.expires_on < on + EXPIRES_SOON),
        expired=sum(one.number for one in here if one.expires_on < on),
        unreached=unreached,
        drill=drill,
    )


def _low(
    by: Actor,
    here: Iterable[Usable],
    levels: Mapping[tuple[int, int], int],
    *,
    on: date,
    at: datetime,
    site_id: int | None,
) -> int:
    """As the page of the stock counts them: of what a site has or ever received, fewer in date than it wants."""
    left: Counter[tuple[int, int]] = Counter()
    for one in here:
        left[one.site_id, one.model_id] += one.number if one.expires_on >= on else 0
    came = {place for place in _ever_received(by, at=at) if site_id in (None, place[0])}
    return sum(left[place] < levels.get(place, LOW_STOCK) for place in came | left.keys())


def _ever_received(by: Actor, *, at: datetime) -> frozenset[tuple[int, int]]:
    """Which models came to which sites. What was there for five minutes is asked anew; it only ever grows."""
    read_at, found = _received.get(by.clinic_id, (None, frozenset[tuple[int, int]]()))
    if read_at is not None and not connection.in_atomic_block and abs(at - read_at) <= KEPT_FOR:
        return found
    rows = Delivery.objects.filter(clinic_id=by.clinic_id).order_by()
    found = frozenset(rows.values_list("site_id", "model_id").distinct())
    if not connection.in_atomic_block:
        _received[by.clinic_id] = (at, found)
    return found
