"""A batch from stock is one tap in the treatment room; what is not in stock is typed; what is not free is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import Incident, ProductBatch, Staff
from tests.conftest import NOW
from tests.factories import people, room
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
NUMB = {"grams": "9", "area_cm2": "60", "weight_kg": "64", "minutes": "60"}
SET_ASIDE = {"quarantined_at": NOW, "quarantined_by": "X", "quarantined_because": "Smells odd."}


@pytest.fixture
def it() -> Room:
    return room.ready(anaesthetic="emla")


def _send(client: Client, it: Room, step: str, do: str, *, status: int = 302, **fields: object) -> str:
    url = reverse("treatment-step", args=[it.treatment.public_id, step])
    response = client.post(url, {"do": do, **fields})
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


def _page(client: Client, it: Room, step: str) -> str:
    return client.get(reverse("treatment-step", args=[it.treatment.public_id, step])).content.decode()


def test_a_cream_from_stock_fills_product_batch_and_expiry(it: Room, log_in: LogIn) -> None:
    row = room.batch(it.site, batch="L1")
    client = log_in(it.staff)
    assert "EMLA Cream 5 %, batch L1, until 31 May 2028" in _page(client, it, "numb")
    fields = {
        **NUMB,
        "stock": row.public_id,
        "product": "lmx4",
        "batch": "",
        "expires_on": "",
    }
    _send(client, it, "numb", "apply", **fields)
    cream = it.treatment.anaesthetics.get()
    assert (cream.product, cream.batch, cream.expires_on) == ("emla", "L1", row.expires_on)


def test_the_dose_of_a_batch_from_stock_is_judged_as_it_is_typed(it: Room, log_in: LogIn) -> None:
    row = room.batch(it.site)
    client = log_in(it.staff)
    url = reverse("treatment-dose", args=[it.treatment.public_id])
    page = client.post(url, {**NUMB, "grams": "61", "stock": str(row.public_id)}).content.decode()
    assert "61 g of at most 60" in page


def test_only_what_is_free_at_this_site_is_offered_the_planned_product_first(it: Room, log_in: LogIn) -> None:
    room.batch(it.site, batch="LATE")
    room.batch(it.site, batch="EARLY", expires_on=NOW.date() + timedelta(days=9))
    room.batch(it.site, batch="OTHER", product="lmx4", expires_on=NOW.date() + timedelta(days=5))
    room.batch(it.site, batch="OLD", expires_on=NOW.date() - timedelta(days=1))
    room.batch(it.site, batch="ASIDE", **SET_ASIDE)
    room.batch(it.site, batch="GONE", discarded_at=NOW, discarded_by="X")
    room.batch(people.site(it.clinic), batch="AWAY")
    room.batch(it.site, batch="SERUM", product="sterile-saline")
    page = _page(log_in(it.staff), it, "numb")
    places = [page.index(f"batch {batch}") for batch in ("EARLY", "LATE", "OTHER")]
    assert places == sorted(places)
    for batch in ("OLD", "ASIDE", "GONE", "AWAY", "SERUM"):
        assert f"batch {batch}" not in page


def test_a_batch_typed_by_hand_still_goes_and_an_empty_one_is_asked_for(it: Room, log_in: LogIn) -> None:
    room.batch(it.site)
    client = log_in(it.staff)
    typed = {**NUMB, "stock": "", "product": "emla", "batch": "BORROWED", "expires_on": "2027-06-30"}
    page = _send(client, it, "numb", "apply", status=422, **{**typed, "batch": ""})
    assert '<details class="more" open' in page
    _send(client, it, "numb", "apply", **typed)
    assert it.treatment.anaesthetics.get().batch == "BORROWED"


def test_a_batch_set_aside_is_refused_when_typed_and_recordable_with_a_reason(
    it: Room, log_in: LogIn
) -> None:
    row = room.batch(it.site, **SET_ASIDE)
    client = log_in(it.staff)
    typed = {**NUMB, "product": "emla", "batch": " e77", "expires_on": "2027-06-30"}
    page = _send(client, it, "numb", "apply", status=422, **typed)
    assert "is set aside: Smells odd. Take another pack." in page
    page = _send(client, it, "numb", "apply", status=422, **typed, stock=row.public_id)
    assert "This batch is not free any more" in page
    _send(client, it, "numb", "apply", **typed, deviation_because="It is on already")
    assert Incident.objects.get().code == "batch-set-aside"


def test_a_product_from_stock_is_one_tap_whether_the_pack_knows_it_or_not(it: Room, log_in: LogIn) -> None:
    known = room.batch(it.site, product="sterile-saline", batch="NS1")
    own = room.batch(it.site, product="Mineral powder", batch="MM1", expires_on=None, use_within_months=12)
    client = log_in(it.staff)
    page = _page(client, it, "soothe")
    assert "Sterile saline, batch NS1, until 31 May 2028" in page
    assert "Mineral powder, batch MM1" in page
    for row in (known, own):
        _send(client, it, "soothe", "topical", stock=row.public_id, stage="before")
    used = it.treatment.topicals.order_by("pk").values_list("product", "batch", "expires_on")
    assert list(used) == [("sterile-saline", "NS1", known.expires_on), ("Mineral powder", "MM1", None)]
    assert ProductBatch.objects.get(pk=own.pk).opened_on == NOW.date()


def test_a_product_typed_by_hand_is_refused_when_its_batch_is_discarded(it: Room, log_in: LogIn) -> None:
    room.batch(
        it.site, product="Ceramide balm", discarded_at=NOW, discarded_by="X", discarded_because="Tube burst"
    )
    client = log_in(it.staff)
    typed = {"product": "other", "other": "ceramide balm", "batch": "e77", "stage": "before"}
    page = _send(client, it, "soothe", "topical", status=422, **typed)
    assert "was discarded: Tube burst. Take another pack." in page
    assert "Write its name." in _send(client, it, "soothe", "topical", status=422, **{**typed, "other": " "})
