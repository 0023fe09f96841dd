"""What was done to the skin: within bounds, with an open packet; taken back, never erased; facts as deviations."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import treatments as actions
from needlework.clinic.actions.treatments import AreaDone
from needlework.clinic.models import AuditEvent, DeviceUse, Incident, TopicalUse, TreatmentArea, Withdrawal
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FULL = AreaDone("cheek-left", "atrophic-acne-scars", Decimal("1.5"), 8, 4, "pinpoint-bleeding", "Even")


@pytest.fixture
def it() -> Room:
    made = room.ready(areas=("cheek-left", "cheek-right"))
    actions.use_device(treatment=made.treatment, unit=made.unit, by=made.by, at=NOW)
    made.treatment = actions.start(treatment=made.treatment, by=made.by, at=NOW)
    return made


def _treat(it: Room, **changed: Any) -> TreatmentArea:
    return actions.treat_area(
        **{
            "treatment": it.treatment,
            "area": "cheek-left",
            "indication": "atrophic-acne-scars",
            "needle_mm": Decimal("1.5"),
            "passes": 8,
            "by": it.by,
            "at": NOW + 5 * MINUTE,
            **changed,
        }
    )


def test_several_areas_are_charted_in_one_line_of_the_trail(it: Room) -> None:
    right = AreaDone("cheek-right", "atrophic-acne-scars", Decimal("1.5"), 6)
    rows = actions.treat_areas(treatment=it.treatment, areas=[FULL, right], by=it.by, at=NOW + MINUTE)
    assert [(row.area, row.passes) for row in rows] == [("cheek-left", 8), ("cheek-right", 6)]
    assert {row.device_use for row in rows} == set(it.treatment.device_uses.all())
    line = AuditEvent.objects.get(event="area-treated")
    assert [area["area"] for area in line.detail["areas"]] == ["cheek-left", "cheek-right"]


def test_saving_areas_takes_few_queries(it: Room, django_assert_max_num_queries: Any) -> None:
    areas = [FULL] * 4
    with django_assert_max_num_queries(8):  # two of them savepoints of the test's own transaction
        actions.treat_areas(treatment=it.treatment, areas=areas, by=it.by, at=NOW + MINUTE)


def test_a_packet_is_opened_and_areas_are_charted_in_one_transaction() -> None:
    it = room.ready()
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    fresh = room.unit(it.site)
    [row] = actions.treat_areas(treatment=it.treatment, areas=[FULL], unit=fresh, by=it.by, at=NOW)
    assert row.device_use.unit == fresh
    with pytest.raises(errors.BadInput):
        actions.treat_areas(
            treatment=it.treatment, areas=[], unit=room.unit(it.site, lot="NEVER"), by=it.by, at=NOW
        )
    assert not DeviceUse.objects.filter(lot="NEVER").exists()


def test_the_passes_of_each_direction_are_kept(it: Room) -> None:
    row = _treat(it, strokes=((0, 3), (90, 3), (45, 2)))
    row.refresh_from_db()
    assert row.strokes == [[0, 3], [90, 3], [45, 2]]
    assert (row.passes, row.directions) == (8, 3)
    assert _treat(it, area="cheek-right").strokes == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"area": "moon"}, "area"),
        ({"indication": "boredom"}, "indication"),
        ({"needle_mm": Decimal(0)}, "needle_mm"),
        ({"needle_mm": Decimal(11)}, "needle_mm"),
        ({"passes": 0}, "passes"),
        ({"passes": 201}, "passes"),
        ({"directions": 9}, "directions"),
        ({"strokes": ((0, 4), (90, 3))}, "strokes"),
        ({"strokes": ((0, 4), (0, 4))}, "strokes"),
        ({"strokes": ((180, 8),)}, "strokes"),
        ({"strokes": ((0, 8), (90, 0))}, "strokes"),
    ],
)
def test_what_cannot_be_is_refused_even_with_a_reason(changed: dict[str, Any], field: str, it: Room) -> None:
    for because in (None, "It was so"):
        with pytest.raises(errors.BadInput) as refused:
            _treat(it, deviation_because=because, **changed)
        assert refused.value.at_field == field
    assert not TreatmentArea.objects.exists()
    assert not Incident.objects.exists()


def test_the_eyelids_are_refused_and_if_it_happened_it_is_a_grave_deviation(it: Room) -> None:
    with pytest.raises(errors.OutOfBounds):
        _treat(it, area="periorbital-left")
    _treat(it, area="periorbital-left", deviation_because="Slipped")
    assert ("out-of-bounds", "high") in set(Incident.objects.values_list("code", "severity"))
    assert set(Incident.objects.values_list("area", flat=True)) == {"periorbital-left"}


def test_a_needle_length_which_the_open_device_does_not_have_is_refused(it: Room) -> None:
    with pytest.raises(errors.NeedleNotOnDevice, match=r"1\.5 mm, not 0\.5 mm"):
        _treat(it, needle_mm=Decimal("0.5"))


def test_an_area_that_was_not_planned_is_charted_when_nothing_stands_against_it(it: Room) -> None:
    assert _treat(it, area="forehead").area == "forehead"


def test_an_unplanned_area_with_a_stop_or_treated_too_lately_is_refused(it: Room) -> None:
    care.history(
        it.patient,
        care.answers(active_acne={"answer": "yes", "areas": ["forehead"]})
        if "active-acne" in care.CLEAR
        else care.answers(pregnancy={"answer": "yes"}),
        answered_at=NOW,
    )
    with pytest.raises(errors.RuleBroken) as refused:
        _treat(it, area="forehead")
    assert refused.value.code in {"stop-open", "history-incomplete"}
    _treat(it)
    TreatmentArea.objects.update(treated_at=NOW - timedelta(days=3), area="chin")
    TreatmentArea.objects.update(treatment=care.treatment(it.plan, it.staff, it.site))
    with pytest.raises(errors.RuleBroken):
        _treat(it, area="chin")


def test_before_the_start_nothing_is_charted_but_a_deviation() -> None:
    it = room.ready()
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    with pytest.raises(errors.NeverStarted):
        _treat(it)
    _treat(it, deviation_because="Began without pressing start")
    assert Incident.objects.get().code == "never-started"
    it.treatment.refresh_from_db()
    assert it.treatment.started_at is None


def test_after_a_withdrawn_consent_only_a_deviation_is_charted(it: Room) -> None:
    consent = it.treatment.day_consents.get().consent
    Withdrawal.objects.create(clinic=it.clinic, consent=consent, withdrawn_at=NOW, withdrawn_by="x")
    with pytest.raises(errors.ConsentWithdrawnMidway):
        _treat(it)
    _treat(it, deviation_because="She said so during the last pass")
    assert Incident.objects.get().severity == "high"


def test_without_an_open_packet_or_with_several_the_packet_is_named(it: Room) -> None:
    _treat(it)
    [first] = it.treatment.device_uses.all()
    second = actions.use_device(treatment=it.treatment, unit=room.unit(it.site), by=it.by, at=NOW)
    with pytest.raises(errors.BadInput, match="Several packets"):
        _treat(it)
    assert _treat(it, device_use=second).device_use == second
    actions.void_area(row=it.treatment.areas.get(device_use=second), because="x", by=it.by, at=NOW)
    actions.void_device_use(use=second, because="Dropped", by=it.by, at=NOW)
    with pytest.raises(errors.UseNotOfThisTreatment):
        _treat(it, device_use=second)
    assert _treat(it, area="cheek-right").device_use == first
    for row in it.treatment.areas.filter(voided_at=None):
        actions.void_area(row=row, because="x", by=it.by, at=NOW)
    actions.void_device_use(use=first, because="Dropped", by=it.by, at=NOW)
    with pytest.raises(errors.BadInput, match="No packet is open"):
        _treat(it)


def test_an_entry_is_taken_back_with_a_reason_and_stays_readable(it: Room) -> None:
    row = _treat(it)
    with pytest.raises(errors.ReasonNeeded):
        actions.void_area(row=row, because=" ", by=it.by, at=NOW)
    voided = actions.void_area(row=row, because="Counted twice", by=it.by, at=NOW)
    assert (voided.passes, voided.voided_because) == (8, "Counted twice")
    with pytest.raises(errors.AlreadyVoided):
        actions.void_area(row=row, because="x", by=it.by, at=NOW)


def test_assistants_chart_no_areas_and_strangers_find_none(it: Room) -> None:
    with pytest.raises(errors.NotAllowed):
        _treat(it, by=people.acting(people.staff(it.clinic, Role.ASSISTANT)))
    with pytest.raises(errors.NotFound):
        _treat(it, by=people.acting(people.staff(people.clinic())))


# --- products ------------------------------------------------------------------------------------------
def _apply(it: Room, **changed: Any) -> TopicalUse:
    return actions.apply_topical(
        **{
            "treatment": it.treatment,
            "product": "sterile-hyaluronic-acid",
            "batch": "H1",
            "stage": "during",
            "by": it.by,
            "at": NOW + MINUTE,
            **changed,
        }
    )


def test_a_product_meant_for_needled_skin_is_charted_with_its_batch(it: Room) -> None:
    row = _apply(it, expires_on=date(2027, 1, 1))
    assert (row.product, row.batch, row.stage) == ("sterile-hyaluronic-acid", "H1", "during")
    assert AuditEvent.objects.get(event="topical-applied").detail["batch"] == "H1"


def test_what_must_not_go_under_needles_is_refused_while_needling_and_fine_afterwards(it: Room) -> None:
    from needlework.skin import packs

    never = next(row.code for row in packs.shipped().topicals.values() if row.under_needles == "no")
    for product in (never, "Home-made serum"):
        with pytest.raises(errors.NotUnderNeedles):
            _apply(it, product=product)
    assert _apply(it, product="Home-made serum", stage="after")
    _apply(it, product=never, deviation_because="Taken for saline")
    assert Incident.objects.get().code == "not-under-needles"


def test_a_medicine_under_needles_wants_a_prescriber(it: Room) -> None:
    assistant = people.acting(people.staff(it.clinic, Role.ASSISTANT))
    with pytest.raises(errors.NotUnderNeedles, match="prescriber"):
        _apply(it, product="tranexamic-acid", by=assistant)
    assert _apply(it, product="tranexamic-acid")


@pytest.mark.parametrize(
    "changed",
    [{"stage": "never"}, {"product": " "}, {"product": "x" * 61}, {"batch": ""}, {"batch": "x" * 41}],
)
def test_a_product_has_a_name_a_batch_and_a_stage(changed: dict[str, Any], it: Room) -> None:
    with pytest.raises(errors.BadInput):
        _apply(it, **changed)


def test_an_expired_product_is_refused_and_recordable_and_taken_back(it: Room) -> None:
    with pytest.raises(errors.BatchExpired):
        _apply(it, expires_on=date(2026, 11, 23))
    row = _apply(it, expires_on=date(2026, 11, 23), deviation_because="Seen afterwards")
    actions.void_topical(row=row, because="Not used after all", by=it.by, at=NOW)
    with pytest.raises(errors.AlreadyVoided):
        actions.void_topical(row=row, because="x", by=it.by, at=NOW)
