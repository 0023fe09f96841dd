"""A hundred hands reach for one packet: exactly one gets it, on whichever database is configured."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from needlework.clinic import errors
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import AuditEvent, DeviceUnit, DeviceUse
from tests.factories import people, room
from tests.factories.people import NOW

HANDS = 100


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_threads_exactly_one_opens_the_packet() -> None:
    clinic = people.clinic()
    staff = people.staff(clinic)
    rooms = [room.ready(staff=staff) for _ in range(4)]
    unit = room.unit(rooms[0].site)
    gate = Barrier(HANDS)

    def reach(hand: int) -> str:
        try:
            gate.wait(timeout=60)
            it = rooms[hand % len(rooms)]
            actions.use_device(treatment=it.treatment, unit=unit, by=it.by, at=NOW)
        except errors.DeviceAlreadyUsed as refused:
            return refused.code
        else:
            return "opened"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        answers = Counter(pool.map(reach, range(HANDS)))
    assert answers == {"opened": 1, "device-already-used": HANDS - 1}
    assert DeviceUse.objects.count() == 1
    assert DeviceUnit.objects.filter(pk=unit.pk, opened_at=NOW).exists()
    assert AuditEvent.objects.filter(event="device-used").count() == 1
