"""ICCBBA labels (ISBT 128), which tissue and blood products carry: `=/A9999XYZ100T0944=,000025=>028091`.

Blood bags name maker and catalogue number (`=)`) and their lot (`&)`) instead. Each element has a data identifier of two
or three characters and a fixed length. Elements that do not belong to a device's identifier are refused by name. Source: ICCBBA, ISBT 128 Standard Technical Specification, data structures 001,
004, 005, 008, 009, 017, 018, 032, 034 and 035.
"""

import re
from datetime import date
from typing import Final

from needlework.skin.udi import dates
from needlework.skin.udi.checks import check_hhmi
from needlework.skin.udi.label import SCAN_AGAIN, LabelRefused

_ELEMENTS: Final = re.compile(
    r"(?P<id>=/)(?P<product>[A-Z0-9]{16})"
    r"|(?P<id2>=,)(?P<division>[A-Z0-9]{6})"
    r"|(?P<id3>=>)(?P<expires>[0-9]{6})"
    r"|(?P<id4>&>)(?P<expires_at>[0-9]{10})"
    r"|(?P<id5>=\})(?P<made>[0-9]{6})"
    r"|(?P<id6>&\})(?P<made_at>[0-9]{10})"
    r"|(?P<id7>&,1)(?P<lot>[A-Z0-9]{18})"
    r"|(?P<id8>=\))(?P<container>[A-Z0-9]{10})"
    r"|(?P<id9>&\))(?P<container_lot>[A-Z0-9]{10})"
    r"|(?P<id10>=)(?P<donation>[A-NP-Z1-9][A-Z0-9]{14})"
)


def split(text: str) -> dict[str, str]:
    """The elements by their data identifiers, in their order. Raises `LabelRefused`."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _ELEMENTS.match(text, position)
        if not match or match.lastgroup is None:
            raise _refused(
                "iccbba-form", f"“{text[position : position + 20]}” is no element of a device identifier"
            )
        value = match[match.lastgroup]
        name = match[0][: -len(value)]
        if found.setdefault(name, value) != value:
            raise _refused("conflicting-repeat", f"it gives “{name}” twice and differently")
        position = match.end()
    return found


def day(value: str) -> date:
    """The day of CYYJJJ, where C is the last digit of the century: 0 means 2000 and later; HHMM may follow.

    Raises `LabelRefused`.

    >>> day("014032")
    datetime.date(2014, 2, 1)
    """
    century = {"0": 2000, "9": 1900}.get(value[0])
    try:
        if century is None:
            raise ValueError("Only 9 (1900 and later) and 0 (2000 and later) are given out.")
        if value[6:] and check_hhmi(value[6:]):
            raise ValueError("A day has no such time.")
        return dates.day_of_year(century + int(value[1:3]), int(value[3:6]))
    except ValueError:
        raise _refused("iccbba-date", f"its date “{value}” does not exist") from None


def _refused(code: str, why: str) -> LabelRefused:
    return LabelRefused(code, f"This ICCBBA (ISBT 128) label cannot be read: {why}. {SCAN_AGAIN}")
