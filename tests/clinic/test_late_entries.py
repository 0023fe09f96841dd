"""A treatment written up afterwards: marked, for the medical lead, with every broken rule kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import late_entries
from needlework.clinic.actions import treatments as actions
from needlework.clinic.actions.late_entries import LateArea
from needlework.clinic.models import AuditEvent, CheckIn, DeviceUse, Incident, Treatment
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
HAPPENED = NOW - timedelta(days=1)


@pytest.fixture
def it() -> Room:
    made = room.ready(at=HAPPENED)
    actions.close_unused(treatment=made.treatment, because="Power cut", by=made.by, at=HAPPENED)
    return made


def _late(it: Room, **changed: Any) -> Treatment:
    lead = people.acting(people.staff(it.clinic, Role.MEDICAL_LEAD))
    area = LateArea("cheek-left", "atrophic-acne-scars", Decimal("1.5"), 8, it.unit)
    return late_entries.record_late(
        **{
            "course": it.plan.course,
            "practitioner": it.staff,
            "site": it.site,
            "happened_at": HAPPENED,
            "ended_at": HAPPENED + timedelta(minutes=30),
            "areas": [area],
            "because": "Power cut, written on paper",
            "pain": 3,
            "by": lead,
            "at": NOW,
            **changed,
        }
    )


def test_a_late_entry_keeps_the_label_of_its_packet_and_how_it_came_in(it: Room) -> None:
    area = LateArea(
        "cheek-left", "atrophic-acne-scars", Decimal("1.5"), 8, it.unit, scanned="]d2…", read_by="camera"
    )
    use = DeviceUse.objects.get(treatment=_late(it, areas=[area]))
    assert (use.scanned, use.read_by) == ("]d2…", "camera")


def test_when_it_happened_and_when_it_was_recorded_stay_apart(it: Room) -> None:
    late = _late(it)
    assert (late.started_at, late.recorded_late_at) == (HAPPENED, NOW)
    assert (late.started_by, late.recorded_late_because) == (it.staff.name, "Power cut, written on paper")
    assert late.areas.get().treated_at == HAPPENED
    assert DeviceUse.objects.get(treatment=late).used_at == HAPPENED
    assert CheckIn.objects.filter(treatment=late).count() == 3
    line = AuditEvent.objects.get(event="treatment-recorded-late")
    assert line.detail["happened_at"] == HAPPENED.isoformat()
    assert line.detail["lots"] == [it.unit.lot]


def test_whatever_no_rule_would_have_let_pass_becomes_a_deviation(it: Room) -> None:
    it.unit.expires_on = (HAPPENED - timedelta(days=1)).date()
    it.unit.save(update_fields=["expires_on"])
    late = _late(it)
    codes = set(Incident.objects.filter(treatment=late).values_list("code", flat=True))
    assert codes == {"history-not-reconfirmed", "consent-not-confirmed", "device-expired"}
    assert all(row.happened_at == HAPPENED for row in Incident.objects.all())


def test_it_is_still_to_be_signed_and_the_lead_may_sign_it(it: Room) -> None:
    late = _late(it)
    lead = people.staff(it.clinic, Role.MEDICAL_LEAD)
    with pytest.raises(errors.AftercareMissing):
        actions.sign(treatment=late, by=people.acting(lead), at=NOW, identified=True)
    actions.give_aftercare(treatment=late, by=people.acting(lead), at=NOW)
    assert actions.sign(treatment=late, by=people.acting(lead), at=NOW, identified=True).signer == lead


def test_only_the_medical_lead_writes_up_late(it: Room) -> None:
    for person in (it.by, people.acting(people.staff(it.clinic, Role.ASSISTANT))):
        with pytest.raises(errors.NotAllowed):
            _late(it, by=person)
    with pytest.raises(errors.NotFound):
        _late(it, by=people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD)))


@pytest.mark.parametrize(
    ("happened", "ended", "error"),
    [
        (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2), errors.MomentNotPossible),
        (NOW - timedelta(days=300), NOW, errors.MomentNotPossible),
        (HAPPENED, HAPPENED - timedelta(minutes=1), errors.BadInput),
        (HAPPENED, NOW + timedelta(minutes=1), errors.BadInput),
    ],
)
def test_moments_that_cannot_have_been_are_refused(
    happened: datetime, ended: datetime, error: type[errors.ClinicError], it: Room
) -> None:
    with pytest.raises(error):
        _late(it, happened_at=happened, ended_at=ended)
    assert not Treatment.objects.filter(recorded_late_at__isnull=False).exists()


def test_a_packet_charted_elsewhere_is_refused_and_nothing_is_left(it: Room) -> None:
    other = room.ready(of=it.clinic)
    actions.use_device(treatment=other.treatment, unit=it.unit, by=other.by, at=NOW)
    with pytest.raises(errors.DeviceAlreadyUsed):
        _late(it)
    assert not Treatment.objects.filter(recorded_late_at__isnull=False).exists()


def test_a_late_entry_wants_a_reason_and_an_area(it: Room) -> None:
    with pytest.raises(errors.ReasonNeeded):
        _late(it, because=" ")
    with pytest.raises(errors.BadInput):
        _late(it, areas=[])
