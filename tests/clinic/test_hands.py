"""A practitioner's hand: who measures it, what is kept, and what plans are drawn with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from needlework.clinic.actions import hands
from needlework.clinic.errors import (
    AlreadyVoided,
    BadInput,
    NotAllowed,
    NotFound,
    ReasonNeeded,
    RollAlreadyRead,
    RollNotReadable,
)
from needlework.clinic.models import AuditEvent, Clinic, HandCalibration, Staff
from needlework.clinic.queries import hands as queries
from needlework.clinic.rules import hands as rules
from needlework.clinic.who import Role
from needlework.skin import punctures
from needlework.skin.hands import PerPixel
from tests.conftest import NOW
from tests.factories import people, rolls

pytestmark = pytest.mark.django_db
SCALE = PerPixel(0.12)


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def doctor(clinic: Clinic) -> Staff:
    return people.staff(clinic, name="Ada Lovelace")


@pytest.fixture(scope="module")
def photograph() -> bytes:
    head = punctures.heads.roller(
        rows=8, needles_per_row=24, width_mm=20, drum_diameter_mm=20, needle_mm=1.5, depth_mm=0.5
    )
    field = punctures.simulate(head, punctures.rectangle(120, 120), 2, directions=(0, 90), seed=3)
    return rolls.jpeg(rolls.draw(field.points, 120, 120, mm_per_px=0.12, dot_mm=0.4))


def measured(staff: Staff, **facts: object) -> HandCalibration:
    """A sheet as it is kept, without its photograph."""
    n = HandCalibration.objects.count()
    return HandCalibration.objects.create(
        **{
            "clinic": staff.clinic,
            "staff": staff,
            "device": "dermaroller-mf-8",
            "sha256": f"{n:064x}",
            "mm_per_px": 0.1,
            "dots": 3000,
            "area_cm2": 120.0,
            "count_per_cm2": 27.0,
            "count_low_per_cm2": 26.0,
            "count_high_per_cm2": 28.0,
            "strokes": 12,
            "measured_at": NOW + timedelta(minutes=n),
            "measured_by": staff.name,
            **facts,
        }
    )


def test_a_sheet_is_read_and_kept_with_its_line_in_the_trail(doctor: Staff, photograph: bytes) -> None:
    kept = hands.measure(
        staff=doctor,
        picture=photograph,
        scale=SCALE,
        device="dermaroller-mf-8",
        by=people.acting(doctor),
        at=NOW,
    )
    kept.refresh_from_db()
    assert kept.count_per_cm2 == pytest.approx(26, rel=0.1)
    assert kept.angle_sd_deg is not None
    assert kept.lateral_sd_mm is not None
    assert set(kept.evenness) == {"1", "5", "10", "20"}
    assert kept.not_enough == []
    line = AuditEvent.objects.get(event="hand-measured")
    assert line.detail["staff"] == str(doctor.public_id)
    held = queries.of(people.acting(doctor), doctor)
    assert held.calibrated
    assert held.hand == punctures.Hand(kept.angle_sd_deg, kept.lateral_sd_mm)
    assert held.sentence.startswith("By 1 dye roll, the hand of Ada Lovelace strays by")
    with pytest.raises(RollAlreadyRead):
        hands.measure(
            staff=doctor,
            picture=photograph,
            scale=SCALE,
            device="dermaroller-mf-8",
            by=people.acting(doctor),
            at=NOW,
        )
    assert HandCalibration.objects.count() == 1
    assert AuditEvent.objects.filter(event="hand-measured").count() == 1


def test_without_a_sheet_the_default_hand_stands_and_says_so(doctor: Staff) -> None:
    held = queries.of(people.acting(doctor), doctor)
    assert held.hand == punctures.DEFAULT
    assert not held.calibrated
    assert held.sentence == (
        "How the hand of Ada Lovelace strays is not measured: 5° and 3 mm are assumed. A dye roll replaces them."
    )
    assert queries.of(people.acting(doctor), None).hand == punctures.DEFAULT


def test_what_a_sheet_was_not_enough_for_stays_assumed(doctor: Staff) -> None:
    measured(doctor, angle_sd_deg=3.0, angle_freedom=8)
    held = queries.of(people.acting(doctor), doctor)
    assert held.hand == punctures.Hand(3.0, 3.0)
    assert not held.calibrated
    assert "strays by 3.0° and 3 mm sideways (assumed)" in held.sentence


def test_the_five_newest_sheets_count_by_what_they_rest_on(doctor: Staff) -> None:
    measured(doctor, angle_sd_deg=20.0, angle_freedom=100, lateral_sd_mm=20.0, lateral_freedom=100)
    for _ in range(5):
        measured(doctor, angle_sd_deg=4.0, angle_freedom=10, lateral_sd_mm=2.0, lateral_freedom=8)
    held = queries.of(people.acting(doctor), doctor)
    assert held.hand == punctures.Hand(4.0, 2.0)
    assert held.angle is not None
    assert (held.sheets, held.angle.freedom) == (5, 50)


def test_a_sheet_that_was_taken_out_counts_no_longer_and_stays_readable(doctor: Staff) -> None:
    kept = measured(doctor, angle_sd_deg=9.0, angle_freedom=10, lateral_sd_mm=9.0, lateral_freedom=8)
    by = people.acting(doctor)
    with pytest.raises(ReasonNeeded):
        hands.void(calibration=kept, because=" ", by=by, at=NOW)
    hands.void(calibration=kept, because="The paper slipped.", by=by, at=NOW)
    assert queries.of(by, doctor).hand == punctures.DEFAULT
    assert queries.history(by, doctor)[0].voided_because == "The paper slipped."
    with pytest.raises(AlreadyVoided):
        hands.void(calibration=kept, because="Again.", by=by, at=NOW)
    assert AuditEvent.objects.filter(event="hand-voided").count() == 1


def test_people_measure_their_own_hand_and_managers_everybodys(clinic: Clinic, doctor: Staff) -> None:
    other = people.staff(clinic)
    rules.check_may_measure(people.acting(doctor), doctor)
    for role in (Role.MANAGER, Role.MEDICAL_LEAD):
        rules.check_may_measure(people.acting(people.staff(clinic, role)), doctor)
    with pytest.raises(NotAllowed):
        rules.check_may_measure(people.acting(other), doctor)
    for role in (Role.ASSISTANT, Role.FRONT_DESK, Role.AUDITOR):
        nobody = people.staff(clinic, role)
        with pytest.raises(NotAllowed):
            rules.check_may_measure(people.acting(nobody), nobody)


def test_nobody_sees_or_measures_a_hand_of_another_clinic(doctor: Staff) -> None:
    kept = measured(doctor)
    stranger = people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    for ask in (
        lambda: queries.of(stranger, doctor),
        lambda: queries.history(stranger, doctor),
        lambda: queries.find(stranger, doctor, kept.public_id),
        lambda: rules.check_may_measure(stranger, doctor),
        lambda: hands.void(calibration=kept, because="Mine now.", by=stranger, at=NOW),
    ):
        with pytest.raises(NotFound):
            ask()
    kept.refresh_from_db()
    assert kept.voided_at is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("dermaroller-mf8", "Did you mean dermaroller-mf-8"),
        ("dermaroller-mc-915", "rows of needles of Dermaroller MC915 are not known"),
        ("exceed", "rows of needles"),
    ],
)
def test_a_hand_is_read_only_with_a_roller_whose_rows_are_known(doctor: Staff, code: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        hands.measure(staff=doctor, picture=b"x", scale=SCALE, device=code, by=people.acting(doctor), at=NOW)


def test_a_picture_that_is_none_leaves_nothing_behind(doctor: Staff) -> None:
    with pytest.raises(RollNotReadable, match="is not a photograph"):
        hands.measure(
            staff=doctor,
            picture=b"not a picture at all, only forty bytes of it",
            scale=SCALE,
            device="dermaroller-mf-8",
            by=people.acting(doctor),
            at=NOW,
        )
    assert not HandCalibration.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_database_keeps_spread_and_freedom_together(doctor: Staff) -> None:
    for facts in ({"angle_sd_deg": 3.0}, {"lateral_freedom": 4}, {"angle_sd_deg": -1.0, "angle_freedom": 4}):
        with pytest.raises(IntegrityError), transaction.atomic():
            measured(doctor, **facts)


def test_the_database_lets_nobody_delete_a_sheet(doctor: Staff) -> None:
    kept = measured(doctor)
    with pytest.raises(DatabaseError, match="voided, never deleted"), transaction.atomic():
        kept.delete()
