"""GS1 Digital Link: the same elements, written as a web address.

The key and its qualifiers stand in the path, everything else in the query: `https://id.gs1.org/01/09506000134352/10/ABC
?17=280331`. Nothing is fetched. Source: GS1 Digital Link Standard, URI Syntax; GS1 Barcode Syntax Dictionary.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from needlework.skin.udi.elements import Element, dictionary, keep
from needlework.skin.udi.label import LabelRefused

_ADDRESS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9\-.:\[\]]+")
_SCHEMES: Final = ("https://", "HTTPS://", "http://", "HTTP://")

_WORDS: Final = {
    "cpid": "8010",
    "cpsn": "8011",
    "cpv": "22",
    "gcn": "255",
    "gdti": "253",
    "giai": "8004",
    "ginc": "401",
    "gln": "414",
    "glnx": "254",
    "gmn": "8013",
    "grai": "8003",
    "gsin": "402",
    "gsrn": "8018",
    "gsrnp": "8017",
    "gtin": "01",
    "itip": "8006",
    "lot": "10",
    "party": "417",
    "refno": "8020",
    "ser": "21",
    "srin": "8019",
    "sscc": "00",
}
"""The words which the first edition of the standard allowed in place of an application identifier."""


def is_address(text: str) -> bool:
    """Whether a text means to be a web address."""
    return text[:8].lower().startswith(("http://", "https://"))


def split(address: str) -> dict[str, str]:
    """The elements of a GS1 Digital Link, the key first. Raises `LabelRefused`."""
    if not _ADDRESS.fullmatch(address) or not address.startswith(_SCHEMES):
        raise _no_link("it is not written as a web address may be")
    domain, slash, rest = address.partition("://")[2].partition("/")
    if not slash or not _DOMAIN.fullmatch(domain):
        raise _no_link("it names no website, or one with illegal characters")
    path, _, query = rest.partition("#")[0].partition("?")
    found: dict[str, str] = {}
    ways = [element for element, _ in _path_elements(path)]
    for element, said in _path_elements(path):
        _add(found, element, unquote(said, encoding="latin-1"))
    if not _is_order(ways[0], [element.ai for element in ways[1:]]):
        raise _no_link("its path names elements that do not belong to the first one, or in another order")
    for element, said in _query_elements(query):
        if element.ai in found:
            raise _no_link(f"{element.name} comes twice")
        if not element.link_attribute or _belongs_in_path(element, ways):
            raise _no_link(f"{element.name} must not stand after the question mark")
        _add(found, element, unquote(said.replace("+", " "), encoding="latin-1"))
    return found


def _add(found: dict[str, str], element: Element, value: str) -> None:
    element.check(value)
    keep(found, element, value)


def _path_elements(path: str) -> list[tuple[Element, str]]:
    """The key and its qualifiers: looked for from the right, as anything may stand before them."""
    parts = ["", *path.split("/")]
    pairs: list[tuple[Element, str]] = []
    while len(parts) > 2:
        *parts, name, value = parts
        element = dictionary().get(_WORDS.get(name, name))
        if element is None:
            break
        pairs.insert(0, (element, value))
        if element.link_key:
            return pairs
    raise _no_link("its path holds no GS1 key")


def _query_elements(query: str) -> Iterable[tuple[Element, str]]:
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or not (name.isascii() and name.isdigit()):
            continue  # other programs' parameters are allowed
        element = dictionary().get(name)
        if element is None:
            raise _no_link(f"there is no GS1 element ({name})")
        yield element, value


def _is_order(key: Element, qualifiers: Sequence[str]) -> bool:
    """Whether qualifiers belong to a key, in this order; any may be left away."""
    if not qualifiers:
        return True
    for way in key.link_qualifiers:
        left = iter(way)
        if all(any(one == allowed for allowed in left) for one in qualifiers):
            return True
    return False


def _belongs_in_path(element: Element, ways: Sequence[Element]) -> bool:
    held = [one.ai for one in ways[1:]]
    return any(_is_order(ways[0], [*held[:at], element.ai, *held[at:]]) for at in range(len(held) + 1))


def _no_link(why: str) -> LabelRefused:
    return LabelRefused(
        "not-a-digital-link",
        f"This web address is no GS1 Digital Link: {why}. Scan the packet's other barcode, or type the text printed "
        "in brackets.",
    )
