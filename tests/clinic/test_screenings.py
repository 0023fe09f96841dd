"""Who may be treated: histories, findings, overrides, and what was seen since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import screenings as actions
from needlework.clinic.models import AuditEvent, Finding, History, Patient, Reconfirmation, Treatment
from needlework.clinic.queries import screenings as queries
from needlework.clinic.rules import screenings as rules
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
YES = {"answer": "yes"}
AREAS = ["cheek-left"]


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


def _answer(patient: Patient, *, at: object = NOW, **changed: dict[str, object]) -> History:
    return actions.answer(
        patient=patient,
        answers=care.answers(**changed),
        answered_on="own-phone",
        by=people.as_patient(patient),
        at=at,  # type: ignore[arg-type]
    )


def _treatment(patient: Patient) -> Treatment:
    return care.treatment(care.plan(patient))


def _rules(patient: Patient, areas: list[str] = AREAS) -> list[str]:
    return [finding.rule for finding in rules.assess(patient, areas=areas, on=TODAY).open]


# --- answering -----------------------------------------------------------------------------------------
def test_a_patient_answers_on_the_own_phone(patient: Patient) -> None:
    history = _answer(patient)
    assert queries.latest(patient) == history
    assert history.answers["pregnancy"] == {"answer": "no"}
    assert "age" not in history.answers
    line = AuditEvent.objects.get(event="history-answered")
    assert line.patient == patient.public_id
    assert line.detail["pack"] == history.pack_version


def test_findings_are_kept_with_rule_source_and_pack(patient: Patient) -> None:
    history = _answer(patient, isotretinoin={"answer": "yes", "date": "2026-10-01"})
    row = Finding.objects.get(history=history, rule="isotretinoin-recent")
    assert (row.verdict, row.until, row.override_by) == ("wait", date(2027, 3, 30), "prescriber")
    assert row.pack_version == history.pack_version
    assert "isotretinoin" in row.source.lower()


def test_a_later_history_leaves_the_earlier_one_as_it_is(patient: Patient) -> None:
    first = _answer(patient, pregnancy=YES)
    second = _answer(patient, at=NOW + timedelta(seconds=1))
    assert queries.latest(patient) == second
    first.refresh_from_db()
    assert first.answers["pregnancy"] == YES
    assert queries.histories(people.acting(people.staff(patient.clinic)), patient) == [second, first]


def test_allergies_stand_on_the_patient_from_then_on(patient: Patient) -> None:
    _answer(
        patient,
        metal_allergy=YES,
        allergy_anaesthetic={"answer": "yes", "text": "  lidocaine,\n at the dentist "},
    )
    patient.refresh_from_db()
    assert patient.allergies == "metal, local anaesthetic (lidocaine, at the dentist)"
    _answer(patient, at=NOW + timedelta(days=1))
    patient.refresh_from_db()
    assert patient.allergies == ""


@pytest.mark.parametrize(
    ("answers", "question", "sentence"),
    [
        ({"isotretinoin": {"answer": "yes", "date": "2026-11-25"}}, "isotretinoin", "is after"),
        (
            {"isotretinoin": {"answer": "yes", "date": "1900-01-01"}},
            "isotretinoin",
            "before the patient was born",
        ),
        ({"isotretinoin": {"answer": "yes", "date": "2026-02-30"}}, "isotretinoin", "is not a day"),
        ({"pregnancy": {"answer": "perhaps"}}, "pregnancy", "yes, no, unknown"),
        ({"skin-type": {"choice": "9"}}, "skin-type", "not one of"),
        ({"pregnancie": YES}, "pregnancie", "pregnancy"),
        ({"sun": {"answer": "yes", "areas": ["cheak-left"]}}, "cheak-left", "cheek-left"),
        ({"suspicious-lesion": YES}, "suspicious-lesion", "practitioner"),
        ({"pregnancy": "yes"}, "pregnancy", "object"),
        ([], "answers", "object"),
    ],
)
def test_an_answer_which_cannot_be_is_refused_at_its_question(
    patient: Patient, answers: dict[str, object], question: str, sentence: str
) -> None:
    with pytest.raises(errors.BadInput, match=sentence) as refused:
        actions.answer(
            patient=patient, answers=answers, answered_on="own-phone", by=people.as_patient(patient), at=NOW
        )
    assert errors.field_of(refused.value) == question
    assert not History.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_age_that_was_typed_counts_for_nothing(patient: Patient) -> None:
    history = _answer(patient, age={"value": 4})
    assert "age" not in history.answers


def test_a_minor_is_refused_and_nobody_may_override_it() -> None:
    minor = people.patient(people.clinic(), born_on=date(2010, 1, 1))
    history = _answer(minor)
    row = Finding.objects.get(history=history, rule="under-18")
    lead = people.acting(people.staff(minor.clinic, Role.MEDICAL_LEAD))
    with pytest.raises(errors.FindingStands, match="18th birthday"):
        actions.override(finding=row, because="She is mature for her age.", by=lead, at=NOW)


def test_the_eighteenth_birthday_lifts_the_age_stop() -> None:
    patient = people.patient(people.clinic(), born_on=date(2008, 11, 25))
    _answer(patient)
    care.consultation(patient)
    assert "under-18" in _rules(patient)
    assert rules.age(patient, date(2026, 11, 24)) == 17
    after = rules.assess(patient, areas=AREAS, on=date(2026, 11, 25)).open
    assert "under-18" not in [finding.rule for finding in after]


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.AUDITOR])
def test_only_clinical_staff_take_a_history(patient: Patient, role: Role) -> None:
    with pytest.raises(errors.NotAllowed):
        actions.answer(
            patient=patient,
            answers=care.CLEAR,
            answered_on="clinic",
            by=people.acting(people.staff(patient.clinic, role)),
            at=NOW,
        )


def test_nobody_answers_for_another_patient(patient: Patient) -> None:
    for by in (
        people.as_patient(people.patient(patient.clinic)),
        people.acting(people.staff(people.clinic())),
    ):
        with pytest.raises(errors.NotFound):
            actions.answer(patient=patient, answers=care.CLEAR, answered_on="own-phone", by=by, at=NOW)
    with pytest.raises(errors.BadInput):
        actions.answer(
            patient=patient, answers=care.CLEAR, answered_on="fax", by=people.as_patient(patient), at=NOW
        )
    assert not History.objects.exists()


# --- complete or not -----------------------------------------------------------------------------------
def test_without_a_history_there_is_nothing_to_go_by(patient: Patient) -> None:
    with pytest.raises(errors.HistoryMissing):
        rules.check_history_answered(patient, on=TODAY)


def test_dont_know_and_not_answered_never_pass(patient: Patient) -> None:
    answers = care.answers(pregnancy={"answer": "unknown"})
    del answers["isotretinoin"]
    actions.answer(
        patient=patient, answers=answers, answered_on="own-phone", by=people.as_patient(patient), at=NOW
    )
    with pytest.raises(errors.HistoryIncomplete) as refused:
        rules.check_history_answered(patient, on=TODAY)
    assert refused.value.questions == ("pregnancy", "isotretinoin")
    assert "Pregnant or possibly pregnant" in str(refused.value)


def test_a_complete_history_passes_and_leaves_the_examination_to_do(patient: Patient) -> None:
    history = _answer(patient)
    assert rules.check_history_answered(patient, on=TODAY) == history
    with pytest.raises(errors.HistoryIncomplete) as refused:
        rules.check_no_open_stop(patient, areas=AREAS, on=TODAY)
    assert set(refused.value.questions) == {"unlikely-benefit", "suspicious-lesion"}
    care.consultation(patient)
    rules.check_no_open_stop(patient, areas=AREAS, on=TODAY)
    assert _rules(patient) == []


# --- stops ---------------------------------------------------------------------------------------------
def test_a_stop_says_why_what_would_change_it_and_who_may_override(patient: Patient) -> None:
    _answer(patient, isotretinoin={"answer": "yes", "date": "2026-10-01"})
    care.consultation(patient)
    with pytest.raises(errors.StopOpen) as refused:
        rules.check_no_open_stop(patient, areas=AREAS, on=TODAY)
    assert refused.value.rule == "isotretinoin-recent"
    assert "Wait until 30 March 2027." in str(refused.value)
    assert "A prescriber may override it." in str(refused.value)


def test_a_wait_ends_on_its_day(patient: Patient) -> None:
    _answer(patient, isotretinoin={"answer": "yes", "date": "2026-10-01"})
    care.consultation(patient)
    last, first = date(2027, 3, 29), date(2027, 3, 30)
    assert [found.rule for found in rules.assess(patient, areas=AREAS, on=last).open] == [
        "isotretinoin-recent"
    ]
    assert rules.assess(patient, areas=AREAS, on=first).open == []


def test_a_stop_in_one_area_leaves_the_others_free(patient: Patient) -> None:
    _answer(patient, active_acne={"answer": "yes", "areas": ["cheek-left"]})
    care.consultation(patient)
    assert _rules(patient, ["cheek-left", "chin"]) == ["active-acne"]
    rules.check_no_open_stop(patient, areas=["chin"], on=TODAY)
    with pytest.raises(errors.StopOpen, match=r"^Cheek, left: active acne"):
        rules.check_no_open_stop(patient, areas=["cheek-left", "chin"], on=TODAY)


def test_an_anaesthetic_finding_bars_cream_and_not_needling(patient: Patient) -> None:
    _answer(patient, allergy_parabens=YES)
    care.consultation(patient)
    rules.check_no_open_stop(patient, areas=AREAS, on=TODAY)
    with pytest.raises(errors.StopOpen):
        rules.check_no_open_stop(patient, areas=AREAS, on=TODAY, scope="anaesthetic")


def test_every_stop_is_named_at_once_the_gravest_first(patient: Patient) -> None:
    _answer(patient, pregnancy=YES, infection_now=YES)
    reasons = rules.open_stops(patient, areas=AREAS, on=TODAY)
    assert [getattr(reason, "rule", reason.code) for reason in reasons] == [
        "pregnancy",
        "infection-now",
        "history-incomplete",
    ]


def test_a_consultation_which_says_refer_stops_until_the_next(patient: Patient) -> None:
    _answer(patient)
    care.consultation(patient, distress="refer")
    assert _rules(patient) == ["referred"]
    care.consultation(patient, held_at=NOW)
    assert _rules(patient) == []


# --- what was seen since -------------------------------------------------------------------------------
def test_an_examination_adds_a_stop_and_a_later_look_lifts_it(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12))
    treatment = _treatment(patient)
    by = people.acting(people.staff(patient.clinic))
    actions.reconfirm(
        treatment=treatment,
        examination={"active-acne": {"answer": "yes", "areas": ["cheek-left"]}},
        by=by,
        at=NOW,
    )
    assert _rules(patient) == ["active-acne"]
    assert Finding.objects.filter(rule="active-acne").count() == 1
    actions.reconfirm(treatment=treatment, examination={"active-acne": {"answer": "no"}}, by=by, at=NOW)
    assert _rules(patient) == []


def test_a_told_stop_is_not_lifted_by_a_glance_but_by_a_new_history(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12), pregnancy=YES)
    treatment = _treatment(patient)
    by = people.acting(people.staff(patient.clinic))
    actions.reconfirm(treatment=treatment, examination={"pregnancy": {"answer": "no"}}, by=by, at=NOW)
    assert _rules(patient)[0] == "pregnancy"
    _answer(patient, at=NOW + timedelta(seconds=1))
    assert _rules(patient) == []


def test_what_was_told_on_one_day_is_still_known_at_the_next_treatment(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12))
    course = care.course(patient)
    plan = care.plan(course)
    by = people.acting(people.staff(patient.clinic))
    actions.reconfirm(treatment=care.treatment(plan), examination={"pregnancy": YES}, by=by, at=NOW)
    actions.reconfirm(treatment=care.treatment(plan), examination={}, by=by, at=NOW + timedelta(days=28))
    assert "pregnancy" in _rules(patient)


def test_a_lesion_that_was_seen_outlasts_a_new_history(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12))
    by = people.acting(people.staff(patient.clinic))
    seen = {"suspicious-lesion": {"answer": "yes", "areas": ["cheek-left"]}}
    actions.reconfirm(treatment=_treatment(patient), examination=seen, by=by, at=NOW)
    _answer(patient, at=NOW + timedelta(days=1))
    assert _rules(patient) == ["suspicious-lesion"]


def test_a_history_answered_after_the_consultation_keeps_what_only_it_saw(patient: Patient) -> None:
    care.consultation(patient, examination={"suspicious-lesion": YES, "unlikely-benefit": {"answer": "no"}})
    _answer(patient)
    assert _rules(patient) == ["suspicious-lesion"]


def test_the_skin_type_of_the_examination_counts(patient: Patient) -> None:
    _answer(patient, skin_type={"choice": "1"})
    care.consultation(patient, skin_type=6)
    assert _rules(patient) == ["skin-type-dark"]


# --- reconfirming --------------------------------------------------------------------------------------
def test_the_history_is_reconfirmed_on_the_day(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12))
    treatment = _treatment(patient)
    with pytest.raises(errors.HistoryNotReconfirmed, match="12 November 2026"):
        rules.check_reconfirmed(treatment, at=NOW)
    by = people.acting(people.staff(patient.clinic, Role.ASSISTANT))
    actions.reconfirm(treatment=treatment, examination={}, by=by, at=NOW)
    rules.check_reconfirmed(treatment, at=NOW)
    with pytest.raises(errors.HistoryNotReconfirmed):
        rules.check_reconfirmed(treatment, at=NOW + timedelta(days=1))
    line = AuditEvent.objects.get(event="history-reconfirmed")
    assert line.detail["treatment"] == str(treatment.public_id)


def test_a_newer_history_must_be_confirmed_again(patient: Patient) -> None:
    _answer(patient, at=NOW - timedelta(days=12))
    treatment = _treatment(patient)
    by = people.acting(people.staff(patient.clinic))
    actions.reconfirm(treatment=treatment, examination={}, by=by, at=NOW)
    _answer(patient, at=NOW + timedelta(minutes=1))
    with pytest.raises(errors.HistoryNotReconfirmed):
        rules.check_reconfirmed(treatment, at=NOW + timedelta(minutes=2))


def test_nothing_is_reconfirmed_without_a_history(patient: Patient) -> None:
    treatment = _treatment(patient)
    by = people.acting(people.staff(patient.clinic))
    with pytest.raises(errors.HistoryMissing):
        actions.reconfirm(treatment=treatment, examination={}, by=by, at=NOW)
    with pytest.raises(errors.HistoryMissing):
        rules.check_reconfirmed(treatment, at=NOW)
    assert not Reconfirmation.objects.exists()


def test_an_assistant_does_not_answer_the_practitioners_questions(patient: Patient) -> None:
    _answer(patient)
    by = people.acting(people.staff(patient.clinic, Role.ASSISTANT))
    with pytest.raises(errors.NotAllowed):
        actions.reconfirm(treatment=_treatment(patient), examination=care.EXAMINED, by=by, at=NOW)
    assert not Reconfirmation.objects.exists()


def test_nothing_is_reconfirmed_for_a_treatment_which_is_over(patient: Patient) -> None:
    _answer(patient)
    treatment = care.treatment(care.plan(patient), stopped_at=NOW, stopped_by="Somebody")
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.reconfirm(
            treatment=treatment, examination={}, by=people.acting(people.staff(patient.clinic)), at=NOW
        )


# --- overriding ----------------------------------------------------------------------------------------
def _stop(patient: Patient, rule: str, **answers: dict[str, object]) -> Finding:
    history = _answer(patient, **answers)
    care.consultation(patient)
    return Finding.objects.get(history=history, rule=rule)


def test_a_prescriber_overrides_with_a_reason_and_the_stop_is_let_through(patient: Patient) -> None:
    row = _stop(patient, "isotretinoin-recent", isotretinoin={"answer": "yes", "date": "2026-10-01"})
    by = people.acting(people.staff(patient.clinic))
    actions.override(finding=row, because="Low dose, consensus of 2017.", by=by, at=NOW)
    row.refresh_from_db()
    assert (row.overridden_by, row.overridden_because) == (by.name, "Low dose, consensus of 2017.")
    rules.check_no_open_stop(patient, areas=AREAS, on=TODAY)
    assert _rules(patient) == []
    line = AuditEvent.objects.get(event="finding-overridden")
    assert line.detail["registration"] == by.registration_number
    shown = queries.shown_findings(by, queries.assessment(by, patient, on=TODAY))
    assert [each.overridden_by for each in shown] == [by.name]


def test_who_is_no_prescriber_does_not_override(patient: Patient) -> None:
    row = _stop(patient, "isotretinoin-recent", isotretinoin={"answer": "yes", "date": "2026-10-01"})
    unregistered = people.acting(people.staff(patient.clinic, registration_number=""))
    with pytest.raises(errors.OverrideNotYours, match="a prescriber"):
        actions.override(finding=row, because="I think it is fine.", by=unregistered, at=NOW)
    with pytest.raises(errors.NotAllowed):
        actions.override(
            finding=row,
            because="I think it is fine.",
            by=people.acting(people.staff(patient.clinic, Role.ASSISTANT)),
            at=NOW,
        )
    row.refresh_from_db()
    assert row.overridden_at is None


def test_what_is_for_the_medical_lead_is_not_for_a_practitioner(patient: Patient) -> None:
    row = _stop(patient, "metal-allergy", metal_allergy=YES)
    reason = "Patch test negative on 20 November."
    with pytest.raises(errors.OverrideNotYours, match="the medical lead"):
        actions.override(finding=row, because=reason, by=people.acting(people.staff(patient.clinic)), at=NOW)
    lead = people.acting(people.staff(patient.clinic, Role.MEDICAL_LEAD))
    actions.override(finding=row, because=reason, by=lead, at=NOW)
    assert _rules(patient) == []


def test_nobody_overrides_pregnancy(patient: Patient) -> None:
    row = _stop(patient, "pregnancy", pregnancy=YES)
    lead = people.acting(people.staff(patient.clinic, Role.MEDICAL_LEAD))
    with pytest.raises(errors.FindingStands):
        actions.override(finding=row, because="The patient insists on it.", by=lead, at=NOW)


def test_an_override_needs_a_sentence_and_happens_once(patient: Patient) -> None:
    row = _stop(patient, "infection-now", infection_now=YES)
    by = people.acting(people.staff(patient.clinic))
    with pytest.raises(errors.BadInput, match="Write down why"):
        actions.override(finding=row, because="  ok  ", by=by, at=NOW)
    actions.override(finding=row, because="A cold, without fever.", by=by, at=NOW)
    with pytest.raises(errors.FindingAlreadyOverridden, match=by.name):
        actions.override(finding=row, because="A cold, without fever.", by=by, at=NOW)


def test_a_finding_which_only_asks_for_care_is_not_overridden(patient: Patient) -> None:
    row = _stop(patient, "cold-sores-ever", cold_sores_ever=YES)
    with pytest.raises(errors.BadInput):
        actions.override(
            finding=row,
            because="Prophylaxis ordered.",
            by=people.acting(people.staff(patient.clinic)),
            at=NOW,
        )


def test_an_override_does_not_outlive_its_history(patient: Patient) -> None:
    row = _stop(patient, "infection-now", infection_now=YES)
    by = people.acting(people.staff(patient.clinic))
    actions.override(finding=row, because="A cold, without fever.", by=by, at=NOW)
    _answer(patient, at=NOW + timedelta(days=1), infection_now=YES)
    assert _rules(patient) == ["infection-now"]
    with pytest.raises(errors.FindingOutdated):
        actions.override(finding=row, because="A cold, without fever.", by=by, at=NOW + timedelta(days=1))


def test_an_override_for_one_area_does_not_cover_another(patient: Patient) -> None:
    row = _stop(patient, "active-acne", active_acne={"answer": "yes", "areas": ["cheek-left"]})
    by = people.acting(people.staff(patient.clinic))
    actions.override(finding=row, because="One spot, left out by 2 cm.", by=by, at=NOW)
    assert _rules(patient) == []
    more = {"active-acne": {"answer": "yes", "areas": ["cheek-left", "chin"]}}
    actions.reconfirm(
        treatment=care.treatment(care.plan(care.course(patient, care.consultation(patient)))),
        examination=more,
        by=by,
        at=NOW + timedelta(days=1),
    )
    assert _rules(patient, ["cheek-left", "chin"]) == ["active-acne"]
    assert _rules(patient, ["cheek-left"]) == []


def test_an_override_does_not_cover_a_longer_wait(patient: Patient) -> None:
    row = _stop(patient, "toxin", toxin={"answer": "yes", "date": "2026-11-20", "areas": ["cheek-left"]})
    by = people.acting(people.staff(patient.clinic))
    actions.override(finding=row, because="A tiny dose, far from the area.", by=by, at=NOW)
    assert _rules(patient) == []
    later = {"toxin": {"answer": "yes", "date": "2026-11-24", "areas": ["cheek-left"]}}
    treatment = care.treatment(care.plan(care.course(patient, care.consultation(patient))))
    actions.reconfirm(treatment=treatment, examination=later, by=by, at=NOW)
    assert _rules(patient) == ["toxin"]


def test_a_finding_of_another_clinic_is_not_found(patient: Patient) -> None:
    row = _stop(patient, "infection-now", infection_now=YES)
    stranger = people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    with pytest.raises(errors.NotFound):
        queries.finding(stranger, row.public_id)
    with pytest.raises(errors.NotFound):
        actions.override(finding=row, because="A cold, without fever.", by=stranger, at=NOW)


# --- reading -------------------------------------------------------------------------------------------
def test_a_follow_up_question_appears_only_when_it_matters(patient: Patient) -> None:
    without = {question.code for question in queries.questions(patient, {})}
    assert "isotretinoin" in without
    assert not {"isotretinoin-now", "age", "suspicious-lesion"} & without
    assert "isotretinoin-now" in {each.code for each in queries.questions(patient, {"isotretinoin": YES})}
    examined = queries.questions(patient, {}, examined=True)
    assert {question.code for question in examined} == {"unlikely-benefit", "suspicious-lesion"}


def test_answers_are_shown_in_words(patient: Patient) -> None:
    given = {
        "isotretinoin": {"answer": "yes", "date": "2026-10-01"},
        "pregnancy": {"answer": "unknown"},
        "skin-type": {"choice": "2"},
        "sun": {"answer": "yes", "areas": ["cheek-left", "chin"]},
    }
    shown = {each.question.code: each for each in queries.shown_answers(patient, given)}
    assert (shown["isotretinoin"].words, shown["isotretinoin"].note) == ("Yes", "1 October 2026")
    assert (shown["pregnancy"].words, shown["pregnancy"].open) == ("Don’t know", True)
    assert shown["skin-type"].words == "Type 2"
    assert shown["sun"].note == "Cheek, left and Chin"
    assert (shown["keloid"].words, shown["keloid"].open) == ("Not answered", True)


def test_front_desk_does_not_read_a_history(patient: Patient) -> None:
    _answer(patient)
    desk = people.acting(people.staff(patient.clinic, Role.FRONT_DESK))
    with pytest.raises(errors.NotAllowed):
        queries.assessment(desk, patient, on=TODAY)
    reader = people.acting(people.staff(patient.clinic, Role.AUDITOR))
    assert queries.assessment(reader, patient, on=TODAY).history is not None
