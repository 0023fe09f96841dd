"""A maker's notice, typed or uploaded as CSV or JSON, into lines that say which packets are meant.

Nothing is half-read: a row that nobody can be sure of refuses the whole notice, and every such row is named.
"""

from __future__ import annotations

import csv
import io
import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from typing import Any, Final

from needlework.clinic.errors import NoticeNotRead
from needlework.skin import udi

from .batches import PRODUCT_LENGTH

MOST_LINES: Final = 5000
MOST_BYTES: Final = 2_000_000
MOST_NAMED: Final = 10  # bad rows in one sentence
LENGTH: Final = 40

#: the names under which makers and authorities write a column, without blanks, hyphens and capitals
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "maker": ("maker", "manufacturer", "company", "companyname", "make"),
    "device": ("device", "model", "product", "productname", "brand", "brandname", "modelnumber", "catalognumber",
               "cataloguenumber", "versionmodelnumber"),
    "product": ("medicine", "medicinalproduct", "cosmetic", "topical", "cream"),
    "di": ("di", "udi", "udidi", "gtin", "deviceid", "deviceidentifier", "identifier", "primarydi"),
    "lot": ("lot", "lots", "lotnumber", "lotnumbers", "lotno", "batch", "batches", "batchnumber", "batchno", "lotbatch"),
    "serial": ("serial", "serials", "serialnumber", "serialnumbers", "serialno"),
    "serial_from": ("serialfrom", "firstserial"),
    "serial_to": ("serialto", "lastserial"),
    "made": ("made", "madeon", "manufactured", "manufacturedon", "manufacturingdate", "productiondate"),
    "made_from": ("madefrom", "manufacturedfrom"),
    "made_to": ("madeto", "manufacturedto"),
    "expires": ("expires", "expireson", "expiry", "expirydate", "expirationdate", "useby"),
    "expires_from": ("expiresfrom", "expiryfrom"),
    "expires_to": ("expiresto", "expiryto"),
}  # fmt: skip
_FIELD = {name: field for field, names in COLUMNS.items() for name in names}
_RANGE = re.compile(r"^(\S+)\s*(?:\.\.+|–|\s-\s|\s+to\s+)\s*(\S+)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*?)(\d{1,18})$")


@dataclass(frozen=True, slots=True)
class Line:
    """Which packets one line of a notice means. What is empty is not asked for."""

    maker: str = ""
    device: str = ""
    product: str = ""  # cream, serum, make-up: then `lot` is its batch
    di: str = ""
    lot: str = ""
    serial_from: str = ""
    serial_to: str = ""
    made_from_on: date | None = None
    made_to_on: date | None = None
    expires_from_on: date | None = None
    expires_to_on: date | None = None


class _Unclear(Exception):
    """What is wrong with one row."""


def read(data: bytes) -> list[Line]:
    """The lines of an uploaded notice. Raises NoticeNotRead, naming every row that is not clear."""
    if len(data) > MOST_BYTES:
        raise NoticeNotRead(because=f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    text = _text(data).strip()
    if not text:
        raise NoticeNotRead(because="The file is empty.")
    rows = list(_json(text) if text[0] in "{[" else _csv(text))
    return of_rows(rows)


def of_rows(rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[Line]:
    """Rows with the names they are complained of by ("Line 3"), into lines. Raises NoticeNotRead."""
    lines: list[Line] = []
    wrong: list[str] = []
    for name, row in rows:
        try:
            lines += _lines(row)
        except _Unclear as unclear:
            wrong.append(f"{name}: {unclear}")
        if len(lines) > MOST_LINES:
            raise NoticeNotRead(because=f"It names more than {MOST_LINES} lots or serials. Split it.")
    if wrong:
        more = f" And {len(wrong) - MOST_NAMED} more." if len(wrong) > MOST_NAMED else ""
        raise NoticeNotRead(because=" ".join(wrong[:MOST_NAMED]) + more)
    if not lines:
        raise NoticeNotRead(because="It names no packets: give lots, identifiers or models.")
    return list(dict.fromkeys(lines))


def _text(data: bytes) -> str:
    for encoding in (
        ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1")
    ):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoticeNotRead(because="The file is no text. Save it as CSV (UTF-8) or JSON.")


def _csv(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    head = text.splitlines()[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=between, strict=True)
    try:
        fields = [_FIELD.get(_bare(name), "") for name in next(reader)]
        _check_columns(fields)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row: dict[str, str] = {}
                for field, cell in zip(fields, cells, strict=False):
                    if field and cell.strip():
                        row[field] = f"{row[field]}; {cell.strip()}" if field in row else cell.strip()
                yield f"Line {reader.line_num}", row
    except csv.Error as error:
        raise NoticeNotRead(because=f"Line {reader.line_num} is no CSV: {error}.") from error


def _json(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise NoticeNotRead(because=f"It is no JSON: something is wrong{at}.") from error
    common: dict[str, Any] = {}
    if isinstance(given, dict):
        rows = next(
            (given[key] for key in ("lines", "devices", "items") if isinstance(given.get(key), list)), None
        )
        common = {
            key: value for key, value in given.items() if not isinstance(value, dict) and value is not rows
        }
        given = [{}] if rows is None else rows
    seen: set[str] = set()
    for number, row in enumerate(given, 1):
        if not isinstance(row, dict):
            raise NoticeNotRead(because=f"Entry {number} is no object with a lot, an identifier or a model.")
        found: dict[str, str] = {}
        for key, value in {**common, **row}.items():
            field = _FIELD.get(_bare(str(key)))
            if field and value not in (None, "", []):
                parts = value if isinstance(value, list) else [value]
                found[field] = "; ".join(str(part).strip() for part in parts)
        seen |= found.keys()
        yield f"Entry {number}", found
    _check_columns(seen)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _check_columns(fields: Sequence[str] | set[str]) -> None:
    if not {"lot", "di", "device"} & set(fields):
        raise NoticeNotRead(
            because="No column is called lot, di or model. Name the columns in the first line: maker, model, di, "
            "lot, serial, made from, made to, expires from, expires to."
        )


def _lines(row: Mapping[str, str]) -> list[Line]:
    made = _days(row, "made")
    expires = _days(row, "expires")
    base = Line(
        maker=row.get("maker", "")[:200],
        device=row.get("device", "")[:200],
        product=row.get("product", "").strip(),
        made_from_on=made[0],
        made_to_on=made[1],
        expires_from_on=expires[0],
        expires_to_on=expires[1],
    )
    identifiers = [_identifier(text) for text in _parts(row.get("di", ""))] or [""]
    lots = _parts(row.get("lot", "")) or [""]
    serials = [_serials(text) for text in _parts(row.get("serial", ""))]
    if row.get("serial_from") or row.get("serial_to"):
        ends = row.get("serial_from", ""), row.get("serial_to", "")
        if not all(ends):
            raise _Unclear("Give the first and the last serial number, or neither.")
        serials.append(_checked_range(*ends))
    if not any((lots[0], identifiers[0], base.device, base.product)):
        raise _Unclear("Give a lot, a device identifier or a model.")
    if any(len(text) > LENGTH for text in (*lots, *(end for pair in serials for end in pair))):
        raise _Unclear(f"A lot or serial number has at most {LENGTH} characters.")
    return [
        replace(base, di=di, lot=lot, serial_from=first, serial_to=last)
        for di, lot, (first, last) in product(identifiers, lots, serials or [("", "")])
    ]


def check_product(name: str, *, batch: str, serial: str) -> None:
    """A product is called back by its batch, and has no serial number. Raises NoticeNotRead."""
    because = ""
    if len(name) > PRODUCT_LENGTH:
        because = f"The name of a product has at most {PRODUCT_LENGTH} characters."
    elif not batch:
        because = f"Give the batch of {name}. Without it everybody on whom it ever was would be called."
    elif serial:
        because = f"{name} has a batch and no serial number. Leave the serial number out."
    if because:
        raise NoticeNotRead(because=because)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]


def _identifier(text: str) -> str:
    """The device identifier as labels carry it. Raises what is wrong with it."""
    says_who = text.isdecimal() or text.startswith(tuple(udi.MARKS))
    issuers = (None,) if says_who else ("HIBCC", "ICCBBA")
    refusals = []
    for issuer in issuers:
        try:
            found = udi.identify(text.upper(), issuer=issuer)
        except udi.LabelRefused as refused:
            refusals.append(refused.because)
        else:
            return found.also or found.di
    raise _Unclear(refusals[0])


def _serials(text: str) -> tuple[str, str]:
    found = _RANGE.match(text)
    return _checked_range(found.group(1), found.group(2)) if found else (text, text)


def _checked_range(first: str, last: str) -> tuple[str, str]:
    one, other = _NUMBERED.match(first.strip()), _NUMBERED.match(last.strip())
    if one is None or other is None or one.group(1).upper() != other.group(1).upper():
        raise _Unclear(f"Serial numbers {first} to {last} differ in more than the number at their end.")
    if int(one.group(2)) > int(other.group(2)):
        raise _Unclear(f"Serial numbers {first} to {last} run backwards.")
    return first.strip(), last.strip()


def serial_within(serial: str, first: str, last: str) -> bool:
    """Whether a serial number lies in a range that `read` let through.

    >>> serial_within("sn0107", "SN100", "SN120"), serial_within("SN121", "SN100", "SN120")
    (True, False)
    """
    if first == last:
        return serial.upper() == first.upper()
    ends = _NUMBERED.match(first), _NUMBERED.match(last)
    found = _NUMBERED.match(serial)
    if found is None or ends[0] is None or ends[1] is None:
        return False
    same = found.group(1).upper() == ends[0].group(1).upper()
    return same and int(ends[0].group(2)) <= int(found.group(2)) <= int(ends[1].group(2))


def _days(row: Mapping[str, str], what: str) -> tuple[date | None, date | None]:
    whole = row.get(what, "")
    first = _day(row.get(f"{what}_from", "") or whole, last=False)
    last = _day(row.get(f"{what}_to", "") or whole, last=True)
    if first and last and first > last:
        raise _Unclear(f"The dates {first.isoformat()} to {last.isoformat()} run backwards.")
    return first, last


def _day(text: str, *, last: bool) -> date | None:
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"\d{4}-\d{2}", text) and 1 <= int(text[5:]) <= 12:
        year, month = int(text[:4]), int(text[5:])
        if year >= 1900:
            return date(year, month, monthrange(year, month)[1] if last else 1)
    for form in ("%Y-%m-%d", "%Y%m%d", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text[:40], form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise _Unclear(f"“{text[:40]}” is no date that can be read only one way. Write 2027-05-31, or 2027-05.")
