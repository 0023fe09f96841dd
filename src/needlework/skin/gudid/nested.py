"""Device records in JSON: one, a list, one on each line, and whatever the registers wrap around them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from needlework.skin.gudid.names import RecordsNotReadable, by_our_names, named
from needlework.skin.gudid.sheets import Row

_WRAPS: Final = ("results", "gudid", "devices", "device")
_BELOW: Final = ("sterilization", "product_codes", "productCodes", "gmdn_terms", "gmdnTerms")


def rows(text: str) -> Iterator[Row]:
    """The identifiers of each record with its facts; the number of the record stands for the line.

    Raises `RecordsNotReadable`.
    """
    for number, device in enumerate(_devices(_parsed(text)), start=1):
        if not isinstance(device, dict):
            yield number, "This is no device record."
            continue
        plain = _facts(device)
        found = list(_identifiers(device))
        if not found:
            yield number, plain if plain.get("di") else "There is no device identifier."
        for identifier in found:
            yield number, {**plain, "type": "", "agency": "", **identifier}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        try:
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        except ValueError as wrong:
            raise RecordsNotReadable("The file begins as JSON and is none. Save it again.") from wrong


def _devices(held: Any) -> Iterator[Any]:
    """The records of a file, out of all lists and wrappings."""
    if isinstance(held, list):
        for one in held:
            yield from _devices(one)
        return
    if isinstance(held, dict):
        for wrap in _WRAPS:
            if isinstance(held.get(wrap), list | dict):
                yield from _devices(held[wrap])
                return
    yield held


def _facts(device: Mapping[str, Any]) -> dict[str, str]:
    """The plain facts of a record by our names, also from one level below (sterilisation, product codes, terms)."""
    plain = [(theirs, _text(value)) for theirs, value in device.items()]
    codes, terms = [value for theirs, value in plain if named(theirs)[0] == "product_code"], []
    for key in _BELOW:
        for part in _dicts(device.get(key)):
            for theirs, value in part.items():
                ours, said = named(theirs)[0], _text(value)
                if ours == "product_code":
                    codes.append(said)
                elif ours in ("name", "gmdn"):  # of a term, not of the device
                    terms.append(said)
                elif ours in ("single_use", "sterile"):
                    plain.append((theirs, said))
    more = {"product_code": ";".join(filter(None, codes)), "gmdn": "; ".join(filter(None, terms))}
    held = by_our_names((theirs, value) for theirs, value in plain if value)
    return held | {ours: value for ours, value in more.items() if value}


def _identifiers(device: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for one in _dicts(device.get("identifiers")):
        said = by_our_names((theirs, _text(value)) for theirs, value in one.items())
        if said.get("di"):
            yield {ours: value for ours, value in said.items() if ours in ("di", "type", "agency")}


def _dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    """The records in a list, or in a list inside a record, as AccessGUDID nests them."""
    if isinstance(value, list):
        for part in value:
            yield from _dicts(part)
    elif isinstance(value, dict):
        if any(named(theirs)[0] and _text(part) for theirs, part in value.items()):
            yield value
        else:
            for part in value.values():
                yield from _dicts(part)


def _text(value: Any) -> str:
    """A plain value as text, also the text of an XML element with attributes; empty for anything else."""
    if isinstance(value, dict):
        value = value.get("#text")
    return "" if value is None or isinstance(value, list | dict) else str(value)
