"""The clinic's own labels: what a sticker on a packet says, so that this packet is told from its neighbours."""

from __future__ import annotations

from typing import Final

from needlework.clinic.errors import BadInput
from needlework.clinic.models import DeviceUnit
from needlework.skin import udi
from needlework.skin.label_drawings import SHEETS, Sheet, Sticker

from .wording import day

OWN_LABEL: Final = "91"
"""GS1's element for a company's internal use. It stands alone where the product has no known GTIN."""
MOST_AT_ONCE: Final = 500


def sticker(unit: DeviceUnit) -> Sticker:
    """What is printed: product, expiry, lot, and the clinic label as serial number.

    A product without a GTIN, or a lot that no GS1 code may carry, leaves the clinic label alone in the code; the words
    say the rest.
    """
    whole = {
        "01": unit.di or unit.model.di,
        "17": f"{unit.expires_on:%y%m%d}",
        "10": unit.lot,
        "21": unit.clinic_label,
    }
    try:
        udi.element_string(whole)
    except udi.LabelRefused:
        words = (unit.model.name, f"Lot {unit.lot}", f"Expires {day(unit.expires_on)}")
        return Sticker({OWN_LABEL: unit.clinic_label}, words)
    return Sticker(whole, (unit.model.name,))


def check_no_serial(unit: DeviceUnit) -> None:
    """A packet with a serial number is told from its neighbours already. Raises BadInput."""
    if unit.serial:
        raise BadInput(
            because=f"{unit.label} has a serial number of its own and needs no label.", at_field="units"
        )


def check_sheet(code: str, start: int) -> Sheet:
    """The sheet of this code, if it has such a place. Raises BadInput."""
    sheet = SHEETS.get(code)
    if sheet is None:
        raise BadInput(because="Choose the labels that are in the printer.", at_field="sheet")
    if not 1 <= start <= sheet.places:
        raise BadInput(because=f"A sheet of these has the labels 1 to {sheet.places}.", at_field="start")
    return sheet
