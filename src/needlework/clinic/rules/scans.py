"""How a label comes in, and when a scanner's word is taken that it left nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from needlework.clinic.errors import BadInput, NotTheTestCode, ScannerDropsSeparator
from needlework.skin import label_drawings, udi

CAMERA, WEDGE, TYPED = "camera", "wedge", "typed"
WAYS: Final = frozenset({CAMERA, WEDGE, TYPED})
"""Read by our own camera, sent by a scanner that types like a keyboard, or typed by hand."""

TEST: Final[Mapping[str, str]] = MappingProxyType({"01": "09506000134352", "10": "NEEDLEWORK", "21": "TEST"})
"""A code whose middle is a separator. The number is one that GS1 sets aside for examples."""

_SEPARATOR: Final = "\x1d"


def check_way(read_by: str, *, scanned: str) -> str:
    """How a label came in; nothing where there was no label, or where nobody noted how. Raises BadInput."""
    if not scanned or not read_by:
        return ""
    if read_by not in WAYS:
        raise BadInput(because="Say whether the label was scanned or typed.", at_field="scan")
    return read_by


def code_for_test() -> str:
    """The code that shows whether a scanner sends separators, as SVG."""
    return label_drawings.svg(TEST)


def check_scanner(sent: str) -> None:
    """What a scanner sent for the test code still has its separator. Raises ScannerDropsSeparator or NotTheTestCode."""
    said = sent.strip("\t\r\n ")
    said = (said[3:] if said.startswith("]") else said).removeprefix(_SEPARATOR)
    whole = udi.element_string(TEST)
    if said == whole:
        return
    if said == whole.replace(_SEPARATOR, ""):
        raise ScannerDropsSeparator()
    raise NotTheTestCode()
