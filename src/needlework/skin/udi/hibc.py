"""HIBC labels: `+A99912345/$$3280331ABC` and a check character.

The first part names labeller, product and unit of measure; the second (after a slash, or in a barcode of its own) date,
lot, serial and quantity. Forms outside these are refused. Source: ANSI/HIBC 2.6, Supplier Labeling Standard.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from needlework.skin.udi import dates
from needlework.skin.udi.label import SCAN_AGAIN, LabelRefused, shorten

CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_RANK: Final = {character: rank for rank, character in enumerate(CHARACTERS)}
_FIRST: Final = re.compile(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]")
_SECOND: Final = re.compile(
    r"""(?:
      (?P<dated>\$\$\+?)(?:8(?P<tens>\d{2})|9(?P<thousands>\d{5}))?
      (?:
        (?P<mmyy>[01]\d{3}) | 2(?P<mmddyy>\d{6}) | 3(?P<yymmdd>\d{6}) | 4(?P<yymmddhh>\d{8})
        | 5(?P<yyjjj>\d{5}) | 6(?P<yyjjjhh>\d{7}) | (?P<undated>7)
      )?
      | (?P<plain>\$\+?)
      | (?P<julian>\d{5})
    )(?P<text>[A-Z0-9.\-]{0,18})""",
    re.VERBOSE,
)
_MORE: Final = re.compile(
    r"S(?P<serial>[A-Z0-9.\-]{1,18})|16D(?P<made>\d{8})|14D(?P<expires>\d{8})|Q(?P<count>\d{1,5})"
)


@dataclass(slots=True)
class Read:
    """What the parts of a HIBC label said; `link` is the first part's check character where parts were separate."""

    di: str | None = None
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    made_on: date | None = None
    quantity: int | None = None
    link: str | None = None
    elements: dict[str, str] = field(default_factory=dict)


def check_character(text: str) -> str:
    """The HIBC check character: the sum of the characters' ranks modulo 43. Raises KeyError for another character.

    >>> check_character("+A99912345")
    '7'
    """
    return CHARACTERS[sum(_RANK[one] for one in text) % 43]


def is_first(text: str) -> bool:
    """Whether a text is labeller, product and unit of measure (without plus sign and check character)."""
    return bool(_FIRST.fullmatch(text))


def read(text: str, *, on: date) -> Read:
    """The fields of one HIBC barcode, its plus sign and check character included. Raises `LabelRefused`.

    As text it may stand between asterisks, as it is printed, and a check character that is a blank may be an
    underscore. Only the second part of a label (`di` is `None`) must be read together with the first, by its `link`.
    """
    if text.startswith("*") and text.endswith("*"):
        text = text[1:-1]
    if text.endswith("_"):
        text = text[:-1] + " "
    if len(text) < 3 or not set(text) <= set(CHARACTERS):
        raise _refused("hibc-form", "it is too short or holds a character that HIBC does not have")
    if check_character(text[:-1]) != text[-1]:
        raise _refused("hibc-check", "its check character is wrong, so at least one character was misread")
    body = text[1:-1]
    first, *rest = body.split("/")
    got = Read()
    if is_first(first):
        got.di = got.elements["+"] = first
        got.link = None if rest else text[-1]
    elif first[:1] in "$0123456789" and len(first) > 1 and not rest:
        got.link = first[-1]
        rest = [first[:-1]]
    else:
        raise _refused("hibc-form", "it does not begin with a labeller and a product, or with a date or lot")
    for number, part in enumerate(rest):
        if number == 0 and part[:1] in "$0123456789" and not _MORE.fullmatch(part):
            _read_second(got, part, on)
        else:
            _read_more(got, part)
    return got


def _read_second(got: Read, part: str, on: date) -> None:
    match = _SECOND.fullmatch(part)
    if not match:
        raise _refused("hibc-form", f"its second part “{shorten(part)}” is none of the known forms")
    mark = match["dated"] or match["plain"] or ""
    said = match["text"] or None
    has_date = any(match[name] for name in (*_DATES, "undated"))
    count = match["tens"] or match["thousands"]
    if count:
        if mark.endswith("+"):
            raise _refused("hibc-form", "it counts several pieces and gives them one serial number")
        got.quantity = int(count)
    if not has_date and (said if count else match["dated"] or not said):
        raise _refused("hibc-form", f"its second part “{shorten(part)}” is none of the known forms")
    got.expires_on = _date(match, on)
    if mark.endswith("+"):
        got.serial = said
    else:
        got.lot = said
    got.elements[mark] = part[len(mark) :]


_DATES: Final = ("mmyy", "mmddyy", "yymmdd", "yymmddhh", "yyjjj", "yyjjjhh", "julian")


def _date(match: re.Match[str], on: date) -> date | None:
    name = next((name for name in _DATES if match[name]), None)
    if name is None:
        return None
    said = match[name]
    try:
        if name == "mmyy":
            year, month = dates.full_year(int(said[2:]), on=on), int(said[:2])
            return date(year, month, monthrange(year, month)[1])
        if name == "mmddyy":
            said = said[4:] + said[:4]
        if name in ("yymmddhh", "yyjjjhh") and int(said[-2:]) > 23:
            raise ValueError("A day has 24 hours.")
        if name in ("yyjjj", "yyjjjhh", "julian"):
            return dates.day_of_year(dates.full_year(int(said[:2]), on=on), int(said[2:5]))
        if said[4:6] == "00":
            raise ValueError("HIBC has no day 00.")
        return dates.day_of(said, on=on)
    except ValueError:
        raise _refused("hibc-date", f"its date “{match[name]}” does not exist") from None


def _read_more(got: Read, part: str) -> None:
    match = _MORE.fullmatch(part)
    if not match or match.lastgroup is None:
        raise _refused("hibc-form", f"its part “/{shorten(part)}” is none of the known forms")
    value = match[match.lastgroup]
    name = part[: -len(value)]
    held = {"serial": got.serial, "made": got.made_on, "expires": got.expires_on, "count": got.quantity}
    if held[match.lastgroup] is not None:
        raise _refused("hibc-form", f"its part “/{shorten(part)}” says again what another part has said")
    got.elements["/" + name] = value
    if match.lastgroup == "serial":
        got.serial = value
    elif match.lastgroup == "count":
        got.quantity = int(value)
    else:
        if dates.check_yyyymmdd(value) or value.startswith("0000"):
            raise _refused("hibc-date", f"its date “{value}” does not exist")
        day = date(int(value[:4]), int(value[4:6]), int(value[6:]))
        if match.lastgroup == "made":
            got.made_on = day
        else:
            got.expires_on = day


def _refused(code: str, why: str) -> LabelRefused:
    return LabelRefused(code, f"This HIBC label cannot be read: {why}. {SCAN_AGAIN}")
