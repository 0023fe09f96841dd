"""Keeping the drawers: below how many packets a site is warned, and several packets moved or thrown away at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput
from needlework.clinic.models import DeviceModel, DeviceUnit, Site, StockLevel
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.devices import check_level
from needlework.clinic.who import Actor

from . import devices


@transaction.atomic
def set_level(*, site: Site, model: DeviceModel, fewest: int, by: Actor, at: datetime) -> StockLevel:
    """Warn a site below this number of packets of a model; 0 never warns. Raises NotAllowed, NotFound, BadInput."""
    check_access(by, Act.KEEP_STOCK, site)
    check_level(fewest)
    level, _ = StockLevel.objects.update_or_create(
        site=site,
        model=model,
        defaults={"clinic_id": by.clinic_id, "fewest": fewest, "set_at": at, "set_by": by.name},
    )
    audit.record(
        Event.STOCK_LEVEL_SET,
        by=by,
        at=at,
        about=level,
        detail={"model": model.code, "site": site.name, "fewest": fewest},
    )
    return level


@transaction.atomic
def move_several(*, units: Sequence[DeviceUnit], to: Site, by: Actor, at: datetime) -> int:
    """Carry packets to another site, all or none; each leaves its own line. Gives their number.

    Raises NotAllowed, NotFound, BadInput, DeviceAlreadyUsed.
    """
    _check_some(units)
    for unit in units:
        devices.move(unit=unit, to=to, by=by, at=at)
    return len(units)


@transaction.atomic
def discard_several(*, units: Sequence[DeviceUnit], because: str, by: Actor, at: datetime) -> int:
    """Throw packets away, all or none; each leaves its own line. Gives their number.

    Raises NotAllowed, NotFound, BadInput, ReasonNeeded, DeviceAlreadyUsed.
    """
    _check_some(units)
    for unit in units:
        devices.discard(unit=unit, because=because, by=by, at=at)
    return len(units)


def _check_some(units: Sequence[DeviceUnit]) -> None:
    if not units:
        raise BadInput(because="Choose the packets.", at_field="units")
