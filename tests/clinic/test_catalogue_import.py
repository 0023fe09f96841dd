"""Public device records in the catalogue: added, changed by the operator alone, and found by a scan."""

from __future__ import annotations

import pytest

from needlework.clinic import reference
from needlework.clinic.actions import catalogue
from needlework.clinic.errors import DeviceRecordsNotReadable, NotAllowed
from needlework.clinic.models import AuditEvent, DeviceModel
from needlework.clinic.queries import catalogue as queries
from needlework.clinic.queries import devices, operators
from needlework.clinic.who import Actor, Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
GOOD, OTHER = "00841365101229", "00813892020700"
HEAD = "deviceId,agency,brand,company,model,singleUse,sterile\n"
TWO = f"{HEAD}{GOOD},GS1,First,Maker,M-1,true,\n{OTHER},GS1,Second,Maker,,,false\n"


@pytest.fixture
def manager() -> Actor:
    return people.acting(people.staff(people.clinic(), Role.MANAGER))


@pytest.fixture
def operator() -> Actor:
    return operators.nobody("root")


def test_records_come_in_once_and_unknown_stays_unknown(manager: Actor) -> None:
    found = catalogue.import_devices(data=TWO.encode(), by=manager, at=NOW)
    assert (found.added, found.refused) == ((GOOD, OTHER), ())
    first, second = DeviceModel.objects.get(di=GOOD), DeviceModel.objects.get(di=OTHER)
    assert (first.code, first.kind, first.imported, first.listed) == (f"di-{GOOD}", "other", True, True)
    assert (first.needles, first.needle_mm_min, first.needle_mm_max) == (None, None, None)
    assert (first.single_use, first.sterile) == (True, None)
    assert (second.single_use, second.sterile) == (None, False)
    line = AuditEvent.objects.get(event="reference-loaded")
    assert line.detail["added"] == 2
    again = catalogue.import_devices(data=TWO.encode(), by=manager, at=NOW)
    assert (again.added, again.changed, again.unchanged) == ((), {}, 2)
    rows, count = queries.imported(most=1)
    assert ([row.name for row in rows], count) == (["First"], 2)
    sheet = queries.sheet(first)
    assert ("Single use", "yes") in [(fact.name, fact.value) for fact in sheet.facts]
    assert all(fact.value == "" for fact in sheet.geometry)


def test_only_the_operator_changes_what_is_there(manager: Actor, operator: Actor) -> None:
    catalogue.import_devices(data=TWO.encode(), by=manager, at=NOW)
    other = TWO.replace("Second", "Renamed").encode()
    found = catalogue.import_devices(data=other, by=manager, at=NOW)
    assert found.changed == {}
    assert "other facts (name): the operator changes it" in found.refused[0].because
    assert DeviceModel.objects.get(di=OTHER).name == "Second"
    found = catalogue.import_devices(data=other, by=operator, at=NOW)
    assert (found.changed, found.unchanged) == ({OTHER: ("name",)}, 1)
    assert DeviceModel.objects.get(di=OTHER).name == "Renamed"


def test_the_packaged_table_and_imports_leave_one_another_alone(operator: Actor) -> None:
    reference.load_devices(by=operator, at=NOW)
    shipped = DeviceModel.objects.get(code="dermaroller-mf-8")
    shipped.di = OTHER
    shipped.save()
    found = catalogue.import_devices(data=TWO.encode(), by=operator, at=NOW)
    assert (found.added, found.known) == ((GOOD,), 1)
    shipped.refresh_from_db()
    assert shipped.name == "Dermaroller MF-8"
    loaded = reference.load_devices(by=operator, at=NOW)
    assert loaded.delisted == ()
    assert DeviceModel.objects.get(di=GOOD).listed


def test_a_bad_row_is_refused_by_its_line_and_the_others_come_in(manager: Actor) -> None:
    bad = TWO.replace(OTHER, "00813892020701")
    found = catalogue.import_devices(data=bad.encode(), by=manager, at=NOW)
    assert found.added == (GOOD,)
    assert [(one.line, "wrong check digit" in one.because) for one in found.refused] == [(3, True)]
    assert "1 refused." in found.sentence


def test_a_file_without_records_leaves_nothing(manager: Actor) -> None:
    with pytest.raises(DeviceRecordsNotReadable, match="no column"):
        catalogue.import_devices(data=b"a,b\n1,2\n", by=manager, at=NOW)
    assert not AuditEvent.objects.exists()


def test_who_does_not_manage_takes_nothing_in(manager: Actor) -> None:
    for role in (Role.PRACTITIONER, Role.ASSISTANT, Role.FRONT_DESK, Role.AUDITOR):
        by = people.acting(people.staff(people.clinic(), role))
        with pytest.raises(NotAllowed):
            catalogue.import_devices(data=TWO.encode(), by=by, at=NOW)
    assert not DeviceModel.objects.exists()


def test_what_nothing_says_to_be_a_needling_device_is_counted_and_never_offered(
    manager: Actor, operator: Actor
) -> None:
    care.device_model()
    found = catalogue.import_devices(data=TWO.encode(), by=manager, at=NOW)
    assert found.other == 2
    assert found.sentence.endswith("for recalls alone: 2.")
    assert [row.code for row in devices.needling_models()] == ["dermaroller-mf-8"]
    said = f"di,brand,company,model,singleUse,needling\n{GOOD},First,Maker,M-1,true,pen\n"
    assert catalogue.import_devices(data=said.encode(), by=operator, at=NOW).changed == {GOOD: ("kind",)}
    assert {row.di for row in devices.needling_models()} == {"", GOOD}
    again = catalogue.import_devices(data=TWO.encode(), by=operator, at=NOW)
    assert (again.changed, again.unchanged, again.other) == ({}, 2, 1)


def test_an_identifier_written_shorter_or_with_its_mark_is_the_same_record(manager: Actor) -> None:
    catalogue.import_devices(data=TWO.encode(), by=manager, at=NOW)
    for form in (GOOD[1:], GOOD[2:], f"(01){GOOD}"):
        found = catalogue.import_devices(data=TWO.replace(GOOD, form).encode(), by=manager, at=NOW)
        assert (found.added, found.unchanged) == ((), 2)
