"""The pages of a count: begun, scanned, taken back, closed, given up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.models import DeviceUnit, Site, Staff, StockCount
from needlework.clinic.who import Role
from tests.factories import people, room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


@pytest.fixture
def desk() -> Staff:
    return people.staff(people.clinic(), Role.FRONT_DESK)


@pytest.fixture
def site(desk: Staff) -> Site:
    return people.site(desk.clinic)


def test_a_site_is_counted_scan_by_scan_and_closed(
    desk: Staff, site: Site, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for lot in range(20):
        room.unit(site, lot=f"LOT-{lot}")
    for serial in ("S1", "S2"):
        room.unit(site, lot="KX77", serial=serial)
    client = log_in(desk)
    assert "Nothing was counted yet" in client.get(reverse("counts")).content.decode()
    assert client.post(reverse("counts"), {"site": ""}).status_code == 422
    assert client.post(reverse("counts"), {"site": str(site.public_id)}).status_code == 302
    assert client.post(reverse("counts"), {"site": str(site.public_id)}).status_code == 422
    count = StockCount.objects.get()
    url = reverse("count", args=[count.public_id])
    scan = {"do": "scan", "scan": "S1", "scan_by": "typed", "number": "1"}
    assert client.post(url, scan).status_code == 302
    answer = client.post(url, scan)
    assert (answer.status_code, "is counted already" in answer.content.decode()) == (422, True)
    assert client.post(url, scan | {"scan": "LOT-3", "number": "x"}).status_code == 422
    assert client.post(url, scan | {"scan": "LOT-3", "number": "2"}).status_code == 302
    with django_assert_max_num_queries(16):
        page = client.get(url).content.decode()
    for words in ("1 not seen", "1 more than recorded", "20 packets nobody saw"):
        assert words in page, words
    packet = count.packets.get(lot="LOT-3")
    assert client.post(url, {"do": "back", "entry": str(packet.public_id)}).status_code == 302
    assert client.post(url, {"do": "back", "entry": "x"}).status_code == 404
    assert client.post(url, {"do": "dance"}).status_code == 404
    assert client.post(url, {"do": "close"}).status_code == 302
    page = client.get(url).content.decode()
    assert "1 discarded as missing" in page
    assert "Take back" not in page
    assert DeviceUnit.objects.filter(discarded_at=None).count() == 1
    assert client.post(url, {"do": "close"}).status_code == 422


def test_a_count_is_given_up_with_a_reason(desk: Staff, site: Site, log_in: LogIn) -> None:
    client = log_in(desk)
    client.post(reverse("counts"), {"site": str(site.public_id)})
    url = reverse("count", args=[StockCount.objects.get().public_id])
    assert client.post(url, {"do": "abandon", "because": ""}).status_code == 422
    assert client.post(url, {"do": "abandon", "because": "Called away"}).status_code == 302
    assert "Called away" in client.get(url).content.decode()
    assert "Called away" in client.get(reverse("counts")).content.decode()


def test_auditors_look_at_counts_and_another_clinic_finds_none(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    log_in(desk).post(reverse("counts"), {"site": str(site.public_id)})
    url = reverse("count", args=[StockCount.objects.get().public_id])
    client = log_in(people.staff(desk.clinic, Role.AUDITOR))
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "close"}).status_code == 403
    assert client.post(reverse("counts"), {"site": str(site.public_id)}).status_code == 403
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
