"""Consultations as they were held, and what their form offers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Consultation, Patient
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.who import Actor
from needlework.skin import packs, scales
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


def latest(by: Actor, patient: Patient) -> Consultation | None:
    """The last one held with this patient."""
    check_access(by, Act.SEE_RECORD, patient)
    return patient.consultations.filter(voided_at=None).order_by("-held_at", "-pk").first()


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


def area_name(code: str) -> str:
    """The area as staff say it; the code itself where the pack no longer has it."""
    area = packs.shipped().areas.get(code)
    return code if area is None else area.name


def indication_name(code: str) -> str:
    """The indication as staff say it."""
    indication = packs.shipped().indications.get(code)
    return code if indication is None else indication.name
