"""When a treatment may be opened, started, charted and signed. The page, the command line and programs all ask here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final

from needlework.clinic.errors import (
    BadInput,
    ClinicError,
    ComplicationUnresolved,
    CourseClosed,
    CreamStillOn,
    MomentNotPossible,
    NeedleNotOnDevice,
    NoDeviceScanned,
    NoPlanYet,
    NothingTreated,
    OutOfBounds,
    PlanReplaced,
    PlanUsedUp,
    TooSoon,
    TreatedByAnother,
    TreatmentStillOpen,
)
from needlework.clinic.models import (
    AnaestheticApplication,
    Course,
    DeviceUse,
    Incident,
    Patient,
    Plan,
    PlanArea,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.who import Actor
from needlework.skin import anatomy, healing, protocols
from needlework.skin.tables import UnknownCodeError

from . import consents, devices, hand_pieces, incidents, screenings, why_not
from . import packs as pack_rules
from .staff import check_credentials
from .transitions import Deed, State, refusal, state
from .wording import begun, day, local_day, moment, product

ENDPOINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "even-redness": "Even redness",
        "pinpoint-bleeding": "Even redness with pinpoint bleeding",
        "not-reached": "Not reached",
    }
)
REDNESS: Final[Mapping[str, str]] = MappingProxyType(
    {"none": "None", "mild": "Mild", "moderate": "Moderate", "strong": "Strong"}
)
STOP_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "patient-wish": "The patient wishes to stop",
        "consent-withdrawn": "The patient withdraws the consent",
        "pain": "Too much pain",
        "unwell": "The patient feels unwell",
        "skin": "The skin reacts more than expected",
        "bleeding": "More bleeding than expected",
        "device": "Trouble with the device",
        "not-today": "Not suitable today",
        "other": "Another reason",
    }
)


# --- Opening ------------------------------------------------------------------------------------------
def check_can_open(
    course: Course, plan: Plan | None, *, unsigned: Treatment | None, done: int, zone: str
) -> Plan:
    """The plan under which the next treatment of a course may be opened.

    Raises CourseClosed, NoPlanYet, TreatmentStillOpen or PlanUsedUp.
    """
    if course.closed_at is not None:
        raise CourseClosed(closed_on=day(local_day(course.closed_at, zone)))
    if plan is None:
        raise NoPlanYet()
    if unsigned is not None:
        raise TreatmentStillOpen(number=unsigned.number)
    if done >= plan.treatments_planned:
        raise PlanUsedUp(planned=plan.treatments_planned)
    return plan


def check_happened(happened_at: datetime, *, course: Course, at: datetime) -> None:
    """A treatment written up late lies in the past, and not before its course. Raises MomentNotPossible."""
    if happened_at > at:
        raise MomentNotPossible(because="A treatment cannot have happened in the future.")
    if happened_at < course.opened_at:
        raise MomentNotPossible(because="That is before the course was opened. Check the date.")


# --- Starting -----------------------------------------------------------------------------------------
def check_plan_current(treatment: Treatment) -> None:
    """Raises PlanReplaced."""
    if Plan.objects.filter(course_id=treatment.course_id, version__gt=treatment.plan.version).exists():
        raise PlanReplaced()


def check_own(treatment: Treatment, *, by: Actor) -> None:
    """The one who starts is the one who treats. Raises TreatedByAnother."""
    if by.staff_id is not None and by.staff_id != treatment.practitioner_id:
        raise TreatedByAnother(practitioner=treatment.practitioner.name)


def check_trained(treatment: Treatment, *, kind: str, on: date) -> None:
    """Whoever treats may treat with this kind of device. Raises CredentialMissing, CredentialLapsed."""
    check_credentials(treatment.practitioner, device_kinds=[kind], on=on)


def check_device_open(uses: Collection[DeviceUse], *, kind: str, on: date) -> None:
    """A packet of this kind is scanned for the treatment, in date and not set aside, on a hand-piece in use.

    Raises NoDeviceScanned, DeviceExpired, DeviceQuarantined, DeviceDiscarded or HandPieceOutOfUse.
    """
    fit = [use for use in uses if use.unit.model.kind == kind]
    if not fit:
        raise NoDeviceScanned(device=kind)
    problem: ClinicError | None = None
    for use in fit:
        unit, piece = use.unit, use.hand_piece
        problem = why_not(devices.check_not_set_aside, unit) or why_not(devices.check_in_date, unit, on=on)
        if problem is None and piece is not None:
            problem = why_not(hand_pieces.check_in_use, piece)
        if problem is None:
            return
    if problem is not None:
        raise problem


def check_cream_off(creams: Collection[AnaestheticApplication], *, zone: str) -> None:
    """All numbing cream is wiped off, and somebody recorded it. Raises CreamStillOn."""
    for cream in creams:
        if cream.removed_at is None and cream.voided_at is None:
            raise CreamStillOn(
                product=product(cream.product), since=moment(cream.applied_at, zone).rpartition(" ")[2]
            )


def complications(patient: Patient) -> list[Incident]:
    """Complications and red flags of a patient, newest first; one query."""
    kinds = [Incident.COMPLICATION, Incident.RED_FLAG]
    rows = Incident.objects.filter(patient=patient, kind__in=kinds, voided_at=None)
    return list(rows.order_by("-happened_at"))


def check_nothing_unresolved(troubles: Collection[Incident], *, zone: str) -> None:
    """No complication, and no red flag from a check-in, is still open. Raises ComplicationUnresolved."""
    for trouble in troubles:
        if trouble.closed_at is None:
            raise ComplicationUnresolved(
                what=incidents.name(trouble.kind, trouble.code),
                day=day(local_day(trouble.happened_at, zone)),
            )


@dataclass(frozen=True, slots=True)
class LastTime:
    """When and how deep an area was last treated."""

    area: str
    treated_on: date
    needle_mm: float
    indication: str


def last_times(
    patient: Patient, *, areas: Collection[str], zone: str, but: Treatment | None
) -> list[LastTime]:
    """The latest treatment of each of these areas, in any course; one query."""
    rows = TreatmentArea.objects.filter(
        patient=patient, area__in=list(areas), voided_at=None, treatment__voided_at=None
    )
    if but is not None:
        rows = rows.exclude(treatment=but)
    latest: dict[str, LastTime] = {}
    for area, treated_at, needle_mm, indication in rows.order_by("treated_at").values_list(
        "area", "treated_at", "needle_mm", "indication"
    ):
        latest[area] = LastTime(area, local_day(treated_at, zone), float(needle_mm), indication)
    return list(latest.values())


def rested_on(
    last: LastTime,
    *,
    plan: Plan,
    troubles: Collection[Incident] = (),
    skin_type: int | None,
    zone: str,
) -> tuple[date, str]:
    """The first day on which an area may be treated again, and why: what the plan gives it, and the science asks.

    An open complication is a reason of its own (`check_nothing_unresolved`); one that was closed leaves its days.
    """
    closed = [
        local_day(trouble.closed_at, zone)
        for trouble in troubles
        if trouble.closed_at is not None
        and trouble.outcome != "no-harm"
        and trouble.area in ("", last.area)
        and local_day(trouble.happened_at, zone) >= last.treated_on
    ]
    skin = healing.SkinState(
        redness="gone",  # whoever treats has looked today: reconfirming asks for it
        complication="closed" if closed else "none",
        complication_closed_on=max(closed, default=None),
    )
    asked = healing.earliest_next(
        last_on=last.treated_on, indication=last.indication, area=last.area, skin_type=skin_type, state=skin
    )
    by_plan = last.treated_on + timedelta(days=plan.interval_days)
    if asked.on is None or by_plan >= asked.on:
        return by_plan, f"The plan leaves {plan.interval_days} days between treatments."
    return asked.on, " ".join(asked.because)


def check_rested(
    last: LastTime,
    *,
    plan: Plan,
    troubles: Collection[Incident] = (),
    skin_type: int | None,
    on: date,
    zone: str,
) -> None:
    """The skin of an area has had its days of rest. Raises TooSoon."""
    earliest, because = rested_on(last, plan=plan, troubles=troubles, skin_type=skin_type, zone=zone)
    if on < earliest:
        raise TooSoon(
            area=begun(anatomy.in_words(last.area)),
            last=day(last.treated_on),
            earliest=day(earliest),
            because=because,
        )


def reasons_against(
    treatment: Treatment,
    *,
    by: Actor,
    at: datetime,
    planned: Sequence[PlanArea] | None = None,
    uses: Sequence[DeviceUse] | None = None,
    creams: Sequence[AnaestheticApplication] | None = None,
    known: screenings.Known | None = None,
) -> list[ClinicError]:
    """Everything that stops this treatment from starting now, all at once; empty when it may start.

    Each error says in one sentence what is wrong and what to do. Also asked by `start`, which raises the first. What a
    page has read already of the chart (entries which are not voided) need not be read again.
    """
    zone = treatment.site.time_zone
    on = local_day(at, zone)
    if creams is None:
        creams = list(treatment.anaesthetics.filter(voided_at=None))
    here = state(treatment, cream_on=any(cream.removed_at is None for cream in creams))
    if here not in {State.PREPARING, State.NUMBING}:
        return [refusal(treatment, here, Deed.START)]
    if planned is None:
        planned = list(treatment.plan.areas.select_related("device_model"))
    if uses is None:
        uses = list(treatment.device_uses.filter(voided_at=None).select_related("unit__model", "hand_piece"))
    areas = sorted({row.area for row in planned})
    kinds = sorted({row.device_model.kind for row in planned})
    patient = treatment.patient
    reasons: list[ClinicError] = []

    def ask(check: Callable[[], object]) -> bool:
        error = why_not(check)
        if error is not None:
            reasons.append(error)
        return error is None

    ask(lambda: pack_rules.check_approved(treatment.clinic))
    ask(lambda: check_plan_current(treatment))
    ask(lambda: check_own(treatment, by=by))
    ask(lambda: check_credentials(treatment.practitioner, device_kinds=kinds, on=on))
    if known is None:
        known = screenings.known_of([patient])[patient.pk]
    if ask(lambda: screenings.check_history_answered(patient, on=on, areas=areas, known=known)):
        ask(lambda: screenings.check_reconfirmed(treatment, at, known))
        reasons.extend(screenings.open_stops(patient, areas=areas, on=on, known=known))
    ask(lambda: consents.check_confirmed(treatment, staff=treatment.practitioner, at=at))
    troubles = complications(patient)
    ask(lambda: check_nothing_unresolved(troubles, zone=zone))
    for last in last_times(patient, areas=areas, zone=zone, but=treatment):
        ask(
            partial(
                check_rested,
                last,
                plan=treatment.plan,
                troubles=troubles,
                skin_type=patient.skin_type,
                on=on,
                zone=zone,
            )
        )
    for kind in kinds:
        ask(partial(check_device_open, uses, kind=kind, on=on))
    ask(lambda: check_cream_off(creams, zone=zone))
    return reasons


# --- Charting -----------------------------------------------------------------------------------------
def mm(length: Decimal | float) -> str:
    """A length without needless noughts.

    >>> mm(Decimal("1.50"))
    '1.5'
    """
    return f"{float(length):g}"


def check_needle_on_device(use: DeviceUse, needle_mm: Decimal) -> None:
    """The open device has a needle of this length, as far as its label is known. Raises NeedleNotOnDevice."""
    model = use.unit.model
    low, high = model.needle_mm_min, model.needle_mm_max
    if (low is not None and needle_mm < low) or (high is not None and needle_mm > high):
        labelled = mm(high or 0) if low == high else f"{mm(low or 0)} to {mm(high or 0)}"
        raise NeedleNotOnDevice(device=use.unit.label, labelled=labelled, needle_mm=mm(needle_mm))


def check_bounds(
    patient: Patient, *, area: str, indication: str, device: str, needle_mm: Decimal, passes: int
) -> None:
    """Nothing lies outside what the protocol pack allows in this area. Raises OutOfBounds or BadInput."""
    try:
        judged = protocols.check_plan(
            area,
            device,
            float(needle_mm),
            passes,
            indication,
            "f" if patient.sex == "f" else "m" if patient.sex == "m" else None,
            patient.skin_type,
        )
    except protocols.PlanError as error:
        raise BadInput(because=str(error), at_field=error.field) from error
    except UnknownCodeError as error:
        raise BadInput(because=str(error), at_field="device_use") from error
    for finding in judged.findings:
        if finding.verdict == "refuse":
            raise OutOfBounds(area=begun(anatomy.in_words(area)), because=finding.because)


def planned_for(planned: Sequence[PlanArea], area: str) -> PlanArea | None:
    """What the plan says for an area, or None for one that was not planned."""
    return next((row for row in planned if row.area == area), None)


# --- Ending -------------------------------------------------------------------------------------------
def check_something_treated(treatment: Treatment) -> None:
    """Raises NothingTreated."""
    if not treatment.areas.filter(voided_at=None).exists():
        raise NothingTreated()
