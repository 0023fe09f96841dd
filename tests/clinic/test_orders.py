"""What needs a prescriber is used on a written order, within the order and within what nobody can override."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import orders as actions
from needlework.clinic.actions import treatments
from needlework.clinic.models import AnaestheticApplication, AnaestheticOrder, AuditEvent
from needlework.clinic.queries import orders as queries
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
STRONG = "compounded-23-7"
BATCH: dict[str, Any] = {
    "product": STRONG,
    "batch": "C1",
    "expires_on": date(2027, 1, 31),
    "grams": Decimal("0.5"),
    "area_cm2": Decimal(10),
    "weight_kg": Decimal(64),
    "minutes": 30,
}


@pytest.fixture
def it() -> Room:
    return room.ready()


def _order(it: Room, **changed: Any) -> AnaestheticOrder:
    facts = {
        "course": it.treatment.course,
        "product": STRONG,
        "max_g": Decimal("0.5"),
        "because": "Small scar",
    }
    return actions.order_anaesthetic(**{**facts, "by": it.by, "at": NOW, **changed})


def _apply(it: Room, **changed: Any) -> AnaestheticApplication:
    return treatments.apply_anaesthetic(
        **{"treatment": it.treatment, **BATCH, "by": it.by, "at": NOW, **changed}
    )


def test_an_order_has_its_prescriber_and_stands_on_the_trail(it: Room) -> None:
    order = _order(it)
    assert (order.ordered_by, order.registration_number) == (it.staff.name, it.staff.registration_number)
    line = AuditEvent.objects.get(event="anaesthetic-ordered")
    assert line.patient == it.patient.public_id
    assert line.detail["max_g"] == "0.5"
    assert queries.orders_of(it.by, it.treatment.course) == [order]
    assert queries.order(it.by, order.public_id) == order


def test_an_unlicensed_product_goes_on_only_by_an_order(it: Room) -> None:
    with pytest.raises(errors.DoseRefused, match="prescriber's order"):
        _apply(it)
    assert not AnaestheticApplication.objects.exists()
    order = _order(it)
    cream = _apply(it, by=people.acting(people.staff(it.clinic, Role.ASSISTANT)))
    assert cream.order == order
    assert cream.pack_version.startswith("1.")


def test_a_plan_that_names_the_product_is_no_order() -> None:
    it = room.ready(anaesthetic=STRONG)
    with pytest.raises(errors.DoseRefused, match="prescriber's order"):
        _apply(it)


def test_an_order_counts_in_its_own_course(it: Room) -> None:
    _order(it, course=care.course(it.patient))
    with pytest.raises(errors.DoseRefused, match="prescriber's order"):
        _apply(it)


def test_more_than_was_ordered_for_one_treatment_is_refused(it: Room) -> None:
    _order(it)
    _apply(it, grams=Decimal("0.3"))
    with pytest.raises(errors.DoseRefused, match=r"ordered at most 0\.5 g"):
        _apply(it, grams=Decimal("0.3"))
    assert _apply(it, grams=Decimal("0.2")).grams == Decimal("0.2")


def test_no_order_reaches_beyond_the_mass_limit_of_lidocaine(it: Room) -> None:
    with pytest.raises(errors.BadInput, match=r"At most 1\.3 g"):
        _order(it, max_g=Decimal("1.4"))
    _order(it, max_g=Decimal("1.3"))
    with pytest.raises(errors.DoseRefused, match="Lidocaine applied: 299 mg of at most 225"):
        _apply(it, grams=Decimal("1.3"), weight_kg=Decimal(50))


def test_what_went_on_in_another_treatment_of_the_day_counts(it: Room) -> None:
    _order(it, max_g=Decimal(1))
    other = care.treatment(it.plan, it.staff, it.site, number=2)
    treatments.apply_anaesthetic(treatment=other, **BATCH, by=it.by, at=NOW - timedelta(hours=3))
    _apply(it)
    with pytest.raises(errors.DoseRefused, match="Lidocaine applied"):
        _apply(it, grams=Decimal("0.4"))


def test_a_withdrawn_order_is_no_order(it: Room) -> None:
    order = actions.withdraw_order(order=_order(it), because="Another product", by=it.by, at=NOW)
    assert (order.voided_by, order.voided_because) == (it.staff.name, "Another product")
    assert AuditEvent.objects.filter(event="anaesthetic-order-withdrawn").exists()
    with pytest.raises(errors.DoseRefused):
        _apply(it)
    with pytest.raises(errors.AlreadyVoided):
        actions.withdraw_order(order=order, because="Again", by=it.by, at=NOW)
    assert _order(it).pk != order.pk


def test_who_is_no_prescriber_neither_orders_nor_withdraws(it: Room) -> None:
    order = _order(it)
    nurse = people.acting(people.staff(it.clinic, registration_number=""))
    with pytest.raises(errors.OrderNeedsPrescriber):
        _order(it, by=nurse)
    with pytest.raises(errors.OrderNeedsPrescriber):
        actions.withdraw_order(order=order, because="x", by=nurse, at=NOW)
    with pytest.raises(errors.NotAllowed):
        _order(it, by=people.acting(people.staff(it.clinic, Role.ASSISTANT)))
    with pytest.raises(errors.NotFound):
        _order(it, by=people.acting(people.staff(people.clinic())))
    with pytest.raises(errors.NotFound):
        queries.order(people.acting(people.staff(people.clinic())), order.public_id)
    assert AnaestheticOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"product": "toothpaste"}, errors.BadInput, "toothpaste"),
        ({"max_g": Decimal(0)}, errors.BadInput, "Give grams"),
        ({"max_g": Decimal("0.25")}, errors.BadInput, "one decimal"),
        ({"because": " "}, errors.ReasonNeeded, "reason"),
        ({"product": "otc-high-strength"}, errors.AnaestheticBarred, "never used"),
        ({"product": "lmx4"}, errors.AnaestheticBarred, "medical lead"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_and_nothing_is_left(
    changed: dict[str, Any], error: type[Exception], says: str, it: Room
) -> None:
    with pytest.raises(error, match=says):
        _order(it, **changed)
    assert not AnaestheticOrder.objects.exists()
    assert not AuditEvent.objects.exists()


def test_one_order_of_a_product_stands_in_a_course(it: Room) -> None:
    _order(it)
    with pytest.raises(errors.AlreadyOrdered, match=it.staff.name):
        _order(it, max_g=Decimal(1))


def test_an_allergy_is_not_ordered_away(it: Room) -> None:
    care.history(
        it.patient,
        care.answers(allergy_anaesthetic={"answer": "yes"}),
        answered_at=NOW - timedelta(hours=1),
    )
    with pytest.raises(errors.AnaestheticBarred):
        _order(it)


def test_what_can_be_ordered_names_its_most(it: Room) -> None:
    most = {row.code: grams for row, grams in queries.products(it.clinic)}
    assert most["emla"] == 60
    assert most[STRONG] == pytest.approx(300 / 230)
    assert "lmx4" not in most
    assert "otc-high-strength" not in most
