"""The aftercare sheet: what to expect, do and leave, with the clock times of this very treatment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from needlework.clinic.models import Document, Treatment
from needlework.clinic.who import Actor
from needlework.skin import anatomy, healing, recovery

from . import documents


def content(treatment: Treatment, *, at: datetime) -> dict[str, Any] | None:
    """The facts of the sheet, or None where nothing was treated. Times are in the zone of the site."""
    rows = list(treatment.areas.filter(voided_at=None).order_by("pk"))
    if not rows:
        return None
    deepest = max(float(row.needle_mm) for row in rows)
    codes = list(dict.fromkeys(row.area for row in rows))
    regions = sorted({anatomy.get(code).region for code in codes})
    ended_at = (treatment.finished_at or treatment.stopped_at or at).astimezone(
        ZoneInfo(treatment.site.time_zone)
    )
    redness = recovery.redness(deepest)
    return {
        "ended_at": ended_at.isoformat(),
        "areas": [anatomy.in_words(code) for code in codes],
        "needle_mm": deepest,
        "windows": [
            {
                "code": window.code,
                "topic": window.topic,
                "kind": window.kind,
                "starts_at": window.starts_at.isoformat(),
                "ends_at": window.ends_at.isoformat(),
                "advice": window.advice_patient,
                "because": window.because,
                "source": list(window.source),
            }
            for window in recovery.aftercare(ended_at=ended_at, needle_mm=deepest, regions=regions)
        ],
        "redness": redness.sentence,
        "closure": healing.closure(deepest).sentence,
        "clinic": treatment.clinic.name,
        "phone": treatment.clinic.phone,
        "note": treatment.aftercare_note,
    }


def give_sheet(*, treatment: Treatment, by: Actor, at: datetime) -> Document | None:
    """Keep the sheet exactly as it is given; None where nothing was treated. Part of `treatments.give_aftercare`."""
    facts = content(treatment, at=at)
    if facts is None:
        return None
    return documents.give(
        kind="aftercare",
        patient=treatment.patient,
        treatment=treatment,
        course=treatment.course,
        title=f"After your treatment {treatment.number}",
        content=facts,
        by=by,
        at=at,
    )
