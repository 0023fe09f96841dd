"""The codes of a report: their shape is checked, their meaning is looked up where they are published.

The regulators' forum (IMDRF, N43) gives a letter for the annex and two digits for each level: A device problem,
E clinical sign, F impact on health, G component. The FDA has numbers of its own beside them, up to four digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from needlework.clinic.errors import BadInput

ANNEXES: Final[Mapping[str, tuple[str, str]]] = {
    "device_codes": ("A", "device problem"),
    "component_codes": ("G", "component"),
    "clinical_codes": ("E", "clinical sign"),
    "impact_codes": ("F", "impact on health"),
}
MOST: Final = 10
_PRODUCT: Final = re.compile(r"[A-Z]{3}")
_FACILITY: Final = re.compile(r"[0-9A-Z]{10}")


def codes(field: str, text: str) -> list[str]:
    """The codes in one field, in capitals and each once. Raises BadInput.

    >>> codes("device_codes", "a0401, 2993")
    ['A0401', '2993']
    """
    letter, means = ANNEXES[field]
    found = list(dict.fromkeys(part.upper() for part in re.split(r"[\s,;]+", text) if part))
    for code in found:
        if not re.fullmatch(rf"{letter}\d{{2}}(\d{{2}}){{0,2}}|\d{{3,4}}", code):
            because = (
                f"“{code[:20]}” is no code of a {means}: those are {letter} with 2, 4 or 6 digits, as in {letter}0401, "
                "or the FDA's number of 3 or 4 digits."
            )
            raise BadInput(because=because, at_field=field)
    if len(found) > MOST:
        raise BadInput(because=f"Give at most {MOST} codes.", at_field=field)
    return found


def of_said(said: Mapping[str, Any]) -> dict[str, list[str]]:
    """All codes of what the reporter said, by field. Raises BadInput."""
    return {field: codes(field, str(said.get(field) or "")) for field in ANNEXES}


def product_code(text: str) -> str:
    """The FDA's three letters for a class of device, in capitals. Raises BadInput."""
    code = text.strip().upper()
    if code and not _PRODUCT.fullmatch(code):
        raise BadInput(because="The FDA's product code is three letters, as in QAI.", at_field="product_code")
    return code


def facility_number(text: str) -> str:
    """The number under which the FDA knows the facility, in capitals. Raises BadInput."""
    number = text.strip().upper()
    if number and not _FACILITY.fullmatch(number):
        raise BadInput(
            because="The number of a user facility has ten digits or letters; ten zeros until the FDA gives one.",
            at_field="facility_number",
        )
    return number
