"""Device records of a file, each judged: its identifier, its words, and what it leaves unsaid."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from needlework.skin import udi
from needlework.skin.gudid import nested, sheets
from needlework.skin.gudid.names import RecordsNotReadable

Kind: TypeAlias = Literal["roller", "stamp", "pen", "other"]

LARGEST: Final = 50_000_000
"""A larger file is refused [bytes]: it is the whole register, of which a clinic wants its own devices."""
MICRONEEDLING: Final = "QAI"
"""The FDA's product code of microneedling devices for aesthetic use (21 CFR 878.4430)."""

_TYPES: Final = ("", "primary", "secondary", "previous", "direct marking", "direct mark", "unit of use")
"""Identifiers of one device. Those of packages name a box."""
_WITHDRAWN: Final = ("deactivated", "deleted")
_AGENCIES: Final = {"GS1": "GS1", "HIBCC": "HIBCC", "ICCBBA": "ICCBBA"}


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
    text = _decoded(data)
    if "\0" in text or not text.strip():
        raise RecordsNotReadable("The file is empty or no text. Give device records as CSV or JSON.")
    if text.lstrip().startswith("<"):
        raise RecordsNotReadable("The file is XML or a web page. Give device records as CSV or JSON.")
    try:
        rows = list(nested.rows(text) if text.lstrip()[0] in "[{" else sheets.rows(text))
    except RecursionError as wrong:
        raise RecordsNotReadable("The file begins as JSON and is none. Save it again.") from wrong
    records: dict[str, Record] = {}
    refused: list[Refused] = []
    packages = 0
    for line, row in rows:
        try:
            record = _judged(line, row)
        except ValueError as wrong:
            refused.append(Refused(line, str(wrong)))
            continue
        if record is None:
            packages += 1
        elif record.di not in records:
            records[record.di] = record
        elif records[record.di].line != line:
            before = f"stands in line {records[record.di].line} already"
            refused.append(Refused(line, f"The identifier {record.di} {before}."))
    return Read(tuple(records.values()), tuple(refused), packages)


def _decoded(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or as an older spreadsheet saves it. Raises `RecordsNotReadable`."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RecordsNotReadable("The file is no text. Save it as CSV or JSON in UTF-8.")


def _judged(line: int, row: Mapping[str, str] | str) -> Record | None:
    """One record; none for the identifier of a box. Raises `LabelRefused` and other ValueErrors, with the reason."""
    if isinstance(row, str):
        raise ValueError(row)
    if any("\0" in value or (not value.isascii() and _broken(value)) for value in row.values()):
        raise ValueError("The record holds characters that are no text.")
    given = row.get("di", "").strip()
    if not given:
        raise ValueError("There is no device identifier.")
    agency = row.get("agency", "").strip()
    identifier = udi.identify(given, issuer=_AGENCIES.get(agency.upper(), agency) or None)
    kind_of_identifier = " ".join(re.findall(r"[a-z]+", row.get("type", "").lower()))
    if kind_of_identifier.startswith("package"):
        return None
    if kind_of_identifier not in _TYPES:
        raise ValueError(
            f"The identifier {given} is of the type “{row['type'].strip()[:40]}”, which names no single device."
        )
    if row.get("status", "").strip().lower() in _WITHDRAWN:
        raise ValueError(f"The record of {given} is deactivated: its maker took it back from the register.")
    name = " ".join((row.get("name", "").strip() or row.get("description", "")).split())
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


def _broken(value: str) -> bool:
    """Whether a text holds halves of characters, which JSON can write and no database keeps."""
    return any("\ud800" <= one <= "\udfff" for one in value)


def _kind(row: Mapping[str, str]) -> tuple[Kind, bool]:
    """What kind of needling device it is: as a column “needling” says, or as its words let assume; else another device.

    Raises ValueError.
    """
    match row.get("needling", "").strip().lower():
        case "":
            pass
        case ("roller" | "stamp" | "pen") as said:
            return said, False
        case said:
            raise ValueError(f"“{said[:40]}” in the column needling is none of roller, stamp and pen.")
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
