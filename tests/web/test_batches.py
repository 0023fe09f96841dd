"""Pages of products by batch: tracing one to its patients, the cupboards, a delivery, one batch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import anaesthetics
from needlework.clinic.models import AuditEvent, ProductBatch, Site, Staff
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import CREAM

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


def test_a_batch_leads_to_its_patients_and_is_a_line_in_the_trail(log_in: LogIn) -> None:
    it = room.ready()
    anaesthetics.apply_anaesthetic(treatment=it.treatment, **CREAM, areas=["cheek-left"], by=it.by, at=NOW)  # type: ignore[arg-type]
    client = log_in(it.staff)
    assert client.get(reverse("batch-trace")).status_code == 200
    page = client.get(reverse("batch-trace"), {"batch": str(CREAM["batch"]).lower()}).content.decode()
    assert it.patient.name in page
    assert "left cheek" in page
    assert AuditEvent.objects.get(event="lot-traced").detail["patients"] == 1
    row = room.batch(it.site)
    page = client.get(reverse("batch-trace"), {"batch": "e77"}).content.decode()
    assert reverse("product-batch", args=[row.public_id]) in page
    assert "Nothing of batch NONE" in client.get(reverse("batch-trace"), {"batch": "NONE"}).content.decode()
    assert client.get(reverse("batch-trace"), {"batch": ""}).status_code == 422


def test_another_clinic_finds_nothing_and_the_desk_may_not_ask(log_in: LogIn) -> None:
    it = room.ready()
    anaesthetics.apply_anaesthetic(treatment=it.treatment, **CREAM, areas=["cheek-left"], by=it.by, at=NOW)  # type: ignore[arg-type]
    asked = {"batch": CREAM["batch"]}
    stranger = log_in(people.staff(people.clinic()))
    assert it.patient.name not in stranger.get(reverse("batch-trace"), asked).content.decode()
    desk = log_in(people.staff(it.clinic, Role.FRONT_DESK))
    assert desk.get(reverse("batch-trace"), asked).status_code == 403


# --- the stock of products -----------------------------------------------------------------------------
SCAN = "]d201095060001343521728053110E77"


def _form(site: Site, **changed: object) -> dict[str, object]:
    return {
        "do": "receive",
        "site": str(site.public_id),
        "scan": "",
        "product": "emla",
        "other": "",
        "batch": "E77",
        "expires_on": "2028-05-31",
        "use_within_months": "",
        "containers": "3",
        **changed,
    }


@pytest.fixture
def desk() -> Staff:
    return people.staff(people.clinic(), Role.FRONT_DESK)


@pytest.fixture
def site(desk: Staff) -> Site:
    return people.site(desk.clinic)


def test_a_box_is_scanned_its_product_chosen_once_and_known_the_next_time(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    client = log_in(desk)
    url = reverse("product-receive")
    page = client.post(url, {"do": "scan", "pack": SCAN}).content.decode()
    assert "the product is not known here yet" in page
    assert 'value="E77"' in page
    assert 'value="2028-05-31"' in page
    assert client.post(url, _form(site, scan=SCAN, read_by="wedge")).status_code == 302
    row = ProductBatch.objects.get()
    assert (row.di, row.typed, row.containers) == ("09506000134352", False, 3)
    page = client.post(url, {"do": "scan", "pack": SCAN}).content.decode()
    assert "Compare it with the box" in page
    assert 'value="emla" selected' in page


def test_a_product_outside_the_list_is_named_and_offered_the_next_time(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    client = log_in(desk)
    url = reverse("product-receive")
    named = _form(site, product="other", other="Mineral powder", expires_on="", use_within_months="12")
    assert client.post(url, named).status_code == 302
    assert ProductBatch.objects.get().product == "Mineral powder"
    assert 'value="Mineral powder"' in client.get(url).content.decode()
    page = client.get(reverse("products")).content.decode()
    assert "12 months once opened" in page


def test_what_cannot_be_read_or_received_is_said_with_422(desk: Staff, site: Site, log_in: LogIn) -> None:
    client = log_in(desk)
    url = reverse("product-receive")
    for code in ("nonsense", ""):
        assert client.post(url, {"do": "scan", "pack": code}).status_code == 422
    for changed, sentence in (
        ({"expires_on": "2026-05-03"}, "send it back to the supplier"),
        ({"expires_on": ""}, "numbing cream is a medicine"),
        ({"product": "other"}, "Write its name."),
        ({"batch": ""}, "required"),
        ({"containers": "0"}, "between 1 and 1000"),
    ):
        response = client.post(url, _form(site, **changed))
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert not ProductBatch.objects.exists()


def test_the_cupboard_warns_is_sorted_by_site_and_may_be_empty(
    desk: Staff, site: Site, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(desk)
    assert "The cupboard is empty" in client.get(reverse("products")).content.decode()
    room.batch(site, batch="OLD", expires_on=NOW.date() - timedelta(days=1))
    other = room.batch(people.site(desk.clinic), batch="SOON", expires_on=NOW.date() + timedelta(days=9))
    for number in range(20):
        room.batch(site, batch=f"B{number}")
    with django_assert_max_num_queries(12):
        page = client.get(reverse("products")).content.decode()
    assert "1 batch expired" in page
    assert "1 batch will expire within 60 days" in page
    page = client.get(reverse("products"), {"site": str(other.site.public_id)}).content.decode()
    assert "SOON" in page
    assert "OLD" not in page
    assert reverse("products") in client.get(reverse("stock")).content.decode()


def test_a_batch_is_opened_set_aside_freed_and_discarded_on_its_page(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    row = room.batch(site)
    client = log_in(desk)
    url = reverse("product-batch", args=[row.public_id])
    for do, because, state in (
        ("open", "", "Opened"),
        ("set-aside", "Smells odd", "Set aside"),
        ("give-free", "New perfume", "Opened"),
        ("discard", "Used up", "Discarded"),
    ):
        assert client.post(url, {"do": do, "because": because}).status_code == 302
        assert state in client.get(url).content.decode()
    row.refresh_from_db()
    assert row.discarded_because == "Used up"
    assert "What can be done" not in client.get(url).content.decode()


def test_a_deed_without_reason_or_at_the_wrong_time_is_refused(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    row = room.batch(site)
    client = log_in(desk)
    url = reverse("product-batch", args=[row.public_id])
    assert client.post(url, {"do": "discard", "because": ""}).status_code == 422
    assert client.post(url, {"do": "give-free", "because": "Fine"}).status_code == 422
    assert client.post(url, {"do": "burn"}).status_code == 404
    ProductBatch.objects.update(discarded_at=NOW, discarded_by="X", discarded_because="Burst")
    page = client.post(url, {"do": "open"}, follow=True).content.decode()
    assert "was discarded: Burst" in page


def test_another_clinic_has_no_such_batch_and_an_auditor_only_looks(site: Site, log_in: LogIn) -> None:
    row = room.batch(site)
    url = reverse("product-batch", args=[row.public_id])
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
    auditor = log_in(people.staff(site.clinic, Role.AUDITOR))
    assert "What can be done" not in auditor.get(url).content.decode()
    assert auditor.post(url, {"do": "open"}).status_code == 403
    assert auditor.get(reverse("product-receive")).status_code == 403
