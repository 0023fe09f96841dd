"""Device identifiers as public device records give them, outside a barcode."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from needlework.skin.udi import hibc
from needlework.skin.udi.checks import check_csum
from needlework.skin.udi.label import Issuer, LabelRefused, shorten

MARKS: Final[Mapping[str, Issuer]] = {"(01)": "GS1", "+": "HIBCC", "=/": "ICCBBA"}
"""How a label begins an identifier, and who issued what follows."""
_SHORTENED: Final = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+[.,]0*")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A device identifier and who issued it.

    Some makers register a HIBC identifier with its check character, which labels do not repeat: `also` is the form
    without it, if the last character fits. A label belongs to the record if its `di` is one of the two.
    """

    issuer: Issuer
    di: str
    also: str | None = None

    def names(self, di: str) -> bool:
        """Whether a label's device identifier is this one."""
        return di in (self.di, self.also)


def identify(text: str, *, issuer: str | None = None) -> Identifier:
    """The identifier of a device record, judged. `issuer` is GS1, HIBCC or ICCBBA, if the record says so.

    A GTIN of 8, 12 or 13 digits is filled up to 14; the marks with which labels carry identifiers, `(01)`, `+` and `=/`,
    are understood. Without issuer or mark only a GTIN is certain. Raises `LabelRefused`.

    >>> identify("841365101229").di
    '00841365101229'
    """
    di = text.strip()
    if issuer is None:
        issuer = next((name for mark, name in MARKS.items() if di.startswith(mark)), None)
    if issuer is None:
        if _SHORTENED.fullmatch(di):
            raise _shortened(di)
        if not re.fullmatch(r"[0-9]+", di):
            raise _refused(
                "issuer-unknown", di, "is no GTIN, and nothing says who issued it; name the issuer"
            )
        issuer = "GS1"
    if issuer == "GS1":
        return _gtin(di.removeprefix("(01)"))
    if issuer == "HIBCC":
        return _hibc(di.removeprefix("+"))
    if issuer == "ICCBBA":
        di = di.removeprefix("=/")
        if not re.fullmatch(r"[A-Z0-9]{16}", di):
            raise _refused("iccbba-form", di, "is not 16 capitals and digits, as ICCBBA identifiers are")
        return Identifier("ICCBBA", di)
    raise _refused(
        "issuer-unknown", di, f"is issued by “{issuer}”; only GS1, HIBCC and ICCBBA issue device identifiers"
    )


def _gtin(di: str) -> Identifier:
    if _SHORTENED.fullmatch(di):
        raise _shortened(di)
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", di):
        lost = ", and a spreadsheet drops zeros in front" if re.fullmatch(r"[0-9]{9,11}", di) else ""
        raise _refused("gtin-length", di, f"is not a GTIN, which has 14 digits (or 8, 12 or 13){lost}")
    if not di.strip("0"):
        raise _refused("gtin-zero", di, "has only zeros, which name no device")
    if wrong := check_csum(di):
        raise _refused(wrong, di, "has a wrong check digit")
    return Identifier("GS1", di.zfill(14))


def _hibc(di: str) -> Identifier:
    if not 6 <= len(di) <= 24 or not set(di) <= set(hibc.CHARACTERS):
        raise _refused("hibc-form", di, "is not 6 to 23 capitals and digits, as HIBC identifiers are")
    bare, last = di[:-1], di[-1]
    carries = hibc.is_first(bare) and hibc.check_character("+" + bare) == last
    if not carries and not hibc.is_first(di):
        known = hibc.is_first(bare)
        why = "ends with a wrong check character" if known else "has no labeller, product and unit of measure"
        raise _refused("hibc-check" if known else "hibc-form", di, why)
    return Identifier("HIBCC", di, bare if carries else None)


def _shortened(di: str) -> LabelRefused:
    return _refused(
        "gtin-shortened", di, "was shortened by a spreadsheet; make its column text and save it again"
    )


def _refused(code: str, di: str, why: str) -> LabelRefused:
    return LabelRefused(
        code, f"The identifier “{shorten(di)}” {why}. Compare it with the device record or the packet."
    )
