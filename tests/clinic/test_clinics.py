"""The clinic's own facts, its sites and rooms."""

from __future__ import annotations

import pytest

from needlework.clinic.actions import clinics
from needlework.clinic.errors import BadInput, NotAllowed, NotFound, SiteNameTaken
from needlework.clinic.models import AuditEvent, Clinic, Room, Site
from needlework.clinic.queries import clinics as clinic_queries
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def manager(clinic: Clinic) -> Actor:
    return people.acting(people.staff(clinic, Role.MANAGER))


def change(clinic: Clinic, by: Actor, **facts: object) -> Clinic:
    held = {fact: getattr(clinic, fact) for fact in clinics.FACTS}
    return clinics.change(**{**held, **facts}, by=by, at=NOW)


def test_a_change_is_kept_with_its_old_value(clinic: Clinic, manager: Actor) -> None:
    before = clinic.reflection_hours
    assert change(clinic, manager, reflection_hours=72).reflection_hours == 72
    assert AuditEvent.objects.get().detail == {"reflection_hours": [before, 72]}


def test_nothing_changed_leaves_no_line(clinic: Clinic, manager: Actor) -> None:
    change(clinic, manager)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"phone": " "},
        {"time_zone": "Mars/Base"},
        {"time_zone": "../etc"},
        {"country": "QQ"},
        {"reflection_hours": -1},
        {"consent_valid_days": 0},
        {"auto_lock_minutes": 0},
        {"checkin_hours": [72, 24]},
        {"checkin_hours": [24, 24]},
        {"checkin_hours": [0]},
    ],
)
def test_a_fact_that_makes_no_sense_is_refused(
    clinic: Clinic, manager: Actor, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        change(clinic, manager, **wrong)
    assert not AuditEvent.objects.exists()


def test_a_practitioner_changes_nothing(clinic: Clinic) -> None:
    with pytest.raises(NotAllowed):
        change(clinic, people.acting(people.staff(clinic)), name="Mine")


def test_sites_and_rooms_are_added_once(clinic: Clinic, manager: Actor) -> None:
    site = clinics.add_site(name=" Harbour  House ", by=manager, at=NOW)
    assert (site.name, site.time_zone) == ("Harbour House", clinic.time_zone)
    room = clinics.add_room(site=site, name="Room 1", by=manager, at=NOW)
    with pytest.raises(SiteNameTaken, match="site"):
        clinics.add_site(name="Harbour House", by=manager, at=NOW)
    with pytest.raises(SiteNameTaken, match="room"):
        clinics.add_room(site=site, name="Room 1", by=manager, at=NOW)
    assert clinic_queries.rooms(manager) == [room]
    assert AuditEvent.objects.count() == 2


def test_another_clinics_site_gets_no_room(clinic: Clinic, manager: Actor) -> None:
    foreign = people.site(people.clinic())
    with pytest.raises(NotFound):
        clinics.add_room(site=foreign, name="Mine", by=manager, at=NOW)
    with pytest.raises(NotFound):
        clinic_queries.find_site(manager, foreign.public_id)
    assert not Room.objects.exists()


def test_a_site_lies_in_a_zone_that_exists(manager: Actor) -> None:
    with pytest.raises(BadInput):
        clinics.add_site(name="X", time_zone="Nowhere/Here", by=manager, at=NOW)
    assert not Site.objects.exists()
