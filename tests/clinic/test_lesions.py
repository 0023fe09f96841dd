"""Single scars: marked where they lie, carried from visit to visit, pressed and counted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from needlework.clinic import errors
from needlework.clinic.actions import lesions as actions
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent, Lesion, LesionPresses, Patient, TreatmentArea
from needlework.clinic.queries import lesions as queries
from needlework.clinic.rules import lesions as rules
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def it() -> Room:
    made = room.ready(areas=("cheek-left", "cheek-right"))
    treatments.use_device(treatment=made.treatment, unit=made.unit, by=made.by, at=NOW)
    made.treatment = treatments.start(treatment=made.treatment, by=made.by, at=NOW)
    return made


def mark(it: Room, **changed: Any) -> Lesion:
    facts: dict[str, Any] = {
        "area": "cheek-left",
        "kind": "ice-pick",
        "x": Decimal("0.25"),
        "y": Decimal("0.5"),
    }
    return actions.mark(**{"patient": it.patient, "by": it.by, "at": NOW, **facts, **changed})


def press(it: Room, presses: list[tuple[Lesion, int]], *, passes: int, **changed: Any) -> TreatmentArea:
    facts: dict[str, Any] = {
        "area": "cheek-left",
        "indication": "atrophic-acne-scars",
        "needle_mm": Decimal("1.5"),
        "passes": passes,
        "presses": presses,
        "by": it.by,
        "at": NOW + 5 * MINUTE,
    }
    return treatments.treat_area(treatment=it.treatment, **{**facts, **changed})


def test_a_lesion_is_marked_where_it_lies_and_leaves_a_line_in_the_trail(it: Room) -> None:
    lesion = mark(it)
    assert (lesion.area, lesion.kind, lesion.x, lesion.y) == (
        "cheek-left",
        "ice-pick",
        Decimal("0.25"),
        Decimal("0.5"),
    )
    assert (lesion.marked_at, lesion.marked_by) == (NOW, it.by.name)
    line = AuditEvent.objects.get(event="lesion-marked")
    assert line.detail == {"area": "cheek-left", "kind": "ice-pick"}
    assert line.patient == it.patient.public_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"area": "moon"}, "area"),
        ({"kind": "freckle"}, "kind"),
        ({"x": Decimal("1.001")}, "place"),
        ({"y": Decimal("-0.1")}, "place"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(changed: dict[str, Any], field: str, it: Room) -> None:
    with pytest.raises(errors.BadInput) as refused:
        mark(it, **changed)
    assert refused.value.at_field == field
    assert not Lesion.objects.exists()


def test_an_area_holds_no_more_marks_than_a_page_can_show(it: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_IN_AN_AREA", 2)
    mark(it)
    mark(it)
    with pytest.raises(errors.BadInput, match="2 marks already"):
        mark(it)
    assert mark(it, area="cheek-right").area == "cheek-right"


def test_marks_are_carried_from_visit_to_visit_with_their_last_presses(it: Room) -> None:
    first, second = mark(it), mark(it, kind="boxcar", at=NOW + MINUTE)
    press(it, [(first, 6)], passes=6)
    found = queries.of_patient(it.by, it.patient, area="cheek-left")
    assert [(row.kind, row.last_pressed_at) for row in found] == [
        ("ice-pick", NOW + 5 * MINUTE),
        ("boxcar", None),
    ]
    actions.see_gone(lesion=first, by=it.by, at=NOW + 9 * MINUTE)
    assert queries.seen(it.by, it.patient) == [second]
    assert len(queries.of_patient(it.by, it.patient)) == 2


def test_presses_of_an_entry_that_was_taken_back_do_not_count(it: Room) -> None:
    lesion = mark(it)
    row = press(it, [(lesion, 6)], passes=6)
    treatments.void_area(row=row, because="Wrong cheek", by=it.by, at=NOW + 9 * MINUTE)
    [found] = queries.of_patient(it.by, it.patient)
    assert found.last_pressed_at is None


def test_what_is_gone_is_not_seen_twice(it: Room) -> None:
    lesion = actions.see_gone(lesion=mark(it), by=it.by, at=NOW)
    assert (lesion.gone_at, lesion.gone_by) == (NOW, it.by.name)
    with pytest.raises(errors.LesionGone, match="This ice-pick scar is no longer seen"):
        actions.see_gone(lesion=lesion, by=it.by, at=NOW)


def test_a_mark_is_taken_back_once_with_a_reason_and_stays_readable(it: Room) -> None:
    lesion = mark(it)
    with pytest.raises(errors.ReasonNeeded):
        actions.void(lesion=lesion, because=" ", by=it.by, at=NOW)
    actions.void(lesion=lesion, because="A mole", by=it.by, at=NOW)
    assert queries.of_patient(it.by, it.patient) == []
    with pytest.raises(errors.NotFound):
        queries.lesion(it.by, lesion.public_id)
    for again in (actions.see_gone, lambda **facts: actions.void(because="Again", **facts)):
        with pytest.raises(errors.AlreadyVoided):
            again(lesion=lesion, by=it.by, at=NOW)
    assert Lesion.objects.get().voided_because == "A mole"


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.FRONT_DESK, Role.MANAGER, Role.AUDITOR])
def test_only_who_holds_consultations_marks(it: Room, role: Role) -> None:
    other = people.acting(people.staff(it.clinic, role))
    lesion = mark(it)
    for deed in (
        lambda: mark(it, by=other),
        lambda: actions.see_gone(lesion=lesion, by=other, at=NOW),
        lambda: actions.void(lesion=lesion, because="Why not", by=other, at=NOW),
    ):
        with pytest.raises(errors.NotAllowed):
            deed()


def test_another_clinic_sees_and_marks_nothing(it: Room) -> None:
    stranger = people.acting(people.staff(people.clinic()))
    lesion = mark(it)
    for look in (
        lambda: queries.of_patient(stranger, it.patient),
        lambda: queries.lesion(stranger, lesion.public_id),
        lambda: mark(it, by=stranger),
        lambda: actions.void(lesion=lesion, because="Mine", by=stranger, at=NOW),
    ):
        with pytest.raises(errors.NotFound):
            look()


def test_presses_are_kept_lesion_by_lesion(it: Room) -> None:
    first, second = mark(it), mark(it, x=Decimal("0.75"))
    row = press(it, [(first, 4), (second, 6)], passes=6)
    assert sorted(row.presses.values_list("lesion", "presses")) == sorted([(first.pk, 4), (second.pk, 6)])


def test_presses_that_do_not_fit_are_refused(it: Room) -> None:
    here, there = mark(it), mark(it, area="cheek-right")
    gone = actions.void(lesion=mark(it), because="A mole", by=it.by, at=NOW)
    someone = people.patient(it.clinic)
    theirs = mark(it, patient=Patient.objects.get(pk=someone.pk))
    for presses, passes, error in (
        ([(here, 3)], 4, errors.BadInput),
        ([(here, 3), (here, 4)], 4, errors.BadInput),
        ([(here, 0)], 1, errors.BadInput),
        ([(there, 4)], 4, errors.LesionOfAnotherArea),
        ([(gone, 4)], 4, errors.LesionOfAnotherArea),
        ([(theirs, 4)], 4, errors.LesionOfAnotherArea),
    ):
        with pytest.raises(error):
            press(it, presses, passes=passes)
    assert not TreatmentArea.objects.exists()


def test_presses_are_only_ever_added_and_never_to_a_signed_treatment(it: Room) -> None:
    lesion = mark(it)
    press(it, [(lesion, 4)], passes=4)
    for change in (
        lambda: LesionPresses.objects.update(presses=9),
        lambda: LesionPresses.objects.all().delete(),
        lambda: Lesion.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    row = TreatmentArea.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clinic_treatment SET finished_at = %s, finished_by = 'x', aftercare_at = %s, aftercare_by = 'x',"
            " signed_at = %s, signed_by = 'x', signer_id = %s",
            [NOW, NOW, NOW, it.staff.pk],
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        LesionPresses.objects.create(
            clinic=it.clinic, treatment=it.treatment, treated=row, lesion=mark(it), presses=1
        )


def test_the_database_refuses_a_place_outside_the_drawing(it: Room) -> None:
    lesion = mark(it)
    lesion.x = Decimal(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        lesion.save()
