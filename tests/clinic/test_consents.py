"""Consent: right text, right plan, waited out, not withdrawn, not expired, confirmed and countersigned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import consents as actions
from needlework.clinic.models import AuditEvent, Consent, ConsentText, Countersignature, DayConsent, Plan
from needlework.clinic.queries import consents as queries
from needlework.clinic.rules import consents as rules
from needlework.clinic.rules.consents import Standing
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def plan() -> Plan:
    patient = people.patient(people.clinic())
    care.consent_text(patient.clinic)
    return care.plan(patient)


def _sign(plan: Plan, *, at: datetime = NOW, **changed: object) -> Consent:
    text = care.text_of(plan.clinic)
    facts: dict[str, object] = {
        "plan": plan,
        "text": text,
        "shown_at": at - timedelta(minutes=5),
        "understood": ["read", "free"],
        "signed_by": "Ada Example",
        "signature": "M10 10L20 20",
        "signed_on": "own-phone",
        "by": people.as_patient(plan.course.patient),
        "at": at,
        **changed,
    }
    return actions.sign(**facts)  # type: ignore[arg-type]


def _nothing_was_signed() -> bool:
    return not Consent.objects.exists() and not AuditEvent.objects.filter(event="consent-signed").exists()


# --- texts ---------------------------------------------------------------------------------------------
def test_the_medical_lead_publishes_the_text_that_ships_with_needlework() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    text = actions.publish_default_text(clinic=clinic, by=lead, at=NOW)
    assert queries.current_text(clinic) == text
    assert text.sha256 == actions.default_wording().sha256
    assert len(text.statements) == 7
    line = AuditEvent.objects.get(event="consent-text-published")
    assert line.detail == {"version": text.version, "sha256": text.sha256}


def test_the_shipped_text_promises_nothing() -> None:
    words = actions.default_wording().body.lower()
    for promise in ("guarantee", "permanent", "will improve", "completely safe", "no risk", "painless"):
        assert promise not in words
    assert "nobody can promise you a result" in words


def test_another_word_gives_another_hash() -> None:
    words = actions.default_wording()
    other = actions.Wording(words.version, words.title, words.body + ".", words.statements)
    assert other.sha256 != words.sha256


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.MANAGER, Role.ASSISTANT])
def test_only_the_medical_lead_publishes_a_text(role: Role) -> None:
    clinic = people.clinic()
    with pytest.raises(errors.NotAllowed):
        actions.publish_default_text(clinic=clinic, by=people.acting(people.staff(clinic, role)), at=NOW)
    assert not ConsentText.objects.exists()


def test_a_text_of_another_clinic_is_not_found() -> None:
    lead = people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    with pytest.raises(errors.NotFound):
        actions.publish_default_text(clinic=people.clinic(), by=lead, at=NOW)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"version": " "}, "version"),
        ({"version": "x" * 41}, "version"),
        ({"title": ""}, "title"),
        ({"body": "\n"}, "body"),
        ({"statements": []}, "statements"),
        ({"statements": [("a", "One."), ("a", "Two.")]}, "statements"),
        ({"statements": [("a", " ")]}, "statements"),
    ],
)
def test_a_text_without_all_its_parts_is_refused(changed: dict[str, object], field: str) -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    words: dict[str, object] = {
        "version": "2",
        "title": "T",
        "body": "B",
        "statements": [("a", "One.")],
        **changed,
    }
    with pytest.raises(errors.BadInput) as refused:
        actions.publish_text(clinic=clinic, by=lead, at=NOW, **words)  # type: ignore[arg-type]
    assert errors.field_of(refused.value) == field


def test_a_version_name_is_used_once_and_words_must_change() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    words = {"title": "T", "body": "B", "statements": [("a", "One.")]}
    actions.publish_text(clinic=clinic, version="1", by=lead, at=NOW, **words)  # type: ignore[arg-type]
    with pytest.raises(errors.ConsentTextUnchanged, match="already a version 1"):
        actions.publish_text(clinic=clinic, version="1", by=lead, at=NOW, **{**words, "body": "C"})  # type: ignore[arg-type]
    with pytest.raises(errors.ConsentTextUnchanged, match="Nothing was changed"):
        actions.publish_text(clinic=clinic, version="2", by=lead, at=NOW, **words)  # type: ignore[arg-type]
    assert ConsentText.objects.count() == 1


def test_a_clinic_without_a_text_is_told_so() -> None:
    with pytest.raises(errors.ConsentTextMissing):
        queries.current_text(people.clinic())


# --- stage 1 -------------------------------------------------------------------------------------------
def test_a_patient_signs_and_the_reflection_period_runs(plan: Plan) -> None:
    consent = _sign(plan)
    assert consent.reflected_at == NOW + timedelta(hours=48)
    assert consent.expires_at == NOW + timedelta(days=365)
    assert consent.understood == ["read", "free"]
    state = queries.state(plan, NOW)
    assert (state.code, state.until) == (Standing.REFLECTING, consent.reflected_at)
    line = AuditEvent.objects.get(event="consent-signed")
    assert line.patient == plan.course.patient.public_id
    assert line.detail["sha256"] == consent.text.sha256


def test_staff_hold_the_clinics_device_while_the_patient_signs(plan: Plan) -> None:
    assistant = people.acting(people.staff(plan.clinic, Role.ASSISTANT))
    consent = _sign(plan, by=assistant, signed_on="clinic", signature="", signed_by="Ada Example")
    assert (consent.signed_on, consent.signed_by, consent.signature) == ("clinic", "Ada Example", "")


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.AUDITOR])
def test_who_does_not_take_consent_cannot_record_one(plan: Plan, role: Role) -> None:
    with pytest.raises(errors.NotAllowed):
        _sign(plan, by=people.acting(people.staff(plan.clinic, role)), signed_on="clinic")
    assert _nothing_was_signed()


def test_another_patient_and_another_clinic_do_not_find_the_plan(plan: Plan) -> None:
    other_patient = people.as_patient(people.patient(plan.clinic))
    other_clinic = people.acting(people.staff(people.clinic()))
    for by, place in ((other_patient, "own-phone"), (other_clinic, "clinic")):
        with pytest.raises(errors.NotFound):
            _sign(plan, by=by, signed_on=place)
    assert _nothing_was_signed()


def test_every_statement_must_be_ticked(plan: Plan) -> None:
    with pytest.raises(errors.StatementsMissing, match="1 of 2"):
        _sign(plan, understood=["read"])
    with pytest.raises(errors.BadInput):
        _sign(plan, understood=["read", "free", "more"])
    assert _nothing_was_signed()


@pytest.mark.parametrize(
    "changed",
    [
        {"signed_by": "  "},
        {"signature": "<script>alert(1)</script>"},
        {"signature": "M" * 60_001},
        {"signed_on": "fax"},
        {"signed_on": "clinic"},
        {"shown_at": NOW + SECOND},
    ],
)
def test_a_signature_which_cannot_be_one_is_refused(plan: Plan, changed: dict[str, object]) -> None:
    with pytest.raises(errors.RuleBroken):
        _sign(plan, **changed)
    assert _nothing_was_signed()


def test_staff_cannot_claim_that_it_was_signed_on_the_patients_phone(plan: Plan) -> None:
    with pytest.raises(errors.BadInput):
        _sign(plan, by=people.acting(people.staff(plan.clinic)), signed_on="own-phone")


def test_an_older_text_is_refused(plan: Plan) -> None:
    older = care.text_of(plan.clinic)
    newer = care.consent_text(plan.clinic, published_at=NOW - SECOND)
    with pytest.raises(errors.ConsentTextOutdated, match=newer.version):
        _sign(plan, text=older)
    assert _nothing_was_signed()


def test_an_older_plan_is_refused(plan: Plan) -> None:
    care.plan(plan.course, version=2)
    with pytest.raises(errors.PlanOutdated, match="version 2"):
        _sign(plan)
    assert _nothing_was_signed()


def test_nothing_is_signed_for_a_closed_course(plan: Plan) -> None:
    course = plan.course
    course.closed_at, course.closed_by, course.outcome = NOW, "Practitioner", "completed"
    course.save()
    with pytest.raises(errors.CourseClosed):
        _sign(plan)
    assert _nothing_was_signed()


def test_signing_twice_does_not_start_the_waiting_again(plan: Plan) -> None:
    first = _sign(plan)
    for later in (NOW + SECOND, NOW + timedelta(days=3)):
        with pytest.raises(errors.ConsentAlreadySigned):
            _sign(plan, at=later)
    assert list(Consent.objects.all()) == [first]


def test_a_withdrawn_or_expired_consent_can_be_signed_anew(plan: Plan) -> None:
    first = _sign(plan)
    actions.withdraw(consent=first, by=people.as_patient(plan.course.patient), at=NOW + SECOND)
    second = _sign(plan, at=NOW + timedelta(hours=1))
    assert second.reflected_at == NOW + timedelta(hours=49)
    assert queries.state(plan, NOW + timedelta(hours=48)).code is Standing.REFLECTING
    third = _sign(plan, at=second.expires_at)
    assert queries.state(plan, third.signed_at).code is Standing.REFLECTING


# --- in force: to the second ---------------------------------------------------------------------------
def test_without_a_consent_one_is_needed(plan: Plan) -> None:
    assert queries.state(plan, NOW).code is Standing.NEEDED
    with pytest.raises(errors.ConsentNeeded, match="has not signed"):
        rules.check_in_force(plan, at=NOW)


def test_the_reflection_period_ends_at_its_very_second(plan: Plan) -> None:
    consent = _sign(plan)
    last = consent.reflected_at - timedelta(microseconds=1)
    with pytest.raises(errors.ConsentReflecting, match="Thu 26 Nov 2026, 10:00"):
        rules.check_in_force(plan, at=last)
    assert queries.state(plan, last).code is Standing.REFLECTING
    assert rules.check_in_force(plan, at=consent.reflected_at) == consent


def test_a_consent_expires_at_its_very_second(plan: Plan) -> None:
    consent = _sign(plan)
    last = consent.expires_at - timedelta(microseconds=1)
    assert rules.check_in_force(plan, at=last) == consent
    with pytest.raises(errors.ConsentExpired):
        rules.check_in_force(plan, at=consent.expires_at)
    assert queries.state(plan, consent.expires_at).code is Standing.EXPIRED


def test_a_longer_reflection_than_validity_still_leaves_a_day(plan: Plan) -> None:
    plan.clinic.reflection_hours, plan.clinic.consent_valid_days = 72, 2
    plan.clinic.save()
    consent = _sign(plan)
    assert consent.expires_at == consent.reflected_at + timedelta(days=1)


def test_no_reflection_period_means_in_force_at_once(plan: Plan) -> None:
    plan.clinic.reflection_hours = 0
    plan.clinic.save()
    assert rules.check_in_force(plan, at=_sign(plan).signed_at)


def test_a_changed_plan_outdates_the_consent(plan: Plan) -> None:
    care.consent(plan)
    second = care.plan(plan.course, version=2)
    for version in (plan, second):
        assert queries.state(version, NOW).code is Standing.OUTDATED
        with pytest.raises(errors.ConsentOutdated, match="signed again"):
            rules.check_in_force(version, at=NOW)


def test_a_new_text_outdates_the_consent(plan: Plan) -> None:
    care.consent(plan)
    assert queries.state(plan, NOW).code is Standing.IN_FORCE
    care.consent_text(plan.clinic, published_at=NOW - SECOND)
    assert queries.state(plan, NOW).code is Standing.OUTDATED


def test_the_text_of_another_clinic_changes_nothing(plan: Plan) -> None:
    care.consent(plan)
    care.consent_text(people.clinic(), published_at=NOW - SECOND)
    assert queries.state(plan, NOW).code is Standing.IN_FORCE


def test_a_consent_for_another_course_of_the_patient_is_none_for_this(plan: Plan) -> None:
    care.consent(care.plan(care.course(plan.course.patient)))
    assert queries.state(plan, NOW).code is Standing.NEEDED


def test_many_standings_cost_three_queries(plan: Plan, django_assert_max_num_queries: object) -> None:
    plans = [plan, *(care.plan(people.patient(plan.clinic)) for _ in range(5))]
    care.consent(plans[2])
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        states = rules.standings(plans, at=NOW)
    assert [states[each.pk].code for each in plans[:3]] == ["needed", "needed", "in-force"]
    assert rules.standings([], at=NOW) == {}


# --- withdrawing ---------------------------------------------------------------------------------------
def test_a_patient_withdraws_without_a_reason_at_any_time(plan: Plan) -> None:
    consent = care.consent(plan)
    actions.withdraw(consent=consent, by=people.as_patient(plan.course.patient), at=NOW)
    assert queries.state(plan, NOW).code is Standing.WITHDRAWN
    with pytest.raises(errors.ConsentWithdrawn):
        rules.check_in_force(plan, at=NOW)
    line = AuditEvent.objects.get(event="consent-withdrawn")
    assert line.detail["with_reason"] is False
    assert line.about_id == consent.public_id


def test_a_consent_is_withdrawn_once(plan: Plan) -> None:
    consent = care.consent(plan)
    by = people.acting(people.staff(plan.clinic, Role.ASSISTANT))
    actions.withdraw(consent=consent, because="By telephone.", by=by, at=NOW)
    with pytest.raises(errors.ConsentAlreadyWithdrawn):
        actions.withdraw(consent=consent, by=by, at=NOW + SECOND)
    assert AuditEvent.objects.filter(event="consent-withdrawn").count() == 1


def test_nobody_else_withdraws_it(plan: Plan) -> None:
    consent = care.consent(plan)
    with pytest.raises(errors.NotFound):
        actions.withdraw(consent=consent, by=people.as_patient(people.patient(plan.clinic)), at=NOW)
    with pytest.raises(errors.NotAllowed):
        actions.withdraw(
            consent=consent, by=people.acting(people.staff(plan.clinic, Role.FRONT_DESK)), at=NOW
        )
    assert queries.state(plan, NOW).code is Standing.IN_FORCE


# --- stage 2 -------------------------------------------------------------------------------------------
def test_the_patient_confirms_and_the_one_who_treats_countersigns(plan: Plan) -> None:
    care.consent(plan)
    treats = people.staff(plan.clinic)
    treatment = care.treatment(plan, treats)
    with pytest.raises(errors.ConsentNotConfirmed):
        rules.check_confirmed(treatment, staff=treats, at=NOW)
    by = people.as_patient(treatment.patient)
    actions.confirm_on_the_day(
        treatment=treatment, confirmed_by="Ada Example", confirmed_on="own-phone", by=by, at=NOW
    )
    with pytest.raises(errors.ConsentNotCountersigned, match=treats.name):
        rules.check_confirmed(treatment, staff=treats, at=NOW)
    actions.countersign(treatment=treatment, by=people.acting(treats), at=NOW)
    assert rules.check_confirmed(treatment, staff=treats, at=NOW).treatment == treatment
    assert {line.event for line in AuditEvent.objects.all()} == {"consent-confirmed", "consent-countersigned"}


def test_another_person_treating_needs_a_new_countersignature_and_no_new_wait(plan: Plan) -> None:
    consent = care.consent(plan)
    first, second = people.staff(plan.clinic), people.staff(plan.clinic)
    treatment = care.treatment(plan, first)
    care.confirmed(treatment, consent, by=first)
    with pytest.raises(errors.NotTheOneWhoTreats, match=first.name):
        actions.countersign(treatment=treatment, by=people.acting(second), at=NOW)
    treatment.practitioner = second
    treatment.save()
    with pytest.raises(errors.ConsentNotCountersigned):
        rules.check_confirmed(treatment, staff=second, at=NOW)
    actions.countersign(treatment=treatment, by=people.acting(second), at=NOW)
    assert rules.check_confirmed(treatment, staff=second, at=NOW)


def test_the_consent_is_confirmed_and_countersigned_once_a_day(plan: Plan) -> None:
    consent = care.consent(plan)
    treats = people.staff(plan.clinic)
    treatment = care.treatment(plan, treats)
    care.confirmed(treatment, consent, by=treats)
    with pytest.raises(errors.ConsentAlreadyConfirmed, match="at 10:00"):
        actions.confirm_on_the_day(
            treatment=treatment, confirmed_by="Ada", confirmed_on="clinic", by=people.acting(treats), at=NOW
        )
    with pytest.raises(errors.AlreadyCountersigned):
        actions.countersign(treatment=treatment, by=people.acting(treats), at=NOW)
    assert (DayConsent.objects.count(), Countersignature.objects.count()) == (1, 1)


def test_a_confirmation_lasts_for_its_calendar_day_at_the_site(plan: Plan) -> None:
    consent = care.consent(plan)
    treats = people.staff(plan.clinic)
    site = people.site(plan.clinic, time_zone="Asia/Tokyo")
    treatment = care.treatment(plan, treats, site)
    evening = datetime(2026, 11, 24, 14, 59, 59, tzinfo=UTC)  # 23:59:59 in Tokyo
    care.confirmed(treatment, consent, by=treats, at=evening)
    assert rules.check_confirmed(treatment, staff=treats, at=evening)
    with pytest.raises(errors.ConsentNotConfirmed):
        rules.check_confirmed(treatment, staff=treats, at=evening + SECOND)


def test_a_confirmation_of_a_withdrawn_consent_counts_no_more(plan: Plan) -> None:
    consent = care.consent(plan)
    treats = people.staff(plan.clinic)
    treatment = care.treatment(plan, treats)
    care.confirmed(treatment, consent, by=treats)
    actions.withdraw(consent=consent, by=people.as_patient(treatment.patient), at=NOW)
    with pytest.raises(errors.ConsentWithdrawn):
        rules.check_confirmed(treatment, staff=treats, at=NOW)
    care.consent(plan, signed_at=NOW + SECOND, reflected_at=NOW + SECOND)
    with pytest.raises(errors.ConsentNotConfirmed):
        rules.check_confirmed(treatment, staff=treats, at=NOW + 2 * SECOND)


def test_nothing_is_confirmed_while_the_reflection_period_runs(plan: Plan) -> None:
    care.consent(plan, signed_at=NOW - timedelta(hours=47))
    treatment = care.treatment(plan)
    with pytest.raises(errors.ConsentReflecting):
        actions.confirm_on_the_day(
            treatment=treatment,
            confirmed_by="Ada Example",
            confirmed_on="own-phone",
            by=people.as_patient(treatment.patient),
            at=NOW,
        )
    assert not DayConsent.objects.exists()


@pytest.mark.parametrize("moment", ["started", "stopped"])
def test_nothing_is_confirmed_once_the_needling_has_begun_or_the_treatment_is_over(
    plan: Plan, moment: str
) -> None:
    consent = care.consent(plan)
    treats = people.staff(plan.clinic)
    treatment = care.treatment(plan, treats, **{f"{moment}_at": NOW, f"{moment}_by": "Somebody"})
    by = people.acting(treats)
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.confirm_on_the_day(
            treatment=treatment, confirmed_by="A", confirmed_on="clinic", by=by, at=NOW
        )
    care.confirmed(treatment, consent)
    with pytest.raises(errors.TreatmentWrongMoment):
        actions.countersign(treatment=treatment, by=by, at=NOW)


def test_an_assistant_does_not_countersign(plan: Plan) -> None:
    consent = care.consent(plan)
    treatment = care.treatment(plan)
    care.confirmed(treatment, consent)
    with pytest.raises(errors.NotAllowed):
        actions.countersign(
            treatment=treatment, by=people.acting(people.staff(plan.clinic, Role.ASSISTANT)), at=NOW
        )


# --- reading -------------------------------------------------------------------------------------------
def test_a_consent_and_a_plan_are_found_by_those_they_concern(plan: Plan) -> None:
    consent = care.consent(plan)
    owner, stranger = people.as_patient(plan.course.patient), people.as_patient(people.patient(plan.clinic))
    assert queries.consent(owner, consent.public_id) == consent
    assert queries.plan_to_sign(owner, plan.public_id) == plan
    foreign = people.acting(people.staff(people.clinic()))
    for by in (stranger, foreign):
        with pytest.raises(errors.NotFound):
            queries.consent(by, consent.public_id)
        with pytest.raises(errors.NotFound):
            queries.plan_to_sign(by, plan.public_id)


def test_a_text_says_how_many_would_have_to_sign_again(plan: Plan) -> None:
    care.consent(plan)
    withdrawn = care.consent(care.plan(people.patient(plan.clinic)))
    actions.withdraw(consent=withdrawn, by=people.as_patient(withdrawn.patient), at=NOW)
    lead = people.acting(people.staff(plan.clinic, Role.MEDICAL_LEAD))
    assert queries.signed_under(lead, care.text_of(plan.clinic), at=NOW) == 1


def test_showing_the_text_leaves_a_line(plan: Plan) -> None:
    text = care.text_of(plan.clinic)
    actions.show(plan=plan, text=text, by=people.as_patient(plan.course.patient), at=NOW)
    line = AuditEvent.objects.get(event="consent-shown")
    assert line.detail == {"text": text.version, "sha256": text.sha256, "plan": 1}
    assert line.patient == plan.course.patient.public_id
