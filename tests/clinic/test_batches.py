"""From a batch of cream or serum to the patients it was put on."""

from __future__ import annotations

from datetime import date

import pytest

from needlework.clinic.actions import anaesthetics, topicals
from needlework.clinic.errors import NotAllowed
from needlework.clinic.models import TopicalUse
from needlework.clinic.queries import batches
from needlework.clinic.who import Role
from tests.factories import people, room
from tests.factories.people import NOW
from tests.factories.room import CREAM, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def it() -> Room:
    return room.ready()


def serum(it: Room, **changed: object) -> TopicalUse:
    return topicals.apply_topical(
        **{  # type: ignore[arg-type]
            "treatment": it.treatment,
            "product": "Aftercare serum",
            "batch": "HA2210",
            "expires_on": date(2028, 1, 1),
            "stage": "after",
            "deviation_because": "Charted before the needles.",
            "by": it.by,
            "at": NOW,
            **changed,
        }
    )


def test_a_batch_of_serum_leads_to_its_patient_whatever_the_capitals(it: Room) -> None:
    serum(it)
    (found,) = batches.everyone(it.by, batch="ha2210")
    assert (found.number, found.name) == (it.patient.number, it.patient.name)
    assert (found.treatment, found.site, found.batch) == (it.treatment.public_id, it.site.name, "HA2210")
    assert batches.everyone(it.by, batch="HA2210", product="emla") == []
    assert batches.everyone(it.by, batch="HA221") == []


def test_a_batch_in_small_and_capital_letters_is_found_in_every_spelling(it: Room) -> None:
    serum(it, batch="Ab12c")
    for typed in ("Ab12c", "AB12C", "ab12c", " aB12C "):
        assert [one.batch for one in batches.everyone(it.by, batch=typed)] == ["Ab12c"]
    assert len(batches.everyone(it.by, batch="ab12c", product="aftercare serum")) == 1


def test_a_batch_is_shown_where_it_stands_at_every_site_of_this_clinic(it: Room) -> None:
    here = room.batch(it.site)
    gone = room.batch(people.site(it.clinic), batch="e77", discarded_at=NOW, discarded_by="X")
    room.batch(people.site(people.clinic()))
    room.batch(it.site, product="Balm")
    found = batches.in_stock(it.by, batch="E77", product="emla", on=NOW.date())
    assert {(held.row.pk, held.state.value) for held in found} == {
        (here.pk, "in-date"),
        (gone.pk, "discarded"),
    }
    assert len(batches.in_stock(it.by, batch="e77", on=NOW.date())) == 3


def test_a_batch_of_cream_is_traced_the_same_way_with_its_areas(it: Room) -> None:
    anaesthetics.apply_anaesthetic(treatment=it.treatment, **CREAM, areas=["cheek-left"], by=it.by, at=NOW)  # type: ignore[arg-type]
    (found,) = batches.everyone(it.by, batch="E77")
    assert (found.product, found.areas) == ("emla", ("cheek-left",))
    desk = people.acting(people.staff(it.clinic, Role.MANAGER))
    assert batches.everyone(desk, batch="E77")[0].areas == ()


def test_what_was_voided_is_not_traced(it: Room) -> None:
    row = serum(it)
    TopicalUse.objects.filter(pk=row.pk).update(
        voided_at=NOW, voided_by="X", voided_because="Another patient's."
    )
    assert batches.everyone(it.by, batch="HA2210") == []


def test_another_clinic_learns_nothing_and_a_patient_may_not_ask(it: Room) -> None:
    serum(it)
    stranger = people.acting(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    assert batches.everyone(stranger, batch="HA2210") == []
    with pytest.raises(NotAllowed):
        batches.everyone(people.as_patient(it.patient), batch="HA2210")
