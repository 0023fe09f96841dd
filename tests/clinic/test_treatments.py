"""From opening to signature: what must hold, all the reasons at once, and what a signature stands under."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import (
    Amendment,
    AuditEvent,
    CheckIn,
    Credential,
    DeviceUnit,
    Document,
    Incident,
    Plan,
    Treatment,
    TreatmentArea,
    Withdrawal,
)
from needlework.clinic.queries import summaries
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.transitions import State
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready() -> Room:
    """Everything in place, the packet open."""
    made = room.ready()
    actions.use_device(treatment=made.treatment, unit=made.unit, by=made.by, at=NOW)
    return made


@pytest.fixture
def started(ready: Room) -> Room:
    ready.treatment = actions.start(treatment=ready.treatment, by=ready.by, at=NOW)
    return ready


def _treat(in_: Room, **changed: Any) -> TreatmentArea:
    return actions.treat_area(
        **{
            "treatment": in_.treatment,
            "area": "cheek-left",
            "indication": "atrophic-acne-scars",
            "needle_mm": Decimal("1.5"),
            "passes": 8,
            "by": in_.by,
            "at": NOW + 5 * MINUTE,
            **changed,
        }
    )


def _to_sign(in_: Room) -> Treatment:
    _treat(in_)
    actions.finish(treatment=in_.treatment, by=in_.by, at=NOW + 20 * MINUTE)
    [use] = in_.treatment.device_uses.all()
    actions.witness_packet(use=use, witness="seen", witnessed_by="AE", by=in_.by, at=NOW + 21 * MINUTE)
    actions.soothe(
        treatment=in_.treatment,
        pain=4,
        redness="moderate",
        sharps_container="SC-12",
        by=in_.by,
        at=NOW + 22 * MINUTE,
    )
    return actions.give_aftercare(treatment=in_.treatment, by=in_.by, at=NOW + 23 * MINUTE)


# --- opening -------------------------------------------------------------------------------------------
def test_the_next_treatment_of_a_course_is_opened_under_its_current_plan() -> None:
    clinic = people.clinic()
    staff = people.staff(clinic)
    plan = care.plan(people.patient(clinic))
    newer = care.plan(plan.course, version=2)
    treatment = actions.open_treatment(
        course=plan.course, practitioner=staff, site=people.site(clinic), by=people.acting(staff), at=NOW
    )
    assert (treatment.plan, treatment.number) == (newer, 1)
    assert queries.chart(people.acting(staff), treatment.public_id).state is State.PREPARING
    assert AuditEvent.objects.get().event == "treatment-opened"


def _open(plan: Plan, **changed: Any) -> Treatment:
    staff = people.staff(plan.clinic)
    return actions.open_treatment(
        **{
            "course": plan.course,
            "practitioner": staff,
            "site": people.site(plan.clinic),
            "by": people.acting(staff),
            "at": NOW,
            **changed,
        }
    )


def test_a_second_treatment_waits_until_the_first_is_signed() -> None:
    plan = care.plan(people.patient(people.clinic()))
    _open(plan)
    with pytest.raises(errors.TreatmentStillOpen, match="Treatment 1"):
        _open(plan)
    assert Treatment.objects.count() == 1


def test_a_closed_course_a_course_without_a_plan_and_a_used_up_plan_open_nothing() -> None:
    patient = people.patient(people.clinic())
    closed = care.plan(care.course(patient, closed_at=NOW, closed_by="x", outcome="completed"))
    with pytest.raises(errors.CourseClosed):
        _open(closed)
    bare = care.course(patient)
    staff = people.staff(patient.clinic)
    site = people.site(patient.clinic)
    with pytest.raises(errors.NoPlanYet):
        actions.open_treatment(course=bare, practitioner=staff, site=site, by=people.acting(staff), at=NOW)
    short = care.plan(patient, treatments_planned=1)
    signer = people.staff(patient.clinic)
    care.treatment(
        short,
        signer,
        started_at=NOW,
        started_by="x",
        finished_at=NOW,
        finished_by="x",
        aftercare_at=NOW,
        aftercare_by="x",
        signed_at=NOW,
        signed_by="x",
        signer=signer,
    )
    with pytest.raises(errors.PlanUsedUp, match="1 treatment"):
        _open(short)


def test_another_clinic_s_course_site_or_practitioner_is_not_found() -> None:
    plan = care.plan(people.patient(people.clinic()))
    other = people.clinic()
    stranger = people.staff(other)
    for changed in (
        {"by": people.acting(stranger)},
        {"site": people.site(other)},
        {"practitioner": stranger},
    ):
        with pytest.raises(errors.NotFound):
            _open(plan, **changed)
    with pytest.raises(errors.NotAllowed):
        _open(plan, by=people.acting(people.staff(plan.clinic, Role.FRONT_DESK)))
    assert not Treatment.objects.exists()


# --- starting ------------------------------------------------------------------------------------------
def test_a_treatment_with_everything_in_place_starts_and_remembers_its_rules(ready: Room) -> None:
    assert queries.reasons_against(ready.by, ready.treatment, at=NOW) == []
    treatment = actions.start(treatment=ready.treatment, by=ready.by, at=NOW)
    assert (treatment.started_at, treatment.started_by) == (NOW, ready.staff.name)
    assert treatment.pack_version
    assert AuditEvent.objects.filter(event="treatment-started", about_id=treatment.public_id).count() == 1


def _new_plan(it: Room) -> None:
    plan = care.plan(it.plan.course, version=2)
    care.confirmed(it.treatment, care.consent(plan), by=it.staff)


def _lapse(it: Room) -> None:
    Credential.objects.filter(staff=it.staff, kind="indemnity").update(expires_on=date(2026, 11, 23))


def _untrain(it: Room) -> None:
    Credential.objects.filter(staff=it.staff, device_kind="roller").update(
        voided_at=NOW, voided_by="x", voided_because="Revoked"
    )


def _pregnant(it: Room) -> None:
    care.history(it.patient, care.answers(pregnancy={"answer": "yes"}), answered_at=NOW - timedelta(hours=1))


def _treated_last_week(it: Room) -> None:
    other = care.treatment(it.plan, it.staff, it.site, opened_at=NOW - timedelta(days=7))
    unit = room.unit(it.site)
    use = other.device_uses.create(
        clinic=it.clinic, unit=unit, patient=it.patient, lot=unit.lot, used_at=NOW, used_by="x"
    )
    other.areas.create(
        clinic=it.clinic,
        patient=it.patient,
        device_use=use,
        area="cheek-left",
        indication="atrophic-acne-scars",
        needle_mm=Decimal("1.5"),
        passes=8,
        treated_at=NOW - timedelta(days=7),
        treated_by="x",
    )


def _complication(it: Room) -> None:
    Incident.objects.create(
        clinic=it.clinic,
        kind="complication",
        code="infection",
        patient=it.patient,
        severity="moderate",
        what="x",
        happened_at=NOW - timedelta(days=3),
        opened_at=NOW - timedelta(days=3),
        opened_by="x",
    )


def _cream_on(it: Room) -> None:
    actions.apply_anaesthetic(treatment=it.treatment, **room.CREAM, by=it.by, at=NOW - 30 * MINUTE)  # type: ignore[arg-type]


def _packet_expires(it: Room) -> None:
    DeviceUnit.objects.filter(pk=it.unit.pk).update(expires_on=date(2026, 11, 23))


def _packet_set_aside(it: Room) -> None:
    DeviceUnit.objects.filter(pk=it.unit.pk).update(
        quarantined_at=NOW, quarantined_by="x", quarantined_because="Recall"
    )


def _packet_voided(it: Room) -> None:
    [use] = it.treatment.device_uses.all()
    actions.void_device_use(use=use, because="Dropped", by=it.by, at=NOW)


def _withdraw(it: Room) -> None:
    day = it.treatment.day_consents.get()
    Withdrawal.objects.create(clinic=it.clinic, consent=day.consent, withdrawn_at=NOW, withdrawn_by="x")


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (_new_plan, "plan-replaced", "Open the treatment again"),
        (_lapse, "credential-lapsed", "indemnity"),
        (_untrain, "credential-missing", "roller"),
        (_pregnant, "stop-open", "regnan"),
        (_treated_last_week, "too-soon", "eft cheek"),
        (_complication, "complication-unresolved", "infection"),
        (_cream_on, "cream-still-on", "Wipe all of it off"),
        (_packet_expires, "device-expired", "23 November 2026"),
        (_packet_set_aside, "device-quarantined", "Recall"),
        (_packet_voided, "no-device-scanned", "roller"),
        (_withdraw, "consent-withdrawn", "withdrew"),
    ],
)
def test_each_thing_that_must_hold_stops_a_start_with_its_own_reason(
    spoil: Callable[[Room], None], code: str, says: str, ready: Room
) -> None:
    spoil(ready)
    reasons = {
        reason.code: str(reason) for reason in queries.reasons_against(ready.by, ready.treatment, at=NOW)
    }
    assert code in reasons
    assert says in reasons[code]
    with pytest.raises(errors.ClinicError):
        actions.start(treatment=ready.treatment, by=ready.by, at=NOW)
    ready.treatment.refresh_from_db()
    assert ready.treatment.started_at is None
    assert code in AuditEvent.objects.get(event="treatment-refused").detail["reasons"]


def test_a_pack_that_nobody_approved_stops_a_start() -> None:
    it = room.ready()
    other = room.ready()
    assert rules.reasons_against(it.treatment, by=it.by, at=NOW)[0].code == "no-device-scanned"
    fresh = people.clinic()
    other.treatment.clinic = fresh
    assert "pack-not-approved" in [
        r.code for r in rules.reasons_against(other.treatment, by=other.by, at=NOW)
    ]


def test_a_start_wants_the_history_and_both_halves_of_today() -> None:
    it = room.ready(reconfirmed=False, agreed=False)
    codes = [reason.code for reason in queries.reasons_against(it.by, it.treatment, at=NOW)]
    assert codes == ["history-not-reconfirmed", "consent-not-confirmed", "no-device-scanned"]


def test_all_reasons_are_given_at_once_each_with_a_whole_sentence(ready: Room) -> None:
    for spoil in (_lapse, _pregnant, _complication, _packet_expires):
        spoil(ready)
    reasons = queries.reasons_against(ready.by, ready.treatment, at=NOW)
    assert {reason.code for reason in reasons} >= {
        "credential-lapsed",
        "stop-open",
        "complication-unresolved",
        "device-expired",
    }
    assert all(str(reason).endswith((".", "it.")) for reason in reasons)


def test_the_reasons_take_few_queries(ready: Room, django_assert_max_num_queries: Any) -> None:
    treatment = queries.treatment(ready.by, ready.treatment.public_id)
    with django_assert_max_num_queries(20):
        assert queries.reasons_against(ready.by, treatment, at=NOW) == []


def test_a_day_later_the_morning_s_confirmations_no_longer_count(ready: Room) -> None:
    tomorrow = NOW + timedelta(days=1)
    codes = [reason.code for reason in queries.reasons_against(ready.by, ready.treatment, at=tomorrow)]
    assert codes == ["history-not-reconfirmed", "consent-not-confirmed"]


def test_someone_else_takes_the_treatment_over_and_countersigns_without_a_new_wait(ready: Room) -> None:
    other = people.acting(people.staff(ready.clinic))
    codes = [reason.code for reason in queries.reasons_against(other, ready.treatment, at=NOW)]
    assert codes == ["treated-by-another"]
    treatment = actions.take_over(treatment=ready.treatment, by=other, at=NOW)
    codes = [reason.code for reason in queries.reasons_against(other, treatment, at=NOW)]
    assert codes == ["consent-not-countersigned"]
    care.confirmed(treatment, treatment.day_consents.get().consent, by=treatment.practitioner)
    assert actions.start(treatment=treatment, by=other, at=NOW).started_at == NOW
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.take_over(treatment=treatment, by=ready.by, at=NOW)


def test_an_area_may_be_treated_again_on_the_very_day_the_plan_allows() -> None:
    it = room.ready(interval_days=28)
    last = rules.LastTime("cheek-left", date(2026, 10, 27), 1.5, "atrophic-acne-scars")
    facts: dict[str, Any] = {"plan": it.plan, "skin_type": 2, "zone": "Europe/London"}
    rules.check_rested(last, on=date(2026, 11, 24), **facts)
    with pytest.raises(errors.TooSoon, match="24 November 2026"):
        rules.check_rested(last, on=date(2026, 11, 23), **facts)


def test_a_complication_that_was_closed_leaves_its_days() -> None:
    it = room.ready()
    _complication(it)
    Incident.objects.update(
        acknowledged_at=NOW, acknowledged_by="x", closed_at=NOW, closed_by="x", outcome="resolved", done="x"
    )
    last = rules.LastTime("cheek-left", date(2026, 10, 1), 1.5, "atrophic-acne-scars")
    facts: dict[str, Any] = {"plan": it.plan, "skin_type": 2, "zone": "Europe/London"}
    troubles = rules.complications(it.patient)
    rules.check_nothing_unresolved(troubles, zone="Europe/London")
    with pytest.raises(errors.TooSoon, match="complication"):
        rules.check_rested(last, on=date(2026, 12, 21), troubles=troubles, **facts)
    rules.check_rested(last, on=date(2026, 12, 22), troubles=troubles, **facts)


def test_the_next_step_waits_for_the_days_a_closed_complication_leaves(started: Room) -> None:
    _treat(started)
    at = NOW + timedelta(days=10)
    Treatment.objects.update(
        finished_at=NOW + 9 * MINUTE, finished_by="x", aftercare_at=NOW + 9 * MINUTE, aftercare_by="x",
        signed_at=NOW + 9 * MINUTE, signed_by="x", signer=started.staff,
    )  # fmt: skip
    assert "22 December" in summaries.next_step(started.by, started.patient, at=at).title
    _complication(started)
    Incident.objects.update(
        happened_at=NOW + timedelta(days=2), acknowledged_at=at, acknowledged_by="x", closed_at=at, closed_by="x",
        outcome="resolved", done="x",
    )  # fmt: skip
    assert "1 January 2027" in summaries.next_step(started.by, started.patient, at=at).title


def test_it_starts_once(started: Room) -> None:
    with pytest.raises(errors.TreatmentWrongMoment, match="already started"):
        actions.start(treatment=started.treatment, by=started.by, at=NOW)


def test_assistants_and_front_desk_do_not_start(ready: Room) -> None:
    for role in (Role.ASSISTANT, Role.FRONT_DESK, Role.AUDITOR):
        with pytest.raises(errors.NotAllowed):
            actions.start(
                treatment=ready.treatment, by=people.acting(people.staff(ready.clinic, role)), at=NOW
            )


# --- stopping ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("begun", [False, True])
def test_a_treatment_stops_at_any_step_and_leads_on_to_aftercare_and_signature(
    begun: bool, ready: Room
) -> None:
    if begun:
        actions.start(treatment=ready.treatment, by=ready.by, at=NOW)
        _treat(ready)
    assistant = people.acting(people.staff(ready.clinic, Role.ASSISTANT))
    stopped = actions.stop(
        treatment=ready.treatment, because="Too much pain", by=assistant, at=NOW + 10 * MINUTE
    )
    assert stopped.stopped_because == "Too much pain"
    [use] = ready.treatment.device_uses.all()
    actions.witness_packet(use=use, witness="declined", witnessed_by="AE", by=ready.by, at=NOW + 11 * MINUTE)
    actions.soothe(
        treatment=stopped,
        pain=7,
        redness="strong",
        sharps_container="SC-1",
        by=ready.by,
        at=NOW + 11 * MINUTE,
    )
    actions.give_aftercare(treatment=stopped, by=ready.by, at=NOW + 12 * MINUTE)
    assert Document.objects.count() == (1 if begun else 0)
    assert CheckIn.objects.count() == (3 if begun else 0)
    signed = actions.sign(treatment=stopped, by=ready.by, at=NOW + 13 * MINUTE, identified=True)
    assert signed.finished_at is None


def test_a_consent_withdrawn_before_it_was_confirmed_today_is_withdrawn_too() -> None:
    waiting = room.ready(agreed=False)
    actions.stop(
        treatment=waiting.treatment, because="Changed her mind", consent_withdrawn=True, by=waiting.by, at=NOW
    )
    assert waiting.plan.consents.get().withdrawal.because == "Changed her mind"


def test_a_consent_withdrawn_half_way_is_recorded_with_the_stop(started: Room) -> None:
    _treat(started)
    actions.stop(
        treatment=started.treatment,
        because="The patient withdraws the consent",
        consent_withdrawn=True,
        by=started.by,
        at=NOW + 6 * MINUTE,
    )
    assert Withdrawal.objects.get().consent == started.treatment.day_consents.get().consent
    events = set(AuditEvent.objects.values_list("event", flat=True))
    assert {"treatment-stopped", "consent-withdrawn"} <= events


def test_a_stop_wants_a_reason_and_happens_once(started: Room) -> None:
    with pytest.raises(errors.ReasonNeeded):
        actions.stop(treatment=started.treatment, because=" ", by=started.by, at=NOW)
    actions.stop(treatment=started.treatment, because="Unwell", by=started.by, at=NOW + MINUTE)
    with pytest.raises(errors.TreatmentWrongMoment, match="was stopped"):
        actions.stop(treatment=started.treatment, because="Unwell", by=started.by, at=NOW + MINUTE)


# --- finishing, signing --------------------------------------------------------------------------------
def test_finishing_plans_the_check_ins_from_that_moment(started: Room) -> None:
    _treat(started)
    done = NOW + 20 * MINUTE
    actions.finish(treatment=started.treatment, by=started.by, at=done)
    assert list(CheckIn.objects.order_by("due_at").values_list("due_at", flat=True)) == [
        done + timedelta(hours=hours) for hours in (24, 72, 168)
    ]


def test_nothing_charted_is_nothing_to_finish(started: Room) -> None:
    with pytest.raises(errors.NothingTreated):
        actions.finish(treatment=started.treatment, by=started.by, at=NOW)


def test_a_complete_treatment_is_signed_by_the_one_who_treated(started: Room) -> None:
    treatment = _to_sign(started)
    signed = actions.sign(treatment=treatment, by=started.by, at=NOW + 30 * MINUTE, identified=True)
    assert (signed.signed_by, signed.signer) == (started.staff.name, started.staff)
    assert queries.chart(started.by, signed.public_id).state is State.SIGNED
    sheet = Document.objects.get()
    assert sheet.kind == "aftercare"
    assert sheet.content["areas"] == ["left cheek"]
    assert sheet.content["ended_at"] == "2026-11-24T10:20:00+00:00"
    assert sheet.content["windows"]


def test_a_signature_wants_the_person_again(started: Room) -> None:
    treatment = _to_sign(started)
    with pytest.raises(errors.NotIdentified):
        actions.sign(treatment=treatment, by=started.by, at=NOW, identified=False)
    other = people.acting(people.staff(started.clinic, Role.MEDICAL_LEAD))
    with pytest.raises(errors.OnlyTheOneWhoTreatedSigns):
        actions.sign(treatment=treatment, by=other, at=NOW, identified=True)
    with pytest.raises(errors.NotAllowed):
        actions.sign(
            treatment=treatment,
            by=people.acting(people.staff(started.clinic, Role.ASSISTANT)),
            at=NOW,
            identified=True,
        )


def test_a_signature_waits_for_aftercare_witness_soothing_and_sharps(started: Room) -> None:
    def refused() -> str:
        with pytest.raises(errors.RuleBroken) as error:
            actions.sign(treatment=started.treatment, by=started.by, at=NOW + 30 * MINUTE, identified=True)
        return error.value.code

    assert refused() == "treatment-wrong-moment"
    _treat(started)
    actions.finish(treatment=started.treatment, by=started.by, at=NOW + 20 * MINUTE)
    assert refused() == "witness-missing"
    [use] = started.treatment.device_uses.all()
    actions.witness_packet(use=use, witness="seen", witnessed_by="AE", by=started.by, at=NOW + 21 * MINUTE)
    soothing: dict[str, Any] = {"treatment": started.treatment, "by": started.by, "at": NOW + 22 * MINUTE}
    for facts in (
        {"pain": None, "redness": "mild", "sharps_container": "SC"},
        {"pain": 3, "redness": "", "sharps_container": "SC"},
        {"pain": 3, "redness": "mild", "sharps_container": " "},
    ):
        actions.soothe(**soothing, **facts)
        assert refused() == "soothing-missing"
    actions.soothe(**soothing, pain=3, redness="mild", sharps_container="SC")
    assert refused() == "aftercare-missing"
    actions.give_aftercare(treatment=started.treatment, by=started.by, at=NOW + 23 * MINUTE)
    assert actions.sign(
        treatment=started.treatment, by=started.by, at=NOW + 30 * MINUTE, identified=True
    ).signed_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"pain": 11, "redness": "mild", "sharps_container": "SC"},
        {"pain": -1, "redness": "mild", "sharps_container": "SC"},
        {"pain": 3, "redness": "purple", "sharps_container": "SC"},
        {"pain": 3, "redness": "mild", "sharps_container": "x" * 61},
    ],
)
def test_soothing_figures_that_cannot_be_are_refused(wrong: dict[str, Any], started: Room) -> None:
    with pytest.raises(errors.BadInput):
        actions.soothe(treatment=started.treatment, by=started.by, at=NOW, **wrong)


def test_nothing_in_a_signed_treatment_changes_but_an_amendment_adds_to_it(started: Room) -> None:
    signed = actions.sign(treatment=_to_sign(started), by=started.by, at=NOW + 30 * MINUTE, identified=True)
    later = NOW + timedelta(days=2)
    [area] = signed.areas.all()
    [use] = signed.device_uses.all()
    deeds: list[Callable[[], object]] = [
        lambda: _treat(started, at=later),
        lambda: _treat(started, at=later, deviation_because="Forgotten"),
        lambda: actions.void_area(row=area, because="x", by=started.by, at=later),
        lambda: actions.void_device_use(use=use, because="x", by=started.by, at=later),
        lambda: actions.use_device(
            treatment=signed, unit=room.unit(started.site), deviation_because="x", by=started.by, at=later
        ),
        lambda: actions.witness_packet(use=use, witness="seen", witnessed_by="AE", by=started.by, at=later),
        lambda: actions.soothe(
            treatment=signed, pain=1, redness="mild", sharps_container="x", by=started.by, at=later
        ),
        lambda: actions.give_aftercare(treatment=signed, by=started.by, at=later),
        lambda: actions.stop(treatment=signed, because="x", by=started.by, at=later),
        lambda: actions.apply_anaesthetic(
            treatment=signed,
            **room.CREAM,
            deviation_because="x",
            by=started.by,
            at=later,  # type: ignore[arg-type]
        ),
        lambda: actions.apply_topical(
            treatment=signed, product="sterile-saline", batch="1", stage="after", by=started.by, at=later
        ),
    ]
    for deed in deeds:
        with pytest.raises(errors.TreatmentSigned, match="amendment"):
            deed()
    actions.amend(treatment=signed, text="8 passes were 10", because="Miscounted", by=started.by, at=later)
    assert Amendment.objects.get().text == "8 passes were 10"
    for facts in ({"text": " ", "because": "x"}, {"text": "x", "because": " "}):
        with pytest.raises(errors.RuleBroken):
            actions.amend(treatment=signed, by=started.by, at=later, **facts)


def test_an_unsigned_treatment_is_not_amended(started: Room) -> None:
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.amend(treatment=started.treatment, text="x", because="x", by=started.by, at=NOW)


# --- opened in error -----------------------------------------------------------------------------------
def test_a_treatment_opened_in_error_is_closed_unused_and_its_number_is_free_again() -> None:
    it = room.ready()
    actions.close_unused(treatment=it.treatment, because="Wrong course", by=it.by, at=NOW)
    assert _open(it.plan).number == 1
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.start(treatment=it.treatment, by=it.by, at=NOW)


def test_a_treatment_with_an_open_packet_is_not_closed_unused(ready: Room) -> None:
    with pytest.raises(errors.BadInput, match="Stop the treatment instead"):
        actions.close_unused(treatment=ready.treatment, because="x", by=ready.by, at=NOW)


# --- reading -------------------------------------------------------------------------------------------
def test_a_chart_is_read_in_few_queries_and_only_by_those_who_may(
    started: Room, django_assert_max_num_queries: Any
) -> None:
    _treat(started)
    with django_assert_max_num_queries(8):
        chart = queries.chart(started.by, started.treatment.public_id)
        assert [row.device_use.unit.model.name for row in chart.areas]
    assert chart.state is State.STARTED
    with pytest.raises(errors.NotFound):
        queries.chart(people.acting(people.staff(people.clinic())), started.treatment.public_id)
    with pytest.raises(errors.NotAllowed):
        queries.chart(
            people.acting(people.staff(started.clinic, Role.FRONT_DESK)), started.treatment.public_id
        )
    with pytest.raises(errors.NotFound):
        queries.treatment(people.as_patient(people.patient(started.clinic)), started.treatment.public_id)
    assert queries.treatment(people.as_patient(started.patient), started.treatment.public_id)


def test_a_moment_before_the_start_is_a_wrong_moment_for_soothing(ready: Room) -> None:
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.soothe(
            treatment=ready.treatment, pain=1, redness="", sharps_container="", by=ready.by, at=NOW
        )
