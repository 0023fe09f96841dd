"""The step at which the needles are used: passes by direction, presses by lesion, and what they deliver."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import lesions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import LesionPresses, Staff, TreatmentArea
from needlework.clinic.who import Role
from needlework.skin import devices
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
ROLLED = {
    "do": "area",
    "area": "cheek-left",
    "indication": "atrophic-acne-scars",
    "needle_mm": "1.5",
    "passes_0": "3",
    "passes_90": "2",
    "passes_45": "0",
    "passes_135": "",
    "endpoint": "pinpoint-bleeding",
}


def started(model: str = "dermaroller-mf-8") -> Room:
    device = care.device_model(model, kind=devices.get(model).kind, needle_mm_min=None, needle_mm_max=None)
    it = room.ready(device=device)
    unit = room.unit(it.site, device, lot="X1")
    actions.use_device(treatment=it.treatment, unit=unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    return it


def step(it: Room) -> str:
    return reverse("treatment-step", args=[it.treatment.public_id, "treat"])


def delivery(it: Room) -> str:
    return reverse("treatment-delivery", args=[it.treatment.public_id])


def test_passes_are_counted_by_direction_and_summed(log_in: LogIn) -> None:
    it = started()
    client = log_in(it.staff)
    assert client.post(step(it), ROLLED).status_code == 302
    row = TreatmentArea.objects.get()
    assert (row.passes, row.directions, row.strokes) == (5, 2, [[0, 3], [90, 2]])
    shown = client.get(step(it)).content.decode()
    assert "5 passes (3 along, 2 across)" in shown
    assert "delivered: 76 ± " in shown


def test_entries_of_one_area_add_up(log_in: LogIn) -> None:
    it = started()
    client = log_in(it.staff)
    client.post(step(it), ROLLED)
    assert "together:" not in client.get(step(it)).content.decode()
    client.post(step(it), {**ROLLED, "passes_0": "1", "passes_90": "0"})
    shown = client.get(step(it)).content.decode()
    assert "together: 92 ± " in shown  # five passes and one


def test_the_counters_begin_with_the_plan_in_every_direction(
    log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    it = started()
    client = log_in(it.staff)
    with django_assert_max_num_queries(25):
        shown = client.get(step(it)).content.decode()
    for direction in (0, 90, 45, 135):
        assert f'name="passes_{direction}" value="2"' in shown
    assert "122 ± " in shown  # eight passes planned
    assert "<svg" in shown.split('id="delivery"')[1]


def test_without_a_pass_nothing_is_charted(log_in: LogIn) -> None:
    it = started()
    answer = log_in(it.staff).post(step(it), {**ROLLED, "passes_0": "0", "passes_90": ""})
    assert answer.status_code == 422
    assert "in at least one direction" in answer.content.decode()
    assert not TreatmentArea.objects.exists()


def test_what_the_counters_deliver_is_drawn_while_they_are_tapped(log_in: LogIn) -> None:
    it = started()
    client = log_in(it.staff)
    counted = {**ROLLED, "endpoint": ""}  # chosen later
    shown = client.post(delivery(it), counted).content.decode()
    assert "76 ± " in shown
    assert "Planned: 122 ± " in shown
    assert shown.count('<svg class="picture"') == 3
    for nothing in (
        {**counted, "passes_0": "0", "passes_90": "0"},
        {**counted, "area": "moon"},
        {**counted, "needle_mm": "thick"},
        {},
    ):
        assert (
            "The density shows when the counters are set."
            in client.post(delivery(it), nothing).content.decode()
        )


def test_only_who_treats_asks_what_the_counters_deliver(log_in: LogIn) -> None:
    it = started()
    desk = people.staff(it.clinic, Role.FRONT_DESK)
    assert log_in(desk).post(delivery(it), ROLLED).status_code == 403
    stranger = people.staff(people.clinic())
    assert log_in(stranger).post(delivery(it), ROLLED).status_code == 404


def test_a_stamp_is_pressed_lesion_by_lesion(
    log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    it = started("derma-stamp")
    first, second = (
        lesions.mark(
            patient=it.patient,
            area="cheek-left",
            kind=kind,
            x=Decimal("0.25"),
            y=Decimal("0.35"),
            by=it.by,
            at=NOW,
        )
        for kind in ("ice-pick", "boxcar")
    )
    client = log_in(it.staff)
    shown = client.get(f"{step(it)}?area=cheek-left").content.decode()
    assert "1. Ice-pick scar, C4" in shown
    assert "with 2 marks; the list says where each lies" in shown
    assert "passes_0" not in shown
    pressed = {
        **{name: value for name, value in ROLLED.items() if not name.startswith("passes")},
        f"presses_{first.public_id}": "6",
        f"presses_{second.public_id}": "4",
    }
    assert "on one lesion" in client.post(delivery(it), pressed).content.decode()
    answer = client.post(step(it), {**pressed, "deviation_because": "To see it"})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    row = TreatmentArea.objects.get()
    assert (row.passes, row.strokes) == (6, [])
    assert dict(LesionPresses.objects.values_list("lesion", "presses")) == {first.pk: 6, second.pk: 4}
    with django_assert_max_num_queries(25):
        client.get(f"{step(it)}?area=cheek-left")
    with django_assert_max_num_queries(25):
        read = client.get(reverse("treatment", args=[it.treatment.public_id]) + "?read=1").content.decode()
    assert "6 presses on ice-pick scar" in read


def test_a_stamp_without_marked_lesions_counts_presses_on_one_place(log_in: LogIn) -> None:
    it = started("derma-stamp")
    client = log_in(it.staff)
    sent = {name: value for name, value in ROLLED.items() if not name.startswith("passes")}
    refused = client.post(step(it), sent)
    assert (refused.status_code, "how often the stamp was pressed" in refused.content.decode()) == (422, True)
    client.post(step(it), {**sent, "passes": "7", "deviation_because": "To see it"})
    assert TreatmentArea.objects.get().passes == 7
