"""Check-ins: planned at the end, triaged at once, seen by the clinic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from needlework.clinic.actions import checkins
from needlework.clinic.errors import (
    BadInput,
    CheckInAnswered,
    CheckInNotAnswered,
    CheckInTooEarly,
    NotAllowed,
    NotFound,
)
from needlework.clinic.models import AuditEvent, CheckIn, Incident, Message, Treatment
from needlework.clinic.queries import checkins as queries
from needlework.clinic.rules import checkins as rules
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import care, people

pytestmark = pytest.mark.django_db

ENDED = NOW - timedelta(hours=25)


@pytest.fixture
def treated() -> Treatment:
    """Ended 25 hours ago: the first check-in is an hour old."""
    clinic = people.clinic()
    plan = care.plan(people.patient(clinic))
    return care.treatment(
        plan,
        opened_at=ENDED - timedelta(hours=1),
        started_at=ENDED - timedelta(minutes=20),
        started_by="Nurse",
        finished_at=ENDED,
        finished_by="Nurse",
    )


def first(treated: Treatment) -> CheckIn:
    checkins.plan_for(treated, by=people.acting(treated.practitioner), at=NOW)
    return treated.checkins.order_by("due_at")[0]


def well(checkin: CheckIn, **other: dict[str, object]) -> dict[str, dict[str, object]]:
    """Every question answered as one hopes, but for these."""
    plain = {"yes_no": {"answer": "no"}, "number": {"value": 0}, "choice": {"choice": "pink"}}
    said: dict[str, dict[str, object]] = {
        question.code: dict(plain[question.type]) for question in rules.questions(checkin, at=NOW)
    }
    return {**said, **{code.replace("_", "-"): given for code, given in other.items()}}


def answer(checkin: CheckIn, answers: object, **facts: object) -> CheckIn:
    given = {"by": people.as_patient(checkin.patient), "at": NOW, **facts}
    return checkins.answer(checkin=checkin, answers=answers, **given)  # type: ignore[arg-type]


def test_check_ins_are_planned_at_the_clinics_hours_and_only_once(treated: Treatment) -> None:
    by = people.acting(treated.practitioner)
    checkins.plan_for(treated, by=by, at=NOW)
    assert checkins.plan_for(treated, by=by, at=NOW) == []
    due = [each.due_at - ENDED for each in treated.checkins.order_by("due_at")]
    assert due == [timedelta(hours=24), timedelta(hours=72), timedelta(hours=168)]
    assert AuditEvent.objects.filter(event="checkin-planned").count() == 1


def test_nothing_is_planned_before_the_treatment_has_ended() -> None:
    treatment = care.treatment(care.plan(people.patient(people.clinic())))
    with pytest.raises(CheckInTooEarly):
        checkins.plan_for(treatment, by=people.acting(treatment.practitioner), at=NOW)


def test_an_expected_course_is_kept_as_expected(treated: Treatment) -> None:
    kept = answer(first(treated), well(first(treated)), worry=" All good. ")
    assert (kept.level, kept.worry) == ("self-care", "All good.")
    assert {flag["level"] for flag in kept.flags} == {"self-care"}
    assert not Incident.objects.exists()
    line = AuditEvent.objects.get(event="checkin-answered")
    assert (line.actor_role, line.detail["level"]) == ("patient", "self-care")


def test_a_red_flag_opens_an_incident_and_tells_the_lead_without_clinical_detail(treated: Treatment) -> None:
    lead = people.staff(treated.clinic, Role.MEDICAL_LEAD)
    people.staff(people.clinic(), Role.MEDICAL_LEAD)  # of another clinic: hears nothing
    kept = answer(first(treated), well(first(treated), spreading={"answer": "yes"}))
    assert kept.level == "same-day"
    incident = Incident.objects.get()
    assert (incident.kind, incident.treatment, incident.checkin) == ("red-flag", treated, kept)
    message = Message.objects.get()
    assert message.to == lead.email
    assert treated.patient.number in message.subject
    assert treated.patient.family_name not in message.subject + message.body
    assert "redness" not in message.body.lower()


def test_an_emergency_is_graver_than_the_same_day(treated: Treatment) -> None:
    answers = well(first(treated), blue_lips={"answer": "yes"}, spreading={"answer": "yes"})
    assert answer(first(treated), answers).level == "emergency"
    assert Incident.objects.get().severity == "high"


def test_what_is_left_open_never_reassures(treated: Treatment) -> None:
    assert answer(first(treated), {}).level == "call-clinic"


def test_a_check_in_is_answered_once(treated: Treatment) -> None:
    checkin = first(treated)
    answer(checkin, well(checkin))
    with pytest.raises(CheckInAnswered, match="24 November 2026"):
        answer(checkin, well(checkin))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"pain": {"value": 11}}, "pain"),
        ({"redness": {"choice": "green"}}, "redness"),
        ({"nonsense": {"answer": "yes"}}, None),
        ({"pain": "a lot"}, "pain"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_kept(
    treated: Treatment, given: dict[str, object], field: str | None
) -> None:
    checkin = first(treated)
    with pytest.raises(BadInput) as refused:
        answer(checkin, {**well(checkin), **given})
    assert refused.value.at_field == field
    checkin.refresh_from_db()
    assert checkin.answered_at is None


def test_a_worry_of_a_novels_length_is_refused_with_its_length(treated: Treatment) -> None:
    with pytest.raises(BadInput, match="2001 characters"):
        answer(first(treated), well(first(treated)), worry="x" * 2001)


def test_a_patient_answers_only_their_own(treated: Treatment) -> None:
    neighbour = people.as_patient(people.patient(treated.clinic))
    with pytest.raises(NotFound):
        answer(first(treated), {}, by=neighbour)
    with pytest.raises(NotFound):
        queries.get(neighbour, first(treated).public_id)


def test_one_link_for_the_whole_recovery_asks_what_is_due(treated: Treatment) -> None:
    checkin = first(treated)
    me = people.as_patient(treated.patient)
    second = treated.checkins.order_by("due_at")[1]
    assert queries.current(me, at=NOW) == checkin
    answer(checkin, well(checkin))
    assert queries.current(me, at=NOW + timedelta(hours=1)) == checkin  # its advice is shown
    assert queries.current(me, at=NOW + timedelta(hours=13)) == second  # the next, if one wants to answer now
    assert queries.current(me, at=second.due_at) == second
    with pytest.raises(NotFound):
        queries.current(people.as_patient(people.patient(treated.clinic)), at=NOW)


def test_staff_mark_it_as_seen_once_it_is_answered(treated: Treatment) -> None:
    checkin = first(treated)
    nurse = people.acting(treated.practitioner)
    with pytest.raises(CheckInNotAnswered):
        checkins.see(checkin=checkin, by=nurse, at=NOW)
    answer(checkin, well(checkin))
    assert list(queries.to_be_seen(nurse)) == [checkin]
    seen = checkins.see(checkin=checkin, note=" Called. ", by=nurse, at=NOW)
    assert (seen.seen_by, seen.seen_note) == (nurse.name, "Called.")
    assert not queries.to_be_seen(nurse).exists()


def test_the_gravest_stands_first(treated: Treatment) -> None:
    one = first(treated)
    other = treated.checkins.order_by("due_at")[1]
    answer(one, well(one))
    later = other.due_at + timedelta(minutes=5)
    answer(other, {**well(other), "spreading": {"answer": "yes"}}, at=later)
    assert [each.pk for each in queries.to_be_seen(people.acting(treated.practitioner))] == [other.pk, one.pk]


def test_who_is_silent_for_a_day_is_called(treated: Treatment) -> None:
    checkin = first(treated)
    nurse = people.acting(treated.practitioner)
    assert not queries.silent(nurse, at=NOW).exists()
    assert list(queries.silent(nurse, at=NOW + timedelta(hours=24))) == [checkin]


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER])
def test_the_front_desk_reads_no_answers(treated: Treatment, role: Role) -> None:
    desk = people.acting(people.staff(treated.clinic, role))
    with pytest.raises(NotAllowed):
        queries.get(desk, first(treated).public_id)
