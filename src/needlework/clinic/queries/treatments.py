"""One treatment with all that was done in it, and the treatments that wait for a signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from needlework.clinic.errors import ClinicError, NotFound
from needlework.clinic.models import (
    Amendment,
    AnaestheticApplication,
    Course,
    DeviceUse,
    Incident,
    PlanArea,
    TopicalUse,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.transitions import Deed, State, allowed, state
from needlework.clinic.who import Actor, Role


@dataclass(frozen=True, slots=True)
class Chart:
    """A treatment with everything charted, the taken-back entries too. Eight queries, however much there is."""

    treatment: Treatment
    state: State
    planned: tuple[PlanArea, ...]
    every_use: tuple[DeviceUse, ...]
    every_area: tuple[TreatmentArea, ...]
    every_cream: tuple[AnaestheticApplication, ...]
    every_topical: tuple[TopicalUse, ...]
    incidents: tuple[Incident, ...]
    amendments: tuple[Amendment, ...]

    @property
    def uses(self) -> list[DeviceUse]:
        """Packets opened for it, the latest first."""
        return [use for use in self.every_use if use.voided_at is None]

    @property
    def areas(self) -> list[TreatmentArea]:
        """What was done, in order."""
        return [row for row in self.every_area if row.voided_at is None]

    @property
    def creams(self) -> list[AnaestheticApplication]:
        """Cream put on, in order."""
        return [row for row in self.every_cream if row.voided_at is None]

    @property
    def cream_on(self) -> AnaestheticApplication | None:
        """The cream that is still on the skin: the one longest there."""
        return next((row for row in self.creams if row.removed_at is None), None)

    @property
    def topicals(self) -> list[TopicalUse]:
        """Products put on, in order."""
        return [row for row in self.every_topical if row.voided_at is None]

    def may(self, deed: Deed) -> bool:
        """Whether this is the moment for a deed."""
        return allowed(self.state, deed)


def treatment(by: Actor, public_id: UUID) -> Treatment:
    """One treatment. A patient sees only their own. Raises NotAllowed, NotFound."""
    if by.role is not Role.PATIENT:
        check_may(by, Act.SEE_RECORD)
    rows = Treatment.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    if by.role is Role.PATIENT:
        rows = rows.filter(patient_id=by.patient_id or 0)
    found = rows.select_related(
        "patient", "clinic", "course", "plan__course", "practitioner", "site", "signer"
    ).first()
    if found is None:
        raise NotFound(thing="treatment")
    return found


def chart(by: Actor, public_id: UUID) -> Chart:
    """One treatment with all its entries. Raises NotAllowed, NotFound."""
    row = treatment(by, public_id)
    creams = tuple(row.anaesthetics.order_by("applied_at", "pk"))
    return Chart(
        treatment=row,
        state=state(row, cream_on=any(c.removed_at is None and c.voided_at is None for c in creams)),
        planned=tuple(row.plan.areas.select_related("device_model").order_by("pk")),
        every_use=tuple(
            row.device_uses.select_related("unit__model", "unit__site", "hand_piece").order_by(
                "-used_at", "-pk"
            )
        ),
        every_area=tuple(row.areas.select_related("device_use__unit__model").order_by("pk")),
        every_cream=creams,
        every_topical=tuple(row.topicals.order_by("applied_at", "pk")),
        incidents=tuple(row.incidents.filter(voided_at=None).order_by("pk")),
        amendments=tuple(row.amendments.order_by("amended_at", "pk")),
    )


def use(by: Actor, public_id: UUID) -> DeviceUse:
    """One packet in a treatment. A patient sees only their own. Raises NotAllowed, NotFound."""
    if by.role is not Role.PATIENT:
        check_may(by, Act.SEE_RECORD)
    rows = DeviceUse.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    if by.role is Role.PATIENT:
        rows = rows.filter(patient_id=by.patient_id or 0)
    found = rows.select_related("treatment__site", "treatment__patient", "unit__model", "clinic").first()
    if found is None:
        raise NotFound(thing="packet")
    return found


def entry(
    chart: Chart, kind: str, public_id: UUID
) -> DeviceUse | TreatmentArea | AnaestheticApplication | TopicalUse:
    """One entry of a chart: `use`, `area`, `cream` or `topical`. Raises NotFound."""
    rows: tuple[DeviceUse | TreatmentArea | AnaestheticApplication | TopicalUse, ...] = {
        "use": chart.every_use,
        "area": chart.every_area,
        "cream": chart.every_cream,
        "topical": chart.every_topical,
    }.get(kind, ())  # type: ignore[assignment]
    for row in rows:
        if row.public_id == public_id:
            return row
    raise NotFound(thing="entry")


def reasons_against(by: Actor, row: Treatment, *, at: datetime) -> list[ClinicError]:
    """Everything that stops a treatment from starting, all at once. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    return rules.reasons_against(row, by=by, at=at)


def unsigned(by: Actor, *, most: int = 50) -> list[Treatment]:
    """Treatments that are open or wait for their signature, the oldest first. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    rows = Treatment.objects.filter(clinic_id=by.clinic_id, signed_at=None, voided_at=None)
    return list(rows.select_related("patient", "practitioner", "site", "course").order_by("opened_at")[:most])


def of_course(by: Actor, course: Course) -> list[Treatment]:
    """The treatments of a course, in order. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    rows = Treatment.objects.filter(clinic_id=by.clinic_id, course=course, voided_at=None)
    return list(rows.select_related("practitioner").order_by("number"))
