"""Packets in a treatment: opened, witnessed, and what happens when one was dropped or scanned in error."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import (
    AreaUsesPacket,
    BadInput,
    DeviceAlreadyUsed,
    NotFound,
    SecondPersonNeeded,
)
from needlework.clinic.models import DeviceUnit, DeviceUse, HandPiece, Staff, Treatment
from needlework.clinic.queries.prepared import Prepared
from needlework.clinic.rules import devices as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.hand_pieces import check_in_use
from needlework.clinic.rules.reasons import check_stands
from needlework.clinic.rules.scans import check_way
from needlework.clinic.rules.transitions import Deed
from needlework.clinic.rules.treatments import check_trained
from needlework.clinic.who import Actor, Role

from . import recalls
from .charting import Sitting, judge, keep, sit
from .voiding import take_back

_LOCKED = Prepared(
    lambda unit: DeviceUnit.objects.select_for_update(of=("self",)).select_related("model").filter(pk=unit)
)
WITNESSES = frozenset({"seen", "own-phone", "declined"})


@transaction.atomic
def use_device(
    *,
    treatment: Treatment,
    unit: DeviceUnit,
    scanned: str = "",
    read_by: str = "",
    hand_piece: HandPiece | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> DeviceUse:
    """Open a packet for a treatment. One packet serves one treatment, whatever anyone gives as a reason.

    With `deviation_because`, a packet that was opened although it is expired or set aside, or after the needling,
    is recorded and opens a deviation. A packet charted elsewhere is refused all the same: that is an incident.
    Raises NotAllowed, NotFound, DeviceAlreadyUsed, DeviceExpired, DeviceRecalled, DeviceQuarantined, DeviceDiscarded,
    HandPieceOutOfUse, CredentialMissing, CredentialLapsed, TreatmentWrongMoment, TreatmentSigned.
    """
    return open_packet(
        sit(treatment, by=by, act=Act.ASSIST),
        unit,
        scanned=scanned,
        read_by=read_by,
        hand_piece=hand_piece,
        deviation_because=deviation_because,
        by=by,
        at=at,
    )


def open_packet(
    sitting: Sitting,
    unit: DeviceUnit,
    *,
    scanned: str = "",
    read_by: str = "",
    hand_piece: HandPiece | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> DeviceUse:
    """The same in a transaction that holds the treatment already."""
    check_access(by, Act.ASSIST, unit)
    if hand_piece is not None:
        check_access(by, Act.ASSIST, hand_piece)
        hand_piece = HandPiece.objects.get(pk=hand_piece.pk)
    sitting.check_still_unsigned(Deed.OPEN_PACKET)
    way = check_way(read_by, scanned=scanned)
    unit = _LOCKED.instances(unit.pk)[0]
    rules.check_unused(unit)
    broken = judge(
        (
            lambda: sitting.check_moment(Deed.OPEN_PACKET),
            lambda: rules.check_not_set_aside(unit),
            lambda: rules.check_in_date(unit, on=sitting.on(at)),
            lambda: check_trained(sitting.treatment, kind=unit.model.kind, on=sitting.on(at)),
            lambda: check_in_use(hand_piece) if hand_piece is not None else None,
        ),
        deviation_because=deviation_because,
    )
    opened = DeviceUnit.objects.filter(pk=unit.pk, opened_at=None).update(opened_at=at, opened_by=by.name)
    try:
        with transaction.atomic():
            use = DeviceUse.objects.create(
                clinic_id=by.clinic_id,
                treatment=sitting.treatment,
                unit=unit,
                patient_id=sitting.treatment.patient_id,
                hand_piece=hand_piece,
                lot=unit.lot,
                di=unit.di,
                used_at=at,
                used_by=by.name,
                scanned=scanned,
                read_by=way,
            )
    except IntegrityError as clash:  # two hands at once: the constraint decided
        raise DeviceAlreadyUsed(device=unit.label) from clash
    if not opened:
        raise DeviceAlreadyUsed(device=unit.label)
    audit.record(
        Event.DEVICE_USED,
        by=by,
        at=at,
        about=use,
        patient=sitting.treatment.patient,
        detail={
            "treatment": str(sitting.treatment.public_id),
            "unit": str(unit.public_id),
            "lot": unit.lot,
            "serial": unit.serial,
            "proof": unit.proof,
            "read-by": way,
            "passed-by": [error.code for error in broken],
        },
    )
    keep(broken, sitting=sitting, because=deviation_because, unit=unit, by=by, at=at)
    if unit.recall_id is not None:
        recalls.add_patient(use=use, by=by, at=at)
    return use


@transaction.atomic
def witness_packet(*, use: DeviceUse, witness: str, witnessed_by: str, by: Actor, at: datetime) -> DeviceUse:
    """Record that the patient saw the sealed packet opened (`seen`, `own-phone`) or did not wish to (`declined`).

    On the clinic's device the patient gives initials; on their own phone they act themselves.
    Raises NotAllowed, NotFound, BadInput, TreatmentSigned, AlreadyVoided.
    """
    check_access(by, Act.TAKE_CONSENT, use)
    if witness not in WITNESSES or (by.role is Role.PATIENT) is not (witness == "own-phone"):
        raise BadInput(because="Choose how the patient saw the packet.", at_field="witness")
    initials = witnessed_by.strip()
    if not initials:
        raise BadInput(because="Give the patient's initials.", at_field="witnessed_by")
    use = _locked_use(use, by)
    sitting = sit(use.treatment, by=by, act=Act.TAKE_CONSENT)
    sitting.check_still_unsigned(Deed.OPEN_PACKET)
    if use.witness == "own-phone":
        raise BadInput(because="The patient has confirmed this packet on their own phone. That word stands.")
    use.witness, use.witnessed_at, use.witnessed_by = witness, at, initials
    use.save(update_fields=["witness", "witnessed_at", "witnessed_by"])
    audit.record(
        Event.PACKET_WITNESSED,
        by=by,
        at=at,
        about=use,
        patient=sitting.treatment.patient,
        detail={"witness": witness, "unit": str(use.unit.public_id), "lot": use.lot},
    )
    return use


@transaction.atomic
def void_device_use(*, use: DeviceUse, because: str, by: Actor, at: datetime) -> DeviceUse:
    """Take back a use: the packet is open, so it is discarded and never free again.

    Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided, AreaUsesPacket, TreatmentSigned.
    """
    check_access(by, Act.ASSIST, use)
    use = _locked_use(use, by)
    sitting = sit(use.treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.OPEN_PACKET)
    _check_no_area(use)
    take_back(row=use, because=because, by=by, at=at)
    DeviceUnit.objects.filter(pk=use.unit_id, discarded_at=None).update(
        discarded_at=at, discarded_by=by.name, discarded_because=because.strip()
    )
    audit.record(
        Event.DEVICE_USE_VOIDED,
        by=by,
        at=at,
        about=use,
        patient=sitting.treatment.patient,
        detail={"unit": str(use.unit.public_id), "lot": use.lot, "because": because.strip()},
    )
    return use


@transaction.atomic
def return_unit(*, use: DeviceUse, confirmed_by: Staff, because: str, by: Actor, at: datetime) -> DeviceUse:
    """Scanned in error and still sealed: the packet goes back into stock. A second named person confirms it.

    The caller has had `confirmed_by` identify with their own PIN (actions.staff.identify).
    Raises NotAllowed, NotFound, ReasonNeeded, SecondPersonNeeded, AlreadyVoided, AreaUsesPacket, TreatmentSigned.
    """
    check_access(by, Act.ASSIST, use)
    check_access(by, Act.ASSIST, confirmed_by)
    assists = Role(confirmed_by.role) in {Role.MEDICAL_LEAD, Role.PRACTITIONER, Role.ASSISTANT}
    if by.staff_id == confirmed_by.pk or by.name == confirmed_by.name or not assists:
        raise SecondPersonNeeded()
    use = _locked_use(use, by)
    sitting = sit(use.treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.OPEN_PACKET)
    _check_no_area(use)
    use.returned_at, use.returned_by, use.returned_confirmed_by = at, by.name, confirmed_by.name
    also = ["returned_at", "returned_by", "returned_confirmed_by"]
    take_back(row=use, because=because, also=also, by=by, at=at)
    DeviceUnit.objects.filter(pk=use.unit_id).update(opened_at=None, opened_by="")
    recalls.catch(units=[use.unit_id], by=by, at=at)
    audit.record(
        Event.DEVICE_UNIT_RETURNED,
        by=by,
        at=at,
        about=use,
        patient=sitting.treatment.patient,
        detail={
            "unit": str(use.unit.public_id),
            "lot": use.lot,
            "confirmed-by": str(confirmed_by.public_id),
            "because": because.strip(),
        },
    )
    return use


def _locked_use(use: DeviceUse, by: Actor) -> DeviceUse:
    found = (
        DeviceUse.objects.select_for_update(of=("self",))
        .select_related("treatment", "unit__model")
        .filter(pk=use.pk, clinic_id=by.clinic_id)
        .first()
    )
    if found is None:
        raise NotFound(thing="packet")
    check_stands(found)
    return found


def _check_no_area(use: DeviceUse) -> None:
    if use.areas.filter(voided_at=None).exists():
        raise AreaUsesPacket()
