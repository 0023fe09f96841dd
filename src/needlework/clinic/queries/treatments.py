"""One treatment with all that was done in it, and the treatments that wait for a signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from needlework.clinic.errors import ClinicError, NotFound
from needlework.clinic.models import (
    Amendment,
    AnaestheticApplication,
    DayConsent,
    DeviceUnit,
    DeviceUse,
    Document,
    Incident,
    Patient,
    PlanArea,
    TopicalUse,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.transitions import Deed, State, allowed, state
from needlework.clinic.who import Actor, Role


class Chart:
    """A treatment with everything charted, the taken-back entries too. Each part is read once, when it is asked for."""

    def __init__(self, treatment: Treatment) -> None:
        self.treatment = treatment

    @cached_property
    def planned(self) -> list[PlanArea]:
        """What the plan says, area by area."""
        return list(self.treatment.plan.areas.select_related("device_model").order_by("pk"))

    @cached_property
    def every_use(self) -> list[DeviceUse]:
        """Packets opened for it, the latest first."""
        rows = self.treatment.device_uses.select_related("unit__model", "unit__site", "hand_piece")
        return list(rows.order_by("-used_at", "-pk"))

    @cached_property
    def every_area(self) -> list[TreatmentArea]:
        """What was done, in order."""
        rows = self.treatment.areas.select_related("device_use__unit__model")
        return list(rows.prefetch_related("presses__lesion").order_by("pk"))

    @cached_property
    def every_cream(self) -> list[AnaestheticApplication]:
        """Cream put on, in order."""
        return list(self.treatment.anaesthetics.order_by("applied_at", "pk"))

    @cached_property
    def every_topical(self) -> list[TopicalUse]:
        """Products put on, in order."""
        return list(self.treatment.topicals.order_by("applied_at", "pk"))

    @cached_property
    def incidents(self) -> list[Incident]:
        """Deviations and complications of this treatment."""
        return list(self.treatment.incidents.filter(voided_at=None).order_by("pk"))

    @cached_property
    def amendments(self) -> list[Amendment]:
        """What was added after the signature."""
        return list(self.treatment.amendments.order_by("amended_at", "pk"))

    @cached_property
    def documents(self) -> list[Document]:
        """Sheets given for it, the latest first."""
        return list(self.treatment.documents.order_by("-made_at", "-pk"))

    @cached_property
    def day_consent(self) -> DayConsent | None:
        """The patient's confirmation on the day, the latest."""
        return self.treatment.day_consents.order_by("-confirmed_at", "-pk").first()

    @property
    def state(self) -> State:
        """Where the treatment stands."""
        return state(self.treatment, cream_on=self.cream_on is not None)

    @property
    def uses(self) -> list[DeviceUse]:
        """Packets that count."""
        return [use for use in self.every_use if use.voided_at is None]

    @property
    def areas(self) -> list[TreatmentArea]:
        """Areas that count."""
        return [row for row in self.every_area if row.voided_at is None]

    @property
    def creams(self) -> list[AnaestheticApplication]:
        """Cream that counts."""
        return [row for row in self.every_cream if row.voided_at is None]

    @property
    def cream_on(self) -> AnaestheticApplication | None:
        """The cream that is still on the skin: the one longest there."""
        return next((row for row in self.creams if row.removed_at is None), None)

    @property
    def topicals(self) -> list[TopicalUse]:
        """Products that count."""
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
    for thing in (found.patient, found.plan, found.site, found.practitioner):  # one clinic, read once
        thing.clinic = found.clinic
    found.plan.course.patient = found.patient
    return found


def chart(by: Actor, public_id: UUID) -> Chart:
    """One treatment with all its entries. Raises NotAllowed, NotFound."""
    return Chart(treatment(by, public_id))


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
    kinds: dict[str, Sequence[DeviceUse | TreatmentArea | AnaestheticApplication | TopicalUse]] = {
        "use": chart.every_use,
        "area": chart.every_area,
        "cream": chart.every_cream,
        "topical": chart.every_topical,
    }
    for row in kinds.get(kind, ()):
        if row.public_id == public_id:
            return row
    raise NotFound(thing="entry")


def reasons_against(by: Actor, row: Treatment, *, at: datetime) -> list[ClinicError]:
    """Everything that stops a treatment from starting, all at once. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    return rules.reasons_against(row, by=by, at=at)


def reasons_against_chart(by: Actor, chart: Chart, *, at: datetime) -> list[ClinicError]:
    """The same, without reading the chart again. Raises NotAllowed."""
    check_may(by, Act.SEE_RECORD)
    return rules.reasons_against(
        chart.treatment, by=by, at=at, planned=chart.planned, uses=chart.uses, creams=chart.creams
    )


def of_patient(by: Actor, patient: Patient) -> list[Treatment]:
    """A patient's treatments, the latest first. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, patient)
    rows = Treatment.objects.filter(clinic_id=by.clinic_id, patient=patient, voided_at=None)
    return list(rows.select_related("course").order_by("-opened_at"))


def only_unit(row: Treatment) -> DeviceUnit | None:
    """The packet of a treatment that used just one: a complication is then linked to it."""
    uses = list(row.device_uses.filter(voided_at=None).select_related("unit")[:2])
    return uses[0].unit if len(uses) == 1 else None
