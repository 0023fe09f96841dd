"""The barcodes of one packet, made one label; companions are judged over all of them."""

from collections.abc import Mapping, Sequence
from datetime import date

from needlework.skin.udi import dates, hibc, isbt
from needlework.skin.udi import elements as gs1
from needlework.skin.udi.label import SCAN_AGAIN, Label, LabelRefused, refuse_value
from needlework.skin.udi.scans import Scan, no_label


def label(scans: Sequence[Scan], *, on: date) -> Label:
    """The label of one packet, from all of its barcodes. Raises `LabelRefused`."""
    if not scans:
        raise LabelRefused("empty", f"There is no barcode. {SCAN_AGAIN}")
    first = scans[0]
    if any(scan.issuer != first.issuer for scan in scans):
        raise LabelRefused(
            "several-issuers",
            "These barcodes follow different standards, so they are not parts of one label. Scan one packet at a time.",
        )
    raw = b"\n".join(scan.raw for scan in scans)
    if first.issuer == "GS1":
        return _gs1_label(scans, raw, first.symbology, on)
    if first.issuer == "HIBCC":
        return _hibc_label([scan.part for scan in scans if scan.part], raw, first.symbology)
    return _isbt_label(_merged(scans), raw, first.symbology)


def _merged(scans: Sequence[Scan]) -> Mapping[str, str]:
    if len(scans) == 1:
        return scans[0].elements
    found: dict[str, str] = {}
    for scan in scans:
        for name, value in scan.elements.items():
            if found.setdefault(name, value) != value:
                raise LabelRefused(
                    "conflicting-repeat",
                    f"({name}) is given twice and differently: “{found[name]}” and “{value}”. "
                    "Scan the barcodes of one packet only.",
                )
    return found


def _gs1_label(scans: Sequence[Scan], raw: bytes, symbology: str, on: date) -> Label:
    found = _merged(scans)
    gs1.check_companions(found)
    if "01" not in found and not any(scan.marked for scan in scans):
        # Any number can happen to read as some element; a product number has a check digit.
        raise no_label()
    expires = found.get("17") or found.get("7003")
    made = found.get("11")
    quantity = found.get("30") or found.get("37")
    return Label(
        "GS1",
        found.get("01"),
        found.get("10"),
        found.get("21"),
        _day("17", expires, on) if expires else None,
        _day("11", made, on) if made else None,
        int(quantity) if quantity else None,
        found,
        raw,
        symbology,
    )


def _day(ai: str, value: str, on: date) -> date:
    try:
        return dates.day_of(value, on=on)
    except ValueError:  # 29 February of a year which the century makes a common one
        raise refuse_value("illegal-day", gs1.dictionary()[ai].name, value) from None


def _hibc_label(parts: Sequence[hibc.Read], raw: bytes, symbology: str) -> Label:
    first = next((part for part in parts if part.di is not None), None)
    seconds = [part for part in parts if part is not first]
    if first is None or len(seconds) > 1 or any(part.di is not None for part in seconds):
        raise LabelRefused(
            "missing-companion",
            "This is only the second part of a HIBC label, or parts of several. Scan the barcode with labeller and "
            "product too, and read both as one packet.",
        )
    said = first
    if seconds:
        said = seconds[0]
        if first.link is None or said.link != first.link:
            raise LabelRefused(
                "hibc-link",
                "The two HIBC barcodes do not belong together: their link character differs. "
                "Scan the two barcodes of one packet.",
            )
    return Label(
        "HIBCC",
        first.di,
        said.lot,
        said.serial,
        said.expires_on,
        said.made_on,
        said.quantity,
        {**first.elements, **said.elements},
        raw,
        symbology,
    )


def _isbt_label(found: Mapping[str, str], raw: bytes, symbology: str) -> Label:
    product = [found[name] for name in ("=/", "=)") if name in found]
    if len(product) != 1:
        raise LabelRefused(
            "excluded-companion" if product else "missing-companion",
            "This ICCBBA label must name either a product (=/) or a blood bag (=)), so this is only a part of it, or "
            "parts of two. Scan all barcodes of one packet, and read them as one.",
        )
    expires = found.get("=>") or found.get("&>")
    made = found.get("=}") or found.get("&}")
    return Label(
        "ICCBBA",
        product[0],
        found.get("&,1") or found.get("&)"),
        found.get("=,"),
        isbt.day(expires) if expires else None,
        isbt.day(made) if made else None,
        None,
        found,
        raw,
        symbology,
    )
