"""Numbing cream: within its licence, off before the needles, never on needled skin; facts recordable all the same."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import packs, screenings
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import AnaestheticApplication, AuditEvent, Finding, Incident
from needlework.clinic.rules import anaesthetics as rules
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def it() -> Room:
    return room.ready()


def _apply(it: Room, **changed: Any) -> AnaestheticApplication:
    return actions.apply_anaesthetic(
        **{"treatment": it.treatment, **room.CREAM, "by": it.by, "at": NOW, **changed}
    )


def test_cream_goes_on_with_the_limits_it_was_judged_by(it: Room) -> None:
    cream = _apply(it, areas=["cheek-left"], occluded=True)
    assert (cream.grams, cream.area_cm2, cream.applied_at) == (Decimal(9), Decimal(60), NOW)
    limits = {limit["limit"]: limit for limit in cream.limits}
    assert (limits["grams"]["value"], limits["grams"]["used"]) == (60, 9)
    assert rules.latest_minutes(cream) == 300
    line = AuditEvent.objects.get(event="anaesthetic-applied")
    assert line.detail["product"] == "emla"
    assert line.patient == it.patient.public_id


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"grams": Decimal(61)}, "61 g of at most 60"),
        ({"area_cm2": Decimal(601)}, "of at most 600"),
        ({"minutes": 301}, "of at most 300"),
        ({"product": "lmx4"}, "medical lead"),
        ({"product": "compounded-23-7", "grams": Decimal("0.5")}, "prescriber's order"),
    ],
)
def test_a_dose_above_a_hard_limit_is_refused_and_nothing_is_left(
    changed: dict[str, Any], says: str, it: Room
) -> None:
    with pytest.raises(errors.DoseRefused, match=says):
        _apply(it, **changed)
    assert not AnaestheticApplication.objects.exists()
    assert not AuditEvent.objects.exists()


def test_too_much_cream_already_on_is_recorded_as_a_grave_deviation(it: Room) -> None:
    _apply(it, grams=Decimal(61), deviation_because="The tube was bigger than it looked")
    incident = Incident.objects.get()
    assert (incident.kind, incident.code, incident.severity) == ("deviation", "dose-refused", "high")
    assert "61 g of at most 60" in incident.what
    assert "The tube was bigger" in incident.what
    assert AuditEvent.objects.get(event="anaesthetic-applied").detail["passed-by"] == ["dose-refused"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"grams": Decimal(9000)}, "grams"),
        ({"grams": Decimal(0)}, "grams"),
        ({"area_cm2": Decimal(0)}, "area_cm2"),
        ({"weight_kg": Decimal(10)}, "weight_kg"),
        ({"minutes": 0}, "minutes"),
        ({"product": "toothpaste"}, "product"),
        ({"areas": ["moon"]}, "areas"),
        ({"batch": " "}, "batch"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_whatever_the_reason(
    changed: dict[str, Any], field: str, it: Room
) -> None:
    with pytest.raises(errors.BadInput) as refused:
        _apply(it, **changed)
    assert refused.value.at_field == field


def test_doses_of_the_last_day_add_up(it: Room) -> None:
    _apply(it, grams=Decimal(40))
    with pytest.raises(errors.DoseRefused, match="70 g of at most 60"):
        _apply(it, grams=Decimal(30))
    AnaestheticApplication.objects.update(applied_at=NOW - timedelta(hours=24))
    assert _apply(it, grams=Decimal(30)).grams == 30


def test_a_voided_application_does_not_add_up(it: Room) -> None:
    cream = _apply(it, grams=Decimal(40))
    actions.void_anaesthetic(application=cream, because="Wrong patient", by=it.by, at=NOW)
    assert _apply(it, grams=Decimal(30)).grams == 30
    with pytest.raises(errors.AlreadyVoided):
        actions.void_anaesthetic(application=cream, because="x", by=it.by, at=NOW)


def test_an_application_is_voided_only_with_a_reason(it: Room) -> None:
    cream = _apply(it)
    with pytest.raises(errors.ReasonNeeded):
        actions.void_anaesthetic(application=cream, because=" ", by=it.by, at=NOW)


def test_an_allergy_in_the_history_stops_the_matching_product(it: Room) -> None:
    care.history(
        it.patient,
        care.answers(allergy_anaesthetic={"answer": "yes"}),
        answered_at=NOW - timedelta(hours=1),
    )
    with pytest.raises(errors.DoseRefused):
        _apply(it)


def test_an_expired_tube_is_refused_and_recordable(it: Room) -> None:
    yesterday = date(2026, 11, 23)
    with pytest.raises(errors.BatchExpired, match="23 November 2026"):
        _apply(it, expires_on=yesterday)
    _apply(it, expires_on=yesterday, deviation_because="Seen afterwards")
    assert Incident.objects.get().code == "batch-expired"


def test_cream_comes_off_and_needling_cannot_start_before(it: Room) -> None:
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    cream = _apply(it)
    with pytest.raises(errors.CreamStillOn):
        actions.start(treatment=it.treatment, by=it.by, at=NOW + 60 * MINUTE)
    actions.remove_anaesthetic(application=cream, by=it.by, at=NOW + 61 * MINUTE)
    assert actions.start(treatment=it.treatment, by=it.by, at=NOW + 62 * MINUTE).started_at
    with pytest.raises(errors.BadInput):
        actions.remove_anaesthetic(application=cream, by=it.by, at=NOW + 63 * MINUTE)


def test_cream_that_stayed_too_long_comes_off_as_a_deviation(it: Room) -> None:
    cream = _apply(it)
    with pytest.raises(errors.CreamOnTooLong, match="301 minutes"):
        actions.remove_anaesthetic(application=cream, by=it.by, at=NOW + 301 * MINUTE)
    actions.remove_anaesthetic(
        application=cream, deviation_because="Fire alarm", by=it.by, at=NOW + 301 * MINUTE
    )
    assert Incident.objects.get().code == "cream-on-too-long"


def test_cream_after_the_start_is_recordable_only_as_a_grave_deviation(it: Room) -> None:
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    with pytest.raises(errors.CreamAfterStart):
        _apply(it, at=NOW + MINUTE)
    _apply(it, at=NOW + MINUTE, deviation_because="She asked for more")
    codes = set(Incident.objects.values_list("code", "severity"))
    assert ("cream-after-start", "high") in codes
    with pytest.raises(errors.CreamStillOn):
        actions.treat_area(
            treatment=it.treatment,
            area="cheek-left",
            indication="atrophic-acne-scars",
            needle_mm=Decimal("1.5"),
            passes=8,
            by=it.by,
            at=NOW + 2 * MINUTE,
        )


def test_moments_that_cannot_have_been_are_refused(it: Room) -> None:
    with pytest.raises(errors.MomentNotPossible):
        _apply(it, applied_at=NOW + MINUTE)
    cream = _apply(it)
    for when in (NOW - MINUTE, NOW + 2 * MINUTE):
        with pytest.raises(errors.MomentNotPossible):
            actions.remove_anaesthetic(application=cream, removed_at=when, by=it.by, at=NOW + MINUTE)


def test_an_assistant_puts_cream_on_and_front_desk_does_not(it: Room) -> None:
    assert _apply(it, by=people.acting(people.staff(it.clinic, Role.ASSISTANT)))
    with pytest.raises(errors.NotAllowed):
        _apply(it, by=people.acting(people.staff(it.clinic, Role.FRONT_DESK)))
    with pytest.raises(errors.NotFound):
        _apply(it, by=people.acting(people.staff(people.clinic())))


def test_the_clinics_own_maximum_lets_a_product_in_and_is_hard(it: Room) -> None:
    lead = people.acting(people.staff(it.clinic, Role.MEDICAL_LEAD))
    packs.set_ceiling(product="lmx4", max_g=Decimal(20), because="Our reading", by=lead, at=NOW)
    it.treatment.refresh_from_db()
    with pytest.raises(errors.DoseRefused, match=r"21 g of at most 20. The clinic's own ceiling"):
        _apply(it, product="lmx4", grams=Decimal(21), area_cm2=Decimal(200), minutes=40)
    cream = _apply(it, product="lmx4", grams=Decimal(20), area_cm2=Decimal(200), minutes=40)
    assert cream.pack_version != cream.treatment.plan.pack_version
    packs.set_ceiling(product="emla", max_g=Decimal(30), because="Our reading", by=lead, at=NOW)
    AnaestheticApplication.objects.update(applied_at=NOW - timedelta(hours=24))
    with pytest.raises(errors.DoseRefused, match="31 g of at most 30"):
        _apply(it, grams=Decimal(31))


def test_what_the_medical_lead_let_through_bars_no_cream(it: Room) -> None:
    care.history(
        it.patient,
        care.answers(breastfeeding={"answer": "yes"}),
        answered_at=NOW - timedelta(hours=1),
    )
    with pytest.raises(errors.DoseRefused):
        _apply(it)
    lead = people.acting(people.staff(it.clinic, Role.MEDICAL_LEAD))
    screenings.keep_findings(it.patient, at=NOW, zone="Europe/London")
    row = Finding.objects.get(rule="breastfeeding-anaesthetic")
    screenings.override(finding=row, because="Milk is given from a bottle today", by=lead, at=NOW)
    assert _apply(it).grams == 9
