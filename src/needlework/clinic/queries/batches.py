"""From a batch of cream, serum or make-up to its patients: the same question as for a lot of packets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from needlework.clinic.models import AnaestheticApplication, TopicalUse
from needlework.clinic.queries.traces import spellings
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.who import Actor


@dataclass(frozen=True, slots=True)
class Applied:
    """One application of the batch. `areas` are empty for who may not see what was done, and where not recorded."""

    patient: UUID
    number: str
    name: str
    phone: str
    email: str
    treatment: UUID
    site: str
    product: str
    batch: str
    applied_at: datetime
    areas: tuple[str, ...]


def everyone(by: Actor, *, batch: str, product: str = "") -> list[Applied]:
    """Every application of a batch, by patient and time; what was voided is left out. Raises NotAllowed."""
    check_may(by, Act.TRACE)
    sees = may(by, Act.SEE_RECORD)
    found: list[Applied] = []
    for model in (AnaestheticApplication, TopicalUse):
        rows = model._default_manager.filter(
            clinic_id=by.clinic_id, batch__in=spellings(batch), voided_at=None
        ).select_related("treatment__patient", "treatment__site")
        if product:
            rows = rows.filter(product=product)
        for row in rows:
            patient = row.treatment.patient
            areas = row.areas if sees and isinstance(row, AnaestheticApplication) else []
            found.append(
                Applied(
                    patient=patient.public_id,
                    number=patient.number,
                    name=patient.name,
                    phone=patient.phone,
                    email=patient.email,
                    treatment=row.treatment.public_id,
                    site=row.treatment.site.name,
                    product=row.product,
                    batch=row.batch,
                    applied_at=row.applied_at,
                    areas=tuple(areas),
                )
            )
    return sorted(found, key=lambda one: (one.name, one.number, one.applied_at))
