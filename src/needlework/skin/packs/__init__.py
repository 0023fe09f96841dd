"""The protocol pack: all tables of suitability, protocol, numbing and follow-up as one version with a content hash.

`shipped()` is the pack that comes with Needlework. `load(folder)` reads another one. A pack is checked as a whole when
it is read: every reference between its tables, and that no hard stop stands on weak authority.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, TypeVar

from needlework.skin import tables
from needlework.skin.packs import checks, rows
from needlework.skin.packs.rows import (
    Aftercare,
    Alternative,
    Anaesthetic,
    Area,
    Bound,
    Change,
    CheckinQuestion,
    Condition,
    Indication,
    Protocol,
    Question,
    RedFlag,
    Rule,
    Scale,
    Topical,
)

Jurisdiction: TypeAlias = Literal["gb", "us", "eu"]

FILES: Final[Mapping[str, tuple[str, type[Any]]]] = MappingProxyType(
    {
        "areas": ("areas.csv", Area),
        "bounds": ("bounds.csv", Bound),
        "indications": ("indications.csv", Indication),
        "protocols": ("protocols.csv", Protocol),
        "topicals": ("topicals.csv", Topical),
        "questions": ("questions.csv", Question),
        "rules": ("rules.csv", Rule),
        "anaesthetics": ("anaesthetics.csv", Anaesthetic),
        "conditions": ("conditions.csv", Condition),
        "scales": ("scales.csv", Scale),
        "aftercare": ("aftercare.csv", Aftercare),
        "checkin": ("checkin.csv", CheckinQuestion),
        "red_flags": ("red_flags.csv", RedFlag),
        "alternatives": ("alternatives.csv", Alternative),
    }
)
"""Every table of the pack: its name here, its file, its row."""


@dataclass(frozen=True, slots=True)
class Tightening:
    """A clinic's stricter reading of one rule. What is None stays as shipped."""

    verdict: Literal["refuse", "wait"] | None = None
    override_by: rows.OverrideBy | None = None
    days: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Pack:
    """One version of all tables, each a mapping from code to row in the order of its file.

    A pack belongs to a jurisdiction, and to a clinic when its medical lead has signed rows or tightened rules.
    """

    version: str
    content: str
    changes: tuple[Change, ...]
    areas: Mapping[str, Area]
    bounds: Mapping[str, Bound]
    indications: Mapping[str, Indication]
    protocols: Mapping[str, Protocol]
    topicals: Mapping[str, Topical]
    questions: Mapping[str, Question]
    rules: Mapping[str, Rule]
    anaesthetics: Mapping[str, Anaesthetic]
    conditions: Mapping[str, Condition]
    scales: Mapping[str, Scale]
    aftercare: Mapping[str, Aftercare]
    checkin: Mapping[str, CheckinQuestion]
    red_flags: Mapping[str, RedFlag]
    alternatives: Mapping[str, Alternative]
    sources: Mapping[str, tables.Source]
    jurisdiction: Jurisdiction = "gb"
    signed: frozenset[str] = frozenset()
    tightened: Mapping[str, Tightening] = field(default_factory=dict)
    max_g: Mapping[str, float] = field(default_factory=dict)
    """The clinic's own ceilings of anaesthetics [g], by product."""

    @property
    def id(self) -> str:
        """Version and content, and what the clinic made of it: equal ids decide alike. `1.0.0+3f2a9c01d4e8.gb`"""
        own = f"{sorted(self.signed)}{sorted(self.tightened.items(), key=lambda item: item[0])}"
        own += f"{sorted(self.max_g.items())}" if self.max_g else ""
        tailored = self.signed or self.tightened or self.max_g
        mark = f".{hashlib.sha256(own.encode()).hexdigest()[:8]}" if tailored else ""
        return f"{self.version}+{self.content[:12]}.{self.jurisdiction}{mark}"

    def __repr__(self) -> str:
        return f"Pack({self.id})"

    def tailored(
        self,
        *,
        jurisdiction: Jurisdiction | None = None,
        signed: Iterable[str] = (),
        tightened: Mapping[str, Tightening] | None = None,
        max_g: Mapping[str, float] | None = None,
    ) -> "Pack":
        """This pack as a clinic uses it: its law, the rows its medical lead signed, the rules made stricter, and its
        own ceilings of anaesthetics [g].

        Raises `UnknownCodeError` for a code that is not a rule or a product, `LooseningError` for a change that would
        let more through, `CeilingError` for grams that no ceiling can be.
        """
        signed, tightened, max_g = frozenset(signed), dict(tightened or {}), dict(max_g or {})
        for code in (*signed, *tightened):
            find(code, self.rules, "rule")
        for code, change in tightened.items():
            check_tighter(self.rules[code], change)
        for code, grams in max_g.items():
            check_ceiling(find(code, self.anaesthetics, "anaesthetic"), grams)
        return replace(
            self,
            jurisdiction=jurisdiction or self.jurisdiction,
            signed=self.signed | signed,
            tightened=MappingProxyType({**self.tightened, **tightened}),
            max_g=MappingProxyType({**self.max_g, **max_g}),
        )

    def rule_in_force(self, rule: Rule) -> Rule | None:
        """The rule as it acts here: None in another jurisdiction, and no more than “take care” while unsigned."""
        if "any" not in rule.jurisdictions and self.jurisdiction not in rule.jurisdictions:
            return None
        unsigned = rule.status == "needs sign-off" and rule.code not in self.signed
        if unsigned or rule.status == "informs only":
            rule = replace(rule, verdict="care")
        change = self.tightened.get(rule.code)
        if change is None:
            return rule
        rule = replace(
            rule, verdict=change.verdict or rule.verdict, override_by=change.override_by or rule.override_by
        )
        if change.days is None or change.days == rule.days:
            return rule
        return replace(
            rule,
            days=change.days,
            because=f"{rule.because} This clinic counts {change.days} days.",
            because_patient=f"{rule.because_patient} In our clinic it is {change.days} days.",
            change=f"{change.days} days since then, as this clinic counts.",
        )


class LooseningError(ValueError):
    """A clinic may make a rule stricter, never looser."""


VERDICTS: Final = ("care", "wait", "refuse")
OVERRIDES: Final = ("prescriber", "medical-lead", "none")


def check_tighter(rule: Rule, change: Tightening) -> None:
    """Raises `LooseningError` when the change would let more through than the rule as shipped."""
    if change.verdict and VERDICTS.index(change.verdict) < VERDICTS.index(rule.verdict):
        raise LooseningError(f"{rule.code} says {rule.verdict}; {change.verdict} would be looser.")
    if change.override_by and OVERRIDES.index(change.override_by) < OVERRIDES.index(rule.override_by):
        raise LooseningError(
            f"{rule.code} may be overridden by {rule.override_by}; {change.override_by} is looser."
        )
    if change.days is not None and (rule.days is None or change.days < rule.days):
        raise LooseningError(
            f"{rule.code} waits {rule.days} days; {change.days} would be looser."
            if rule.days
            else f"{rule.code} has no number of days to change."
        )


class CeilingError(ValueError):
    """Grams that no ceiling can be."""


CEILING_G: Final = (0.1, 200.0)
"""The lowest and the highest ceiling a clinic can enter [g]: what one application can weigh."""


def check_ceiling(product: Anaesthetic, grams: float) -> None:
    """A clinic's own ceiling is a sensible figure and does not lie above that of the licence [g].

    Raises `CeilingError`, or `LooseningError`.
    """
    low, high = CEILING_G
    if not low <= grams <= high:
        raise CeilingError(f"Give grams of the product, from {low:g} to {high:g}.")
    if product.max_g is not None and grams > product.max_g:
        raise LooseningError(
            f"The licence of {product.name} allows {product.max_g:g} g; {grams:g} g would be looser."
        )


@lru_cache(maxsize=1)
def shipped() -> Pack:
    """The pack that comes with Needlework, as it stands in Great Britain."""
    return load(tables.DATA)


def load(folder: Path) -> Pack:
    """A pack from a folder of tables. Raises `TableError` for the first thing that is wrong in it."""
    version, changes = _history(folder)
    read = {
        name: {row.code: row for row in tables.read(file, kind, key="code", folder=folder)}
        for name, (file, kind) in FILES.items()
    }
    sources = tables.sources(folder)
    frozen: dict[str, Any] = {name: MappingProxyType(by_code) for name, by_code in read.items()}
    pack = Pack(
        version=version,
        content=_content(read, sources),
        changes=changes,
        sources=sources,
        **frozen,
    )
    checks.check(pack)
    return pack


_Row = TypeVar("_Row")


def find(code: str, rows: Mapping[str, _Row], kind: str) -> _Row:
    """The row of a code. Raises `UnknownCodeError` with the nearest codes; `kind` names what was sought."""
    try:
        return rows[code]
    except KeyError:
        raise tables.UnknownCodeError(kind, code, rows) from None


def _history(folder: Path) -> tuple[str, tuple[Change, ...]]:
    try:
        said = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise tables.TableError(
            "pack.toml", 1, "version", f"there is no such file in {folder.name}."
        ) from None
    except tomllib.TOMLDecodeError as wrong:
        raise tables.TableError("pack.toml", 1, "version", f"is not TOML: {wrong}.") from None
    changes = tuple(
        Change(
            version=str(change["version"]),
            released_on=_date(change["released_on"]),
            content=str(change["content"]),
            what=tuple(change["what"]),
        )
        for change in said.get("changes", ())
    )
    version = str(said.get("version", ""))
    if not changes or changes[-1].version != version:
        raise tables.TableError("pack.toml", 1, "version", f"the last change is not of version {version}.")
    return version, changes


def _date(value: object) -> date:
    if not isinstance(value, date):
        raise tables.TableError("pack.toml", 1, "released_on", f"“{value}” is not a date.")
    return value


def _content(read: Mapping[str, Mapping[str, Any]], sources: Mapping[str, tables.Source]) -> str:
    """A hash of the meaning, not of the bytes: neither line ends nor a source nobody cites changes it."""
    cited = {source for rows in read.values() for row in rows.values() for source in row.source}
    said = {name: [asdict(row) for row in rows.values()] for name, rows in read.items()}
    said["sources"] = [asdict(sources[source]) for source in sorted(cited)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
