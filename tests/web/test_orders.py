"""Orders on their page, and from a treatment back to its cream."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.models import AnaestheticOrder, Staff
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
ORDER = {"product": "compounded-23-7", "max_g": "0.5", "because": "Small scar"}


@pytest.fixture
def it() -> Room:
    return room.ready()


def test_a_prescriber_orders_from_the_treatment_and_comes_back_to_it(
    it: Room, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(it.staff)
    url = reverse("orders", args=[it.treatment.course.public_id])
    numb = reverse("treatment-step", args=[it.treatment.public_id, "numb"])
    assert f"{url}?treatment=" in client.get(numb).content.decode()
    assert client.post(url, {**ORDER, "max_g": "9"}).status_code == 422
    assert client.post(url, {**ORDER, "product": "emla", "because": ""}).status_code == 422
    answer = client.post(f"{url}?treatment={it.treatment.public_id}", ORDER)
    assert (answer.status_code, answer["Location"]) == (302, numb)
    with django_assert_max_num_queries(25):
        assert "at most 0.5 g" in client.get(numb).content.decode()
    with django_assert_max_num_queries(25):
        assert "Small scar" in client.get(url).content.decode()
    assert client.post(url, ORDER).status_code == 422


def test_a_prescriber_withdraws_an_order(it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    url = reverse("orders", args=[it.treatment.course.public_id])
    assert client.post(url, ORDER)["Location"] == url
    order = AnaestheticOrder.objects.get()
    withdraw = reverse("order-withdraw", args=[order.public_id])
    assert client.post(withdraw, {"because": ""})["Location"] == url
    order.refresh_from_db()
    assert order.voided_at is None
    assert client.post(withdraw, {"because": "Another product"})["Location"] == url
    assert "Another product" in client.get(url).content.decode()


def test_who_is_no_prescriber_reads_the_orders_and_writes_none(it: Room, log_in: LogIn) -> None:
    url = reverse("orders", args=[it.treatment.course.public_id])
    nurse = log_in(people.staff(it.clinic, registration_number=""))
    assert 'action="' not in nurse.get(url).content.decode().split("<main")[1]
    assert nurse.post(url, ORDER).status_code == 403
    helper = log_in(people.staff(it.clinic, Role.ASSISTANT))
    assert helper.get(url).status_code == 200
    assert helper.post(url, ORDER).status_code == 403
    assert log_in(people.staff(it.clinic, Role.FRONT_DESK)).get(url).status_code == 403
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
    assert not AnaestheticOrder.objects.exists()
