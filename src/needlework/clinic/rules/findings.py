"""What the rules found, as it is kept with the decision that rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from needlework.clinic.models import Patient
from needlework.skin.screening import Finding

from . import screenings


def at_start(
    patient: Patient, *, areas: Sequence[str], on: date, known: screenings.Known | None = None
) -> list[dict[str, Any]]:
    """Every rule that found something for these areas on that day, and who let it through."""
    return kept(screenings.assess(patient, areas=areas, on=on, known=known).screening.findings)


def kept(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings in the shape of the record."""
    return [
        {
            "rule": finding.rule,
            "scope": finding.scope,
            "verdict": finding.verdict,
            "areas": list(finding.areas),
            "overridden": finding.overridden is not None,
        }
        for finding in findings
    ]
