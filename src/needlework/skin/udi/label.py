"""What a label says, and how it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

Issuer: TypeAlias = Literal["GS1", "HIBCC", "ICCBBA"]
"""The three bodies that issue device identifiers, as public device records name them."""


class LabelRefused(ValueError):
    """A label that cannot be read for certain.

    `code` is a slug. Where GS1 has a name for what is wrong, the slug is that name (`incorrect-check-digit`).
    `because` says in whole sentences what is wrong and what to do next.
    """

    def __init__(self, code: str, because: str) -> None:
        super().__init__(because)
        self.code = code
        self.because = because


@dataclass(frozen=True, slots=True)
class Label:
    """One packet, as its label says it. A field that the label does not carry is `None`.

    `di` is the device identifier: the GTIN-14 (GS1), the labeller, product and unit of measure without the plus sign
    and the check character (HIBCC), or facility, product and product description code (ICCBBA). `quantity` counts the
    devices in the packet [pieces]. `elements` keeps every element in the order of the label, by its GS1 application
    identifier or its HIBC or ISBT 128 data identifier. `raw` is what was read, byte for byte. `symbology` is the AIM
    symbology identifier which the scanner sent before it (`]d2`), or empty.
    """

    issuer: Issuer
    di: str | None
    lot: str | None
    serial: str | None
    expires_on: date | None
    made_on: date | None
    quantity: int | None
    elements: Mapping[str, str]
    raw: bytes
    symbology: str = ""


SCAN_AGAIN: Final = (
    "Scan it again; if it is refused again, type what is printed in brackets under the barcode."
)

_SAID: Final[dict[str, str]] = {
    "non-digit-character": "must be digits only",
    "invalid-cset82-character": "holds a character that a GS1 label never carries",
    "invalid-cset39-character": "may hold only capitals, digits, hyphen, slash and number sign",
    "invalid-cset64-character": "holds a character that is not file-safe base64",
    "invalid-cset64-padding": "ends with the wrong number of equals signs",
    "invalid-cset32-character": "ends with a character that cannot be a check character",
    "incorrect-check-digit": "has a wrong check digit, so at least one digit was misread or misprinted",
    "incorrect-check-pair": "has wrong check characters, so at least one character was misread or misprinted",
    "too-short-for-check-pair": "is too short to end with its two check characters",
    "too-short-for-gcp": "is too short to begin with a company prefix",
    "invalid-gcp-prefix": "must begin with a company prefix of digits",
    "invalid-import-idx-character": "ends with a character that cannot be an importer index",
    "illegal-zero-value": "must not be zero",
    "not-zero": "must begin with a zero",
    "illegal-zero-prefix": "must not begin with a zero",
    "not-zero-or-one": "must be 0 or 1",
    "invalid-winding-direction": "gives a winding direction other than 0, 1 or 9",
    "not-iso3166": "holds a number that is no country",
    "not-iso3166-or-999": "holds a number that is no country",
    "not-iso3166-alpha2": "holds letters that are no country",
    "not-iso4217": "holds a number that is no currency",
    "iban-too-short": "is too short for a bank account number",
    "invalid-iban-character": "holds a character that a bank account number never has",
    "illegal-iban-country-code": "is a bank account number of no country",
    "incorrect-iban-checksum": "is a bank account number with wrong check digits",
    "illegal-month": "is no date: there is no such month",
    "illegal-day": "is no date: the month has no such day",
    "illegal-hour": "is no time: there is no such hour",
    "illegal-minute": "is no time: there is no such minute",
    "illegal-second": "is no time: there is no such second",
    "zero-piece-number": "counts a piece number zero",
    "zero-total-pieces": "says that there are no pieces",
    "piece-number-exceeds-total": "counts a piece beyond the total",
    "invalid-percent-sequence": "holds a percent sign without two hexadecimal digits",
    "invalid-latitude": "is a latitude outside the earth",
    "invalid-longitude": "is a longitude outside the earth",
    "invalid-media-type": "is no known kind of carrier",
    "invalid-package-type": "is no known kind of package",
    "not-hyphen": "may end with a hyphen only",
    "invalid-biological-sex-code": "is no known code for the biological sex",
    "position-in-sequence-malformed": "must read like 1/3",
    "position-exceeds-end": "counts a position beyond the end",
    "requires-non-digit-character": "must hold at least one character that is no digit",
    "empty": "is empty",
    "too-short": "is too short",
    "too-long": "is too long, or the separator after it is missing",
}


def refuse_value(code: str, where: str, value: str) -> LabelRefused:
    """A refusal of one element's value; `where` names the element as in "(17) USE BY or EXPIRY"."""
    said = _SAID.get(code)
    if said is None:  # the many ways in which a coupon can be damaged
        said = f"is damaged ({code.replace('-', ' ')})"
    return LabelRefused(code, f"{where} {said}: “{shorten(value)}”. {SCAN_AGAIN}")


def shorten(text: str) -> str:
    """As much of a text as a sentence bears."""
    return text if len(text) <= 40 else text[:40] + "…"
