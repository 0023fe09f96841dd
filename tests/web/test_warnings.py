"""What Today says of stock, recalls and the drill, and to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import recalls
from needlework.clinic.models import Site, Staff
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.recalls import notice, used

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


@pytest.fixture
def site() -> Site:
    return people.site(people.clinic(), name="Harbour Street")


def test_today_says_them_in_one_line_each_with_the_way_there(
    site: Site, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lead = people.staff(site.clinic, Role.MEDICAL_LEAD)
    use = used(site.clinic)
    room.unit(site, use.unit.model, expires_on=room.EXPIRED)
    recalls.open_recall(**notice(), by=people.acting(lead))
    client = log_in(lead)
    client.get(reverse("today"))
    with django_assert_max_num_queries(25):
        page = client.get(reverse("today"), {"site": str(site.public_id)}).content.decode()
    assert f'<a href="{reverse("recalls")}">1 patient</a> still to be told of a recall.' in page
    assert f'<a href="{reverse("stock")}?site={site.public_id}">The stock at Harbour Street</a>' in page
    assert "1 packet past the date." in page
    assert f'<a href="{reverse("recall-drill")}">The yearly drill of a recall</a> was never held.' in page
    for role in (Role.ASSISTANT, Role.FRONT_DESK):
        page = log_in(people.staff(site.clinic, role)).get(reverse("today")).content.decode()
        assert "still to be told" in page
        assert "yearly drill" not in page
    page = log_in(people.staff(site.clinic, Role.AUDITOR)).get(reverse("today")).content.decode()
    assert "still to be told" not in page
    assert "past the date" not in page
