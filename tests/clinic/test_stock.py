"""Keeping the drawers: when a site is warned, several packets at once, and what the catalogue says of a model."""

from __future__ import annotations

from datetime import timedelta

import pytest

from needlework.clinic import errors, reference
from needlework.clinic.actions import stock as actions
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent, DeviceModel, DeviceUnit, Site
from needlework.clinic.queries import catalogue, devices
from needlework.clinic.queries import stock as queries
from needlework.clinic.rules.devices import UnitState, state
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture
def site() -> Site:
    return people.site(people.clinic(), name="Harbour Street")


@pytest.fixture
def by(site: Site) -> Actor:
    return people.acting(people.staff(site.clinic, Role.FRONT_DESK))


def _low(by: Actor, site: Site | None = None) -> list[tuple[str, int, int]]:
    return [(low.site, low.left, low.fewest) for low in queries.stock(by, on=ON, site=site).low]


def test_each_site_is_warned_of_what_it_has_and_wants_itself(site: Site, by: Actor) -> None:
    there = people.site(site.clinic, name="Park Lane")
    for _ in range(5):
        room.unit(site)
    for _ in range(2):
        room.unit(there)
    room.unit(there, expires_on=room.EXPIRED)
    room.unit(there, quarantined_at=NOW, quarantined_by="x", quarantined_because="x")
    assert _low(by) == [("Park Lane", 2, 5)]
    model = DeviceModel.objects.get()
    for at, fewest in ((there, 2), (site, 6)):
        actions.set_level(site=at, model=model, fewest=fewest, by=by, at=NOW)
    assert _low(by) == [("Harbour Street", 5, 6)]
    assert _low(by, there) == []
    actions.set_level(site=site, model=model, fewest=0, by=by, at=NOW)
    assert _low(by) == []
    people.site(site.clinic, name="Quay")  # never held any
    levels = queries.levels(by, model, on=ON)
    assert [(level.held, level.low) for level in levels] == [(True, False), (True, False), (False, False)]
    levels = levels[:2]
    assert [(level.ready, level.fewest, level.chosen) for level in levels] == [(5, 0, True), (2, 2, True)]
    assert AuditEvent.objects.filter(event="stock-level-set").count() == 3


def test_a_site_that_ran_out_is_still_warned(site: Site, by: Actor) -> None:
    from needlework.clinic.actions import devices as deliveries

    model = care.device_model()
    deliveries.receive(site=site, model=model, lot="A", expires_on=room.IN_DATE, quantity=1, by=by, at=NOW)
    DeviceUnit.objects.update(opened_at=NOW, opened_by="x")
    assert _low(by) == [("Harbour Street", 0, 5)]


@pytest.mark.parametrize("fewest", [-1, 1001])
def test_a_level_that_makes_no_sense_is_refused(fewest: int, site: Site, by: Actor) -> None:
    with pytest.raises(errors.BadInput):
        actions.set_level(site=site, model=care.device_model(), fewest=fewest, by=by, at=NOW)


def test_levels_are_set_by_who_keeps_the_stock_of_this_clinic(site: Site, by: Actor) -> None:
    model = care.device_model()
    with pytest.raises(errors.NotFound):
        actions.set_level(site=people.site(people.clinic()), model=model, fewest=3, by=by, at=NOW)
    auditor = people.acting(people.staff(site.clinic, Role.AUDITOR))
    with pytest.raises(errors.NotAllowed):
        actions.set_level(site=site, model=model, fewest=3, by=auditor, at=NOW)


def test_several_packets_move_or_go_all_or_none(site: Site, by: Actor) -> None:
    there = people.site(site.clinic)
    units = [room.unit(site, lot="A") for _ in range(3)]
    assert actions.move_several(units=units, to=there, by=by, at=NOW) == 3
    assert set(DeviceUnit.objects.values_list("site", flat=True)) == {there.pk}
    used = room.unit(site, lot="A", opened_at=NOW, opened_by="x")
    with pytest.raises(errors.DeviceAlreadyUsed):
        actions.discard_several(units=[*units, used], because="Wet box", by=by, at=NOW)
    assert not DeviceUnit.objects.filter(discarded_at__isnull=False).exists()
    with pytest.raises(errors.ReasonNeeded):
        actions.discard_several(units=units, because=" ", by=by, at=NOW)
    assert actions.discard_several(units=units, because="Wet box", by=by, at=NOW) == 3
    assert AuditEvent.objects.filter(event="unit-discarded").count() == 3
    for deed in (
        lambda: actions.move_several(units=[], to=there, by=by, at=NOW),
        lambda: actions.discard_several(units=[], because="x", by=by, at=NOW),
    ):
        with pytest.raises(errors.BadInput):
            deed()


def test_an_opened_packet_is_used_once_it_served_and_discarded_when_it_was_dropped() -> None:
    it = room.ready()

    def here() -> UnitState:
        unit = DeviceUnit.objects.get(pk=it.unit.pk)
        return state(unit, on=ON, used=unit.pk in devices.used_among([unit]))

    assert here() is UnitState.IN_STOCK
    use = treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    assert here() is UnitState.OPENED
    treatments.stop(treatment=it.treatment, because="Unwell", by=it.by, at=NOW + timedelta(minutes=1))
    assert here() is UnitState.USED
    treatments.void_device_use(use=use, because="Dropped", by=it.by, at=NOW + timedelta(minutes=2))
    assert here() is UnitState.DISCARDED


def _facts(code: str) -> dict[str, tuple[str, bool]]:
    sheet = catalogue.sheet(DeviceModel.objects.get(code=code))
    return {fact.name: (fact.value, fact.assumed) for fact in (*sheet.facts, *sheet.geometry)}


def test_a_model_says_what_its_label_states_what_is_assumed_and_what_nobody_states() -> None:
    reference.load_devices(by=people.acting(people.staff(people.clinic())), at=NOW)
    pen = _facts("skinpen-precision")
    assert pen["Needle length"] == ("0 to 2.5 mm", False)
    assert pen["Greatest depth"] == ("2.5 mm; evaluated up to 1.5 mm", False)
    assert pen["Puncture rate"] == ("116.7 strokes a second, up to 1,634 punctures a second", True)
    assert pen["Number of needles"] == ("14", True)
    assert pen["Diameter of the head (mm)"] == ("", False)
    assert "sharps container" in pen["Disposal"][0]
    roller = _facts("dermaroller-mf-8")
    assert roller["Puncture rate"] == ("by hand: 192 punctures in one turn of the drum", False)
    assert roller["Turn between neighbouring rings (°)"] == ("7.5", True)
    assert roller["Tolerance of the needle length (mm)"] == ("", False)
    for model in DeviceModel.objects.all():
        sheet = catalogue.sheet(model)
        assert sheet.sources, model.code
        assert sheet.facts[-1].value, model.code


def test_a_model_that_is_in_no_shipped_table_says_only_what_its_row_says() -> None:
    care.device_model("imported-roller", name="Imported", needles=540, assumptions=["needles"])
    facts = _facts("imported-roller")
    assert facts["Number of needles"] == ("540", True)
    assert facts["Disposal"] == facts["Puncture rate"] == ("", False)
