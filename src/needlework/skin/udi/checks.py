"""The checks which the GS1 Syntax Dictionary names for parts of an element: each answers `None`, or GS1's name of the error.

Source: GS1 Barcode Syntax Dictionary and GS1 General Specifications (check digit, check character pair, dates). The
error names are those of GS1's own checks, written as slugs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from needlework.skin import tables
from needlework.skin.udi import coupons, dates

Check: TypeAlias = Callable[[str], str | None]

CSET82: Final = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET32: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_RANK82: Final = {character: rank for rank, character in enumerate(CSET82)}
_DIGITS: Final = re.compile(r"[0-9]*")
_TEXT82: Final = re.compile(f"[{re.escape(CSET82)}]*")
_TEXT39: Final = re.compile(r"[#\-/0-9A-Z]*")
_TEXT64: Final = re.compile(r"[A-Za-z0-9_\-]*")


@dataclass(frozen=True, slots=True)
class _CodeList:
    list: str
    codes: tuple[str, ...]
    source: str


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, frozenset[str]]:
    rows = tables.read("gs1_codes.csv", _CodeList, key="list")
    return MappingProxyType({row.list: frozenset(row.codes) for row in rows})


def check_digits(value: str) -> str | None:
    return None if _DIGITS.fullmatch(value) else "non-digit-character"


def check_cset82(value: str) -> str | None:
    return None if _TEXT82.fullmatch(value) else "invalid-cset82-character"


def check_cset39(value: str) -> str | None:
    return None if _TEXT39.fullmatch(value) else "invalid-cset39-character"


def check_cset64(value: str) -> str | None:
    bare = value.rstrip("=")
    pads = len(value) - len(bare)
    if pads > 2 or (pads and len(value) % 3):
        return "invalid-cset64-padding"
    return None if _TEXT64.fullmatch(bare) else "invalid-cset64-character"


def check_digit(body: str) -> str:
    """The GS1 check digit of a number without it: weights 3 and 1 in turn from the right.

    >>> check_digit("0950600013435")
    '2'
    """
    return str(-(3 * sum(map(int, body[-1::-2])) + sum(map(int, body[-2::-2]))) % 10)


def check_csum(value: str) -> str | None:
    """The last digit of a GS1 number fits the others."""
    if not value:
        return "too-short-for-check-digit"
    if not (value.isascii() and value.isdigit()):
        return "non-digit-character"
    codes = value.encode()  # the digits as 48 to 57; summing bytes is three times as fast as summing numbers
    length = len(codes)
    surplus = 48 * (3 * (length // 2) + (length + 1) // 2)
    return "incorrect-check-digit" if (3 * sum(codes[-2::-2]) + sum(codes[-1::-2]) - surplus) % 10 else None


@lru_cache(maxsize=1)
def _primes() -> tuple[int, ...]:
    found: list[int] = []
    number = 2
    while len(found) < 97:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return tuple(found)


def check_pair(body: str) -> str:
    """The two check characters of an alphanumeric GS1 key: prime weights from the right, modulo 1021.

    >>> check_pair("1987654Ad4X4bL5ttr2310c")
    '2K'
    """
    total = sum(_RANK82[one] * prime for one, prime in zip(reversed(body), _primes(), strict=False)) % 1021
    return CSET32[total >> 5] + CSET32[total & 31]


def check_csumalpha(value: str) -> str | None:
    if len(value) < 2:
        return "too-short-for-check-pair"
    body, pair = value[:-2], value[-2:]
    if not _TEXT82.fullmatch(body):
        return "invalid-cset82-character"
    if not set(pair) <= set(CSET32):
        return "invalid-cset32-character"
    return None if check_pair(body) == pair else "incorrect-check-pair"


def check_gcppos1(value: str) -> str | None:
    if len(value) < 4:
        return "too-short-for-gcp"
    return None if _DIGITS.fullmatch(value[:4]) else "invalid-gcp-prefix"


def check_gcppos2(value: str) -> str | None:
    return check_gcppos1(value[1:])


def _within(value: str, length: int, last: int, unit: str) -> str | None:
    if len(value) != length:
        return f"{unit}-too-short" if len(value) < length else f"{unit}-too-long"
    if not _DIGITS.fullmatch(value):
        return "non-digit-character"
    return None if int(value) <= last else f"illegal-{unit}"


def check_hh(value: str) -> str | None:
    return _within(value, 2, 23, "hour")


def check_mi(value: str) -> str | None:
    return _within(value, 2, 59, "minute")


def check_ss(value: str) -> str | None:
    return _within(value, 2, 59, "second")


def check_hhmi(value: str) -> str | None:
    if len(value) != 4:
        return "hour-with-minute-too-short" if len(value) < 4 else "hour-with-minute-too-long"
    return check_digits(value) or check_hh(value[:2]) or check_mi(value[2:])


def check_zero(value: str) -> str | None:
    return check_digits(value) or ("not-zero" if value.strip("0") else None)


def check_nonzero(value: str) -> str | None:
    return check_digits(value) or (None if value.strip("0") else "illegal-zero-value")


def check_nozeroprefix(value: str) -> str | None:
    return check_digits(value) or ("illegal-zero-prefix" if value[:1] == "0" and value != "0" else None)


def check_yesno(value: str) -> str | None:
    return None if value in ("0", "1") else "not-zero-or-one"


def check_winding(value: str) -> str | None:
    return None if value in ("0", "1", "9") else "invalid-winding-direction"


def check_hyphen(value: str) -> str | None:
    return "not-hyphen" if value.strip("-") else None


def check_importeridx(value: str) -> str | None:
    if len(value) != 1:
        return "importer-idx-must-be-one-character"
    return None if _TEXT64.fullmatch(value) else "invalid-import-idx-character"


def check_iso3166(value: str) -> str | None:
    return None if value in _codes()["country-number"] else "not-iso3166"


def check_iso3166999(value: str) -> str | None:
    return None if value == "999" or value in _codes()["country-number"] else "not-iso3166-or-999"


def check_iso3166alpha2(value: str) -> str | None:
    return None if value in _codes()["country"] else "not-iso3166-alpha2"


def check_iso4217(value: str) -> str | None:
    return None if value in _codes()["currency-number"] else "not-iso4217"


def check_iso5218(value: str) -> str | None:
    return None if value in ("0", "1", "2", "9") else "invalid-biological-sex-code"


def check_mediatype(value: str) -> str | None:
    return None if value in _codes()["media-type"] else "invalid-media-type"


def check_packagetype(value: str) -> str | None:
    return None if value in _codes()["package-type"] else "invalid-package-type"


def check_iban(value: str) -> str | None:
    if len(value) < 4:
        return "iban-too-short"
    if value[:2] not in _codes()["country"]:
        return "illegal-iban-country-code"
    if not 10 < len(value) <= 34:
        return "iban-too-long" if len(value) > 34 else "iban-too-short"
    if not re.fullmatch(r"[0-9A-Z]+", value):
        return "invalid-iban-character"
    turned = "".join(str(int(one, 36)) for one in value[4:] + value[:4])
    return None if int(turned) % 97 == 1 else "incorrect-iban-checksum"


def check_latitude(value: str) -> str | None:
    return _within_degrees(value, "latitude", 180)


def check_longitude(value: str) -> str | None:
    return _within_degrees(value, "longitude", 360)


def _within_degrees(value: str, name: str, degrees: int) -> str | None:
    if len(value) != 10:
        return f"{name}-invalid-length"
    return check_digits(value) or (None if int(value) <= degrees * 10**7 else f"invalid-{name}")


def check_pieceoftotal(value: str) -> str | None:
    if not _DIGITS.fullmatch(value):
        return "non-digit-character"
    if not value or len(value) % 2:
        return "invalid-length-for-piece-of-total"
    piece, total = int(value[: len(value) // 2]), int(value[len(value) // 2 :])
    if piece == 0:
        return "zero-piece-number"
    if total == 0:
        return "zero-total-pieces"
    return "piece-number-exceeds-total" if piece > total else None


def check_posinseqslash(value: str) -> str | None:
    match = re.fullmatch(r"([0-9]+)/([0-9]+)", value)
    if not match:
        return "position-in-sequence-malformed"
    if match[1][0] == "0" or match[2][0] == "0":
        return "illegal-zero-prefix"
    return "position-exceeds-end" if int(match[1]) > int(match[2]) else None


def check_pcenc(value: str) -> str | None:
    broken = re.search(r"%(?![0-9A-Fa-f]{2})", value)
    return "invalid-percent-sequence" if broken else None


def check_hasnondigit(value: str) -> str | None:
    return "requires-non-digit-character" if _DIGITS.fullmatch(value) else None


CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "csetnumeric": check_digits,
        "cset82": check_cset82,
        "cset39": check_cset39,
        "cset64": check_cset64,
        "csum": check_csum,
        "csumalpha": check_csumalpha,
        "gcppos1": check_gcppos1,
        "gcppos2": check_gcppos2,
        "yymmdd": dates.check_yymmdd,
        "yymmd0": dates.check_yymmd0,
        "yyyymmdd": dates.check_yyyymmdd,
        "yyyymmd0": dates.check_yyyymmd0,
        "hh": check_hh,
        "mi": check_mi,
        "ss": check_ss,
        "hhmi": check_hhmi,
        "zero": check_zero,
        "nonzero": check_nonzero,
        "nozeroprefix": check_nozeroprefix,
        "yesno": check_yesno,
        "winding": check_winding,
        "hyphen": check_hyphen,
        "importeridx": check_importeridx,
        "iso3166": check_iso3166,
        "iso3166999": check_iso3166999,
        "iso3166alpha2": check_iso3166alpha2,
        "iso4217": check_iso4217,
        "iso5218": check_iso5218,
        "mediatype": check_mediatype,
        "packagetype": check_packagetype,
        "iban": check_iban,
        "latitude": check_latitude,
        "longitude": check_longitude,
        "pieceoftotal": check_pieceoftotal,
        "posinseqslash": check_posinseqslash,
        "pcenc": check_pcenc,
        "hasnondigit": check_hasnondigit,
        "couponcode": coupons.check_couponcode,
        "couponposoffer": coupons.check_couponposoffer,
    }
)
"""Every check by the name which the dictionary gives it."""
