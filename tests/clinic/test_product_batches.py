"""The stock of products: batches come in, keep so long, are set aside, given free, thrown away; and what a treatment
may take of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from needlework.clinic import errors
from needlework.clinic.actions import anaesthetics, topicals
from needlework.clinic.actions import batches as actions
from needlework.clinic.models import AuditEvent, Clinic, Incident, ProductBatch, Site, TopicalUse
from needlework.clinic.queries import batches as queries
from needlework.clinic.rules import batches as rules
from needlework.clinic.rules.batches import BatchState
from needlework.clinic.who import Actor, Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import CREAM, IN_DATE, Room

pytestmark = pytest.mark.django_db
ON = NOW.date()
LATER = NOW + timedelta(hours=1)
DI = "09506000134352"
SCAN = f"]d201{DI}1728053110E77"


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def site(clinic: Clinic) -> Site:
    return people.site(clinic)


@pytest.fixture
def by(clinic: Clinic) -> Actor:
    return people.acting(people.staff(clinic, Role.FRONT_DESK))


def received(site: Site, by: Actor, **changed: Any) -> ProductBatch:
    facts: dict[str, Any] = {
        "site": site, "product": "emla", "batch": "E77", "expires_on": IN_DATE, "containers": 3, "by": by, "at": NOW,
    }  # fmt: skip
    return actions.receive(**{**facts, **changed})


# --- receiving -----------------------------------------------------------------------------------------
def test_a_batch_comes_in_by_scan_and_leaves_one_line(site: Site, by: Actor) -> None:
    row = received(site, by, di=DI, scanned=SCAN, read_by="wedge", supplier=" A wholesaler ")
    assert (row.product, row.batch, row.containers, row.typed, row.supplier) == (
        "emla", "E77", 3, False, "A wholesaler",
    )  # fmt: skip
    line = AuditEvent.objects.get(event="batch-received")
    assert line.about_id == row.public_id
    assert line.detail == {
        "product": "emla", "batch": "E77", "containers": 3, "expires_on": "2028-05-31", "read-by": "wedge",
    }  # fmt: skip
    assert queries.product_of(by, DI) == "emla"
    assert queries.product_of(by, "") == queries.product_of(by, "00000000000000") == ""


def test_a_batch_typed_by_hand_is_marked_as_typed(site: Site, by: Actor) -> None:
    assert received(site, by).typed
    assert received(site, by, batch="E78", scanned=SCAN, read_by="typed").typed


def test_more_of_a_batch_joins_it_however_it_is_written(site: Site, by: Actor) -> None:
    first = received(site, by)
    again = received(site, by, product=" Emla cream 5 % ", batch=" e77 ", containers=2, di=DI, at=LATER)
    assert (again.pk, again.containers, again.di, again.received_at) == (first.pk, 5, DI, NOW)
    other_site = received(people.site(site.clinic), by)
    other_expiry = received(site, by, expires_on=date(2028, 6, 30))
    assert len({first.pk, other_site.pk, other_expiry.pk}) == 3
    assert AuditEvent.objects.filter(event="batch-received").count() == 4


def test_what_was_thrown_away_is_not_joined(site: Site, by: Actor) -> None:
    first = received(site, by)
    actions.discard(row=first, because="Used up", by=by, at=LATER)
    assert received(site, by, at=LATER).pk != first.pk


def test_a_product_without_a_printed_expiry_comes_in_with_its_months_after_opening(
    site: Site, by: Actor
) -> None:
    row = received(site, by, product="Mineral powder", batch="MM1", expires_on=None, use_within_months=12)
    assert rules.state(row, on=ON) is BatchState.IN_DATE
    assert rules.lasts_until(row) is None
    again = received(site, by, product="mineral powder", batch="mm1", expires_on=None)
    assert (again.pk, again.use_within_months, again.containers) == (row.pk, 12, 6)
    assert ("Mineral powder", "Mineral powder") in queries.products(by)
    assert ("emla", "EMLA Cream 5 %") in queries.products(by)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"product": " "}, "product"),
        ({"product": "x" * 61}, "product"),
        ({"batch": " "}, "batch"),
        ({"batch": "B" * 41}, "batch"),
        ({"containers": 0}, "containers"),
        ({"containers": 1001}, "containers"),
        ({"use_within_months": 0}, "use_within_months"),
        ({"use_within_months": 61}, "use_within_months"),
        ({"expires_on": None}, "expires_on"),
        ({"expires_on": date(2099, 1, 1)}, "expires_on"),
        ({"expires_on": ON - timedelta(days=1)}, "expires_on"),
    ],
)
def test_what_arrives_is_whole_and_in_date(
    site: Site, by: Actor, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(errors.RuleBroken) as refused:
        received(site, by, **changed)
    assert errors.field_of(refused.value) == field
    assert not ProductBatch.objects.exists()
    assert not AuditEvent.objects.filter(event="batch-received").exists()


def test_what_arrives_expired_is_sent_back(site: Site, by: Actor) -> None:
    with pytest.raises(errors.BatchArrivedExpired, match="send it back"):
        received(site, by, expires_on=ON - timedelta(days=1))
    assert received(site, by, expires_on=ON).pk


def test_only_the_clinics_own_staff_keep_its_products(site: Site, by: Actor) -> None:
    row = received(site, by)
    auditor = people.acting(people.staff(site.clinic, Role.AUDITOR))
    stranger = people.acting(people.staff(people.clinic(), Role.MANAGER))
    for actor, refusal in ((auditor, errors.NotAllowed), (stranger, errors.NotFound)):
        with pytest.raises(refusal):
            received(site, actor)
        for deed in (actions.set_aside, actions.give_free, actions.discard):
            with pytest.raises(refusal):
                deed(row=row, because="Because", by=actor, at=LATER)
        with pytest.raises(refusal):
            actions.open_container(row=row, by=actor, at=LATER)
    assert queries.cupboard(stranger, on=ON).batches == ()
    with pytest.raises(errors.NotFound):
        queries.batch(stranger, row.public_id)
    with pytest.raises(errors.NotAllowed):
        queries.cupboard(people.as_patient(people.patient(site.clinic)), on=ON)


# --- states --------------------------------------------------------------------------------------------
def test_the_facts_of_a_batch_say_where_it_stands(site: Site) -> None:
    for facts, expected in (
        ({}, BatchState.IN_DATE),
        ({"expires_on": ON}, BatchState.IN_DATE),
        ({"expires_on": ON - timedelta(days=1)}, BatchState.EXPIRED),
        ({"expires_on": None, "use_within_months": 3}, BatchState.IN_DATE),
        ({"opened_on": ON, "opened_by": "X"}, BatchState.OPENED),
        ({"quarantined_at": NOW, "quarantined_by": "X"}, BatchState.SET_ASIDE),
        ({"discarded_at": NOW, "discarded_by": "X", "recall_id": 1}, BatchState.DISCARDED),
        ({"quarantined_at": NOW, "recall_id": 1}, BatchState.RECALLED),
    ):
        row = ProductBatch(**{"product": "emla", "batch": "E77", "expires_on": IN_DATE, **facts})
        assert rules.state(row, on=ON) is expected


def test_the_months_after_opening_end_on_the_same_day_of_a_later_month() -> None:
    def until(opened: date, months: int, expires: date | None = None) -> date | None:
        return rules.lasts_until(ProductBatch(opened_on=opened, use_within_months=months, expires_on=expires))

    assert until(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert until(date(2026, 11, 24), 12) == date(2027, 11, 24)
    assert until(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert until(date(2026, 11, 24), 12, date(2027, 1, 31)) == date(2027, 1, 31)


def test_opening_starts_the_months_and_the_next_one_starts_them_again(site: Site, by: Actor) -> None:
    row = received(site, by, product="Balm", expires_on=None, use_within_months=6)
    row = actions.open_container(row=row, by=by, at=NOW)
    assert (row.opened_on, row.opened_by) == (ON, by.name)
    half_a_year = NOW + timedelta(days=190)
    assert rules.state(row, on=half_a_year.date()) is BatchState.EXPIRED
    row = actions.open_container(row=row, by=by, at=half_a_year)
    assert rules.state(row, on=half_a_year.date()) is BatchState.OPENED
    assert AuditEvent.objects.filter(event="batch-opened").count() == 2


def test_a_batch_is_set_aside_for_a_reason_and_given_free_again(site: Site, by: Actor) -> None:
    row = received(site, by)
    with pytest.raises(errors.BatchNotSetAside):
        actions.give_free(row=row, because="Fine", by=by, at=LATER)
    with pytest.raises(errors.ReasonNeeded):
        actions.set_aside(row=row, because=" ", by=by, at=LATER)
    row = actions.set_aside(row=row, because="Smells odd", by=by, at=LATER)
    actions.set_aside(row=row, because="Again", by=by, at=LATER)
    row.refresh_from_db()
    assert row.quarantined_because == "Smells odd"
    row = actions.give_free(row=row, because="It is the new perfume", by=by, at=LATER)
    assert rules.state(row, on=ON) is BatchState.IN_DATE
    assert AuditEvent.objects.filter(event="batch-set-aside").count() == 1
    assert AuditEvent.objects.get(event="batch-freed").detail["held_because"] == "Smells odd"


def test_what_was_discarded_never_comes_back(site: Site, by: Actor) -> None:
    row = actions.discard(row=received(site, by), because="Tube burst", by=by, at=LATER)
    assert rules.state(row, on=ON) is BatchState.DISCARDED
    for deed in (actions.set_aside, actions.give_free, actions.discard):
        with pytest.raises(errors.BatchDiscarded, match="Tube burst"):
            deed(row=row, because="Because", by=by, at=LATER)
    with pytest.raises(errors.BatchDiscarded):
        actions.open_container(row=row, by=by, at=LATER)
    assert queries.cupboard(by, on=ON).batches == ()
    assert AuditEvent.objects.filter(event="batch-discarded").count() == 1


def test_the_cupboard_shows_the_soonest_to_expire_first_and_warns(
    clinic: Clinic, site: Site, by: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    never = room.batch(site, product="Balm", expires_on=None)
    late = room.batch(site, batch="LATE")
    soon = room.batch(people.site(clinic), batch="SOON", expires_on=ON + timedelta(days=59))
    gone = room.batch(site, batch="GONE", expires_on=ON - timedelta(days=1))
    room.batch(people.site(people.clinic()))
    with django_assert_num_queries(1):
        held = queries.cupboard(by, on=ON)
    assert [each.row for each in held.batches] == [gone, soon, late, never]
    assert (held.expired, held.soon) == (1, 1)
    assert [each.row for each in queries.cupboard(by, on=ON, site=soon.site).batches] == [soon]


# --- the database's last word --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "facts",
    [
        {"batch": "e77", "product": "EMLA"},
        {"batch": "X", "containers": 0},
        {"batch": ""},
        {"batch": "X", "product": ""},
        {"batch": "X", "use_within_months": 0},
        {"batch": "X", "quarantined_at": NOW},
        {"batch": "X", "discarded_by": "Somebody"},
        {"batch": "X", "opened_on": ON},
    ],
)
def test_the_database_refuses_what_no_batch_can_be(site: Site, facts: dict[str, Any]) -> None:
    room.batch(site)
    with pytest.raises(IntegrityError), transaction.atomic():
        room.batch(site, **facts)


def test_a_batch_without_expiry_stands_once_too_and_none_is_deleted(site: Site) -> None:
    row = room.batch(site, product="Balm", expires_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        room.batch(site, product="balm", expires_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


# --- in a treatment ------------------------------------------------------------------------------------
@pytest.fixture
def it() -> Room:
    return room.ready()


def cream(it: Room, **changed: Any) -> object:
    facts: dict[str, Any] = {**CREAM, "areas": ["cheek-left"], "by": it.by, "at": NOW}
    return anaesthetics.apply_anaesthetic(treatment=it.treatment, **{**facts, **changed})


def serum(it: Room, **changed: Any) -> TopicalUse:
    facts: dict[str, Any] = {
        "product": "sterile-saline", "batch": "E77", "stage": "before", "by": it.by, "at": NOW,
    }  # fmt: skip
    return topicals.apply_topical(treatment=it.treatment, **{**facts, **changed})


REFUSED: list[tuple[dict[str, Any], type[errors.RuleBroken]]] = [
    (
        {"quarantined_at": NOW, "quarantined_by": "X", "quarantined_because": "Smells odd"},
        errors.BatchSetAside,
    ),
    ({"discarded_at": NOW, "discarded_by": "X", "discarded_because": "Burst"}, errors.BatchDiscarded),
    ({"expires_on": ON - timedelta(days=1)}, errors.BatchExpired),
    (
        {"use_within_months": 1, "opened_on": ON - timedelta(days=32), "opened_by": "X"},
        errors.BatchOpenTooLong,
    ),
]


@pytest.mark.parametrize(("facts", "refusal"), REFUSED)
@pytest.mark.parametrize("written", ["E77", " e77 "])
def test_a_batch_that_is_not_free_is_refused_for_cream_and_for_products_however_it_is_typed(
    it: Room, facts: dict[str, Any], refusal: type[errors.RuleBroken], written: str
) -> None:
    room.batch(it.site, **facts)
    with pytest.raises(refusal):
        cream(it, batch=written)
    room.batch(it.site, product="sterile-saline", **facts)
    with pytest.raises(refusal):
        serum(it, batch=written)
    assert not it.treatment.anaesthetics.exists()
    assert not it.treatment.topicals.exists()


def test_a_batch_in_date_is_put_on_and_so_is_one_that_nobody_received(it: Room) -> None:
    room.batch(it.site)
    room.batch(it.site, product="sterile-saline", opened_on=ON, opened_by="X", use_within_months=1)
    assert cream(it)
    assert serum(it)
    assert serum(it, batch="BORROWED")


def test_another_product_of_the_same_number_and_another_clinic_rule_nothing_out(it: Room) -> None:
    set_aside = {"quarantined_at": NOW, "quarantined_by": "X", "quarantined_because": "Odd"}
    room.batch(it.site, product="lmx4", **set_aside)
    room.batch(people.site(people.clinic()), **set_aside)
    assert cream(it)


def test_one_row_that_is_free_at_this_site_is_enough(it: Room) -> None:
    room.batch(it.site, discarded_at=NOW, discarded_by="X", discarded_because="Burst")
    elsewhere = room.batch(
        people.site(it.clinic), quarantined_at=NOW, quarantined_by="X", quarantined_because="Odd"
    )
    with pytest.raises(errors.BatchDiscarded):
        cream(it)
    room.batch(it.site)
    assert cream(it)
    ProductBatch.objects.filter(site=it.site).update(discarded_at=NOW, discarded_by="X")
    ProductBatch.objects.filter(site=it.site).update(site=people.site(it.clinic))
    with pytest.raises(errors.BatchSetAside):
        rules.check_usable([elsewhere], site_id=it.site.pk, on=ON)


def test_what_has_already_happened_is_kept_as_one_deviation(it: Room) -> None:
    room.batch(it.site, expires_on=ON - timedelta(days=1))
    cream(it, expires_on=ON - timedelta(days=1), deviation_because="Seen when the tube was empty")
    assert list(Incident.objects.values_list("code", flat=True)) == ["batch-expired"]


def test_the_first_use_opens_what_keeps_only_some_months(it: Room) -> None:
    row = room.batch(it.site, product="sterile-saline", expires_on=None, use_within_months=6)
    serum(it, applied_at=NOW - timedelta(days=2))
    row.refresh_from_db()
    assert (row.opened_on, row.opened_by) == (ON - timedelta(days=2), it.by.name)
    serum(it)
    row.refresh_from_db()
    assert row.opened_on == ON - timedelta(days=2)
    assert AuditEvent.objects.get(event="batch-opened").detail["by-use"] is True


def test_asking_the_stock_costs_one_query(
    it: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room.batch(it.site)
    with transaction.atomic(), django_assert_num_queries(1):
        assert len(actions.locked_rows(product="EMLA", batch="e77", by=it.by)) == 1
