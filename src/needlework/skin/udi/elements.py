"""GS1 element strings: an application identifier and its value, again and again.

What is legal comes from `gs1_elements.csv`, made from the GS1 Barcode Syntax Dictionary: the form and the checks of
every value, and which elements need or exclude each other. Reading takes an element's parts from the left, as the
dictionary describes it, so its verdicts are those of GS1.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Final

from needlework.skin import tables
from needlework.skin.udi.checks import CHECKS, CSET82, Check
from needlework.skin.udi.label import SCAN_AGAIN, LabelRefused, refuse_value, shorten

FNC1: Final = "\x1d"
"""The separator, as every scanner transmits it: ASCII 29."""

_CSETS: Final = {
    "N": ("[0-9]", CHECKS["csetnumeric"]),
    "X": (f"[{re.escape(CSET82)}]", CHECKS["cset82"]),
    "Y": (r"[#\-/0-9A-Z]", CHECKS["cset39"]),
    "Z": ("[A-Za-z0-9_=-]", CHECKS["cset64"]),
}
_PART: Final = re.compile(r"(?P<open>\[)?(?P<cset>[NXYZ])(?P<upto>\.\.)?(?P<length>\d+)\]?(?P<checks>.*)")


@dataclass(frozen=True, slots=True)
class _Row:
    ai: Annotated[str, tables.Shape(r"\d{2,4}", "two to four digits")]
    title: str | None
    fixed: bool
    parts: str
    requires: str | None
    excludes: str | None
    link_key: bool
    link_qualifiers: str | None
    link_attribute: bool
    source: str


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    shortest: int
    longest: int
    optional: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Companions:
    """Elements named by others: whole identifiers, and beginnings for patterns like 31nn."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def among(self, present: Iterable[str], *, but: str = "") -> str | None:
        """The first present element that is one of these, other than `but`."""
        for ai in present:
            if ai != but and (ai in self.whole or (self.beginnings and ai.startswith(self.beginnings))):
                return ai
        return None


@dataclass(frozen=True, slots=True)
class Element:
    """What the dictionary says about one application identifier."""

    ai: str
    title: str
    fixed: bool
    parts: tuple[_Part, ...]
    shortest: int
    longest: int
    shape: re.Pattern[str]
    run: re.Pattern[str]
    checks: tuple[tuple[slice | None, Check], ...]
    needs: tuple[tuple[frozenset[str], tuple[tuple[Companions, ...], ...], str], ...]
    excludes: Companions | None
    link_key: bool
    link_qualifiers: tuple[tuple[str, ...], ...]
    link_attribute: bool

    @property
    def name(self) -> str:
        """How messages name it: "(17) USE BY or EXPIRY"."""
        return f"({self.ai}) {self.title}".strip()

    def check(self, value: str) -> None:
        """The value is legal for this element, its length included. Raises `LabelRefused`."""
        if self.shape.fullmatch(value):
            for part, check in self.checks:
                held = value[part] if part else value
                if held and (wrong := check(held)):
                    raise refuse_value(wrong, self.name, value)
            return
        self._explain(value)

    def _explain(self, value: str) -> None:
        """Why a value of the wrong shape is refused: part by part, in the order in which GS1 looks."""
        if not value:
            raise refuse_value("empty", self.name, value)
        for part in self.parts:
            held = value[part.start : part.start + part.longest]
            if not held and part.optional:
                continue
            if len(held) < part.shortest:
                raise refuse_value("too-short", self.name, value)
            for check in part.checks:
                if wrong := check(held):
                    raise refuse_value(wrong, self.name, value)
        raise refuse_value("too-long", self.name, value)


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, Element]:
    """Every element by its application identifier."""
    rows = tables.read("gs1_elements.csv", _Row, key="ai")
    return MappingProxyType({row.ai: _element(row) for row in rows})


@lru_cache(maxsize=1)
def _plain() -> tuple[dict[str, Element], dict[str, int]]:
    """The dictionary without its wrapper, and how long an identifier is by its first two digits: for the inner loop."""
    return dict(dictionary()), {ai[:2]: len(ai) for ai in dictionary()}


def _element(row: _Row) -> Element:
    parts: list[_Part] = []
    checks: list[tuple[slice | None, Check]] = []
    shape, closing, start = "", "", 0
    for word in row.parts.split(" "):
        match = _PART.fullmatch(word)
        assert match is not None, row
        characters, of_cset = _CSETS[match["cset"]]
        length = int(match["length"])
        shortest = 1 if match["upto"] else length
        own = tuple(CHECKS[name] for name in match["checks"].split(",") if name)
        parts.append(_Part(start, shortest, length, bool(match["open"]), (of_cset, *own)))
        only = slice(start, start + length) if " " in row.parts else None
        # The shape proves the characters; only base64 has more to it (its padding).
        always = (of_cset,) if match["cset"] == "Z" else ()
        # Five digits always begin with a company prefix.
        proven = {CHECKS["gcppos1"], CHECKS["gcppos2"]} if match["cset"] == "N" and shortest >= 5 else set()
        checks += [(only, check) for check in (*always, *own) if check not in proven]
        if match["open"]:
            shape, closing = f"{shape}(?:", ")?" + closing
        shape += f"{characters}{{{shortest},{length}}}"
        start += length
    return Element(
        ai=row.ai,
        title=row.title or "",
        fixed=row.fixed,
        parts=tuple(parts),
        shortest=sum(part.shortest for part in parts if not part.optional),
        longest=start,
        shape=re.compile(shape + closing),
        run=re.compile(f"({shape}{closing})" + (f"{FNC1}?" if row.fixed else rf"(?:{FNC1}|\Z)")),
        checks=tuple(checks),
        needs=tuple(_need(said) for said in (row.requires or "").split(" ") if said),
        excludes=_companions(row.excludes.split(",")) if row.excludes else None,
        link_key=row.link_key,
        link_qualifiers=tuple(tuple(way.split(",")) for way in (row.link_qualifiers or "").split("|") if way),
        link_attribute=row.link_attribute,
    )


def _need(said: str) -> tuple[frozenset[str], tuple[tuple[Companions, ...], ...], str]:
    ways = [way.split("+") for way in said.split(",")]
    simple = frozenset(way[0] for way in ways if len(way) == 1 and way[0].isdigit())
    rest = tuple(
        tuple(_companions([one]) for one in way) for way in ways if len(way) > 1 or not way[0].isdigit()
    )
    words = [" with ".join(f"({one})" for one in way) for way in ways]
    return simple, rest, words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _companions(names: list[str]) -> Companions:
    whole = frozenset(name for name in names if name.isdigit())
    return Companions(whole, tuple(name.rstrip("n") for name in names if not name.isdigit()))


def split(text: str) -> dict[str, str]:
    """The elements of an unbracketed element string, without its first FNC1, in their order.

    Every value is legal; companions are not looked at. An element may come twice if it says the same twice.
    Raises `LabelRefused`.
    """
    known, widths = _plain()
    found: dict[str, str] = {}
    position, end = 0, len(text)
    if not end:
        raise LabelRefused("empty", f"The barcode holds nothing. {SCAN_AGAIN}")
    while position < end:
        width = widths.get(text[position : position + 2], 4)
        ai = text[position : position + width]
        element = known.get(ai)
        if element is None:
            raise _unknown(text[position : position + 4])
        position += width
        match = element.run.match(text, position)
        if match is None:
            raise _misshapen(element, text[position:].partition(FNC1)[0])
        value = match[1]
        for part, check in element.checks:
            held = value[part] if part else value
            if held and (wrong := check(held)):
                raise refuse_value(wrong, element.name, value)
        if found.setdefault(ai, value) != value:
            keep(found, element, value)
        position = match.end()
    return found


def _misshapen(element: Element, value: str) -> LabelRefused:
    """Why no value of this element begins here: what is wrong within it, or that it does not end where it must."""
    try:
        element.check(value[: element.longest])
    except LabelRefused as refused:
        return refused
    return refuse_value("too-long", element.name, value)


def split_bracketed(text: str) -> dict[str, str]:
    r"""The elements of the text printed under a barcode: `(01)09506000134352(10)ABC`.

    Blanks around a value do not count. A bracket inside a value is written with a backslash before it.
    Raises `LabelRefused`.
    """
    found: dict[str, str] = {}
    for match in re.finditer(r"\((?P<ai>[^)]*)(?P<shut>\)?)(?P<value>(?:\\\(|[^(])*)", text):
        element = dictionary().get(match["ai"])
        if element is None or not match["shut"]:
            raise _unknown(match[0])
        value = match["value"].replace(r"\(", "(")
        value = value.strip(" ") or value
        if len(value) > element.longest:
            raise refuse_value("too-long", element.name, value)
        element.check(value)
        keep(found, element, value)
    if not found or not text.startswith("("):
        raise LabelRefused(
            "not-an-element-string",
            "This is not the text of a GS1 label: it must begin with an identifier in brackets. "
            "Type it as printed, for example (01)09506000134352(17)280331(10)ABC.",
        )
    return found


def keep(found: dict[str, str], element: Element, value: str) -> None:
    """Adds an element. Raises `LabelRefused` if the label already says something else for it."""
    if found.setdefault(element.ai, value) != value:
        raise LabelRefused(
            "conflicting-repeat",
            f"{element.name} is given twice and differently: “{found[element.ai]}” and “{value}”. "
            "Do not use this packet until the maker has said which is right.",
        )


def check_companions(found: Mapping[str, str]) -> None:
    """Every element has the companions it needs and none it excludes. Raises `LabelRefused`."""
    if refused := _judge_company(tuple(found)):
        raise LabelRefused(*refused)
    if "8030" in found:
        _check_signed(found)


@lru_cache(maxsize=4096)  # labels come in few kinds, and the verdict is the same for all of one kind
def _judge_company(found: tuple[str, ...]) -> tuple[str, str] | None:
    """Code and sentence of what is wrong with elements in each other's company, or `None`."""
    known = dictionary()
    for ai in found:
        element = known[ai]
        excludes = element.excludes
        if (
            excludes
            and (excludes.beginnings or not excludes.whole.isdisjoint(found))
            and (other := excludes.among(found, but=ai))
        ):
            return (
                "excluded-companion",
                f"{element.name} and {known[other].name} exclude each other, so this is not one packet's label. "
                "Scan the barcode of a single packet.",
            )
        for simple, rest, words in element.needs:
            if not simple.isdisjoint(found):
                continue
            if any(all(one.among(found, but=ai) for one in way) for way in rest):
                continue
            return (
                "missing-companion",
                f"{element.name} means nothing without {words} beside it, so this is only a part of a label. "
                "Scan the packet's other barcode too, and read both as one packet.",
            )
    return None


def _check_signed(found: Mapping[str, str]) -> None:
    """A digital signature signs one thing, so keys that may end with a serial number must do so."""
    for ai in ("253", "255", "8003"):
        if ai in found and len(found[ai]) == dictionary()[ai].shortest:
            name = dictionary()[ai].name
            raise LabelRefused(
                "unserialised-key",
                f"(8030) DIGSIG signs a single thing, but {name} ends without a serial number. {SCAN_AGAIN}",
            )


def join(found: Mapping[str, str]) -> str:
    """The element string of these elements in their order, without a first FNC1.

    >>> join({"10": "ABC", "21": "7"}) == "10ABC" + FNC1 + "217"
    True
    """
    known = dictionary()
    text, separate = "", False
    for ai, value in found.items():
        if separate:
            text += FNC1
        text += ai + value
        separate = not known[ai].fixed
    return text


def _unknown(seen: str) -> LabelRefused:
    return LabelRefused(
        "unknown-element",
        f"“{shorten(seen.strip())}” does not begin with an identifier that GS1 has given out, so the rest cannot be read. "
        f"{SCAN_AGAIN}",
    )
