"""Pages of hand-pieces: added, cleaned, serviced, out of use and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import HandPiece, Staff
from needlework.clinic.who import Role
from tests.factories import care, people, room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]


def test_a_hand_piece_is_added_cleaned_serviced_taken_out_and_put_back(log_in: LogIn) -> None:
    staff = people.staff(people.clinic(), Role.ASSISTANT)
    site = people.site(staff.clinic)
    client = log_in(staff)
    facts = {"name": "SkinPen", "serial": "1", "site": str(site.public_id)}
    assert client.post(reverse("hand-piece-new"), facts).status_code == 302
    assert client.post(reverse("hand-piece-new"), facts).status_code == 422
    piece = HandPiece.objects.get()
    cleaned, url = (reverse(name, args=[piece.public_id]) for name in ("hand-piece-cleaned", "hand-piece"))
    assert client.get(cleaned).status_code == 200
    assert client.post(cleaned, {"method": ""}).status_code == 422
    assert client.post(cleaned, {"method": "Alcohol"}).status_code == 302
    assert "Alcohol" in client.get(reverse("stock")).content.decode()
    service = {
        "do": "service",
        "serviced_on": "2026-11-20",
        "serviced_by": "Workshop",
        "what": "Seal changed",
    }
    assert client.post(url, service | {"next_due_on": "2026-11-19"}).status_code == 422
    assert client.post(url, service | {"next_due_on": "2026-11-23"}).status_code == 302
    page = client.get(url).content.decode()
    for words in ("Service overdue", "Seal changed", "Alcohol"):
        assert words in page
    assert client.post(url, {"do": "out", "because": ""}).status_code == 422
    assert client.post(url, {"do": "out", "because": "It rattles"}).status_code == 302
    assert "It rattles" in client.get(url).content.decode()
    assert "Out of use" in client.get(reverse("stock")).content.decode()
    assert client.post(url, {"do": "back", "because": "Repaired"}).status_code == 302
    assert "Out of use" not in client.get(reverse("stock")).content.decode()
    assert client.post(url, {"do": "dance"}).status_code == 404


def test_a_cartridge_asks_for_its_hand_piece_and_says_which_is_out_of_use(log_in: LogIn) -> None:
    from needlework.clinic.actions import hand_pieces
    from tests.conftest import NOW

    it = room.ready()
    pen = care.device_model("skinpen-precision", name="SkinPen Precision", kind="pen")
    unit = room.unit(it.site, pen)
    facts = {"by": it.by, "at": NOW}
    piece = hand_pieces.add(site=it.site, name="SkinPen", serial="HP-1", **facts)  # type: ignore[arg-type]
    hand_pieces.take_out(hand_piece=piece, because="It rattles", **facts)  # type: ignore[arg-type]
    client = log_in(it.staff)
    url = reverse("treatment-step", args=[it.treatment.public_id, "device"])
    page = client.post(url, {"do": "scan", "scan": unit.lot, "scan_by": "typed"}).content.decode()
    assert "SkinPen, HP-1, out of use" in page
    sent = {"do": "open", "unit": str(unit.public_id), "hand_piece": str(piece.public_id)}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "Take another hand-piece" in answer.content.decode()


def test_a_hand_piece_is_looked_at_by_auditors_and_not_by_another_clinic(log_in: LogIn) -> None:
    clinic = people.clinic()
    piece = HandPiece.objects.create(clinic=clinic, site=people.site(clinic), name="SkinPen", serial="1")
    url = reverse("hand-piece", args=[piece.public_id])
    client = log_in(people.staff(clinic, Role.AUDITOR))
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "out", "because": "x"}).status_code == 403
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
