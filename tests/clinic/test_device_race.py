"""Many hands reach for the same packets: each packet goes to exactly one, on whichever database is configured."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from needlework.clinic import errors
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import AuditEvent, DeviceUnit, DeviceUse
from tests.factories import people, room
from tests.factories.people import NOW

from .racing import Race

HANDS = 100
WORKERS, PACKETS, ATTEMPTS = 50, 100, 1000


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kill_one", [False, True])
def test_of_a_thousand_attempts_by_fifty_processes_a_hundred_open_a_packet_each(kill_one: bool) -> None:
    """Also when a process dies by SIGKILL in the middle of a transaction, with a packet in its hand."""
    clinic = people.clinic()
    rooms = [room.ready(of=clinic) for _ in range(10)]
    units = [room.unit(rooms[0].site) for _ in range(PACKETS)]
    race = Race(
        database=str(connection.settings_dict["NAME"]),
        staff=[it.staff.pk for it in rooms],
        treatments=[it.treatment.pk for it in rooms],
        units=[unit.pk for unit in units],
        workers=WORKERS,
        attempts=ATTEMPTS,
        kill_one=kill_one,
        at=NOW.isoformat(),
    )
    connections.close_all()
    answers = race.run()
    assert answers.pop("killed", 0) == kill_one
    assert answers.pop("finished-before-the-kill", 0) < WORKERS
    assert answers == {"opened": PACKETS, "device-already-used": ATTEMPTS - PACKETS}
    used = DeviceUse.objects.order_by("unit").values_list("unit", flat=True)
    assert list(used) == [unit.pk for unit in units]
    assert DeviceUnit.objects.filter(opened_at=NOW).count() == PACKETS
    assert AuditEvent.objects.filter(event="device-used").count() == PACKETS
