"""One packet, one treatment: opened, seen, dropped, scanned in error."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from needlework.clinic import errors
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import AuditEvent, DeviceUnit, DeviceUse, Incident
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def it() -> Room:
    return room.ready()


def _use(it: Room, **changed: Any) -> DeviceUse:
    return actions.use_device(
        **{"treatment": it.treatment, "unit": it.unit, "by": it.by, "at": NOW, **changed}
    )


def test_a_packet_is_opened_and_the_trail_says_which(it: Room) -> None:
    use = _use(it, scanned="]d2…")
    unit = DeviceUnit.objects.get(pk=it.unit.pk)
    assert (unit.opened_at, unit.opened_by) == (NOW, it.staff.name)
    assert (use.lot, use.patient) == (it.unit.lot, it.patient)
    line = AuditEvent.objects.get(event="device-used")
    assert line.detail["unit"] == str(it.unit.public_id)
    assert line.detail["proof"] == "count"
    assert line.patient == it.patient.public_id


def test_a_single_use_device_is_refused_in_a_second_treatment(it: Room) -> None:
    _use(it)
    other = room.ready(of=it.clinic)
    with pytest.raises(errors.DeviceAlreadyUsed):
        _use(other, unit=it.unit)
    with pytest.raises(errors.DeviceAlreadyUsed):
        _use(it)
    with pytest.raises(errors.DeviceAlreadyUsed):
        _use(other, unit=it.unit, deviation_because="It was in my hand")
    assert DeviceUse.objects.count() == 1
    assert not Incident.objects.exists()


def test_the_database_has_the_last_word_about_a_second_use(it: Room) -> None:
    _use(it)
    other = room.ready(of=it.clinic)
    facts: dict[str, Any] = {
        "clinic": it.clinic,
        "patient": other.patient,
        "lot": "x",
        "used_at": NOW,
        "used_by": "x",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceUse.objects.create(treatment=other.treatment, unit=it.unit, **facts)
    DeviceUse.objects.update(voided_at=NOW, voided_by="x", voided_because="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceUse.objects.create(treatment=other.treatment, unit=it.unit, **facts)


def test_several_packets_in_one_treatment_are_each_traced(it: Room) -> None:
    second = room.unit(it.site)
    _use(it)
    _use(it, unit=second)
    assert set(it.treatment.device_uses.values_list("unit", flat=True)) == {it.unit.pk, second.pk}


@pytest.mark.parametrize(
    ("facts", "code", "severity"),
    [
        ({"expires_on": date(2026, 11, 23)}, "device-expired", "moderate"),
        (
            {"quarantined_at": NOW, "quarantined_by": "x", "quarantined_because": "Recall"},
            "device-quarantined",
            "moderate",
        ),
        ({"discarded_at": NOW, "discarded_by": "x", "discarded_because": "Torn"}, "device-discarded", "high"),
    ],
)
def test_a_packet_that_should_not_be_opened_is_refused_and_recordable_only_as_a_deviation(
    facts: dict[str, Any], code: str, severity: str, it: Room
) -> None:
    DeviceUnit.objects.filter(pk=it.unit.pk).update(**facts)
    with pytest.raises(errors.RuleBroken) as refused:
        _use(it)
    assert refused.value.code == code
    assert not DeviceUse.objects.exists()
    assert not AuditEvent.objects.exists()
    with pytest.raises(errors.ReasonNeeded):
        _use(it, deviation_because=" ")
    _use(it, deviation_because="Noticed after opening")
    incident = Incident.objects.get()
    assert (incident.kind, incident.code, incident.severity) == ("deviation", code, severity)
    assert (incident.unit, incident.treatment, incident.patient) == (it.unit, it.treatment, it.patient)
    assert "Noticed after opening" in incident.what
    assert AuditEvent.objects.get(event="device-used").detail["passed-by"] == [code]


def test_a_reason_without_a_broken_rule_opens_no_incident(it: Room) -> None:
    _use(it, deviation_because="Just in case")
    assert not Incident.objects.exists()


def test_a_packet_of_a_kind_the_practitioner_is_not_trained_on_is_refused(it: Room) -> None:
    it.staff.credentials.filter(device_kind="stamp").update(
        voided_at=NOW, voided_by="x", voided_because="Revoked"
    )
    stamp = room.unit(it.site, care.device_model("derma-stamp", name="Derma-Stamp", kind="stamp"))
    with pytest.raises(errors.CredentialMissing, match="stamp"):
        _use(it, unit=stamp)


def test_a_packet_charted_after_the_needling_is_a_deviation(it: Room) -> None:
    actions.stop(treatment=it.treatment, because="Unwell", by=it.by, at=NOW)
    with pytest.raises(errors.TreatmentWrongMoment):
        _use(it)
    _use(it, deviation_because="Forgotten to scan")
    assert Incident.objects.get().severity == "low"


def test_another_clinic_s_packet_or_treatment_is_not_found_and_front_desk_opens_none(it: Room) -> None:
    other = room.ready()
    with pytest.raises(errors.NotFound):
        _use(it, unit=other.unit)
    with pytest.raises(errors.NotFound):
        _use(it, treatment=other.treatment)
    with pytest.raises(errors.NotAllowed):
        _use(it, by=people.acting(people.staff(it.clinic, Role.FRONT_DESK)))
    assert not DeviceUse.objects.exists()


# --- witness -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("witness", ["seen", "declined"])
def test_the_patient_sees_the_packet_opened_or_declines(witness: str, it: Room) -> None:
    use = actions.witness_packet(use=_use(it), witness=witness, witnessed_by=" AE ", by=it.by, at=NOW)
    assert (use.witness, use.witnessed_by, use.witnessed_at) == (witness, "AE", NOW)
    assert AuditEvent.objects.get(event="packet-witnessed").detail["witness"] == witness


def test_on_the_own_phone_the_patient_confirms_and_nobody_else(it: Room) -> None:
    use = _use(it)
    mine = people.as_patient(it.patient)
    actions.witness_packet(use=use, witness="own-phone", witnessed_by=it.patient.name, by=mine, at=NOW)
    for by, witness in ((it.by, "own-phone"), (mine, "seen")):
        with pytest.raises(errors.BadInput):
            actions.witness_packet(use=use, witness=witness, witnessed_by="AE", by=by, at=NOW)
    stranger = people.as_patient(people.patient(it.clinic))
    with pytest.raises(errors.NotFound):
        actions.witness_packet(use=use, witness="own-phone", witnessed_by="x", by=stranger, at=NOW)


def test_a_witness_has_initials(it: Room) -> None:
    with pytest.raises(errors.BadInput) as refused:
        actions.witness_packet(use=_use(it), witness="seen", witnessed_by=" ", by=it.by, at=NOW)
    assert refused.value.at_field == "witnessed_by"


# --- taken back ----------------------------------------------------------------------------------------
def test_voiding_a_use_discards_the_packet_and_never_frees_it(it: Room) -> None:
    use = actions.void_device_use(use=_use(it), because="Dropped", by=it.by, at=NOW)
    unit = DeviceUnit.objects.get(pk=it.unit.pk)
    assert (use.voided_because, unit.discarded_because, unit.opened_at) == ("Dropped", "Dropped", NOW)
    with pytest.raises(errors.DeviceAlreadyUsed):
        _use(room.ready(of=it.clinic), unit=unit)
    with pytest.raises(errors.AlreadyVoided):
        actions.void_device_use(use=use, because="Again", by=it.by, at=NOW)


def test_a_sealed_packet_scanned_in_error_returns_by_two_people(it: Room) -> None:
    second = people.staff(it.clinic, Role.ASSISTANT)
    use = actions.return_unit(use=_use(it), confirmed_by=second, because="Scanned twice", by=it.by, at=NOW)
    assert (use.returned_by, use.returned_confirmed_by) == (it.staff.name, second.name)
    assert DeviceUnit.objects.get(pk=it.unit.pk).opened_at is None
    assert _use(it).unit == it.unit
    line = AuditEvent.objects.get(event="device-unit-returned")
    assert line.detail["confirmed-by"] == str(second.public_id)


def test_nobody_confirms_their_own_error_and_front_desk_confirms_none(it: Room) -> None:
    use = _use(it)
    for second in (it.staff, people.staff(it.clinic, Role.FRONT_DESK)):
        with pytest.raises(errors.SecondPersonNeeded):
            actions.return_unit(use=use, confirmed_by=second, because="x", by=it.by, at=NOW)
    with pytest.raises(errors.NotFound):
        actions.return_unit(
            use=use, confirmed_by=people.staff(people.clinic()), because="x", by=it.by, at=NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceUse.objects.filter(pk=use.pk).update(
            returned_at=NOW, returned_by="A", returned_confirmed_by="A"
        )


def test_a_packet_with_needling_charted_is_neither_voided_nor_returned(it: Room) -> None:
    use = _use(it)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    actions.treat_area(
        treatment=it.treatment,
        area="cheek-left",
        indication="atrophic-acne-scars",
        needle_mm=Decimal("1.5"),
        passes=8,
        by=it.by,
        at=NOW + timedelta(minutes=1),
    )
    second = people.staff(it.clinic, Role.ASSISTANT)
    with pytest.raises(errors.AreaUsesPacket):
        actions.return_unit(use=use, confirmed_by=second, because="x", by=it.by, at=NOW)
    with pytest.raises(errors.AreaUsesPacket):
        actions.void_device_use(use=use, because="x", by=it.by, at=NOW)
    actions.void_area(row=it.treatment.areas.get(), because="Wrong roller", by=it.by, at=NOW)
    actions.void_device_use(use=use, because="Dropped", by=it.by, at=NOW)


def test_taking_back_wants_a_reason(it: Room) -> None:
    use = _use(it)
    second = people.staff(it.clinic, Role.ASSISTANT)
    with pytest.raises(errors.ReasonNeeded):
        actions.void_device_use(use=use, because="", by=it.by, at=NOW)
    with pytest.raises(errors.ReasonNeeded):
        actions.return_unit(use=use, confirmed_by=second, because="", by=it.by, at=NOW)
