"""One packet, one treatment: when a unit may be opened, and what its facts say about where it stands."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from needlework.clinic.errors import (
    BadInput,
    DeliveryExpired,
    DeviceAlreadyUsed,
    DeviceDiscarded,
    DeviceExpired,
    DeviceNotForNeedling,
    DeviceQuarantined,
    DeviceRecalled,
    UnitHeldByRecall,
    UnitNotQuarantined,
)
from needlework.clinic.models import DeviceModel, DeviceUnit

from .wording import day

EXPIRES_SOON: Final = timedelta(days=60)
LOW_STOCK: Final = 5  # packets of one model at one site, in date, where nobody has set another number
MOST_FEWEST: Final = 1000
MOST_IN_A_DELIVERY: Final = 1000
LOT_LENGTH: Final = 40


class UnitState(StrEnum):
    """Where a packet stands, read off its facts."""

    IN_STOCK = "in-stock"
    OPENED = "opened"
    USED = "used"
    DISCARDED = "discarded"
    RECALLED = "recalled"
    QUARANTINED = "quarantined"
    EXPIRED = "expired"


def state(unit: DeviceUnit, *, on: date, used: bool = False) -> UnitState:
    """The state of a packet on a day; `used` says that it served a treatment (queries.devices.used_among).

    A packet that was opened can never become free; what was dropped or spoiled after it was opened is discarded.
    """
    if unit.opened_at is not None and (unit.discarded_at is None or unit.discarded_at < unit.opened_at):
        return UnitState.USED if used else UnitState.OPENED
    if unit.discarded_at is not None:
        return UnitState.DISCARDED
    if unit.recall_id is not None:
        return UnitState.RECALLED
    if unit.quarantined_at is not None:
        return UnitState.QUARANTINED
    if unit.expires_on < on:
        return UnitState.EXPIRED
    return UnitState.IN_STOCK


def check_unused(unit: DeviceUnit) -> None:
    """Raises DeviceAlreadyUsed. The constraint `device_unit_in_one_treatment` is the last word."""
    if unit.opened_at is not None:
        raise DeviceAlreadyUsed(device=unit.label)


def check_in_date(unit: DeviceUnit, *, on: date) -> None:
    """A packet may be opened through the whole day printed on it. Raises DeviceExpired."""
    if unit.expires_on < on:
        raise DeviceExpired(device=unit.label, day=day(unit.expires_on))


def check_not_set_aside(unit: DeviceUnit) -> None:
    """Raises DeviceRecalled, DeviceQuarantined or DeviceDiscarded."""
    if unit.discarded_at is not None:
        raise DeviceDiscarded(device=unit.label, because=unit.discarded_because)
    if unit.recall_id is not None and unit.recall is not None:  # its row is read only to be named
        raise DeviceRecalled(device=unit.label, reference=unit.recall.reference)
    if unit.quarantined_at is not None:
        raise DeviceQuarantined(device=unit.label, because=unit.quarantined_because)


def check_usable(unit: DeviceUnit, *, on: date) -> None:
    """Unused, in date, and not set aside. Raises the first of these that does not hold."""
    check_unused(unit)
    check_not_set_aside(unit)
    check_in_date(unit, on=on)


def check_releasable(unit: DeviceUnit) -> None:
    """Set aside, and by no recall that is still open. Raises UnitNotQuarantined, UnitHeldByRecall."""
    if unit.quarantined_at is None:
        raise UnitNotQuarantined(device=unit.label)
    if unit.recall_id is not None and unit.recall is not None:
        raise UnitHeldByRecall(device=unit.label, reference=unit.recall.reference)


def check_level(fewest: int) -> None:
    """A number of packets below which a site is warned. Raises BadInput."""
    if not 0 <= fewest <= MOST_FEWEST:
        raise BadInput(
            because=f"The number lies between 0 (never warn) and {MOST_FEWEST}.", at_field="fewest"
        )


def check_for_needling(model: DeviceModel) -> None:
    """A roller, a stamp or a pen: nothing else is a packet of this house. Raises DeviceNotForNeedling."""
    if model.kind == DeviceModel.OTHER:
        raise DeviceNotForNeedling(device=model.name)


def check_delivery(*, lot: str, expires_on: date, quantity: int, serials: tuple[str, ...], on: date) -> None:
    """What arrives is whole: a lot, a date to come, as many serial numbers as packets or none at all.

    Raises BadInput or DeliveryExpired.
    """
    if not lot or len(lot) > LOT_LENGTH:
        raise BadInput(because="Give the lot number as it is printed beside LOT.", at_field="lot")
    if not 1 <= quantity <= MOST_IN_A_DELIVERY:
        raise BadInput(
            because=f"The number of packets lies between 1 and {MOST_IN_A_DELIVERY}.", at_field="quantity"
        )
    if serials and len(serials) != quantity:
        raise BadInput(
            because=f"There are {quantity} packets and {len(serials)} serial numbers. "
            "Scan every packet, or leave the serial numbers out.",
            at_field="serials",
        )
    if any(not serial or len(serial) > LOT_LENGTH for serial in serials):
        raise BadInput(because="A serial number has 1 to 40 characters.", at_field="serials")
    if len(set(serials)) != len(serials):
        raise BadInput(
            because="The same serial number stands here twice. Scan each packet once.", at_field="serials"
        )
    if expires_on < on:
        raise DeliveryExpired(lot=lot, day=day(expires_on))
    if expires_on.year > on.year + 20:
        raise BadInput(
            because=f"No packet lasts until {expires_on.year}. Give the date beside the hourglass.",
            at_field="expires_on",
        )
