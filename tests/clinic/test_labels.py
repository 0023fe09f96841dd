"""Stickers for packets that have no number of their own: printed, read back, and told apart from then on."""

from __future__ import annotations

from datetime import date

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import labels as actions
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent, DeviceUnit, Site
from needlework.clinic.queries import scans
from needlework.clinic.who import Actor, Role
from needlework.skin import label_pictures
from tests.factories import people, room, sheets
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
ON = NOW.date()
DI = "09506000134352"


@pytest.fixture
def site() -> Site:
    return people.site(people.clinic())


@pytest.fixture
def by(site: Site) -> Actor:
    return people.acting(people.staff(site.clinic, Role.FRONT_DESK))


def test_a_sheet_is_printed_and_every_code_on_it_names_its_own_packet(site: Site, by: Actor) -> None:
    units = [room.unit(site, lot="KX77", di=DI, expires_on=date(2028, 5, 31)) for _ in range(3)]
    pdf = actions.print_labels(units=units, sheet="a4-24", start=23, by=by, at=NOW)
    first, second = sheets.pages(pdf)
    read = [*label_pictures.read_picture(first, on=ON), *label_pictures.read_picture(second, on=ON)]
    for unit in units:
        unit.refresh_from_db()
        assert unit.proof == "item"
    assert {(one.di, one.lot, one.expires_on, one.serial) for one in read} == {
        (DI, "KX77", date(2028, 5, 31), unit.clinic_label) for unit in units
    }
    assert AuditEvent.objects.filter(event="unit-labelled").count() == 3
    for unit in units:
        assert scans.find_by_scan(by, f"\x1d01{DI}1728053110KX77\x1d21{unit.clinic_label}", on=ON) == unit


@pytest.mark.parametrize(("di", "lot"), [("", "KX77"), ("A123BJC5D6E71", "KX77"), (DI, "Kölner Los")])
def test_what_no_gs1_code_may_carry_leaves_the_clinic_label_alone_in_the_code(
    di: str, lot: str, site: Site, by: Actor
) -> None:
    unit = room.unit(site, lot=lot, di=di)
    room.unit(site, lot=lot, di=di)
    pdf = actions.print_labels(units=[unit], sheet="roll", by=by, at=NOW)
    (page,) = sheets.pages(pdf)
    seen = scans.look(by, page, on=ON)
    assert seen is not None
    assert scans.find_by_scan(by, seen.code, on=ON) == unit
    assert f"Lot {lot}".encode("cp1252") in pdf


def test_a_sticker_of_another_clinic_names_nothing_here(site: Site, by: Actor) -> None:
    room.unit(people.site(people.clinic()), clinic_label="N0000007")
    with pytest.raises(errors.LabelNotRead):
        scans.find_by_scan(by, "\x1d91N0000007", on=ON)


def test_a_label_keeps_its_number_when_it_is_printed_again(site: Site, by: Actor) -> None:
    unit = room.unit(site, clinic_label="OURS-1")
    actions.print_labels(units=[unit], sheet="a4-27", by=by, at=NOW)
    assert DeviceUnit.objects.get().clinic_label == "OURS-1"
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("sheet", "start", "field"),
    [("a3", 1, "sheet"), ("a4-24", 0, "start"), ("a4-24", 25, "start"), ("roll", 2, "start")],
)
def test_a_sheet_or_place_that_is_not_there_is_refused(
    sheet: str, start: int, field: str, site: Site, by: Actor
) -> None:
    with pytest.raises(errors.BadInput) as refused:
        actions.print_labels(units=[room.unit(site)], sheet=sheet, start=start, by=by, at=NOW)
    assert errors.field_of(refused.value) == field
    assert DeviceUnit.objects.get().clinic_label == ""


def test_packets_with_a_serial_opened_packets_and_those_of_others_get_no_label(site: Site, by: Actor) -> None:
    plain = room.unit(site)

    def refused(unit: DeviceUnit, refusal: type[errors.ClinicError], who: Actor = by) -> None:
        with pytest.raises(refusal):
            actions.print_labels(units=[plain, unit], sheet="roll", by=who, at=NOW)
        plain.refresh_from_db()
        assert plain.clinic_label == ""

    refused(room.unit(site, serial="S1"), errors.BadInput)
    refused(room.unit(people.site(people.clinic())), errors.NotFound)
    it = room.ready(of=site.clinic)
    treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    refused(it.unit, errors.DeviceAlreadyUsed)
    refused(plain, errors.NotAllowed, people.acting(people.staff(site.clinic, Role.AUDITOR)))
    with pytest.raises(errors.BadInput):
        actions.print_labels(units=[], sheet="roll", by=by, at=NOW)
