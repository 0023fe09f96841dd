"""Consultations as they were held, and what their form offers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Consultation, Patient
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.photos import VIEWS
from needlework.clinic.who import Actor
from needlework.skin import scales
from needlework.skin.packs.rows import Area, Indication, Scale

SKIN_TYPES = (
    (1, "Always burns, never tans"),
    (2, "Burns easily, tans a little"),
    (3, "Sometimes burns, tans slowly"),
    (4, "Rarely burns, tans well"),
    (5, "Brown skin, very rarely burns"),
    (6, "Dark brown or black skin, never burns"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form of a consultation may choose from."""

    areas: tuple[Area, ...]
    indications: tuple[Indication, ...]
    scales: tuple[Scale, ...]


def consultation(by: Actor, public_id: UUID) -> Consultation:
    """One consultation with its concerns and scores. Raises NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = Consultation.objects.filter(clinic=by.clinic_id, public_id=public_id)
    found = (
        rows.select_related("patient__clinic", "practitioner", "clinic")
        .prefetch_related("concerns", "scores", "photos", "courses")
        .first()
    )
    if found is None:
        raise NotFound(thing="consultation")
    return found


def offer(patient: Patient) -> Offer:
    """Areas, indications and the scales that can be scored before a treatment."""
    pack = screening_rules.pack_of(patient.clinic)
    return Offer(
        areas=tuple(pack.areas.values()),
        indications=tuple(pack.indications.values()),
        scales=tuple(
            scale
            for scale in scales.scales(pack=pack)
            if scale.rater != "patient" and scale.when not in ("after treatment", "end of the course")
        ),
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as a page shows it."""

    name: str
    value: str
    meaning: str


def scored(held: Consultation) -> list[Scored]:
    """The scores of a consultation, with what each means where the scale says so."""
    pack = screening_rules.pack_of(held.clinic)
    shown = []
    for score in held.scores.all():
        if score.voided_at is not None:
            continue
        scale = pack.scales.get(score.scale)
        meaning = scales.anchors(score.scale, pack).get(float(score.value), "") if scale else ""
        top = f" of {scale.score_max_points:g}" if scale else ""
        shown.append(
            Scored(scale.name if scale else score.scale, f"{score.value.normalize():f}{top}", meaning)
        )
    return shown


def views_of(held: Consultation) -> list[tuple[str, str]]:
    """Code and name of the views from which the areas of a consultation are photographed."""
    pack = screening_rules.pack_of(held.clinic)
    regions = {pack.areas[row.area].region for row in held.concerns.all() if row.area in pack.areas}
    wanted = ["close"]
    if "face" in regions:
        wanted = ["front", "left-oblique", "right-oblique", "left", "right", *wanted]
    if "scalp" in regions:
        wanted = ["scalp", *wanted]
    if "body" in regions:
        wanted = ["body", *wanted]
    names = dict(VIEWS)
    return [(code, names[code]) for code in wanted]
