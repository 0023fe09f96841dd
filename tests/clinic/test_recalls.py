"""A recall: packets set aside and patients listed at once, nobody forgotten, nothing released, and a drill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from needlework.clinic import errors
from needlework.clinic.actions import device_uses, devices
from needlework.clinic.actions import recall_contacts as contacts
from needlework.clinic.actions import recalls as actions
from needlework.clinic.models import (
    AuditEvent,
    Clinic,
    DeviceUnit,
    Message,
    Recall,
    RecallAttempt,
    RecallContact,
    RecallLine,
)
from needlework.clinic.queries import recalls as queries
from needlework.clinic.queries import stock as stock_queries
from needlework.clinic.queries import treatments as treatment_queries
from needlework.clinic.rules import devices as device_rules
from needlework.clinic.rules import notices
from needlework.clinic.rules import recalls as rules
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.recalls import LOT, notice, used

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def by(clinic: Clinic) -> Actor:
    return people.acting(people.staff(clinic, Role.MANAGER))


def opened(by: Actor, **changed: Any) -> Recall:
    return actions.open_recall(**notice(**changed), by=by)  # type: ignore[arg-type]


def contact(of: Recall, **facts: Any) -> RecallContact:
    return RecallContact.objects.get(recall=of, **facts)


# --- opening -------------------------------------------------------------------------------------------
def test_opening_sets_every_packet_aside_and_lists_every_patient_in_one_action(
    clinic: Clinic, by: Actor
) -> None:
    sealed = [room.unit(people.site(clinic), lot=LOT) for _ in range(3)]
    bystander = room.unit(people.site(clinic), lot="OTHER")
    uses = [used(clinic), used(clinic), used(clinic, lot="OTHER")]
    elsewhere = used(people.clinic())
    recall = opened(by)
    for unit in sealed:
        unit.refresh_from_db()
        assert device_rules.state(unit, on=NOW.date()) is device_rules.UnitState.RECALLED
        assert recall.reference in unit.quarantined_because
    bystander.refresh_from_db()
    assert bystander.quarantined_at is None
    assert set(recall.contacts.values_list("patient", flat=True)) == {use.patient_id for use in uses[:2]}
    assert elsewhere.unit.recalled.count() == 0
    line = AuditEvent.objects.get(event="recall-opened")
    assert (line.detail["units"], line.detail["patients"]) == (5, 2)


def test_a_patient_with_several_packets_stands_on_the_list_once(clinic: Clinic, by: Actor) -> None:
    patient = people.patient(clinic)
    used(clinic, patient=patient)
    used(clinic, patient=patient, when=NOW - timedelta(days=2))
    [person] = queries.people(by, opened(by), state="to-contact")
    assert len(person.uses) == 2


def test_a_recalled_packet_cannot_be_used_or_released_while_the_recall_is_open(
    clinic: Clinic, by: Actor
) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    opened(by)
    unit.refresh_from_db()
    with pytest.raises(errors.DeviceRecalled, match="FSN-2026-014"):
        device_rules.check_usable(unit, on=NOW.date())
    with pytest.raises(errors.UnitHeldByRecall, match="once that is closed"):
        devices.release(unit=unit, because="Looks fine", by=by, at=LATER)


def test_the_database_keeps_a_recalled_packet_set_aside(clinic: Clinic, by: Actor) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    opened(by)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceUnit.objects.filter(pk=unit.pk).update(quarantined_at=None, quarantined_by="")


def test_a_packet_opened_for_a_treatment_that_is_not_over_stops_it(clinic: Clinic) -> None:
    ready = room.ready(of=clinic)
    DeviceUnit.objects.filter(pk=ready.unit.pk).update(lot=LOT)
    device_uses.use_device(treatment=ready.treatment, unit=ready.unit, by=ready.by, at=NOW)
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    recall = opened(lead)
    against = treatment_queries.reasons_against(ready.by, ready.treatment, at=NOW)
    assert "device-recalled" in {error.code for error in against}
    assert contact(recall).patient_id == ready.patient.pk


def test_who_needs_a_recalled_packet_recorded_all_the_same_joins_the_list(clinic: Clinic, by: Actor) -> None:
    ready = room.ready(of=clinic)
    DeviceUnit.objects.filter(pk=ready.unit.pk).update(lot=LOT)
    recall = opened(by)
    assert not recall.contacts.exists()
    with pytest.raises(errors.DeviceRecalled):
        device_uses.use_device(treatment=ready.treatment, unit=ready.unit, by=ready.by, at=LATER)
    device_uses.use_device(
        treatment=ready.treatment,
        unit=ready.unit,
        deviation_because="Opened before anybody looked",
        by=ready.by,
        at=LATER,
    )
    assert contact(recall).patient_id == ready.patient.pk


def test_what_is_delivered_after_the_notice_is_caught_as_well(clinic: Clinic, by: Actor) -> None:
    recall = opened(by)
    facts: dict[str, Any] = {
        "site": people.site(clinic), "model": care.device_model(), "expires_on": room.IN_DATE, "by": by, "at": LATER,
    }  # fmt: skip
    bad = devices.receive(lot=LOT.lower(), quantity=2, **facts)
    good = devices.receive(lot="GOOD", quantity=1, **facts)
    assert set(bad.units.values_list("recall", flat=True)) == {recall.pk}
    assert set(good.units.values_list("recall", "quarantined_at")) == {(None, None)}
    assert AuditEvent.objects.get(event="recall-caught-more").detail == {"units": 2}
    assert queries.counts(recall).units.recalled == 2


def test_a_packet_given_back_sealed_is_caught_and_its_patient_is_not_on_the_list(
    clinic: Clinic, by: Actor
) -> None:
    ready = room.ready(of=clinic)
    DeviceUnit.objects.filter(pk=ready.unit.pk).update(lot=LOT)
    use = device_uses.use_device(treatment=ready.treatment, unit=ready.unit, by=ready.by, at=NOW)
    facts: dict[str, Any] = {
        "use": use,
        "confirmed_by": people.staff(clinic),
        "because": "Scanned in error",
        "by": ready.by,
    }
    device_uses.return_unit(**facts, at=NOW)
    recall = opened(by)
    assert not recall.contacts.exists()
    assert DeviceUnit.objects.get(pk=ready.unit.pk).recall_id == recall.pk


def test_giving_back_a_packet_while_its_recall_is_open_does_not_free_it(clinic: Clinic, by: Actor) -> None:
    ready = room.ready(of=clinic)
    DeviceUnit.objects.filter(pk=ready.unit.pk).update(lot=LOT)
    use = device_uses.use_device(treatment=ready.treatment, unit=ready.unit, by=ready.by, at=NOW)
    recall = opened(by)
    device_uses.return_unit(
        use=use, confirmed_by=people.staff(clinic), because="Scanned in error", by=ready.by, at=LATER
    )
    unit = DeviceUnit.objects.get(pk=ready.unit.pk)
    assert (unit.opened_at, unit.recall_id) == (None, recall.pk)
    assert recall.units.count() == 1


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.ASSISTANT, Role.FRONT_DESK, Role.AUDITOR])
def test_only_a_manager_and_the_medical_lead_open_close_and_drill(
    clinic: Clinic, by: Actor, role: Role
) -> None:
    other = people.acting(people.staff(clinic, role))
    with pytest.raises(errors.NotAllowed):
        opened(other)
    recall = opened(by)
    with pytest.raises(errors.NotAllowed):
        actions.close(recall=recall, done="All done", by=other, at=LATER)
    with pytest.raises(errors.NotAllowed):
        actions.start_drill(model=care.device_model(), lot=LOT, by=other, at=LATER)
    with pytest.raises(errors.NotAllowed):
        contacts.write_messages(recall=recall, by=other, at=LATER)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"sender": ""}, "sender"),
        ({"reason": ""}, "reason"),
        ({"received_at": LATER}, "received_at"),
        ({"lines": []}, "lots"),
    ],
)
def test_a_notice_says_who_why_when_and_what(by: Actor, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.BadInput) as refused:
        opened(by, **changed)
    assert errors.field_of(refused.value) == field
    assert not Recall.objects.exists()


def test_the_same_notice_is_entered_once_and_leaves_nothing_behind(clinic: Clinic, by: Actor) -> None:
    opened(by)
    unit = room.unit(people.site(clinic), lot=LOT)
    with pytest.raises(errors.NoticeKnown, match="Go on there"):
        opened(by)
    unit.refresh_from_db()
    assert unit.recall_id is None
    assert opened(by, reference="FSN-2026-015").pk


def test_looking_at_a_notice_changes_nothing_and_counts_what_it_would_catch(
    clinic: Clinic, by: Actor
) -> None:
    room.unit(people.site(clinic), lot=LOT)
    used(clinic)
    found = queries.look(by, [notices.Line(lot=LOT, device="Unheard of")])
    assert (found.units.total, found.units.in_stock, found.units.used, found.patients) == (2, 1, 1, 1)
    assert found.unknown == ("Unheard of",)
    assert not Recall.objects.exists()
    assert not DeviceUnit.objects.filter(quarantined_at__isnull=False).exists()


def test_a_line_of_a_notice_is_said_in_words() -> None:
    may, june = date(2027, 5, 31), date(2027, 6, 30)
    line = RecallLine(lot="A1", serial_from="SN1", serial_to="SN9", expires_to_on=may, made_from_on=may)
    assert rules.named(line) == "lot A1, serial SN1 to SN9, made from 31 May 2027, expiring until 31 May 2027"
    line = RecallLine(
        maker="M", device="D", serial_from="7", serial_to="7", expires_from_on=may, expires_to_on=june
    )
    assert rules.named(line) == "M, D, serial 7, expiring 31 May 2027 to 30 June 2027"
    assert rules.named(RecallLine(lot="A1", made_from_on=may, made_to_on=may)) == "lot A1, made 31 May 2027"


# --- counting and closing ------------------------------------------------------------------------------
def test_a_recall_closes_when_the_drawers_were_counted_and_everybody_is_reached(
    clinic: Clinic, by: Actor
) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    room.unit(people.site(clinic), lot=LOT)
    used(clinic)
    recall = opened(by)
    with pytest.raises(errors.RecallNotCounted):
        actions.close(recall=recall, done="Sent back", by=by, at=LATER)
    counted = actions.count_packets(recall=recall, counted=1, by=by, at=LATER)
    assert (counted.counted, counted.expected) == (1, 2)
    with pytest.raises(errors.PatientsNotReached, match="Still to reach: 1"):
        actions.close(recall=recall, done="Sent back", by=by, at=LATER)
    contacts.attempt(contact=contact(recall), state="reached", how="phone", by=by, at=LATER)
    with pytest.raises(errors.BadInput, match="what became of the packets"):
        actions.close(recall=recall, done=" ", by=by, at=LATER)
    closed = actions.close(recall=recall, done="Sent back", by=by, at=LATER)
    assert closed.closed_by == by.name
    unit.refresh_from_db()
    assert unit.recall_id is None
    assert device_rules.state(unit, on=NOW.date()) is device_rules.UnitState.QUARANTINED
    devices.release(unit=unit, because="The maker says it is another seal", by=by, at=LATER)


def test_a_closed_recall_stays_as_it_is(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    recall = opened(by)
    contacts.attempt(
        contact=contact(recall), state="closed", how="phone", note="Moved abroad", by=by, at=LATER
    )
    actions.count_packets(recall=recall, counted=0, by=by, at=LATER)
    actions.close(recall=recall, done="Nothing left", by=by, at=LATER)
    facts: dict[str, Any] = {"recall": recall, "by": by, "at": LATER}
    for deed in (
        lambda: actions.close(done="Again", **facts),
        lambda: actions.count_packets(counted=1, **facts),
        lambda: contacts.write_messages(**facts),
        lambda: contacts.post_letters(**facts),
        lambda: contacts.attempt(
            contact=contact(recall), state="tried", how="phone", note="x", by=by, at=LATER
        ),
    ):
        with pytest.raises(errors.RecallClosed, match="24 November 2026"):
            deed()


def test_closing_one_recall_leaves_a_packet_to_the_other_that_is_open(clinic: Clinic, by: Actor) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    first, second = opened(by), opened(by, reference="FSN-2")
    actions.count_packets(recall=first, counted=1, by=by, at=LATER)
    actions.close(recall=first, done="Another one goes on", by=by, at=LATER)
    unit.refresh_from_db()
    assert unit.recall_id == second.pk


def test_no_number_of_packets_is_below_none(by: Actor) -> None:
    with pytest.raises(errors.BadInput):
        actions.count_packets(recall=opened(by), counted=-1, by=by, at=LATER)


# --- reaching ------------------------------------------------------------------------------------------
def test_the_front_desk_works_the_list_and_sees_no_clinical_detail(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    recall = opened(by)
    desk = people.acting(people.staff(clinic, Role.FRONT_DESK))
    contacts.attempt(contact=contact(recall), state="tried", how="phone", note="No answer", by=desk, at=LATER)
    [person] = queries.people(desk, recall, state="tried")
    assert person.patient.phone
    assert {(use.practitioner, use.areas) for use in person.uses} == {("", ())}
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    [seen] = queries.people(lead, recall, state="tried")
    assert [use.areas for use in seen.uses] == [("cheek-left",)]
    assert seen.uses[0].practitioner
    auditor = people.acting(people.staff(clinic, Role.AUDITOR))
    assert queries.people(auditor, recall, state="tried")
    with pytest.raises(errors.NotAllowed):
        contacts.attempt(contact=contact(recall), state="reached", how="phone", by=auditor, at=LATER)


def test_every_try_stays_and_the_last_one_says_how_far_it_is(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    recall = opened(by)
    for state, how, note in (
        ("tried", "phone", "No answer"),
        ("tried", "letter", ""),
        ("reached", "phone", "Skin is well"),
    ):
        contacts.attempt(contact=contact(recall), state=state, how=how, note=note, by=by, at=LATER)
    row = contact(recall)
    assert (row.state, row.tries, row.changed_by) == ("reached", 3, by.name)
    assert [each.note for each in queries.attempts(row)] == ["Skin is well", "", "No answer"]
    assert (
        AuditEvent.objects.filter(event="recall-contact-changed", patient=row.patient.public_id).count() == 3
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"state": "to-contact"}, "state"),
        ({"state": "elsewhere"}, "state"),
        ({"how": "pigeon"}, "how"),
        ({"state": "closed"}, "note"),
    ],
)
def test_an_attempt_says_how_it_went(clinic: Clinic, by: Actor, facts: dict[str, str], field: str) -> None:
    used(clinic)
    recall = opened(by)
    with pytest.raises(errors.BadInput) as refused:
        contacts.attempt(
            contact=contact(recall), **{"state": "tried", "how": "phone", **facts}, by=by, at=LATER
        )
    assert errors.field_of(refused.value) == field


def test_who_opens_a_closed_patient_again_says_why(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    recall = opened(by)
    contacts.attempt(contact=contact(recall), state="closed", how="phone", note="Gone", by=by, at=LATER)
    with pytest.raises(errors.BadInput, match="opened again"):
        contacts.attempt(contact=contact(recall), state="tried", how="phone", by=by, at=LATER)
    contacts.attempt(contact=contact(recall), state="tried", how="phone", note="Back home", by=by, at=LATER)
    assert contact(recall).state == "tried"


def test_messages_go_to_the_outbox_once_and_say_what_to_do(clinic: Clinic, by: Actor) -> None:
    used(
        clinic, patient=people.patient(clinic, email="ada@home.example", given_name="Ada", family_name="King")
    )
    used(clinic, patient=people.patient(clinic))
    recall = opened(by, advice="Please bring the leaflet you were given.")
    assert contacts.write_messages(recall=recall, by=by, at=LATER) == 1
    message = Message.objects.get()
    assert message.to == "ada@home.example"
    for words in (
        "Dear Ada King",
        "25 October 2026",
        clinic.phone,
        "Please bring the leaflet",
        "999",
        recall.reference,
    ):
        assert words in message.body
    assert recall.reason not in message.body
    assert contact(recall, patient=message.patient).state == "tried"
    assert contacts.write_messages(recall=recall, by=by, at=LATER) == 0
    assert RecallAttempt.objects.count() == 1


def test_letters_go_to_those_with_an_address_and_are_noted_when_posted(clinic: Clinic, by: Actor) -> None:
    at_home = people.patient(clinic, address="1 High Street\nBristol")
    used(clinic, patient=at_home)
    used(clinic)
    recall = opened(by)
    assert [row.patient_id for row in queries.to_post(recall)] == [at_home.pk]
    assert queries.to_post(recall, part=2) == []
    numbers = queries.counts(recall)
    assert (numbers.by_phone, numbers.by_email, numbers.by_letter) == (2, 0, 1)
    assert contacts.post_letters(recall=recall, by=by, at=LATER) == 1
    assert contacts.post_letters(recall=recall, by=by, at=LATER) == 0
    assert contact(recall, patient=at_home).state == "tried"


# --- drill ---------------------------------------------------------------------------------------------
def test_a_drill_traces_a_real_lot_and_touches_neither_packets_nor_patients(
    clinic: Clinic, by: Actor
) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    used(clinic, patient=people.patient(clinic, email="ada@home.example", address="1 High Street"))
    drill = actions.start_drill(model=care.device_model(), lot=LOT, by=by, at=NOW)
    assert drill.is_drill
    assert queries.counts(drill).patients == 1
    assert queries.counts(drill).units.total == 2
    unit.refresh_from_db()
    assert (unit.recall_id, unit.quarantined_at) == (None, None)
    for deed in (contacts.write_messages, contacts.post_letters):
        with pytest.raises(errors.DrillReachesNobody):
            deed(recall=drill, by=by, at=LATER)
    assert not Message.objects.exists()
    devices.receive(
        site=unit.site, model=unit.model, lot=LOT, expires_on=room.IN_DATE, quantity=1, by=by, at=LATER
    )
    assert not DeviceUnit.objects.filter(recall__isnull=False).exists()


def test_a_drill_closes_without_anybody_being_called_and_sets_the_next(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    assert queries.drill_state(by, on=NOW.date()).light == "stop"
    drill = actions.start_drill(model=care.device_model(), lot=LOT, by=by, at=NOW)
    actions.count_packets(recall=drill, counted=0, by=by, at=LATER)
    actions.close(recall=drill, done="Found in three hours", by=by, at=LATER)
    state = queries.drill_state(by, on=NOW.date())
    assert (state.last, state.light, state.due_on) == (drill, "ready", NOW.date() + timedelta(days=365))
    assert queries.drill_state(by, on=NOW.date() + timedelta(days=340)).light == "wait"
    assert queries.drill_state(by, on=NOW.date() + timedelta(days=366)).light == "stop"
    assert rules.lasted(drill.received_at, LATER) == "3 h 0 min"


def test_a_drill_takes_a_lot_that_was_used_here(clinic: Clinic, by: Actor) -> None:
    used(people.clinic(), lot="THEIRS")
    used(clinic)
    used(clinic)
    used(clinic, lot="SELDOM")
    assert [lot for _, _, lot in queries.lots_for_drill(by)] == [LOT, "SELDOM"]
    with pytest.raises(errors.BadInput, match="that was used"):
        actions.start_drill(model=care.device_model(), lot="THEIRS", by=by, at=NOW)


# --- reading -------------------------------------------------------------------------------------------
def test_another_clinic_finds_nothing_of_it(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    recall = opened(by)
    stranger = people.acting(people.staff(people.clinic(), Role.MANAGER))
    assert queries.listed(stranger) == []
    for deed in (
        lambda: queries.recall(stranger, recall.public_id),
        lambda: queries.contact(stranger, contact(recall).public_id),
        lambda: actions.close(recall=recall, done="x", by=stranger, at=LATER),
        lambda: actions.count_packets(recall=recall, counted=1, by=stranger, at=LATER),
        lambda: contacts.write_messages(recall=recall, by=stranger, at=LATER),
        lambda: contacts.attempt(contact=contact(recall), state="tried", how="phone", by=stranger, at=LATER),
    ):
        with pytest.raises(errors.NotFound):
            deed()


def test_open_recalls_stand_before_closed_ones_with_how_many_are_left(clinic: Clinic, by: Actor) -> None:
    used(clinic)
    closed = opened(by)
    contacts.attempt(contact=contact(closed), state="reached", how="phone", by=by, at=LATER)
    actions.count_packets(recall=closed, counted=0, by=by, at=LATER)
    actions.close(recall=closed, done="Done", by=by, at=LATER)
    open_ = opened(by, reference="FSN-2")
    assert [(row.recall, row.patients, row.unreached) for row in queries.listed(by)] == [
        (open_, 1, 1),
        (closed, 1, 0),
    ]
    assert queries.open_ones(by) == 1


def test_the_stock_counts_recalled_packets_apart(clinic: Clinic, by: Actor) -> None:
    room.unit(people.site(clinic), lot=LOT)
    opened(by)
    [lot] = stock_queries.stock(by, on=NOW.date()).lots
    assert (lot.ready, lot.quarantined, lot.recalled) == (0, 1, 1)


def test_ten_thousand_packets_and_patients_are_no_matter_of_queries(
    clinic: Clinic, by: Actor, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        used(clinic)
    with django_assert_max_num_queries(20):
        recall = opened(by)
    with django_assert_max_num_queries(8):
        assert len(queries.people(by, recall, state="to-contact")) == 3
