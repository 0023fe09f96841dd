"""Public device records (GUDID, openFDA, AccessGUDID) as files: each identifier judged, and what the record states.

Tables come with commas, semicolons, tabs or bars and the column names of any of the public downloads; JSON as one record,
a list, one per line, or inside `results`. Liberal about names, strict about facts: an identifier whose check digit is
wrong is refused, and what a record does not say stays unknown. No public record states the geometry of needles.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from needlework.skin import udi
from needlework.skin.udi import LabelRefused

Kind: TypeAlias = Literal["roller", "stamp", "pen", "other"]

LARGEST: Final = 50_000_000
"""A larger file is refused [bytes]: it is the whole register, of which a clinic wants its own devices."""
MICRONEEDLING: Final = "QAI"
"""The FDA's product code of microneedling devices for aesthetic use (21 CFR 878.4430)."""

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "di": ("deviceid", "primarydi", "di", "udidi", "id", "gtin", "deviceidentifier"),
    "type": ("type", "deviceidtype", "ditype", "identifiertype"),
    "agency": ("agency", "deviceidissuingagency", "issuingagency", "issuer"),
    "name": ("brand", "brandname", "tradename", "name"),
    "model": ("model", "versionmodelnumber", "versionormodelnumber", "modelnumber", "catalognumber"),
    "maker": ("company", "companyname", "manufacturer", "maker"),
    "description": ("description", "devicedescription"),
    "single_use": ("singleuse", "issingleuse"),
    "sterile": ("sterile", "devicesterile", "issterile"),
    "product_code": ("productcode", "code", "fdaproductcode"),
    "gmdn": ("gmdn", "gmdnptname", "gmdnterms", "gmdntermname"),
}
_AGENCIES: Final = {"GS1": "GS1", "HIBCC": "HIBCC", "ICCBBA": "ICCBBA"}


class RecordsNotReadable(ValueError):
    """The file holds no device records; the sentence says what was looked for."""


@dataclass(frozen=True, slots=True)
class Record:
    """One identifier of one device. `line` is the line of a table or the number of a JSON record; empty is not stated."""

    line: int
    di: str
    issuer: str
    name: str
    model: str
    maker: str
    description: str
    single_use: bool | None
    sterile: bool | None
    kind: Kind
    kind_assumed: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is not taken, and why."""

    line: int
    because: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds. `packages` counts identifiers of boxes, which name no single device."""

    records: tuple[Record, ...]
    refused: tuple[Refused, ...]
    packages: int


def read(data: bytes) -> Read:
    """Every device record of a file. Raises `RecordsNotReadable` if there are none in it at all."""
    if len(data) > LARGEST:
        raise RecordsNotReadable("The file is larger than 50 MB: cut it down to the devices of the clinic.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise RecordsNotReadable("The file is no text in UTF-8. Save it as CSV or JSON in UTF-8.") from wrong
    if "\0" in text or not text.strip():
        raise RecordsNotReadable("The file is empty or no text. Give device records as CSV or JSON.")
    rows = _json(text) if text.lstrip()[0] in "[{" else _table(text)
    records: list[Record] = []
    refused: list[Refused] = []
    seen: dict[str, int] = {}
    packages = 0
    for line, row in rows:
        if isinstance(row, str):
            refused.append(Refused(line, row))
            continue
        if row.get("type", "").strip().lower().startswith("package"):
            packages += 1
            continue
        try:
            record = _record(line, row)
        except LabelRefused as wrong:
            refused.append(Refused(line, str(wrong)))
            continue
        except ValueError as wrong:
            refused.append(Refused(line, str(wrong)))
            continue
        if record.di in seen:
            refused.append(
                Refused(line, f"The identifier {record.di} stands in line {seen[record.di]} already.")
            )
            continue
        seen[record.di] = line
        records.append(record)
    return Read(tuple(records), tuple(refused), packages)


def _record(line: int, row: Mapping[str, str]) -> Record:
    """One record, judged. Raises `LabelRefused`, ValueError."""
    given = row.get("di", "").strip()
    if not given:
        raise ValueError("There is no device identifier.")
    agency = row.get("agency", "").strip()
    identifier = udi.identify(given, issuer=_AGENCIES.get(agency.upper(), agency) or None)
    name = " ".join((row.get("name") or row.get("description") or "").split())
    if not name:
        raise ValueError(f"The record of {given} has neither a brand name nor a description.")
    kind, assumed = _kind(row)
    return Record(
        line=line,
        di=identifier.also or identifier.di,
        issuer=identifier.issuer,
        name=name,
        model=row.get("model", "").strip(),
        maker=row.get("maker", "").strip(),
        description=row.get("description", "").strip(),
        single_use=_yes("single use", row.get("single_use", "")),
        sterile=_yes("sterile", row.get("sterile", "")),
        kind=kind,
        kind_assumed=assumed,
    )


def _kind(row: Mapping[str, str]) -> tuple[Kind, bool]:
    """What kind of needling device the words speak of: a reading of words, so an assumption; else another device."""
    words = " ".join(row.get(name, "") for name in ("name", "model", "description", "gmdn")).lower()
    needling = MICRONEEDLING in row.get("product_code", "").upper().split(";") or re.search(
        r"micro-?\s?needl|derma-?\s?(roller|stamp|pen)", words
    )
    if needling:
        found: tuple[tuple[Kind, str], ...] = (
            ("roller", r"roller"),
            ("stamp", r"stamp"),
            ("pen", r"\bpen\b|cartridge|dermapen|skinpen|motor|powered"),
        )
        for kind, pattern in found:
            if re.search(pattern, words):
                return kind, True
    return "other", False


def _yes(said: str, text: str) -> bool | None:
    word = text.strip().lower()
    if word in ("", "null", "none", "unknown"):
        return None
    if word in ("true", "yes", "y", "t", "1"):
        return True
    if word in ("false", "no", "n", "f", "0"):
        return False
    raise ValueError(f"“{text[:40]}” in the column {said} is neither true nor false.")


# --- tables -------------------------------------------------------------------------------------------
def _table(text: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    head = text.lstrip().splitlines()[0]
    delimiter = max(",;\t|", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns: list[str] = []
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = [_named(cell) for cell in row]
                if "di" not in columns:
                    raise RecordsNotReadable(
                        "There is no column with the device identifier: name it deviceId, PrimaryDI or DI."
                    )
            elif len(row) != len(columns):
                yield rows.line_num, f"The line has {len(row)} cells, and the head has {len(columns)}."
            else:
                held: dict[str, str] = {}
                for name, cell in zip(columns, row, strict=True):
                    if name and not held.get(name):
                        held[name] = cell
                yield rows.line_num, held
    except csv.Error as wrong:
        raise RecordsNotReadable(f"Line {rows.line_num} of the table cannot be read: {wrong}.") from wrong


def _named(column: str) -> str:
    """Our name of a column; empty for one that is not wanted."""
    bare = re.sub(r"[^a-z0-9]", "", column.lower())
    return next((name for name, others in _NAMES.items() if bare in others), "")


# --- JSON ---------------------------------------------------------------------------------------------
def _json(text: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    number = 0
    for device in _devices(text):
        number += 1
        if not isinstance(device, dict):
            yield number, "This is no device record."
            continue
        plain = _plain(device)
        found = list(_identifiers(device))
        if not found:
            yield number, plain if plain.get("di") else "There is no device identifier."
        for identifier in found:
            yield number, {**plain, "type": "", "agency": "", **identifier}


def _devices(text: str) -> list[Any]:
    """The devices of a JSON file, whatever holds them."""
    try:
        held = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        try:
            held = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (json.JSONDecodeError, RecursionError) as wrong:
            raise RecordsNotReadable("The file begins as JSON and is none. Save it again.") from wrong
    if isinstance(held, dict) and isinstance(held.get("results"), list):
        held = held["results"]
    if not isinstance(held, list):
        held = [held]
    return [_bare(one) for one in held]


def _bare(one: Any) -> Any:
    """A record without what AccessGUDID wraps around it."""
    for wrap in ("gudid", "device"):
        if isinstance(one, dict) and isinstance(one.get(wrap), dict):
            one = one[wrap]
    return one


def _plain(device: Mapping[str, Any]) -> dict[str, str]:
    """The plain facts of a record by our names, also from one level below (sterilisation, product codes, terms)."""
    held: dict[str, str] = {}
    parts: list[Mapping[str, Any]] = [device]
    for key in ("sterilization", "product_codes", "productCodes", "gmdn_terms", "gmdnTerms"):
        parts += _dicts(device.get(key))
    codes: list[str] = []
    for part in parts:
        for key, value in part.items():
            name = _named(key)
            # Below the record itself, “name” is that of a term and not of the device.
            if part is not device and name in ("name", "di", "type"):
                name = "gmdn"
            if not name or isinstance(value, dict | list) or value is None:
                continue
            if name == "product_code":
                codes.append(str(value))
            elif not held.get(name):
                held[name] = str(value)
    return held | {"product_code": ";".join(codes)}


def _identifiers(device: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for one in _dicts(device.get("identifiers")):
        named = {_named(key): str(value) for key, value in one.items() if value is not None and _named(key)}
        if named.get("di"):
            yield named


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    """The records in a list, or in a list inside a record, as AccessGUDID nests them."""
    if isinstance(value, dict):
        inner = [one for part in value.values() if isinstance(part, list | dict) for one in _dicts(part)]
        return inner or [value]
    if isinstance(value, list):
        return [one for part in value for one in _dicts(part)]
    return []
