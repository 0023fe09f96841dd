"""A recall opens in the same moment as others work: each packet or batch is held, or its patient is on the list."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from needlework.clinic import errors
from needlework.clinic.actions import anaesthetics, batches, device_uses, devices, recalls
from needlework.clinic.models import DeviceUnit, ProductBatch, Recall, Site
from needlework.clinic.rules import notices
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.recalls import LOT, notice

ROUNDS = 6
EMLA = [notices.Line(product="emla", lot="E77")]


def together(*deeds: Callable[[], object]) -> list[object]:
    """All at the same moment, each on a connection of its own."""
    gate = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=60)
            return deed()
        except errors.RuleBroken as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.mark.django_db(transaction=True)
def test_a_packet_opened_while_the_recall_opens_is_held_or_its_patient_is_listed() -> None:
    for number in range(ROUNDS):
        it = room.ready()
        DeviceUnit.objects.filter(pk=it.unit.pk).update(lot=LOT)
        manager = people.acting(people.staff(it.clinic, Role.MANAGER))
        opened = together(
            lambda it=it: device_uses.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW),  # type: ignore[misc]
            lambda by=manager, n=number: recalls.open_recall(**notice(reference=str(n)), by=by),  # type: ignore[misc, arg-type]
        )
        recall = Recall.objects.get(clinic=it.clinic)
        unit = DeviceUnit.objects.get(pk=it.unit.pk)
        assert unit.recall_id == recall.pk
        used = opened[0] != "device-recalled"
        assert used is (unit.opened_at is not None)
        assert recall.contacts.filter(patient=it.patient).exists() is used


@pytest.mark.django_db(transaction=True)
def test_what_is_delivered_while_the_recall_opens_is_held() -> None:
    model = care.device_model()
    for _ in range(ROUNDS):
        clinic = people.clinic()
        site = people.site(clinic)
        manager = people.acting(people.staff(clinic, Role.MANAGER))
        together(
            lambda site=site, by=manager: devices.receive(  # type: ignore[misc]
                site=site, model=model, lot=LOT, expires_on=room.IN_DATE, quantity=3, by=by, at=NOW
            ),
            lambda by=manager: recalls.open_recall(**notice(), by=by),  # type: ignore[misc, arg-type]
        )
        recall = Recall.objects.get(clinic=clinic)
        assert set(DeviceUnit.objects.filter(clinic=clinic).values_list("recall", flat=True)) == {recall.pk}
        assert recall.units.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_cream_put_on_while_the_recall_opens_is_refused_or_its_patient_is_listed() -> None:
    for number in range(ROUNDS):
        it = room.ready()
        row = room.batch(it.site)
        manager = people.acting(people.staff(it.clinic, Role.MANAGER))
        done = together(
            lambda it=it: anaesthetics.apply_anaesthetic(  # type: ignore[misc]
                treatment=it.treatment, **room.CREAM, areas=["cheek-left"], by=it.by, at=NOW
            ),
            lambda by=manager, n=number: recalls.open_recall(**notice(reference=str(n), lines=EMLA), by=by),  # type: ignore[misc, arg-type]
        )
        recall = Recall.objects.get(clinic=it.clinic)
        row.refresh_from_db()
        assert row.recall_id == recall.pk
        refused = done[0] == "batch-recalled"
        assert it.treatment.anaesthetics.exists() is not refused
        assert recall.contacts.filter(patient=it.patient).exists() is not refused


@pytest.mark.django_db(transaction=True)
def test_a_batch_received_twice_at_once_while_its_recall_opens_is_one_row_and_held() -> None:
    for _ in range(ROUNDS):
        clinic = people.clinic()
        site = people.site(clinic)
        manager = people.acting(people.staff(clinic, Role.MANAGER))

        def receive(site: Site = site, by: Actor = manager) -> object:
            return batches.receive(
                site=site, product="emla", batch="E77", expires_on=room.IN_DATE, containers=3, by=by, at=NOW
            )

        together(
            receive,
            receive,
            lambda by=manager: recalls.open_recall(**notice(lines=EMLA), by=by),  # type: ignore[misc]
        )
        row = ProductBatch.objects.get(clinic=clinic)
        assert (row.containers, row.recall_id) == (6, Recall.objects.get(clinic=clinic).pk)
        assert row.recalled.count() == 1
