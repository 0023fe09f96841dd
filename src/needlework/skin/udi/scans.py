"""What a scanner sends, sorted by who issued it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from needlework.skin.udi import dates, hibc, isbt, links
from needlework.skin.udi import elements as gs1
from needlework.skin.udi.checks import check_csum
from needlework.skin.udi.elements import FNC1
from needlework.skin.udi.label import SCAN_AGAIN, Issuer, LabelRefused, refuse_value

LONGEST: Final = 8191
"""More than the largest QR Code holds [characters]."""

_GS1_CARRIERS: Final = frozenset({"]C1", "]d2", "]d8", "]Q3", "]e0", "]J1"})
_SHOP_CARRIERS: Final = {"]E0": 13, "]E4": 8}
_ADD_ONS: Final = frozenset({"]E1", "]E2", "]E3"})
_PLAIN_CARRIERS: Final = re.compile(r"\][ACFGHIJKLMOPQRSTUXYZdzs][0-9A-Za-z]")
_TO_THE_LETTER: Final = ("]", FNC1, "^", "+", "(")
"""How a text begins whose last blanks are not cut off: scanners add none, a HIBC check character may be one, and
text in brackets has its own rule."""
_LABEL_AIS: Final = ("10", "11", "17", "21")
"""Lot, made, expiry, serial: what a device label says beside its identifier."""


@dataclass(slots=True)
class Scan:
    """One barcode, read but not yet judged as a label; `part` holds the fields of a HIBC barcode.

    `marked` is false where nothing says that the content is a label at all: no FNC1 in front, no symbology identifier.
    """

    issuer: Issuer
    elements: Mapping[str, str]
    raw: bytes
    symbology: str = ""
    part: hibc.Read | None = None
    marked: bool = True


def read(text: str | bytes, *, on: date, separators_kept: bool = False) -> Scan:
    """One barcode's elements, each of them legal; see `udi.parse`. Raises `LabelRefused`."""
    if len(text) > LONGEST:
        raise LabelRefused("not-a-label", f"No barcode holds {len(text)} characters. {SCAN_AGAIN}")
    try:
        if isinstance(text, bytes):
            raw, said = text, text.decode("ascii")
        else:
            raw, said = text.encode("ascii"), text
    except UnicodeError:
        raise _not_latin() from None
    said = said.strip("\t\r\n").lstrip(" ")  # a keyboard-wedge scanner ends with Enter or Tab
    first = said[:1]
    if first not in _TO_THE_LETTER:
        said = said.rstrip(" ")
    if first == "]":
        return _read_carrier(said[:3], said[3:], raw, on, separators_kept)
    if first == FNC1:
        return Scan("GS1", gs1.split(said[1:]), raw)
    if first == "^":
        return Scan("GS1", gs1.split(said[1:].replace("^", FNC1)), raw)
    if first == "(":
        return Scan("GS1", gs1.split_bracketed(said), raw)
    return _read_plain(said, raw, on) or _read_bare(said, raw, separators_kept)


def read_symbol(symbology: str, content: bytes, *, on: date) -> Scan:
    """A symbol decoded by ourselves: its AIM symbology identifier, and its content with FNC1 as ASCII 29.

    `raw` keeps the content alone. Nothing was dropped on the way, so separators are trusted. Raises `LabelRefused`.
    """
    try:
        said = content.decode("ascii")
    except UnicodeDecodeError:
        raise _not_latin() from None
    return _read_carrier(symbology, said, content, on, True)


def _not_latin() -> LabelRefused:
    return LabelRefused(
        "not-a-label",
        f"A device label holds Latin letters, digits and signs only; this holds more. {SCAN_AGAIN}",
    )


def _read_carrier(symbology: str, said: str, raw: bytes, on: date, separators_kept: bool) -> Scan:
    if symbology in _GS1_CARRIERS:
        found = gs1.split(said.removeprefix(FNC1))
        if not separators_kept and FNC1 not in said:
            _check_nothing_swallowed(found)
        return Scan("GS1", found, raw, symbology)
    if symbology in _SHOP_CARRIERS:
        return _read_shop(symbology, said, raw)
    if symbology in _ADD_ONS:
        raise _shop_barcode()
    if not _PLAIN_CARRIERS.fullmatch(symbology):
        raise LabelRefused(
            "unknown-symbology",
            f"“{symbology}” is no symbology identifier that a scanner sends. {SCAN_AGAIN}",
        )
    scan = _read_plain(said, raw, on, symbology)
    if scan is None:
        raise LabelRefused(
            "plain-barcode",
            "This barcode is not marked as a device label of GS1, HIBCC or ICCBBA, so its content cannot be relied on. "
            "Look for another barcode on the packet, or type what is printed in brackets.",
        )
    return scan


def _read_shop(symbology: str, said: str, raw: bytes) -> Scan:
    """EAN and UPC: a label only together with a composite part that says which lot or serial it is."""
    number, bar, more = said.partition("|]e0")
    length = _SHOP_CARRIERS[symbology]
    if len(number) != length or not number.isdigit():
        raise LabelRefused("shop-barcode", f"A shop barcode has {length} digits; this has not. {SCAN_AGAIN}")
    if wrong := check_csum(number):
        raise refuse_value(wrong, "The shop barcode", number)
    if not bar:
        raise _shop_barcode()
    found = {"01": number.zfill(14)}
    for ai, value in gs1.split(more).items():
        gs1.keep(found, gs1.dictionary()[ai], value)
    return Scan("GS1", found, raw, symbology)


def _shop_barcode() -> LabelRefused:
    return LabelRefused(
        "shop-barcode",
        "This is a shop barcode (EAN or UPC): it names a product to a till, but no device, lot or expiry. "
        "Scan the packet's other barcode.",
    )


def _read_plain(said: str, raw: bytes, on: date, symbology: str = "") -> Scan | None:
    """HIBC, ICCBBA and GS1 Digital Link, which mark themselves by how they begin; `None` for anything else."""
    if said.startswith(("+", "*+")):
        got = hibc.read(said, on=on)
        return Scan("HIBCC", got.elements, raw, symbology, got)
    if said.startswith(("=", "&")):
        return Scan("ICCBBA", isbt.split(said), raw, symbology)
    if links.is_address(said):
        return Scan("GS1", links.split(said), raw, symbology)
    return None


def _read_bare(said: str, raw: bytes, separators_kept: bool) -> Scan:
    """An element string of which nothing says that it is one: a scanner that sends no symbology identifier."""
    if not re.match(r"[0-9]{2}", said):
        raise no_label()
    if said.isdigit() and len(said) in (8, 12, 13):
        raise _shop_barcode()
    if said.isdigit() and len(said) == 14:
        return Scan("GS1", {"01": _bare_gtin(said)}, raw)
    found = gs1.split(said)
    if not separators_kept and FNC1 not in said:
        _check_nothing_swallowed(found)
    return Scan("GS1", found, raw, marked=False)


def no_label() -> LabelRefused:
    return LabelRefused(
        "not-a-label",
        "This is no device label of GS1, HIBCC or ICCBBA. Look for another barcode on the packet, or type what is "
        "printed in brackets, for example (01)09506000134352(17)280331(10)ABC.",
    )


def _bare_gtin(said: str) -> str:
    if wrong := check_csum(said):
        raise refuse_value(wrong, "(01) GTIN", said)
    try:
        # What begins like the first half of a label may be one that was cut off.
        certain = said[:2] != "01" and not gs1.split(said)
    except LabelRefused:
        certain = True
    if not certain:
        raise LabelRefused(
            "bare-number",
            f"“{said}” may be a product number or a piece of a label. Scan it again, or type (01) before a product "
            "number.",
        )
    return said


def _check_nothing_swallowed(found: Mapping[str, str]) -> None:
    """Where no separator was sent, the last element must not hold what reads as further ones.

    A scanner set to drop FNC1 (or a keyboard that cannot type it) makes lot ABC and serial 7 into the lot ABC217, which
    is legal too. A recall would then not find the packet, so nobody guesses.
    """
    last = list(found)[-1]
    element = gs1.dictionary()[last]
    if element.fixed:
        return
    free = tuple(ai for ai in _LABEL_AIS if ai not in found)
    value = found[last]
    for at in range(1, len(value) - 2):
        if _reads_on(value[at:], free):
            raise LabelRefused(
                "missing-separator",
                f"{element.name} reads “{value}”, but may be “{value[:at]}” and another element whose separator is "
                "missing. Set the scanner to send the separator (FNC1), photograph the barcode, or type the text printed in "
                "brackets.",
            )


def _reads_on(tail: str, free: tuple[str, ...]) -> bool:
    ai = tail[:2]
    if ai not in free or len(tail) < 3:
        return False
    if ai in ("10", "21"):
        return len(tail) - 2 <= 20
    after = tail[8:]
    left = tuple(other for other in free if other != ai)
    return dates.check_yymmd0(tail[2:8]) is None and (not after or _reads_on(after, left))
