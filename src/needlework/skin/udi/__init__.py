"""A scanned label into maker, model, lot, serial and expiry; what is not certain is refused, never half-read.

`parse` takes what a scanner sends or a person types, `parse_packet` all barcodes of one packet together, `identify` the
device identifier of a public record, and `element_string` writes GS1 elements as a barcode carries them.

    >>> label = parse("(01)09506000134352(17)280300(10)ABC", on=date(2026, 11, 22))
    >>> label.di, label.lot, label.expires_on
    ('09506000134352', 'ABC', datetime.date(2028, 3, 31))

Sources: GS1 General Specifications and Barcode Syntax Dictionary, ANSI/HIBC 2.6, ISBT 128.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from needlework.skin.udi import elements as gs1
from needlework.skin.udi import packets, scans
from needlework.skin.udi.identifiers import MARKS, Identifier, identify
from needlework.skin.udi.label import Issuer, Label, LabelRefused

__all__ = [
    "MARKS",
    "Identifier",
    "Issuer",
    "Label",
    "LabelRefused",
    "element_string",
    "identify",
    "parse",
    "parse_packet",
    "read_elements",
]


def parse(text: str | bytes, *, on: date, separators_kept: bool = False) -> Label:
    """The label in one barcode, scanned or typed.

    Understood are: GS1 with a symbology identifier (`]d2`, `]d8`, `]C1`, `]Q3`, `]e0`, `]J1`; `]E0` and `]E4` with a composite
    part), with a leading FNC1 (ASCII 29, or `^` in GS1's own notation), or bare; GS1 Digital Link; the bracketed text
    under the barcode; HIBC and ICCBBA. `on` is the day of reading, which decides the century of two-digit years.

    Many scanners drop the separator. So a text without any, whose last element could hold a further one (lot ABC217),
    is refused, unless `separators_kept` says that the caller knows better: the picture was decoded here, or the scanner
    has passed a test.

    Raises `LabelRefused`, also for a part of a label only: see `parse_packet`.
    """
    return packets.label([scans.read(text, on=on, separators_kept=separators_kept)], on=on)


def parse_packet(texts: Sequence[str | bytes], *, on: date, separators_kept: bool = False) -> Label:
    """The label of one packet whose maker spread it over several barcodes; companions are judged over all of them.

    `raw` keeps the barcodes one per line. Raises `LabelRefused`.
    """
    return packets.label([scans.read(text, on=on, separators_kept=separators_kept) for text in texts], on=on)


def read_elements(text: str | bytes, *, on: date, separators_kept: bool = False) -> Mapping[str, str]:
    """The elements of one barcode, each judged for itself: whether their companions are there is not asked.

    For tools that show what a barcode holds; a label for the record comes from `parse`. Raises `LabelRefused`.
    """
    return scans.read(text, on=on, separators_kept=separators_kept).elements


def element_string(elements: Mapping[str, str]) -> str:
    """GS1 elements as a barcode carries them after its first FNC1, in their order, separated by ASCII 29 where needed.

    Raises `LabelRefused` for a value that the element may not have, or companions that are missing or excluded.

    >>> element_string({"01": "09506000134352", "10": "ABC", "21": "7"})
    '010950600013435210ABC\\x1d217'
    """
    known = gs1.dictionary()
    for ai, value in elements.items():
        if ai not in known:
            raise LabelRefused("unknown-element", f"GS1 has given out no element ({ai}). Use another one.")
        known[ai].check(value)
    gs1.check_companions(elements)
    return gs1.join(elements)
