"""Stock: deliveries, packets, labels, and which packet a scan means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from needlework.clinic import errors, reference
from needlework.clinic.actions import devices as actions
from needlework.clinic.models import AuditEvent, Delivery, DeviceModel, DeviceUnit
from needlework.clinic.queries import devices as queries
from needlework.clinic.queries import scans, stock
from needlework.clinic.rules import devices as rules
from needlework.clinic.rules.devices import UnitState
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
ON = NOW.date()
DI = "09506000134352"
SCAN = f"]d201{DI}1728053110KX77"  # GS1 DataMatrix without a serial number


def _facts(**changed: Any) -> dict[str, Any]:
    clinic = changed.pop("of", None) or people.clinic()
    return {
        "site": people.site(clinic),
        "model": care.device_model(),
        "lot": "KX77",
        "expires_on": room.IN_DATE,
        "quantity": 3,
        "by": people.acting(people.staff(clinic, Role.FRONT_DESK)),
        "at": NOW,
        **changed,
    }


@pytest.fixture
def by() -> Actor:
    return people.acting(people.staff(people.clinic(), Role.ASSISTANT))


def _site_of(by: Actor) -> Any:
    from needlework.clinic.models import Clinic

    return people.site(Clinic.objects.get(pk=by.clinic_id))


# --- deliveries ----------------------------------------------------------------------------------------
def test_a_delivery_makes_as_many_units_as_packets_came_and_leaves_one_line() -> None:
    delivery = actions.receive(**_facts(scanned=SCAN, di=DI))
    units = list(delivery.units.all())
    assert len(units) == 3
    assert {unit.proof for unit in units} == {"count"}
    assert not any(unit.typed for unit in units)
    line = AuditEvent.objects.get(event="delivery-received")
    assert line.detail["quantity"] == 3
    assert line.detail["lot"] == "KX77"


def test_a_delivery_typed_by_hand_is_marked_as_typed() -> None:
    delivery = actions.receive(**_facts())
    assert all(unit.typed for unit in delivery.units.all())


def test_serial_numbers_make_each_packet_its_own_proof() -> None:
    delivery = actions.receive(**_facts(serials=["S1", "S2", "S3"]))
    assert [unit.serial for unit in delivery.units.order_by("pk")] == ["S1", "S2", "S3"]
    assert {unit.proof for unit in delivery.units.all()} == {"item"}


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"quantity": 0}, errors.BadInput, "quantity"),
        ({"quantity": 1001}, errors.BadInput, "quantity"),
        ({"lot": " "}, errors.BadInput, "lot"),
        ({"lot": "x" * 41}, errors.BadInput, "lot"),
        ({"serials": ["S1"]}, errors.BadInput, "serials"),
        ({"serials": ["S1", "S1", "S2"]}, errors.BadInput, "serials"),
        ({"serials": ["S1", "", "S2"]}, errors.BadInput, "serials"),
        ({"model": lambda: care.device_model("di-1", kind="other")}, errors.DeviceNotForNeedling, "model"),
        ({"expires_on": room.EXPIRED}, errors.DeliveryExpired, "expires_on"),
        ({"expires_on": room.IN_DATE.replace(year=2060)}, errors.BadInput, "expires_on"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_and_nothing_is_left(
    changed: dict[str, Any], error: type[errors.ClinicError], field: str
) -> None:
    made = {name: value() if callable(value) else value for name, value in changed.items()}
    with pytest.raises(error) as refused:
        actions.receive(**_facts(**made))
    assert errors.field_of(refused.value) == field
    assert not Delivery.objects.exists()
    assert not DeviceUnit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_same_serial_number_cannot_arrive_twice_even_when_the_first_was_typed_without_an_identifier() -> (
    None
):
    clinic = people.clinic()
    actions.receive(**_facts(of=clinic, quantity=1, serials=["S1"]))
    with pytest.raises(errors.SerialTaken, match="S1"):
        actions.receive(**_facts(of=clinic, quantity=1, serials=["S1"], di=DI, scanned=SCAN))
    assert DeviceUnit.objects.count() == 1


def test_a_packet_is_judged_without_reading_its_recall_unless_it_has_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = room.unit(people.site(people.clinic()))
    unit = DeviceUnit.objects.select_related("model").get(pk=made.pk)
    with django_assert_num_queries(0):
        rules.check_usable(unit, on=ON)
    assert unit.recall_id is None


def test_the_database_itself_refuses_a_second_unit_with_the_same_serial_number() -> None:
    site = people.site(people.clinic())
    room.unit(site, lot="L", serial="S", di=DI)
    with pytest.raises(IntegrityError), transaction.atomic():
        room.unit(site, lot="L", serial="S", di=DI)


def test_stock_is_kept_by_those_whose_role_allows_it_and_only_in_their_clinic() -> None:
    auditor = people.acting(people.staff(people.clinic(), Role.AUDITOR))
    with pytest.raises(errors.NotAllowed):
        actions.receive(**_facts(by=auditor))
    elsewhere = people.acting(people.staff(people.clinic(), Role.MANAGER))
    with pytest.raises(errors.NotFound):
        actions.receive(**_facts(by=elsewhere))


# --- one packet ----------------------------------------------------------------------------------------
def test_the_state_of_a_packet_follows_from_its_facts(by: Actor) -> None:
    site = _site_of(by)
    unit = room.unit(site)
    assert rules.state(unit, on=ON) is UnitState.IN_STOCK
    assert rules.state(room.unit(site, expires_on=room.EXPIRED), on=ON) is UnitState.EXPIRED
    assert (
        rules.state(actions.quarantine(unit=unit, because="Recall", by=by, at=NOW), on=ON)
        is UnitState.QUARANTINED
    )
    assert (
        rules.state(actions.discard(unit=unit, because="Torn", by=by, at=NOW), on=ON) is UnitState.DISCARDED
    )
    opened = room.unit(site, opened_at=NOW, opened_by="Someone", expires_on=room.EXPIRED)
    assert rules.state(opened, on=ON) is UnitState.OPENED


def test_a_packet_may_be_opened_through_the_whole_day_printed_on_it_and_not_the_day_after(by: Actor) -> None:
    unit = room.unit(_site_of(by), expires_on=ON)
    rules.check_usable(unit, on=ON)
    with pytest.raises(errors.DeviceExpired):
        rules.check_usable(unit, on=ON + timedelta(days=1))


def test_a_packet_set_aside_is_released_with_a_reason_and_the_trail_keeps_both(by: Actor) -> None:
    unit = room.unit(_site_of(by))
    actions.quarantine(unit=unit, because="Box was wet", by=by, at=NOW)
    with pytest.raises(errors.DeviceQuarantined, match="Box was wet"):
        rules.check_usable(DeviceUnit.objects.get(), on=ON)
    actions.release(unit=unit, because="Packets are dry", by=by, at=NOW)
    rules.check_usable(DeviceUnit.objects.get(), on=ON)
    line = AuditEvent.objects.get(event="unit-released")
    assert line.detail["held_because"] == "Box was wet"
    with pytest.raises(errors.UnitNotQuarantined):
        actions.release(unit=unit, because="Again", by=by, at=NOW)


@pytest.mark.parametrize("deed", [actions.quarantine, actions.release, actions.discard])
def test_setting_aside_releasing_and_discarding_want_a_reason(deed: Any, by: Actor) -> None:
    unit = room.unit(_site_of(by))
    with pytest.raises(errors.ReasonNeeded):
        deed(unit=unit, because="  ", by=by, at=NOW)
    assert not AuditEvent.objects.exists()


def test_an_opened_packet_is_neither_moved_labelled_set_aside_nor_discarded(by: Actor) -> None:
    site = _site_of(by)
    unit = room.unit(site, opened_at=NOW, opened_by="Someone")
    for deed in (
        lambda: actions.quarantine(unit=unit, because="x", by=by, at=NOW),
        lambda: actions.discard(unit=unit, because="x", by=by, at=NOW),
        lambda: actions.label_unit(unit=unit, by=by, at=NOW),
        lambda: actions.move(unit=unit, to=site, by=by, at=NOW),
    ):
        with pytest.raises(errors.DeviceAlreadyUsed):
            deed()
    assert not AuditEvent.objects.exists()


def test_a_clinic_label_makes_a_packet_proof_by_itself_and_is_given_once(by: Actor) -> None:
    site = _site_of(by)
    first, second = room.unit(site), room.unit(site)
    labelled = actions.label_unit(unit=first, label="nw-1", by=by, at=NOW)
    assert (labelled.clinic_label, labelled.proof) == ("NW-1", "item")
    with pytest.raises(errors.LabelTaken):
        actions.label_unit(unit=second, label="NW-1", by=by, at=NOW)
    with pytest.raises(errors.BadInput):
        actions.label_unit(unit=second, label="no spaces", by=by, at=NOW)
    assert actions.label_unit(unit=second, by=by, at=NOW).clinic_label == f"N{second.pk:07}"


def test_a_packet_moves_to_another_site_of_the_clinic_only(by: Actor) -> None:
    unit = room.unit(_site_of(by))
    there = _site_of(by)
    assert actions.move(unit=unit, to=there, by=by, at=NOW).site == there
    with pytest.raises(errors.NotFound):
        actions.move(unit=unit, to=people.site(people.clinic()), by=by, at=NOW)


def test_a_whole_lot_is_set_aside_at_once_at_all_sites_and_opened_packets_stay_as_they_are(by: Actor) -> None:
    model = care.device_model()
    for site in (_site_of(by), _site_of(by)):
        room.unit(site, model, lot="BAD")
        room.unit(site, model, lot="GOOD")
    opened = room.unit(_site_of(by), model, lot="BAD", opened_at=NOW, opened_by="Someone")
    assert actions.quarantine_lot(model=model, lot="BAD", because="Notice", by=by, at=NOW) == 2
    opened.refresh_from_db()
    assert opened.quarantined_at is None
    assert DeviceUnit.objects.filter(lot="GOOD", quarantined_at=None).count() == 2
    assert AuditEvent.objects.get(event="unit-quarantined").detail["number"] == 2


# --- hand-pieces ---------------------------------------------------------------------------------------
# --- what a scan means ---------------------------------------------------------------------------------
def test_scanning_a_lot_takes_the_next_unused_packet(by: Actor) -> None:
    site = _site_of(by)
    first = room.unit(site, lot="KX77", di=DI)
    second = room.unit(site, lot="KX77", di=DI)
    assert scans.find_by_scan(by, SCAN, on=ON) == first
    DeviceUnit.objects.filter(pk=first.pk).update(opened_at=NOW, opened_by="Someone")
    assert scans.find_by_scan(by, SCAN, on=ON) == second
    assert queries.left_of(second) == 1
    DeviceUnit.objects.filter(pk=second.pk).update(opened_at=NOW, opened_by="Someone")
    with pytest.raises(errors.NoUnitLeft, match="2 received"):
        scans.find_by_scan(by, SCAN, on=ON)


def test_the_own_site_comes_first_and_a_packet_set_aside_last(by: Actor) -> None:
    here, there = _site_of(by), _site_of(by)
    room.unit(there, lot="KX77", di=DI)
    held = room.unit(
        here, lot="KX77", di=DI, quarantined_at=NOW, quarantined_by="Someone", quarantined_because="x"
    )
    mine = room.unit(here, lot="KX77", di=DI)
    assert scans.find_by_scan(by, SCAN, on=ON, site_id=here.pk) == mine
    DeviceUnit.objects.exclude(pk=held.pk).update(opened_at=NOW, opened_by="Someone")
    assert scans.find_by_scan(by, SCAN, on=ON, site_id=here.pk) == held


def test_a_serial_number_means_this_very_packet_and_a_used_one_is_said_to_be_used(by: Actor) -> None:
    site = _site_of(by)
    scan = f"]d201{DI}1728053110KX77\x1d21S2"
    room.unit(site, lot="KX77", di=DI, serial="S1")
    wanted = room.unit(site, lot="KX77", di=DI, serial="S2")
    assert scans.find_by_scan(by, scan, on=ON) == wanted
    DeviceUnit.objects.filter(pk=wanted.pk).update(opened_at=NOW, opened_by="Someone")
    with pytest.raises(errors.DeviceAlreadyUsed, match="S2"):
        scans.find_by_scan(by, scan, on=ON)


def test_a_serial_number_that_never_came_in_is_not_taken_for_its_neighbour(by: Actor) -> None:
    room.unit(_site_of(by), lot="KX77", di=DI, serial="S1")
    with pytest.raises(errors.UnitNotInStock, match="Receive it"):
        scans.find_by_scan(by, f"]d201{DI}1728053110KX77\x1d21S9", on=ON)


def test_a_clinic_label_and_a_typed_lot_or_serial_find_the_packet_too(by: Actor) -> None:
    site = _site_of(by)
    labelled = room.unit(site, clinic_label="N0000007")
    plain = room.unit(site, lot="ab12")
    serial = room.unit(site, serial="S-77")
    assert scans.find_by_scan(by, " n0000007 ", on=ON) == labelled
    assert scans.find_by_scan(by, "ab12", on=ON) == plain
    assert scans.find_by_scan(by, "S-77", on=ON) == serial


def test_a_lot_number_of_another_model_is_not_taken(by: Actor) -> None:
    site = _site_of(by)
    stamp = care.device_model("derma-stamp", name="Derma-Stamp", kind="stamp", di=DI)
    room.unit(site, lot="KX77")  # a roller, typed without its identifier
    wanted = room.unit(site, stamp, lot="KX77")
    assert scans.find_by_scan(by, SCAN, on=ON) == wanted


def test_nonsense_is_refused_with_the_reader_s_own_sentence_and_another_clinic_s_packet_is_not_found(
    by: Actor,
) -> None:
    elsewhere = people.site(people.clinic())
    room.unit(elsewhere, lot="KX77", di=DI)
    room.unit(elsewhere, clinic_label="N0000009")
    with pytest.raises(errors.UnitNotInStock):
        scans.find_by_scan(by, SCAN, on=ON)
    for scan in ("N0000009", "", "]d201095060001343531728053110A", "\x00\x1d" * 50):
        with pytest.raises(errors.LabelNotRead):
            scans.find_by_scan(by, scan, on=ON)


def test_a_model_is_known_by_the_catalogue_or_by_what_the_clinic_chose_once(by: Actor) -> None:
    site = _site_of(by)
    assert queries.model_of(by, DI) is None
    room.unit(site, care.device_model(), di=DI)
    assert queries.model_of(by, DI) == care.device_model()
    stranger = people.acting(people.staff(people.clinic()))
    assert queries.model_of(stranger, DI) is None


# --- the drawer ----------------------------------------------------------------------------------------
def test_the_drawer_counts_by_model_lot_and_site_and_warns(by: Actor) -> None:
    site = _site_of(by)
    model = care.device_model()
    for _ in range(2):
        room.unit(site, model, lot="SOON", expires_on=ON + timedelta(days=59))
    room.unit(site, model, lot="LATER", expires_on=ON + timedelta(days=60))
    room.unit(site, model, lot="OLD", expires_on=ON - timedelta(days=1))
    room.unit(
        site,
        model,
        lot="LATER",
        quarantined_at=NOW,
        quarantined_by="x",
        quarantined_because="x",
        expires_on=ON + timedelta(days=60),
    )
    room.unit(site, model, lot="GONE", opened_at=NOW, opened_by="x")
    drawer = stock.stock(by, on=ON)
    assert [(lot.lot, lot.ready, lot.quarantined, lot.expired, lot.warning) for lot in drawer.lots] == [
        ("OLD", 0, 0, 1, "expired"),
        ("SOON", 2, 0, 0, "soon"),
        ("LATER", 1, 1, 0, ""),
    ]
    assert (drawer.ready, drawer.soon, drawer.expired, drawer.quarantined) == (3, 2, 1, 1)
    assert [(low.model_name, low.left, low.fewest) for low in drawer.low] == [(model.name, 3, 5)]


def test_the_drawer_is_one_clinic_s_and_front_desk_may_look(django_assert_max_num_queries: Any) -> None:
    clinic = people.clinic()
    room.unit(people.site(people.clinic()))
    by = people.acting(people.staff(clinic, Role.FRONT_DESK))
    with django_assert_max_num_queries(3):
        assert stock.stock(by, on=ON).lots == ()
    with pytest.raises(errors.NotAllowed):
        stock.stock(people.as_patient(people.patient(clinic)), on=ON)


def test_a_packet_of_another_clinic_is_not_found(by: Actor) -> None:
    unit = room.unit(people.site(people.clinic()))
    with pytest.raises(errors.NotFound):
        queries.unit(by, unit.public_id)
    with pytest.raises(errors.NotFound):
        actions.discard(unit=unit, because="x", by=by, at=NOW)


# --- the catalogue -------------------------------------------------------------------------------------
def test_the_catalogue_is_loaded_twice_without_a_change_and_reports_what_changed() -> None:
    by = Actor(name="operator:test", role=Role.PROGRAM, clinic_id=people.clinic().pk)
    first = reference.load_devices(by=by, at=NOW)
    assert "dermaroller-mf-8" in first.added
    assert reference.load_devices(by=by, at=NOW).unchanged == len(first.added)
    DeviceModel.objects.filter(code="dermaroller-mf-8").update(needles=3)
    DeviceModel.objects.create(code="old-thing", name="Old", maker="", kind="roller", source="x")
    third = reference.load_devices(by=by, at=NOW)
    assert third.changed == {"dermaroller-mf-8": ("needles",)}
    assert third.delisted == ("old-thing",)
    assert reference.load_devices(by=by, at=NOW).delisted == ()
    assert DeviceModel.objects.get(code="old-thing").listed is False
    assert "delisted" in third.sentence
