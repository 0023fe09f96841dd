"""What the public registers call the facts of a device, and our names for them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "di": ("deviceid", "udidi", "di", "gtin", "deviceidentifier", "primarydi", "id"),
    "type": ("deviceidtype", "ditype", "identifiertype", "type"),
    "agency": ("deviceidissuingagency", "issuingagency", "agency", "issuer"),
    "status": ("devicerecordstatus", "recordstatus"),
    "name": ("brandname", "brand", "tradename", "name"),
    "model": ("versionmodelnumber", "versionormodelnumber", "modelnumber", "model", "catalognumber"),
    "maker": ("companyname", "company", "manufacturer", "maker"),
    "description": ("devicedescription", "description"),
    "single_use": ("singleuse", "issingleuse"),
    "sterile": ("devicesterile", "issterile", "sterile"),
    "product_code": ("fdaproductcode", "productcode", "code"),
    "gmdn": ("gmdnptname", "gmdntermname", "gmdnterms", "gmdn"),
    "needling": ("needling",),  # a column of ours, for what no register says
}
"""Our names with theirs, in small letters and digits. Where a record has several, the first that says something counts."""


class RecordsNotReadable(ValueError):
    """The file holds no device records; the sentence says what was looked for."""


@lru_cache(maxsize=1024)
def named(theirs: str) -> tuple[str, int]:
    """Our name for one of theirs and how far back it stands; an empty name for what is not wanted.

    >>> named("Version or Model Number"), named("PrimaryDI"), named("lot")
    (('model', 1), ('di', 5), ('', 0))
    """
    bare = re.sub(r"[^a-z0-9]", "", theirs.lower())
    for ours, others in _NAMES.items():
        if bare in others:
            return ours, others.index(bare)
    return "", 0


def in_our_order(theirs: Sequence[str]) -> list[tuple[int, str]]:
    """The places of their names that are wanted, with ours: of several that mean the same, the first in our order first.

    >>> in_our_order(["PrimaryDI", "deviceId", "lot"])
    [(1, 'di'), (0, 'di')]
    """
    found = [(named(name), place) for place, name in enumerate(theirs)]
    return [(place, ours) for (ours, _rank), place in sorted(found, key=lambda one: one[0][1]) if ours]


def by_our_names(facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Facts under our names: of several that mean the same, the first in our order that says something.

    >>> by_our_names([("PrimaryDI", "1"), ("deviceId", "2"), ("lot", "7")])
    {'di': '2'}
    """
    given = list(facts)
    held: dict[str, str] = {}
    for place, ours in in_our_order([theirs for theirs, _ in given]):
        if not held.get(ours, "").strip():
            held[ours] = given[place][1]
    return held
