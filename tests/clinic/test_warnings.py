"""What the stock room and the recalls want of somebody today, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import devices as deliveries
from needlework.clinic.actions import recall_contacts, recalls
from needlework.clinic.actions import stock as levels
from needlework.clinic.models import DeviceUnit, RecallContact, Site
from needlework.clinic.queries import stock, warnings
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.recalls import notice, used

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture
def site() -> Site:
    return people.site(people.clinic(), name="Harbour Street")


def acting(site: Site, role: Role = Role.ASSISTANT) -> Actor:
    return people.acting(people.staff(site.clinic, role))


def told(by: Actor, site: Site | None = None) -> warnings.Warnings:
    return warnings.standing(
        by, warnings.usable(by), on=ON, at=NOW, site_id=None if site is None else site.pk
    )


def test_the_numbers_are_those_of_the_page_of_the_stock(site: Site) -> None:
    by = acting(site)
    model, other = care.device_model(), care.device_model("derma-stamp", kind="stamp", name="Stamp")
    there = people.site(site.clinic, name="Park Lane")
    for at, kind, number, days in (
        (site, model, 6, 400), (site, model, 2, 59), (site, model, 1, 60), (site, model, 3, 0),
        (there, model, 4, 30), (there, other, 9, 400),
    ):  # fmt: skip
        deliveries.receive(
            site=at,
            model=kind,
            lot=f"L{days}",
            expires_on=ON + timedelta(days=days),
            quantity=number,
            by=by,
            at=NOW,
        )
    room.unit(site, model, expires_on=room.EXPIRED)
    room.unit(site, model, quarantined_at=NOW, quarantined_by="x", quarantined_because="x")
    room.unit(people.site(people.clinic()))
    levels.set_level(site=there, model=other, fewest=10, by=by, at=NOW)
    for at in (None, site, there):
        page, here = stock.stock(by, on=ON, site=at), told(by, at)
        assert (here.low, here.soon, here.expired) == (len(page.low), page.soon, page.expired)
    assert (told(by).low, told(by).soon, told(by).expired) == (2, 9, 1)
    DeviceUnit.objects.filter(model=model).update(opened_at=NOW, opened_by="x")
    assert told(by, site).low == len(stock.stock(by, on=ON, site=site).low) == 1


def test_patients_of_an_open_recall_are_counted_until_they_are_reached(site: Site) -> None:
    lead = acting(site, Role.MEDICAL_LEAD)
    for _ in range(2):
        used(site.clinic)
    recalls.open_recall(**notice(), by=lead)
    assert told(lead).unreached == 2
    assert told(acting(site, Role.AUDITOR)) == warnings.Warnings()
    assert told(acting(people.site(people.clinic()))).unreached == 0
    recall_contacts.attempt(
        contact=RecallContact.objects.order_by("pk")[0],
        how="phone",
        state="reached",
        note="She will come by.",
        by=lead,
        at=NOW,
    )
    assert told(lead).unreached == 1


def test_a_drill_reaches_nobody_and_its_date_is_told_to_who_holds_it(site: Site) -> None:
    lead = acting(site, Role.MEDICAL_LEAD)
    use = used(site.clinic)
    due = told(lead).drill
    assert due is not None
    assert due.due_on is None
    assert told(acting(site)).drill is None
    began = NOW - timedelta(days=370)
    held = recalls.start_drill(model=use.unit.model, lot=use.lot, by=lead, at=began)
    assert told(lead).unreached == 0
    recalls.count_packets(recall=held, counted=0, by=lead, at=began)
    recalls.close(recall=held, done="Found all.", by=lead, at=began + timedelta(minutes=9))
    due = told(lead).drill
    assert due is not None
    assert due.due_on == (began + timedelta(days=365)).date()
    again = recalls.start_drill(model=use.unit.model, lot=use.lot, by=lead, at=NOW)
    recalls.count_packets(recall=again, counted=0, by=lead, at=NOW)
    recalls.close(recall=again, done="Found all.", by=lead, at=NOW)
    assert told(lead).drill is None


@pytest.mark.django_db(transaction=True)
def test_a_day_is_read_with_one_query_more_than_its_packets(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by = acting(site)
    deliveries.receive(
        site=site, model=care.device_model(), lot="A", expires_on=room.IN_DATE, quantity=1, by=by, at=NOW
    )
    held = warnings.usable(by)
    assert warnings.standing(by, held, on=ON, at=NOW).low == 1
    with django_assert_num_queries(1):
        assert warnings.standing(by, held, on=ON, at=NOW + timedelta(minutes=5)).low == 1
    with django_assert_num_queries(2):
        warnings.standing(by, held, on=ON, at=NOW + timedelta(minutes=11))


def test_packets_that_were_used_are_not_read_again_each_time_today_is_asked_for(site: Site) -> None:
    for _ in range(3):
        used(site.clinic, at=site)
    by = acting(site)
    with CaptureQueriesContext(connection) as asked:
        warnings.usable(by)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # three packets are read whole
        cursor.execute(f"{explain} {asked[0]['sql']}")
        assert "usable_units_of_a_model" in str(cursor.fetchall())
