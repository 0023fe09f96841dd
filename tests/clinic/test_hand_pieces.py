"""Hand-pieces: a serial number once, cleaned, serviced, and out of use when somebody says so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from needlework.clinic import errors
from needlework.clinic.actions import hand_pieces as actions
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent, DeviceUse, HandPiece, Incident, Servicing
from needlework.clinic.queries import hand_pieces as queries
from needlework.clinic.rules import hand_pieces as rules
from needlework.clinic.rules.treatments import reasons_against
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture
def it() -> Room:
    return room.ready()


@pytest.fixture
def piece(it: Room) -> HandPiece:
    return actions.add(site=it.site, name="SkinPen", serial="HP-1", by=it.by, at=NOW)


def _service(it: Room, piece: HandPiece, **changed: Any) -> Servicing:
    facts = {
        "serviced_on": ON - timedelta(days=3),
        "serviced_by": "Workshop",
        "what": "Stroke measured",
        **changed,
    }
    return actions.service(**{"hand_piece": piece, "by": it.by, "at": NOW, **facts})


def test_a_hand_piece_has_a_serial_number_once_and_a_cleaning_record(it: Room, piece: HandPiece) -> None:
    with pytest.raises(errors.HandPieceTaken):
        actions.add(site=it.site, name="SkinPen", serial="HP-1", by=it.by, at=NOW)
    with pytest.raises(errors.BadInput):
        actions.add(site=it.site, name="SkinPen", serial=" ", by=it.by, at=NOW)
    actions.clean(hand_piece=piece, method="Wiped with 70 % alcohol", by=it.by, at=NOW)
    with pytest.raises(errors.BadInput):
        actions.clean(hand_piece=piece, method="", by=it.by, at=NOW)
    [listed] = queries.listed(it.by, on=ON)
    assert [cleaning.method for cleaning in listed.cleanings] == ["Wiped with 70 % alcohol"]


def test_the_use_of_a_pen_names_its_hand_piece(it: Room, piece: HandPiece) -> None:
    use = treatments.use_device(treatment=it.treatment, unit=it.unit, hand_piece=piece, by=it.by, at=NOW)
    assert use.hand_piece == piece


def test_a_service_is_kept_and_says_when_the_next_is_due(it: Room, piece: HandPiece) -> None:
    assert queries.piece(it.by, piece.public_id, on=ON).due == ""
    _service(it, piece, serviced_on=ON - timedelta(days=400), next_due_on=ON - timedelta(days=35))
    assert queries.piece(it.by, piece.public_id, on=ON).due == "overdue"
    _service(it, piece, next_due_on=ON + timedelta(days=20))
    found = queries.piece(it.by, piece.public_id, on=ON)
    assert (found.due, len(found.servicings)) == ("soon", 2)
    assert found.last_service is not None
    assert found.last_service.next_due_on == ON + timedelta(days=20)
    assert AuditEvent.objects.filter(event="hand-piece-serviced").count() == 2


@pytest.mark.parametrize(
    ("next_due_on", "due"),
    [(None, ""), (ON - timedelta(days=1), "overdue"), (ON, "soon"), (ON + timedelta(days=30), "")],
)
def test_a_service_is_due_soon_before_it_is_overdue(
    next_due_on: date | None, due: str, it: Room, piece: HandPiece
) -> None:
    last = _service(it, piece, serviced_on=ON - timedelta(days=90), next_due_on=next_due_on)
    assert rules.service_due(last, on=ON) == due


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"serviced_on": ON + timedelta(days=1)}, "serviced_on"),
        ({"serviced_by": " "}, "serviced_by"),
        ({"what": ""}, "what"),
        ({"next_due_on": ON - timedelta(days=3)}, "next_due_on"),
    ],
)
def test_a_service_that_cannot_have_been_is_refused(
    changed: dict[str, Any], field: str, it: Room, piece: HandPiece
) -> None:
    with pytest.raises(errors.BadInput) as refused:
        _service(it, piece, **changed)
    assert errors.field_of(refused.value) == field
    assert not Servicing.objects.exists()


def test_a_service_can_be_neither_changed_nor_removed(it: Room, piece: HandPiece) -> None:
    _service(it, piece)
    with pytest.raises(IntegrityError), transaction.atomic():
        Servicing.objects.update(what="Nothing")
    with pytest.raises(IntegrityError), transaction.atomic():
        Servicing.objects.all()._raw_delete("default")


def test_nothing_is_opened_or_started_with_a_hand_piece_out_of_use(it: Room, piece: HandPiece) -> None:
    facts: dict[str, Any] = {
        "treatment": it.treatment,
        "unit": it.unit,
        "hand_piece": piece,
        "by": it.by,
        "at": NOW,
    }
    actions.take_out(hand_piece=piece, because="It rattles", by=it.by, at=NOW)
    with pytest.raises(errors.HandPieceOutOfUse, match="It rattles"):
        treatments.use_device(**facts)
    assert not DeviceUse.objects.exists()
    treatments.use_device(**facts, deviation_because="It was already on the pen")
    assert Incident.objects.get().code == "hand-piece-out-of-use"
    codes = [error.code for error in reasons_against(it.treatment, by=it.by, at=NOW)]
    assert codes == ["hand-piece-out-of-use"]
    actions.put_back(hand_piece=piece, because="New bearing", by=it.by, at=NOW)
    assert reasons_against(it.treatment, by=it.by, at=NOW) == []
    line = AuditEvent.objects.get(event="hand-piece-put-back")
    assert line.detail == {"out_because": "It rattles", "because": "New bearing"}


def test_taking_out_and_putting_back_want_a_reason_and_something_to_change(
    it: Room, piece: HandPiece
) -> None:
    for deed in (actions.take_out, actions.put_back):
        with pytest.raises(errors.ReasonNeeded):
            deed(hand_piece=piece, because=" ", by=it.by, at=NOW)
    with pytest.raises(errors.HandPieceInUse):
        actions.put_back(hand_piece=piece, because="Fine", by=it.by, at=NOW)
    actions.take_out(hand_piece=piece, because="It rattles", by=it.by, at=NOW)
    actions.take_out(hand_piece=piece, because="Again", by=it.by, at=NOW)
    piece.refresh_from_db()
    assert piece.out_of_use_because == "It rattles"
    assert AuditEvent.objects.filter(event="hand-piece-taken-out").count() == 1


def test_auditors_change_nothing_and_another_clinic_finds_nothing(it: Room, piece: HandPiece) -> None:
    auditor = people.acting(people.staff(it.clinic, Role.AUDITOR))
    stranger = people.acting(people.staff(people.clinic()))
    for who, refusal in ((auditor, errors.NotAllowed), (stranger, errors.NotFound)):
        with pytest.raises(refusal):
            actions.take_out(hand_piece=piece, because="x", by=who, at=NOW)
        with pytest.raises(refusal):
            _service(it, piece, by=who)
    assert queries.listed(stranger, on=ON) == []
    with pytest.raises(errors.NotFound):
        queries.piece(stranger, piece.public_id, on=ON)
