"""Frames of a camera, photographs of a packet, and the test of a scanner."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import AuditEvent, DeviceUnit, DeviceUse, Staff
from needlework.clinic.rules import scans
from needlework.skin import udi
from tests.factories import care, frames, people, room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
DI = "09506000134352"
PACKET = {"01": DI, "17": "280531", "10": "ABC217"}
SWALLOWED = f"01{DI}1728053110ABC217"
WHOLE = udi.element_string(scans.TEST)


def _frame(client: Client, picture: bytes) -> dict[str, str]:
    answer = client.post(reverse("scan-frame"), data=picture, content_type="image/jpeg")
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_frame_is_answered_with_the_packet_a_reason_or_nothing_and_is_not_kept(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic()))
    care.device_model()
    assert _frame(client, frames.jpeg(PACKET)) == {
        "code": f"\x1d{SWALLOWED}",
        "words": "A packet, lot ABC217, expires 31 May 2028",
    }
    assert _frame(client, frames.jpeg(None)) == {}
    assert _frame(client, frames.jpeg(PACKET, blur=9)) == {}
    assert "Photograph the label again" in _frame(client, b"nonsense")["because"]
    assert not AuditEvent.objects.exists()


def test_a_frame_is_answered_within_400_ms_also_where_there_is_no_code(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic()))
    for picture in (frames.jpeg(PACKET), frames.jpeg(PACKET, blur=5), frames.jpeg(None)):
        _frame(client, picture)
        begun = time.process_time()
        _frame(client, picture)
        assert time.process_time() - begun < 0.4


def test_frames_are_for_staff_and_only_sent(client: Client, log_in: LogIn) -> None:
    url = reverse("scan-frame")
    assert client.post(url, data=b"x", content_type="image/jpeg").status_code == 302
    assert log_in(people.staff(people.clinic())).get(url).status_code == 405


def test_pages_may_use_the_camera_and_nothing_else(log_in: LogIn) -> None:
    answer = log_in(people.staff(people.clinic())).get(reverse("stock"))
    assert answer["Permissions-Policy"].startswith("camera=(self), microphone=()")


def test_a_packet_read_by_camera_is_opened_and_the_treatment_says_so(log_in: LogIn) -> None:
    it = room.ready()
    unit = room.unit(it.site, lot="ABC217", di=DI)
    client = log_in(it.staff)
    seen = _frame(client, frames.jpeg(PACKET))
    url = reverse("treatment-step", args=[it.treatment.public_id, "device"])
    page = client.post(url, {"do": "scan", "scan": seen["code"], "scan_by": "camera"}).content.decode()
    assert "ABC217" in page
    assert "Open this packet" in page
    sent = {"do": "open", "unit": str(unit.public_id), "scan": seen["code"], "read_by": "camera"}
    assert client.post(url, sent).status_code == 302
    use = DeviceUse.objects.get()
    assert (use.unit, use.read_by, use.scanned) == (unit, "camera", seen["code"])
    assert AuditEvent.objects.get(event="device-used").detail["read-by"] == "camera"
    assert "read by camera" in client.get(url).content.decode()


def test_a_photograph_does_the_same_without_a_script(log_in: LogIn) -> None:
    it = room.ready()
    room.unit(it.site, lot="ABC217", di=DI)
    client = log_in(it.staff)
    url = reverse("treatment-step", args=[it.treatment.public_id, "device"])

    def photograph(data: bytes) -> tuple[int, str]:
        file = SimpleUploadedFile("code.jpg", data, "image/jpeg")
        answer = client.post(url, {"do": "scan", "scan": "", "scan_by": "typed", "scan_photo": file})
        return answer.status_code, answer.content.decode()

    status, page = photograph(frames.jpeg(PACKET))
    assert (status, "Open this packet" in page, 'value="camera"' in page) == (200, True, True)
    for data, sentence in (
        (frames.jpeg(None), "No code is seen in the photograph"),
        (b"nonsense", "Photograph the label again"),
    ):
        status, page = photograph(data)
        assert (status, sentence in page) == (422, True)


def test_a_delivery_is_photographed_or_typed_and_says_which(log_in: LogIn) -> None:
    staff = people.staff(people.clinic())
    site = people.site(staff.clinic)
    care.device_model()
    client = log_in(staff)
    url = reverse("stock-receive")
    file = SimpleUploadedFile("code.jpg", frames.jpeg(PACKET), "image/jpeg")
    page = client.post(url, {"do": "scan", "packet": "", "packet_photo": file}).content.decode()
    assert 'value="ABC217"' in page
    for scan, read_by, typed in (
        (f"\x1d{SWALLOWED}", "camera", False),
        (f"(01){DI}(17)280531(10)ABC217", "typed", True),
    ):
        sent = {
            "do": "receive",
            "site": str(site.public_id),
            "scan": scan,
            "read_by": read_by,
            "model": "dermaroller-mf-8",
            "lot": "ABC217",
            "expires_on": "2028-05-31",
            "quantity": "1",
        }
        assert client.post(url, sent).status_code == 302
        unit = DeviceUnit.objects.order_by("-pk")[0]
        assert (unit.typed, unit.di) == (typed, DI)


def test_a_scanner_is_believed_on_the_tablet_where_it_passed_the_test(log_in: LogIn) -> None:
    care.device_model()
    client = log_in(people.staff(people.clinic()))
    receive, test = reverse("stock-receive"), reverse("scanner")
    scan = {"do": "scan", "packet": SWALLOWED, "packet_by": "wedge"}
    assert client.post(receive, scan).status_code == 422
    assert client.post(test, {"scan": WHOLE, "scan_by": "typed"}).status_code == 422
    assert client.post(test, {"scan": WHOLE.replace("\x1d", ""), "scan_by": "wedge"}).status_code == 422
    assert client.post(receive, scan).status_code == 422
    assert client.post(test, {"scan": f"]d2{WHOLE}", "scan_by": "wedge"}).status_code == 302
    assert "sends separators" in client.get(test).content.decode()
    assert client.post(receive, scan).status_code == 200
    assert (
        client.post(receive, scan | {"packet_by": "typed"}).status_code == 422
    )  # fingers are not that scanner
    assert client.post(test, {"scan": WHOLE.replace("\x1d", ""), "scan_by": "wedge"}).status_code == 422
    assert client.post(receive, scan).status_code == 422  # and a scanner that failed is not believed any more
