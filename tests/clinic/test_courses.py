"""Courses and plans: within bounds, unusual only with a reason, every change a new version."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import courses as actions
from needlework.clinic.actions.courses import PlannedArea
from needlework.clinic.models import AuditEvent, Concern, Course, Patient, Plan
from needlework.clinic.queries import consents as consent_queries
from needlework.clinic.queries import courses as queries
from needlework.clinic.rules.consents import Standing
from needlework.clinic.who import Actor, Role
from needlework.skin import devices
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic(), skin_type=2)


@pytest.fixture
def course(patient: Patient) -> Course:
    care.device_model()
    care.history(patient)
    return care.course(patient)


@pytest.fixture
def by(patient: Patient) -> Actor:
    return people.acting(people.staff(patient.clinic))


def _row(**changed: object) -> PlannedArea:
    facts: dict[str, object] = {
        "area": "cheek-left",
        "indication": "atrophic-acne-scars",
        "device": "dermaroller-mf-8",
        "needle_mm": Decimal("1.5"),
        "passes": 8,
        "endpoint": "Even redness with pinpoint bleeding.",
        **changed,
    }
    return PlannedArea(**facts)  # type: ignore[arg-type]


def _plan(course: Course, by: Actor, **changed: object) -> Plan:
    facts: dict[str, object] = {
        "course": course,
        "areas": [_row()],
        "treatments_planned": 4,
        "interval_days": 28,
        "by": by,
        "at": NOW,
        **changed,
    }
    return actions.make_plan(**facts)  # type: ignore[arg-type]


# --- opening -------------------------------------------------------------------------------------------
def test_a_course_is_named_after_its_concerns(patient: Patient, by: Actor) -> None:
    course = actions.open_course(consultation=care.consultation(patient), by=by, at=NOW)
    assert course.title == "Atrophic acne scars"
    assert list(patient.courses.all()) == [course]
    assert AuditEvent.objects.get(event="course-opened").patient == patient.public_id


def test_no_course_is_opened_for_who_is_to_be_referred(patient: Patient, by: Actor) -> None:
    with pytest.raises(errors.ReferFirst, match="14 November 2026"):
        actions.open_course(consultation=care.consultation(patient, distress="refer"), by=by, at=NOW)
    assert not Course.objects.exists()


def test_an_assistant_opens_no_course(patient: Patient) -> None:
    assistant = people.acting(people.staff(patient.clinic, Role.ASSISTANT))
    with pytest.raises(errors.NotAllowed):
        actions.open_course(consultation=care.consultation(patient), by=assistant, at=NOW)


def test_a_title_has_an_end(patient: Patient, by: Actor) -> None:
    with pytest.raises(errors.BadInput):
        actions.open_course(consultation=care.consultation(patient), title="x" * 201, by=by, at=NOW)


# --- planning ------------------------------------------------------------------------------------------
def test_a_target_density_is_kept_only_where_there_is_one(course: Course, by: Actor) -> None:
    assert _plan(course, by).areas.get().target_per_cm2 is None
    wanted = _plan(course, by, areas=[_row(target_per_cm2=200)])
    assert wanted.areas.get().target_per_cm2 == 200
    assert [row.target_per_cm2 for row in queries.planned_areas(wanted)] == [200]


@pytest.mark.parametrize("target", [0, 5001])
def test_a_target_that_cannot_be_meant_is_refused(target: int, course: Course, by: Actor) -> None:
    with pytest.raises(errors.BadInput) as refused:
        _plan(course, by, areas=[_row(target_per_cm2=target)])
    assert refused.value.at_field == "target_per_cm2"


def test_a_plan_keeps_rows_expectation_and_pack(course: Course, by: Actor) -> None:
    plan = _plan(course, by, anaesthetic="emla", combined_with=["sterile-saline"])
    assert plan.version == 1
    row = plan.areas.get()
    assert (row.device_model.code, row.needle_mm, row.passes) == ("dermaroller-mf-8", Decimal("1.5"), 8)
    assert plan.expectation["atrophic-acne-scars"]["grade"] == "low"
    assert plan.findings == []
    assert plan.pack_version
    line = AuditEvent.objects.get(event="plan-made")
    assert (line.patient, line.detail["version"]) == (course.patient.public_id, 1)


def test_a_change_is_the_next_version_and_the_consent_is_out_of_date(course: Course, by: Actor) -> None:
    first = _plan(course, by)
    care.consent(first)
    second = _plan(course, by, areas=[_row(passes=10)])
    assert (second.version, queries.current_plan(course)) == (2, second)
    assert first.areas.get().passes == 8
    assert consent_queries.state(second, NOW).code is Standing.OUTDATED
    assert queries.versions(course) == [second, first]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"area": "periorbital-left"}, "Eyelids"),
        ({"needle_mm": Decimal("2.0")}, "made for 1.5 mm"),
        ({"device": "dermaroller-mf-8", "needle_mm": Decimal("3.5")}, "made for"),
    ],
)
def test_what_is_never_allowed_is_refused_at_its_row(
    course: Course, by: Actor, changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(errors.PlanRefused, match=sentence) as refused:
        _plan(course, by, areas=[_row(area="chin"), _row(**changed)])
    assert refused.value.row == 1
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"areas": []}, "areas"),
        ({"areas": [_row(), _row()]}, "areas"),
        ({"areas": [_row(area="cheak-left")]}, "areas"),
        ({"areas": [_row(device="dermaroler")]}, "areas"),
        ({"areas": [_row(indication="acne")]}, "areas"),
        ({"areas": [_row(device="dermaroller-ms-4")]}, "areas"),
        ({"areas": [_row(passes=0)]}, "passes"),
        ({"areas": [_row(needle_mm=Decimal("150"))]}, "needle_mm"),
        ({"areas": [_row(endpoint=" ")]}, "endpoint"),
        ({"treatments_planned": 0}, "treatments_planned"),
        ({"treatments_planned": 21}, "treatments_planned"),
        ({"interval_days": 0}, "interval_days"),
        ({"anaesthetic": "emlah"}, "anaesthetic"),
        ({"combined_with": ["snake-oil"]}, "combined_with"),
    ],
)
def test_a_plan_which_cannot_be_is_refused_at_its_field(
    course: Course, by: Actor, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(errors.BadInput) as refused:
        _plan(course, by, **changed)
    assert errors.field_of(refused.value) == field
    assert not Plan.objects.exists()


def test_a_home_device_is_not_planned(course: Course, by: Actor) -> None:
    home = next(device for device in devices.all() if device.setting == "home")
    with pytest.raises(errors.BadInput, match="at home"):
        _plan(course, by, areas=[_row(device=home.code)])


def test_what_is_unusual_wants_a_reason_and_a_prescriber(course: Course, by: Actor) -> None:
    unusual = [_row(passes=30)]
    with pytest.raises(errors.PlanNeedsReason):
        _plan(course, by, areas=unusual)
    unregistered = people.acting(people.staff(course.clinic, registration_number=""))
    with pytest.raises(errors.PrescriberNeeded, match="outside the usual range"):
        _plan(course, by=unregistered, areas=unusual, note="Thick skin, tried before.")
    plan = _plan(course, by, areas=unusual, note="Thick skin, tried before.")
    assert [finding["rule"] for finding in plan.findings] == ["outside-protocol-passes"]


def test_dark_skin_is_a_caution_and_stays_on_the_plan(course: Course, by: Actor) -> None:
    course.patient.skin_type = 6
    course.patient.save()
    plan = _plan(course, by, interval_days=42)
    assert [finding["rule"] for finding in plan.findings] == ["dark-skin-depth"]


def test_an_interval_shorter_than_the_protocol_is_refused(course: Course, by: Actor) -> None:
    with pytest.raises(errors.PlanIntervalShort, match="wants 28"):
        _plan(course, by, interval_days=27)
    assert _plan(course, by, treatments_planned=1, interval_days=1).version == 1


def test_an_allergy_bars_the_creams_that_contain_it(course: Course, by: Actor) -> None:
    care.history(course.patient, care.answers(allergy_parabens={"answer": "yes"}))
    with pytest.raises(errors.AnaestheticBarred, match="parabens"):
        _plan(course, by, anaesthetic="pliaglis")
    reasons = {
        choice.product.code: choice.reason
        for choice in queries.anaesthetics(by, course.patient, areas=["cheek-left"], on=NOW.date())
    }
    assert reasons["emla"] == ""
    assert "parabens" in reasons["pliaglis"]
    assert _plan(course, by, anaesthetic="emla").anaesthetic == "emla"


def test_high_strength_over_the_counter_cream_is_never_planned(course: Course, by: Actor) -> None:
    with pytest.raises(errors.AnaestheticBarred, match="4 %"):
        _plan(course, by, anaesthetic="otc-high-strength")


def test_medicines_are_planned_by_a_prescriber(course: Course, by: Actor) -> None:
    unregistered = people.acting(people.staff(course.clinic, registration_number=""))
    for changed in ({"combined_with": ["tranexamic-acid"]}, {"anaesthetic": "compounded-23-7"}):
        with pytest.raises(errors.PrescriberNeeded):
            _plan(course, by=unregistered, **changed)
        assert _plan(course, by, **changed)


def test_a_closed_course_and_a_foreign_one_are_not_planned(course: Course, by: Actor) -> None:
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(errors.NotFound):
        _plan(course, by=stranger)
    actions.close_course(course=course, outcome="completed", by=by, at=NOW)
    with pytest.raises(errors.CourseClosed, match="24 November 2026"):
        _plan(course, by)
    with pytest.raises(errors.NotAllowed):
        _plan(course, by=people.acting(people.staff(course.clinic, Role.ASSISTANT)))


# --- proposing -----------------------------------------------------------------------------------------
def test_the_protocol_proposes_a_plan_which_passes_its_own_checks(course: Course, by: Actor) -> None:
    draught = queries.draught(course.patient, list(course.consultation.concerns.all()))
    proposed = draught.rows[0]
    assert proposed.row.device == "dermaroller-mf-8"
    assert proposed.needle_range == "0.5 to 1.5 mm"
    assert (draught.treatments_planned, draught.interval_days) == (3, 28)
    plan = _plan(
        course,
        by,
        areas=[row.row for row in draught.rows],
        treatments_planned=draught.treatments_planned,
        interval_days=draught.interval_days,
        combined_with=list(draught.combined_with),
    )
    assert plan.findings == []
    assert queries.planned_areas(plan) == [proposed.row]


def test_a_concern_without_a_protocol_says_so(patient: Patient, by: Actor) -> None:
    held = care.consultation(patient, areas=())
    Concern.objects.create(
        clinic=patient.clinic, consultation=held, patient=patient, indication="cellulite", area="back"
    )
    draught = queries.draught(patient, list(held.concerns.all()))
    assert draught.rows == ()
    assert "no protocol for cellulite" in draught.not_treatable[0]


# --- closing -------------------------------------------------------------------------------------------
def test_a_course_is_closed_once_with_an_outcome(course: Course, by: Actor) -> None:
    with pytest.raises(errors.BadInput):
        actions.close_course(course=course, outcome="done", by=by, at=NOW)
    with pytest.raises(errors.BadInput, match="ends early"):
        actions.close_course(course=course, outcome="stopped-patient", by=by, at=NOW)
    closed = actions.close_course(course=course, outcome="stopped-patient", note="Moved away.", by=by, at=NOW)
    assert (closed.outcome, closed.closed_by) == ("stopped-patient", by.name)
    with pytest.raises(errors.CourseClosed):
        actions.close_course(course=course, outcome="completed", by=by, at=NOW + timedelta(days=1))
    assert AuditEvent.objects.get(event="course-closed").detail == {"outcome": "stopped-patient"}


def test_a_course_with_an_open_treatment_is_not_closed(course: Course, by: Actor) -> None:
    care.treatment(_plan(course, by))
    with pytest.raises(errors.CourseInTreatment, match="Treatment 1"):
        actions.close_course(course=course, outcome="completed", by=by, at=NOW)


def test_plans_and_courses_of_another_clinic_are_not_found(course: Course, by: Actor) -> None:
    plan = _plan(course, by)
    assert queries.plan(by, plan.public_id) == plan
    assert queries.course(by, course.public_id) == course
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(errors.NotFound):
        queries.plan(stranger, plan.public_id)
    with pytest.raises(errors.NotFound):
        queries.course(stranger, course.public_id)
    desk = people.acting(people.staff(course.clinic, Role.FRONT_DESK))
    with pytest.raises(errors.NotAllowed):
        queries.plan(desk, plan.public_id)
