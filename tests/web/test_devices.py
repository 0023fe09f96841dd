"""Stock pages: a delivery by scan, the drawer, a lot, a packet, hand-pieces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.models import Delivery, DeviceUnit, Site, Staff
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import care, people, room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
SCAN = "]d201095060001343521728053110KX77"


@pytest.fixture
def desk() -> Staff:
    return people.staff(people.clinic(), Role.FRONT_DESK)


@pytest.fixture
def site(desk: Staff) -> Site:
    return people.site(desk.clinic)


def _form(site: Site, **changed: object) -> dict[str, object]:
    return {
        "do": "receive",
        "site": str(site.public_id),
        "scan": "",
        "model": "dermaroller-mf-8",
        "lot": "KX77",
        "expires_on": "2028-05-31",
        "quantity": "3",
        "serials": "",
        **changed,
    }


def test_a_delivery_is_scanned_its_model_chosen_once_and_known_the_next_time(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    care.device_model()
    client = log_in(desk)
    url = reverse("stock-receive")
    page = client.post(url, {"do": "scan", "packet": SCAN}).content.decode()
    assert "the model is not known here yet" in page
    assert 'value="KX77"' in page
    assert 'value="2028-05-31"' in page
    assert client.post(url, _form(site, scan=SCAN, read_by="wedge")).status_code == 302
    unit = DeviceUnit.objects.first()
    assert unit is not None
    assert (unit.di, unit.typed, Delivery.objects.get().quantity) == ("09506000134352", False, 3)
    page = client.post(url, {"do": "scan", "packet": SCAN}).content.decode()
    assert "Compare it with the packet" in page
    assert 'value="dermaroller-mf-8" selected' in page


def test_a_record_that_tells_no_needling_device_is_not_offered_and_the_choice_of_the_clinic_stands(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    care.device_model()
    care.device_model("di-09506000134352", di="09506000134352", name="Box of <screws>", kind="other")
    client = log_in(desk)
    url = reverse("stock-receive")
    page = client.post(url, {"do": "scan", "packet": SCAN}).content.decode()
    assert "Read: Box of &lt;screws&gt;" in page
    assert 'value="di-09506000134352"' not in page
    assert client.post(url, _form(site, model="di-09506000134352")).status_code == 422
    assert client.post(url, _form(site, scan=SCAN, read_by="wedge")).status_code == 302
    page = client.post(url, {"do": "scan", "packet": SCAN}).content.decode()
    assert 'value="dermaroller-mf-8" selected' in page


def test_what_cannot_be_read_or_received_is_said_with_422_and_kept(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    care.device_model()
    client = log_in(desk)
    url = reverse("stock-receive")
    assert client.post(url, {"do": "scan", "packet": "nonsense"}).status_code == 422
    assert client.post(url, {"do": "scan", "packet": ""}).status_code == 422
    for changed, sentence in (
        ({"expires_on": "2026-05-03"}, "send it back to the supplier"),
        ({"serials": "A\nB"}, "2 serial numbers"),
        ({"lot": ""}, "required"),
        ({"expires_on": "2026-02-31"}, "valid date"),
    ):
        response = client.post(url, _form(site, **changed))
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert 'value="dermaroller-mf-8" selected' in response.content.decode()
    assert not DeviceUnit.objects.exists()


def test_the_drawer_is_empty_then_full_and_stays_cheap(
    desk: Staff, site: Site, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(desk)
    assert "The drawer is empty" in client.get(reverse("stock")).content.decode()
    for n in range(30):
        room.unit(site, lot=f"<b>{n}", expires_on=NOW.date() + timedelta(days=n - 2))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("stock")).content.decode()
    assert "2 packets expired" in page
    assert "<b>1" not in page
    assert client.get(reverse("stock") + f"?site={site.public_id}").status_code == 200


def test_a_lot_is_looked_at_and_set_aside(desk: Staff, site: Site, log_in: LogIn) -> None:
    room.unit(site, lot="A/1 ü")
    client = log_in(desk)
    url = reverse("stock-lot", args=["dermaroller-mf-8", "A/1 ü"])
    assert "In stock" in client.get(url).content.decode()
    assert client.post(url, {"because": ""}).status_code == 422
    assert client.post(url, {"because": "Notice"}).status_code == 302
    assert DeviceUnit.objects.get().quarantined_because == "Notice"
    assert client.get(reverse("stock-lot", args=["dermaroller-mf-8", "NONE"])).status_code == 404


def test_a_packet_is_labelled_moved_set_aside_released_and_discarded(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    unit = room.unit(site)
    there = people.site(desk.clinic)
    client = log_in(desk)
    url = reverse("unit", args=[unit.public_id])
    assert client.get(url).status_code == 200
    for facts in (
        {"do": "label", "label": "NW-7"},
        {"do": "move", "site": str(there.public_id)},
        {"do": "quarantine", "because": "Wet"},
        {"do": "release", "because": "Dry"},
        {"do": "discard", "because": "Torn"},
    ):
        assert client.post(url, facts).status_code == 302, facts
    unit.refresh_from_db()
    assert (unit.clinic_label, unit.site, unit.discarded_because) == ("NW-7", there, "Torn")
    assert client.post(url, {"do": "discard", "because": ""}).status_code == 422
    assert client.post(url, {"do": "dance"}).status_code == 404


def test_front_desk_sees_that_a_packet_was_opened_and_not_for_whom(desk: Staff, log_in: LogIn) -> None:
    from needlework.clinic.actions import treatments

    it = room.ready(of=desk.clinic)
    treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    url = reverse("unit", args=[it.unit.public_id])
    assert it.patient.name not in log_in(desk).get(url).content.decode()
    assert it.patient.name in log_in(it.staff).get(url).content.decode()


def test_auditors_look_and_do_not_touch_and_another_clinic_finds_nothing(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    unit = room.unit(site)
    client = log_in(people.staff(desk.clinic, Role.AUDITOR))
    assert client.get(reverse("stock")).status_code == 200
    assert client.get(reverse("stock-receive")).status_code == 403
    url = reverse("unit", args=[unit.public_id])
    assert client.post(url, {"do": "discard", "because": "x"}).status_code == 403
    client = log_in(people.staff(people.clinic()))
    assert client.get(url).status_code == 404
    assert client.get(reverse("stock-lot", args=["dermaroller-mf-8", unit.lot])).status_code == 404


def test_a_sheet_of_labels_is_chosen_and_comes_as_pdf(desk: Staff, site: Site, log_in: LogIn) -> None:
    units = [room.unit(site, lot="KX77", di="09506000134352") for _ in range(2)]
    client = log_in(desk)
    assert (
        "Print labels" in client.get(reverse("stock-lot", args=["dermaroller-mf-8", "KX77"])).content.decode()
    )
    url = reverse("stock-labels", args=["dermaroller-mf-8", "KX77"])
    assert client.get(url).content.decode().count("checked") == 2
    chosen = {"units": [str(units[1].public_id)], "sheet": "a4-24", "start": "24"}
    answer = client.post(url, chosen)
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert [unit.proof for unit in DeviceUnit.objects.order_by("pk")] == ["count", "item"]
    assert client.get(url).content.decode().count("checked") == 1
    for changed in ({"units": []}, {"start": "25"}, {"sheet": "a5"}, {"units": [str(site.public_id)]}):
        assert client.post(url, chosen | changed).status_code == 422, changed
    assert log_in(people.staff(desk.clinic, Role.AUDITOR)).get(url).status_code == 403
    assert client.get(reverse("stock-labels", args=["dermaroller-mf-8", "NONE"])).status_code == 403
    assert log_in(desk).get(reverse("stock-labels", args=["dermaroller-mf-8", "NONE"])).status_code == 404


def test_a_model_shows_what_is_assumed_and_not_stated_and_takes_the_level_of_a_site(
    desk: Staff, site: Site, log_in: LogIn
) -> None:
    care.device_model()
    room.unit(site)
    client = log_in(desk)
    assert (
        reverse("stock-model", args=["dermaroller-mf-8"])
        in client.get(reverse("stock-models")).content.decode()
    )
    url = reverse("stock-model", args=["dermaroller-mf-8"])
    page = client.get(url).content.decode()
    for words in ("assumed", "not stated", "192 punctures in one turn", "Running low"):
        assert words in page, words
    assert client.post(url, {"site": str(site.public_id), "fewest": "-3"}).status_code == 422
    assert client.post(url, {"site": str(site.public_id), "fewest": "1"}).status_code == 302
    assert "Running low" not in client.get(url).content.decode()
    assert "Running low" not in client.get(reverse("stock")).content.decode()
    assert client.get(reverse("stock-model", args=["no-such-model"])).status_code == 404
    auditor = log_in(people.staff(desk.clinic, Role.AUDITOR))
    assert auditor.post(url, {"site": str(site.public_id), "fewest": "1"}).status_code == 403


def test_several_packets_are_moved_or_discarded_on_one_page(desk: Staff, site: Site, log_in: LogIn) -> None:
    units = [room.unit(site, lot="KX77") for _ in range(3)]
    there = people.site(desk.clinic)
    client = log_in(desk)
    url = reverse("stock-several", args=["dermaroller-mf-8", "KX77"])
    assert client.get(url).status_code == 200
    chosen = {"units": [str(unit.public_id) for unit in units[:2]]}
    for sent in ({"do": "move"}, {"do": "discard"}, {"do": "dance"}, {}):
        assert client.post(url, chosen | sent).status_code == 422, sent
    assert client.post(url, {"do": "move", "site": str(there.public_id)}).status_code == 422
    assert client.post(url, chosen | {"do": "move", "site": str(there.public_id)}).status_code == 302
    assert client.post(url, chosen | {"do": "discard", "because": "Wet"}).status_code == 302
    assert list(DeviceUnit.objects.order_by("pk").values_list("site", "discarded_because")) == [
        (there.pk, "Wet"),
        (there.pk, "Wet"),
        (site.pk, ""),
    ]
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
