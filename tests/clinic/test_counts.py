"""Counting a drawer: what was seen against what the record says, and what follows from the difference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from needlework.clinic import errors
from needlework.clinic.actions import counts as actions
from needlework.clinic.actions import devices as stock
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent, CountedPacket, Delivery, DeviceUnit, Site, StockCount
from needlework.clinic.queries import counts as queries
from needlework.clinic.who import Actor, Role
from tests.factories import people, room
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=20)
DI = "09506000134352"
SCAN = f"\x1d01{DI}1728053110KX77"


@pytest.fixture
def site() -> Site:
    return people.site(people.clinic(), name="Harbour Street")


@pytest.fixture
def by(site: Site) -> Actor:
    return people.acting(people.staff(site.clinic, Role.FRONT_DESK))


@pytest.fixture
def count(site: Site, by: Actor) -> StockCount:
    return actions.start(site=site, by=by, at=NOW)


def _unit(site: Site, **facts: Any) -> DeviceUnit:
    return room.unit(site, **{"lot": "KX77", "di": DI, **facts})


def _seen(count: StockCount, by: Actor, scanned: str = SCAN, number: int = 1) -> CountedPacket:
    return actions.count_packets(
        count=count, scanned=scanned, number=number, by=by, at=NOW + timedelta(minutes=5)
    )


def _close(count: StockCount, by: Actor) -> dict[str, Any]:
    closed = actions.close(count=count, by=by, at=LATER)
    [line] = closed.result
    return {name: value if isinstance(value, int) else len(value) for name, value in line.items()} | {
        "model": line["model"],
        "lot": line["lot"],
    }


def test_a_drawer_that_agrees_changes_nothing(site: Site, by: Actor, count: StockCount) -> None:
    for facts in ({}, {}, {"serial": "S1"}, {"clinic_label": "N1"}):
        _unit(site, **facts)
    _seen(count, by, number=2)
    _seen(count, by, SCAN + "\x1d21S1")
    _seen(count, by, "N1")
    assert all(line.agrees for line in queries.progress(by, count).lines)
    result = _close(count, by)
    assert (result["expected"], result["counted"], result["missing"], result["found"]) == (4, 4, 0, 0)
    assert not DeviceUnit.objects.filter(discarded_at__isnull=False).exists()
    assert not Delivery.objects.exists()


def test_what_nobody_saw_is_discarded_as_missing(site: Site, by: Actor, count: StockCount) -> None:
    plain = [_unit(site) for _ in range(3)]
    named = _unit(site, serial="S1")
    _seen(count, by, number=2)
    assert queries.progress(by, count).missing == 2
    assert _close(count, by)["missing"] == 2
    gone = DeviceUnit.objects.filter(discarded_at=LATER).order_by("pk")
    assert list(gone) == [plain[2], named]
    assert gone[0].discarded_because == "Missing when Harbour Street was counted on 24 November 2026"
    assert AuditEvent.objects.filter(event="unit-discarded").count() == 2
    line = AuditEvent.objects.get(event="stock-count-closed")
    assert line.detail == {"counted": 2, "missing": 2, "found": 0, "moved": 0}


def test_what_nobody_had_entered_becomes_a_delivery_found_in_the_count(
    site: Site, by: Actor, count: StockCount
) -> None:
    _unit(site, opened_at=NOW - timedelta(days=1), opened_by="x")
    _seen(count, by, number=3)
    assert _close(count, by)["found"] == 3
    delivery = Delivery.objects.get()
    assert (delivery.found_in, delivery.quantity, delivery.site) == (count, 3, site)
    assert set(delivery.units.values_list("lot", "di", "scanned", "typed")) == {("KX77", DI, SCAN, False)}


def test_a_packet_that_was_carried_here_without_a_word_is_moved(
    site: Site, by: Actor, count: StockCount
) -> None:
    unit = _unit(people.site(site.clinic), serial="S1")
    _seen(count, by, SCAN + "\x1d21S1")
    assert _close(count, by)["moved"] == 1
    unit.refresh_from_db()
    assert unit.site == site
    assert AuditEvent.objects.get(event="unit-moved").detail["found-in"] == str(count.public_id)


@pytest.mark.parametrize(
    "facts",
    [
        {"opened_at": NOW - timedelta(days=1), "opened_by": "x"},
        {"discarded_at": NOW - timedelta(days=1), "discarded_by": "x", "discarded_because": "Torn"},
    ],
)
def test_a_packet_that_was_opened_or_thrown_away_is_named_and_never_comes_back(
    facts: dict[str, Any], site: Site, by: Actor, count: StockCount
) -> None:
    unit = _unit(site, serial="S1", **facts)
    _seen(count, by, SCAN + "\x1d21S1")
    assert _close(count, by)["gone"] == 1
    unit.refresh_from_db()
    assert (unit.opened_at, unit.discarded_at) == (facts.get("opened_at"), facts.get("discarded_at"))


@pytest.mark.parametrize("seen", [2, 3])
def test_a_packet_opened_during_the_count_is_neither_missed_nor_one_too_many(
    seen: int, site: Site, by: Actor, count: StockCount
) -> None:
    for _ in range(3):
        _unit(site)
    named = _unit(site, serial="S1")
    _seen(count, by, number=seen)
    _seen(count, by, SCAN + "\x1d21S1")
    during = NOW + timedelta(minutes=10)
    DeviceUnit.objects.filter(serial="S1").update(opened_at=during, opened_by="x")
    DeviceUnit.objects.filter(pk=DeviceUnit.objects.exclude(pk=named.pk)[0].pk).update(
        opened_at=during, opened_by="x"
    )
    result = _close(count, by)
    assert (result["missing"], result["found"], result["gone"]) == (0, 0, 0)


def test_what_arrives_during_the_count_is_not_missed(site: Site, by: Actor, count: StockCount) -> None:
    for facts in ({}, {"serial": "S1"}):
        _unit(site, received_at=NOW + timedelta(minutes=1), **facts)
    assert _close(count, by)["missing"] == 0


def test_a_labelled_packet_that_was_counted_by_its_maker_s_code_is_the_same_packet(
    site: Site, by: Actor, count: StockCount
) -> None:
    _unit(site)
    _unit(site, clinic_label="N1")
    _seen(count, by, number=2)
    result = _close(count, by)
    assert (result["missing"], result["found"]) == (0, 0)


def test_a_packet_counted_in_error_is_taken_back(site: Site, by: Actor, count: StockCount) -> None:
    _unit(site, serial="S1")
    packet = _seen(count, by, SCAN + "\x1d21S1")
    with pytest.raises(errors.PacketCountedAlready):
        _seen(count, by, SCAN + "\x1d21S1")
    actions.uncount(packet=packet, by=by, at=NOW)
    with pytest.raises(errors.AlreadyVoided):
        actions.uncount(packet=packet, by=by, at=NOW)
    assert queries.progress(by, count).missing == 1
    _seen(count, by, SCAN + "\x1d21S1")
    assert queries.progress(by, count).missing == 0


@pytest.mark.parametrize(
    ("scanned", "number", "refusal"),
    [
        (SCAN, 0, errors.BadInput),
        (SCAN, 1001, errors.BadInput),
        (SCAN + "\x1d21S1", 2, errors.BadInput),
        (f"\x1d01{DI}1728053110NEVER", 1, errors.UnitNotInStock),
        (f"\x1d01{DI}1728053110OURS", 1, errors.BadInput),
        ("", 1, errors.LabelNotRead),
        ("nonsense", 1, errors.LabelNotRead),
    ],
)
def test_what_cannot_be_counted_is_refused(
    scanned: str, number: int, refusal: type[errors.ClinicError], site: Site, by: Actor, count: StockCount
) -> None:
    _unit(site)
    _unit(site, serial="S1")
    _unit(site, lot="OURS", clinic_label="N1")
    with pytest.raises(refusal):
        _seen(count, by, scanned, number)
    assert not CountedPacket.objects.exists()


def test_a_site_is_counted_once_at_a_time_and_nothing_is_carried_meanwhile(
    site: Site, by: Actor, count: StockCount
) -> None:
    there = people.site(site.clinic)
    here, away = _unit(site), _unit(there)
    with pytest.raises(errors.CountUnderWay):
        actions.start(site=site, by=by, at=NOW)
    for unit, to in ((here, there), (away, site)):
        with pytest.raises(errors.CountUnderWay, match="Harbour Street"):
            stock.move(unit=unit, to=to, by=by, at=NOW)
    actions.abandon(count=count, because="Called away", by=by, at=NOW)
    stock.move(unit=here, to=there, by=by, at=NOW)
    actions.start(site=site, by=by, at=NOW)


def test_a_closed_count_stands_and_one_given_up_has_no_effect(
    site: Site, by: Actor, count: StockCount
) -> None:
    _unit(site)
    with pytest.raises(errors.ReasonNeeded):
        actions.abandon(count=count, because="", by=by, at=NOW)
    actions.abandon(count=count, because="Called away", by=by, at=NOW)
    assert DeviceUnit.objects.get().discarded_at is None
    second = actions.start(site=site, by=by, at=NOW)
    actions.close(count=second, by=by, at=LATER)
    for over in (count, second):
        for deed in (
            lambda over=over: _seen(over, by),
            lambda over=over: actions.close(count=over, by=by, at=LATER),
            lambda over=over: actions.abandon(count=over, because="x", by=by, at=LATER),
        ):
            with pytest.raises(errors.CountIsClosed):
                deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockCount.objects.all()._raw_delete("default")


def test_the_database_lets_no_packet_be_counted_twice(site: Site, by: Actor, count: StockCount) -> None:
    unit = _unit(site, serial="S1")
    facts: dict[str, Any] = {
        "clinic": site.clinic,
        "stock_count": count,
        "unit": unit,
        "model": unit.model,
        "lot": "KX77",
        "expires_on": unit.expires_on,
        "counted_at": NOW,
        "counted_by": "x",
    }
    CountedPacket.objects.create(**facts)
    for changed in ({}, {"number": 2}, {"unit": None, "number": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CountedPacket.objects.create(**{**facts, **changed})


def test_a_packet_missing_at_the_count_is_refused_in_a_treatment() -> None:
    it = room.ready()
    by = people.acting(people.staff(it.clinic, Role.FRONT_DESK))
    count = actions.start(site=it.site, by=by, at=NOW)
    actions.close(count=count, by=by, at=LATER)
    with pytest.raises(errors.DeviceDiscarded, match="Missing when"):
        treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=LATER)


def test_counting_is_for_who_keeps_the_stock_of_this_clinic(site: Site, by: Actor, count: StockCount) -> None:
    auditor = people.acting(people.staff(site.clinic, Role.AUDITOR))
    stranger = people.acting(people.staff(people.clinic()))
    for who, refusal in ((auditor, errors.NotAllowed), (stranger, errors.NotFound)):
        with pytest.raises(refusal):
            actions.start(site=site, by=who, at=NOW)
        with pytest.raises(refusal):
            _seen(count, who)
        with pytest.raises(refusal):
            actions.close(count=count, by=who, at=NOW)
    assert queries.listed(stranger) == []
    assert queries.listed(auditor) == [count]
    with pytest.raises(errors.NotFound):
        queries.find(stranger, count.public_id)
