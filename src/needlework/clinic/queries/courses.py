"""Courses, their plans, and what may be proposed for a concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from needlework.clinic.errors import ClinicError, NotFound
from needlework.clinic.models import Concern, Course, DeviceModel, Patient, Plan, Treatment
from needlework.clinic.rules import courses as rules
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.courses import PlannedArea
from needlework.clinic.who import Actor
from needlework.skin import devices, dosing, evidence, protocols
from needlework.skin.packs.rows import Anaesthetic, Topical
from needlework.skin.protocols import NoProtocolError, PlanCheck, Proposal


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A row of a new plan: prefilled from the protocol, with the ranges beside it."""

    row: PlannedArea
    area: str
    indication: str
    needle_range: str
    passes_range: str
    note: str
    thin_evidence: bool


@dataclass(frozen=True, slots=True)
class Draught:
    """A new plan as the protocols propose it."""

    rows: tuple[ProposedRow, ...]
    treatments_planned: int
    interval_days: int
    combined_with: tuple[str, ...]
    not_treatable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnaestheticChoice:
    """A product as a choice: barred ones with the reason."""

    product: Anaesthetic
    reason: str


def course(by: Actor, public_id: UUID) -> Course:
    """One course with its patient and consultation. Raises NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = Course.objects.filter(clinic=by.clinic_id, public_id=public_id)
    found = (
        rows.select_related(
            "patient__clinic", "clinic", "consultation__practitioner", "consultation__patient__clinic"
        )
        .prefetch_related("consultation__concerns")
        .first()
    )
    if found is None:
        raise NotFound(thing="course")
    return found


def current_plan(course: Course) -> Plan | None:
    """The version that counts: the highest. None before the first."""
    rows = course.plans.select_related("clinic", "course__patient__clinic").prefetch_related(
        "areas__device_model"
    )
    return rows.order_by("-version").first()


def plan(by: Actor, public_id: UUID) -> Plan:
    """One version of a plan. Raises NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = Plan.objects.filter(clinic=by.clinic_id, public_id=public_id)
    found = (
        rows.select_related("clinic", "course__patient__clinic", "course__consultation")
        .prefetch_related("areas__device_model")
        .first()
    )
    if found is None:
        raise NotFound(thing="plan")
    return found


def versions(course: Course) -> list[Plan]:
    """Every version, newest first."""
    return list(course.plans.prefetch_related("areas__device_model").order_by("-version"))


def planned_areas(plan: Plan) -> list[PlannedArea]:
    """The rows of a plan, as they would be planned again."""
    return [
        PlannedArea(
            row.area,
            row.indication,
            row.device_model.code,
            row.needle_mm,
            row.passes,
            row.endpoint,
            row.target_per_cm2,
        )
        for row in plan.areas.all()
    ]


def draught(patient: Patient, concerns: Sequence[Concern]) -> Draught:
    """A plan as the protocols propose it: the usual device, the middle of the ranges, the longest interval needed."""
    pack = screening_rules.pack_of(patient.clinic)
    listed = DeviceModel.objects.filter(listed=True).values_list("code", flat=True)
    known = set(listed)
    rows: list[ProposedRow] = []
    not_treatable: list[str] = []
    treatments: list[int] = []
    for concern in concerns:
        try:
            proposal = _proposal(patient, concern)
        except NoProtocolError as none:
            not_treatable.append(str(none))
            continue
        rows.append(_proposed(proposal, known, pack.areas[concern.area].name, patient))
        option = proposal.first
        if option.treatments:
            treatments.append(option.treatments[0])
    planned = [row.row for row in rows]
    interval = rules.shortest_interval_days(planned, patient, pack) if planned else 28
    return Draught(
        rows=tuple(rows),
        treatments_planned=max(treatments, default=3),
        interval_days=interval,
        combined_with=(),
        not_treatable=tuple(not_treatable),
    )


def redraught(proposed: Draught, plan: Plan) -> Draught:
    """The current plan as the start of the next version, with the protocol's ranges beside its rows."""
    ranges = {(each.row.area, each.row.indication): each for each in proposed.rows}
    pack = screening_rules.pack_of(plan.clinic)
    rows = []
    for row in planned_areas(plan):
        beside = ranges.pop((row.area, row.indication), None)
        rows.append(
            ProposedRow(
                row=row,
                area=pack.areas[row.area].name if row.area in pack.areas else row.area,
                indication=(
                    pack.indications[row.indication].name
                    if row.indication in pack.indications
                    else row.indication
                ),
                needle_range=beside.needle_range if beside else "",
                passes_range=beside.passes_range if beside else "",
                note=beside.note if beside else "",
                thin_evidence=beside.thin_evidence if beside else False,
            )
        )
    return Draught(
        rows=(*rows, *ranges.values()),
        treatments_planned=plan.treatments_planned,
        interval_days=plan.interval_days,
        combined_with=tuple(plan.combined_with),
        not_treatable=proposed.not_treatable,
    )


def treatments(course: Course) -> list[Treatment]:
    """The treatments of a course, the first one first; voided ones are left out."""
    rows = course.treatments.filter(voided_at=None).select_related("practitioner")
    return list(rows.order_by("number"))


def _proposal(patient: Patient, concern: Concern) -> Proposal:
    return protocols.propose(
        concern.indication,
        concern.area,
        patient.skin_type,
        None if patient.sex == "x" else patient.sex,  # type: ignore[arg-type]
        pack=screening_rules.pack_of(patient.clinic),
    )


def _proposed(proposal: Proposal, known: set[str], area: str, patient: Patient) -> ProposedRow:
    option = proposal.first
    pack = screening_rules.pack_of(patient.clinic)
    device = next((code for code in option.devices if code in known), "")
    needle = _needle(option.needle_mm, device)
    passes = option.passes
    return ProposedRow(
        row=PlannedArea(
            area=proposal.area,
            indication=proposal.indication,
            device=device,
            needle_mm=needle,
            passes=passes[0] if passes else 4,
            endpoint=option.endpoint,
        ),
        area=area,
        indication=pack.indications[proposal.indication].name,
        needle_range=_range(option.needle_mm, "mm"),
        passes_range=_range(passes, "passes"),
        note=option.note,
        thin_evidence=option.thin_evidence,
    )


def _needle(span: tuple[float, float] | None, device: str) -> Decimal:
    """A length inside both the protocol's range and the device's label: the longest, up to the middle of the range."""
    low, high = span or (0.5, 0.5)
    wanted = low if high == low else (low + high) / 2
    if device:
        tool = devices.get(device)
        shortest = tool.needle_mm_min if tool.needle_mm_min is not None else low
        longest = tool.needle_mm_max if tool.needle_mm_max is not None else high
        wanted = min(max(wanted, shortest), longest)
    return Decimal(str(round(wanted, 2)))


def _range(span: tuple[float, float] | None, unit: str) -> str:
    if span is None:
        return "No source gives a range."
    low, high = span
    return f"{low:g} {unit}" if low == high else f"{low:g} to {high:g} {unit}"


def check_rows(patient: Patient, rows: Sequence[PlannedArea]) -> list[PlanCheck | ClinicError]:
    """What the bounds say of each row, for a plan that is being written."""
    return list(rules.row_errors(rows, patient, screening_rules.pack_of(patient.clinic)))


def anaesthetics(by: Actor, patient: Patient, *, areas: Sequence[str], on: date) -> list[AnaestheticChoice]:
    """Every product, with the reason where the history or the licence speaks against it."""
    check_access(by, Act.SEE_RECORD, patient)
    held = screening_rules.assess(patient, areas=areas, on=on)
    choices = []
    for product in dosing.products(held.pack):
        never = rules.never_used(product, held.pack)
        barriers = [never] if never else rules.anaesthetic_barriers(product, held)
        if not barriers and product.licence == "unlicensed" and not by.is_prescriber:
            barriers = ["Unlicensed: only a prescriber can plan it."]
        choices.append(AnaestheticChoice(product=product, reason=barriers[0] if barriers else ""))
    return choices


def topicals(patient: Patient) -> list[Topical]:
    """Products that may go with needling."""
    pack = screening_rules.pack_of(patient.clinic)
    return [row for row in pack.topicals.values() if row.under_needles != "no"]


def expectations(indications: Sequence[str]) -> list[evidence.Expectation]:
    """What may be expected, once for each indication."""
    return [evidence.expectation(code) for code in dict.fromkeys(indications)]


def device_choices(rows: Sequence[PlannedArea] = ()) -> list[DeviceModel]:
    """The medical devices of the catalogue, and those already planned."""
    medical = {device.code for device in devices.all() if device.setting == "medical"}
    medical |= {row.device for row in rows}
    return list(DeviceModel.objects.filter(code__in=medical, listed=True).order_by("kind", "name"))
