"""What was done to the skin: areas with their passes, directions and presses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import (
    BadInput,
    NotFound,
    UseNotOfThisTreatment,
)
from needlework.clinic.models import (
    DeviceUnit,
    DeviceUse,
    LesionPresses,
    PlanArea,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.queries.prepared import Prepared
from needlework.clinic.rules import screenings
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act
from needlework.clinic.rules.lesions import Presses, check_presses
from needlework.clinic.rules.transitions import Deed
from needlework.clinic.rules.treated_areas import check_area_possible
from needlework.clinic.who import Actor
from needlework.skin.delivery import Strokes

from .charting import Sitting, judge, keep, sit
from .device_uses import open_packet
from .voiding import take_back

_PLANNED = Prepared(lambda plan: PlanArea.objects.filter(plan=plan).order_by("pk"))


@dataclass(frozen=True, slots=True)
class AreaDone:
    """What was done to one area. Without `device_use` the only packet open in the treatment is meant.

    `strokes` say how the passes lie, `presses` where a stamp was pressed, each where it was noted.
    """

    area: str
    indication: str
    needle_mm: Decimal
    passes: int
    directions: int = 1
    endpoint: str = ""
    note: str = ""
    device_use: DeviceUse | None = None
    strokes: Strokes = ()
    presses: Presses = ()

    @property
    def ways(self) -> int:
        """In how many directions."""
        return len(self.strokes) or self.directions


@transaction.atomic
def treat_areas(
    *,
    treatment: Treatment,
    areas: Sequence[AreaDone],
    unit: DeviceUnit | None = None,
    scanned: str = "",
    treated_at: datetime | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> list[TreatmentArea]:
    """Chart several areas in one transaction; with `unit`, that packet is opened for them first.

    An area that was not planned is possible within the bounds of the protocol pack. With `deviation_because` what
    broke a rule is recorded too, and each broken rule opens a deviation.
    Raises NotAllowed, NotFound, BadInput, NeverStarted, TreatmentWrongMoment, TreatmentSigned, CreamStillOn,
    ConsentWithdrawnMidway, NeedleNotOnDevice, OutOfBounds, UseNotOfThisTreatment, LesionOfAnotherArea, StopOpen,
    TooSoon, and what `use_device` raises.
    """
    sitting = sit(treatment, by=by, act=Act.TREAT)
    sitting.check_still_unsigned(Deed.TREAT)
    use = None
    if unit is not None:
        use = open_packet(sitting, unit, scanned=scanned, deviation_because=deviation_because, by=by, at=at)
    if not areas:
        raise BadInput(because="Say which area was treated.", at_field="area")
    open_uses = {use.pk: use} if use is not None else _open_uses(sitting.treatment)
    planned = _PLANNED.instances(sitting.treatment.plan_id)
    done: list[TreatmentArea] = []
    broken_of: list[tuple[str, DeviceUse, list[Exception]]] = []
    once = judge(_moment_checks(sitting), deviation_because=deviation_because)
    for given in areas:
        check_area_possible(
            given.area,
            given.indication,
            needle_mm=given.needle_mm,
            passes=given.passes,
            directions=given.directions,
            strokes=given.strokes,
        )
        check_presses(
            given.presses,
            area=given.area,
            passes=given.passes,
            patient_id=sitting.treatment.patient_id,
        )
        device_use = _use_for(given, open_uses)
        broken = judge(
            _area_checks(given, device_use, sitting=sitting, planned=planned, at=at),
            deviation_because=deviation_because,
        )
        broken_of.append((given.area, device_use, [*once, *broken]))
        once = []
        done.append(
            TreatmentArea(
                clinic_id=by.clinic_id,
                treatment=sitting.treatment,
                patient_id=sitting.treatment.patient_id,
                device_use=device_use,
                area=given.area,
                indication=given.indication,
                needle_mm=given.needle_mm,
                passes=given.passes,
                directions=given.ways,
                strokes=[list(stroke) for stroke in given.strokes],
                endpoint=given.endpoint,
                note=given.note.strip(),
                treated_at=treated_at or at,
                treated_by=by.name,
            )
        )
    TreatmentArea.objects.bulk_create(done)
    pressed = [
        LesionPresses(
            clinic_id=by.clinic_id, treatment=sitting.treatment, treated=row, lesion=lesion, presses=count
        )
        for given, row in zip(areas, done, strict=True)
        for lesion, count in given.presses
    ]
    if pressed:
        LesionPresses.objects.bulk_create(pressed)
    audit.record(
        Event.AREA_TREATED,
        by=by,
        at=at,
        about=sitting.treatment,
        detail={
            "areas": [
                {"area": row.area, "needle_mm": rules.mm(row.needle_mm), "passes": row.passes} for row in done
            ],
            "passed-by": [error.code for _area, _use, errors in broken_of for error in errors],  # type: ignore[attr-defined]
        },
    )
    for area, device_use, errors in broken_of:
        keep(
            errors,  # type: ignore[arg-type]
            sitting=sitting,
            because=deviation_because,
            unit=device_use.unit,
            area=area,
            happened_at=treated_at,
            by=by,
            at=at,
        )
    return done


def treat_area(
    *,
    treatment: Treatment,
    area: str,
    indication: str,
    needle_mm: Decimal,
    passes: int,
    directions: int = 1,
    endpoint: str = "",
    note: str = "",
    device_use: DeviceUse | None = None,
    strokes: Strokes = (),
    presses: Presses = (),
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> TreatmentArea:
    """Chart one area: see `treat_areas`."""
    done = AreaDone(
        area, indication, needle_mm, passes, directions, endpoint, note, device_use, strokes, presses
    )
    rows = treat_areas(treatment=treatment, areas=[done], deviation_because=deviation_because, by=by, at=at)
    return rows[0]


@transaction.atomic
def void_area(*, row: TreatmentArea, because: str, by: Actor, at: datetime) -> TreatmentArea:
    """Take an entry back; it stays readable, crossed out. Raises NotAllowed, NotFound, ReasonNeeded,
    AlreadyVoided, TreatmentSigned."""
    sitting = sit(row.treatment, by=by, act=Act.TREAT)
    sitting.check_still_unsigned(Deed.TREAT)
    found = TreatmentArea.objects.select_for_update().filter(pk=row.pk, clinic_id=by.clinic_id).first()
    if found is None:
        raise NotFound(thing="entry")
    take_back(row=found, because=because, by=by, at=at)
    audit.record(
        Event.AREA_VOIDED,
        by=by,
        at=at,
        about=found,
        patient=sitting.treatment.patient,
        detail={"area": found.area, "because": because.strip()},
    )
    return found


def _open_uses(treatment: Treatment) -> dict[int, DeviceUse]:
    rows = (
        treatment.device_uses.filter(voided_at=None).select_related("unit__model").order_by("-used_at", "-pk")
    )
    return {row.pk: row for row in rows}


def _use_for(given: AreaDone, open_uses: dict[int, DeviceUse]) -> DeviceUse:
    if given.device_use is not None:
        found = open_uses.get(given.device_use.pk)
        if found is None:
            raise UseNotOfThisTreatment()
        return found
    if not open_uses:
        raise BadInput(
            because="No packet is open in this treatment. Scan the one that was used.", at_field="device_use"
        )
    if len(open_uses) > 1:
        raise BadInput(
            because="Several packets are open. Say which one was used here.", at_field="device_use"
        )
    return next(iter(open_uses.values()))


def _moment_checks(sitting: Sitting) -> tuple[Callable[[], object], ...]:
    zone = sitting.treatment.site.time_zone
    return (
        lambda: sitting.check_moment(Deed.TREAT),
        sitting.check_not_withdrawn,
        lambda: (
            rules.check_cream_off(list(sitting.treatment.anaesthetics.filter(voided_at=None)), zone=zone)
            if sitting.cream_on
            else None
        ),
    )


def _area_checks(
    given: AreaDone, use: DeviceUse, *, sitting: Sitting, planned: Sequence[PlanArea], at: datetime
) -> list[Callable[[], object]]:
    patient = sitting.treatment.patient
    checks: list[Callable[[], object]] = [
        partial(rules.check_needle_on_device, use, given.needle_mm),
        partial(
            rules.check_bounds,
            patient,
            area=given.area,
            indication=given.indication,
            device=use.unit.model.code,
            needle_mm=given.needle_mm,
            passes=given.passes,
        ),
    ]
    if rules.planned_for(planned, given.area) is None:  # nobody asked about this area at the start
        on = sitting.on(at)
        checks.append(partial(screenings.check_no_open_stop, patient, areas=[given.area], on=on))
        checks.append(partial(_check_area_rested, given.area, sitting=sitting, on=on))
    return checks


def _check_area_rested(area: str, *, sitting: Sitting, on: date) -> None:
    treatment = sitting.treatment
    zone = treatment.site.time_zone
    for last in rules.last_times(treatment.patient, areas=[area], zone=zone, but=treatment):
        rules.check_rested(
            last,
            plan=treatment.plan,
            troubles=rules.complications(treatment.patient),
            skin_type=treatment.patient.skin_type,
            on=on,
            zone=zone,
        )
