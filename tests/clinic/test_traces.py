"""From a lot to its patients, exactly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from needlework.clinic import errors
from needlework.clinic.models import DeviceUse
from needlework.clinic.queries import traces as queries
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.recalls import LOT, used

pytestmark = pytest.mark.django_db
DI = "09506000134352"


def test_a_lot_leads_to_its_patients_with_where_and_when() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    ada, bea = people.patient(clinic), people.patient(clinic)
    site = people.site(clinic)
    used(clinic, patient=bea, at=site, lot=LOT.lower())
    used(clinic, patient=ada, at=site)
    used(clinic, patient=ada, at=site, when=NOW - timedelta(days=2))
    used(clinic, lot="OTHER")
    used(people.clinic())
    assert queries.count(lead, lot=LOT) == 2
    everyone = queries.everyone(lead, lot=LOT)
    assert [(each.patient.pk, len(each.uses)) for each in everyone] == [(ada.pk, 2), (bea.pk, 1)]
    assert everyone[0].uses[0].site == site.name
    assert everyone[0].uses[0].areas == ("cheek-left",)
    assert everyone[0].uses[0].used_at < everyone[0].uses[1].used_at


def test_a_lot_is_found_however_it_is_written_on_the_label_and_in_the_notice() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    for lot in ("Ab12c", "AB12C", "ab12c", "aB12C", "AB12", "AB12CD"):
        used(clinic, lot=lot)
    used(people.clinic(), lot="Ab12c")
    for typed in ("AB12C", "ab12c", " Ab12c "):
        assert queries.count(lead, lot=typed) == 4
        assert queries.units(lead, lot=typed).total == 4
    assert queries.written(lead, "Ab12C") == ("AB12C", "Ab12C", "Ab12c", "aB12C", "ab12c")
    assert queries.written(lead, " new ") == ("new",)


def test_pages_go_on_behind_the_last_patient_and_leave_nobody_out() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    for _ in range(5):
        used(clinic)
    seen: list[int] = []
    after = 0
    while page := queries.first(lead, lot=LOT, after=after, most=2):
        after = page[-1].patient.pk
        seen += [each.patient.pk for each in page]
    assert seen == sorted(DeviceUse.objects.values_list("patient", flat=True))


def test_an_identifier_and_a_serial_number_rule_out_only_what_is_known() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    used(clinic, di=DI, serial="S1")
    used(clinic, di=DI, serial="S2")
    used(clinic)
    used(clinic, di="19506000134359", serial="S1")
    assert queries.count(lead, lot=LOT) == 4
    assert queries.count(lead, lot=LOT, di=DI) == 3
    assert queries.count(lead, lot=LOT, di=DI, serial="s1") == 2
    numbers = queries.units(lead, lot=LOT, di=DI, serial="s1")
    assert (numbers.total, numbers.used) == (2, 2)


def test_a_packet_given_back_sealed_touched_nobody() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    use = used(clinic)
    DeviceUse.objects.filter(pk=use.pk).update(returned_at=NOW, returned_by="A", returned_confirmed_by="B")
    assert queries.count(lead, lot=LOT) == 0
    assert queries.everyone(lead, lot=LOT) == []


def test_the_packets_of_a_lot_are_counted_by_where_they_stand() -> None:
    clinic = people.clinic()
    desk = people.acting(people.staff(clinic, Role.FRONT_DESK))
    site = people.site(clinic)
    room.unit(site, lot=LOT)
    room.unit(site, lot=LOT, quarantined_at=NOW, quarantined_by="A", quarantined_because="Wet")
    room.unit(site, lot=LOT, discarded_at=NOW, discarded_by="A", discarded_because="Torn")
    used(clinic)
    found = queries.units(desk, lot=LOT)
    assert found == queries.Units(total=4, in_stock=1, quarantined=1, recalled=0, used=1, discarded=1)


def test_the_front_desk_does_not_trace_and_a_manager_sees_no_clinical_detail() -> None:
    clinic = people.clinic()
    used(clinic)
    with pytest.raises(errors.NotAllowed):
        queries.count(people.acting(people.staff(clinic, Role.FRONT_DESK)), lot=LOT)
    [traced] = queries.first(people.acting(people.staff(clinic, Role.MANAGER)), lot=LOT)
    assert (traced.uses[0].practitioner, traced.uses[0].areas) == ("", ())


def test_the_look_ups_take_the_same_few_queries_however_many_patients_there_are() -> None:
    clinic = people.clinic()
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    numbers = []
    for more in (1, 6):
        for _ in range(more):
            used(clinic)
        with CaptureQueriesContext(connection) as asked:
            queries.count(lead, lot=LOT)
            queries.first(lead, lot=LOT)
            queries.everyone(lead, lot=LOT)
        numbers.append(len(asked))
    assert numbers == [22, 22]
