"""Who may measure a hand, and with what."""

from __future__ import annotations

from needlework.clinic.errors import BadInput, NotAllowed, NotFound
from needlework.clinic.models import Staff
from needlework.clinic.who import Actor
from needlework.skin import devices, tables
from needlework.skin.devices import Device

from .access import Act, may


def may_measure(by: Actor, staff: Staff) -> bool:
    """People measure their own hand; who manages staff does it for everybody."""
    own = by.staff_id == staff.pk and may(by, Act.TREAT)
    return own or may(by, Act.MANAGE)


def check_may_measure(by: Actor, staff: Staff) -> None:
    """Raises NotAllowed, NotFound."""
    if staff.clinic_id != by.clinic_id:
        raise NotFound(thing="person")
    if not may_measure(by, staff):
        raise NotAllowed(role=by.role.label.lower(), who=f"{staff.name} or a manager")


def rollers() -> list[Device]:
    """The devices whose rows of needles are known, so that a hand can be read from their dots."""
    return [
        one
        for one in devices.all()
        if one.kind == "roller"
        and None not in (one.rows, one.needles_per_row, one.width_mm, one.drum_diameter_mm)
    ]


def roller(code: str) -> Device:
    """One of them. Raises BadInput."""
    try:
        device = devices.get(code)
    except tables.UnknownCodeError as unknown:
        raise BadInput(because=str(unknown), at_field="device") from unknown
    if device not in rollers():
        raise BadInput(
            because=f"The rows of needles of {device.name} are not known, so its dots say nothing of a hand. "
            "Choose a roller from the list.",
            at_field="device",
        )
    return device
