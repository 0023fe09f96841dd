"""A finding: what a rule or a bound says about a treatment, and whether somebody decided otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from needlework.skin.packs.rows import Area, Bound, OverrideBy, Scope, Topical
from needlework.skin.packs.rows import Verdict as FindingVerdict

Verdict: TypeAlias = Literal["refuse", "incomplete", "wait", "care", "clear"]
VERDICTS: Final[tuple[Verdict, ...]] = ("refuse", "incomplete", "wait", "care", "clear")
"""The gravest first."""


class OverrideError(ValueError):
    """An override that the rule does not allow, or without a reason."""


@dataclass(frozen=True, slots=True)
class Override:
    """A decision to treat although a rule says no. `by` is the capacity in which the person decided."""

    by: Literal["prescriber", "medical-lead"]
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of the answers.

    `areas` are the asked areas it concerns, empty when it concerns the whole treatment. `until` is the first day on
    which a wait no longer holds; None when that is not a matter of days.
    """

    rule: str
    scope: Scope
    verdict: FindingVerdict
    until: date | None
    areas: tuple[str, ...]
    override_by: OverrideBy
    because: str
    because_patient: str
    change: str
    condition: str | None
    source: tuple[str, ...]
    overridden: Override | None = None

    @property
    def stops(self) -> bool:
        """Whether it stands in the way of a treatment, or of an anaesthetic."""
        return self.verdict != "care" and self.overridden is None


def overridden(finding: Finding, overrides: Mapping[str, Override]) -> Finding:
    """The finding with its override, if it has one. Raises `OverrideError` for one that its rule does not allow."""
    override = overrides.get(finding.rule)
    if override is None or finding.verdict == "care":
        return finding
    if finding.override_by == "none":
        raise OverrideError(f"{finding.rule}: nobody may override this. {finding.because}")
    if override.by != finding.override_by:
        raise OverrideError(
            f"{finding.rule}: only a {finding.override_by} may override this, not a {override.by}."
        )
    if not override.reason.strip():
        raise OverrideError(f"{finding.rule}: say why it is overridden.")
    return replace(finding, overridden=override)


def of_bound(bound: Bound, place: Area, more: str = "", source: Sequence[str] = ()) -> Finding:
    """The finding of a bound in an area; `more` adds a sentence, `source` further sources."""
    return Finding(
        rule=bound.code,
        scope="area",
        verdict=bound.verdict,
        until=None,
        areas=(place.code,),
        override_by=bound.override_by,
        because=f"{bound.because} {more}".strip(),
        because_patient=bound.because_patient,
        change=bound.change,
        condition=None,
        source=tuple(dict.fromkeys((*bound.source, *source))),
    )


def of_topical(row: Topical) -> Finding | None:
    """What stands against a product under the needles; None when it may lie there."""
    if row.under_needles == "yes":
        return None
    verdict: Literal["refuse", "care"] = "refuse" if row.under_needles == "no" else "care"
    return Finding(
        rule=f"topical-{row.code}",
        scope="treatment",
        verdict=verdict,
        until=None,
        areas=(),
        override_by=row.override_by,
        because=f"{row.name}: {row.because}",
        because_patient=row.because_patient,
        change="Leave it out while needling." if verdict == "refuse" else "A prescriber's order.",
        condition=None,
        source=row.source,
    )


def gravest(findings: Collection[Finding], is_open: bool) -> Verdict:
    """The verdict over findings about the treatment; `is_open` when a question about it is not settled."""
    worst: Verdict = "incomplete" if is_open else "clear"
    for finding in findings:
        if finding.scope == "anaesthetic":
            continue
        verdict: Verdict = finding.verdict if finding.overridden is None else "care"
        if verdict == "refuse":
            return "refuse"
        if _GRAVITY[verdict] < _GRAVITY[worst]:
            worst = verdict
    return worst


_GRAVITY: Final = {verdict: place for place, verdict in enumerate(VERDICTS)}


def by_area(findings: Collection[Finding], asked: tuple[str, ...], is_open: bool) -> dict[str, Verdict]:
    """The verdict of each area, all things taken together; without asked areas, of those that findings name."""
    areas = asked or tuple(dict.fromkeys(area for finding in findings for area in finding.areas))
    if not areas:
        return {}
    everywhere = gravest([finding for finding in findings if not finding.areas], is_open)
    local: dict[str, Verdict] = dict.fromkeys(areas, everywhere)
    for finding in findings:
        for area in finding.areas:
            verdict: Verdict = finding.verdict if finding.overridden is None else "care"
            if _GRAVITY[verdict] < _GRAVITY[local[area]]:
                local[area] = verdict
    return local


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding; `overridden` only where somebody did."""
    said: dict[str, Any] = {
        "rule": finding.rule,
        "scope": finding.scope,
        "verdict": finding.verdict,
        "until": finding.until.isoformat() if finding.until else None,
        "areas": list(finding.areas),
        "override_by": finding.override_by,
        "because": finding.because,
        "source": list(finding.source),
    }
    if finding.overridden is not None:
        said["overridden"] = {"by": finding.overridden.by, "reason": finding.overridden.reason}
    return said
