"""What a row delivers: the closed form for the mean, the hand for the spread, and a sentence where nobody knows."""

import math

import numpy as np
import pytest

from needlework.skin import anatomy, delivery, devices, punctures
from needlework.skin.punctures import PERFECT, formulas

MF8 = devices.get("dermaroller-mf-8")
STAMP = devices.get("derma-stamp")


def test_the_mean_of_a_roller_is_the_closed_form() -> None:
    made = delivery.of_row(MF8, 1.5, 15)
    assert made.per_cm2 == pytest.approx(15 * formulas.density_per_pass(192, 10, 20))
    assert made.short.startswith("229 ± ")
    assert "15 passes make 229 punctures per cm² on average" in made.sentence


def test_the_spread_is_that_of_repeated_fields() -> None:
    made = delivery.of_row(MF8, 1.5, 8)
    head = punctures.heads.of_device(MF8, needle_mm=1.5)
    densities = [
        punctures.simulate(head, punctures.rectangle(60, 60), 8, seed=1 + seed).density_per_cm2
        for seed in range(delivery.DRAWINGS)
    ]
    mean = math.fsum(densities) / len(densities)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in densities) / (len(densities) - 1))
    assert made.sd_per_cm2 == pytest.approx(spread)
    assert made.squares is not None
    assert made.squares.low < mean < made.squares.high


def test_a_measured_hand_takes_the_place_of_the_assumed_one() -> None:
    assumed, measured = (delivery.of_row(MF8, 1.5, 8, hand=hand) for hand in (None, PERFECT))
    assert any("hand strays" in said for said in assumed.assumptions)
    assert not any("hand strays" in said for said in measured.assumptions)
    assert assumed.squares is not None
    assert measured.squares is not None
    assert measured.squares.high - measured.squares.low < assumed.squares.high - assumed.squares.low


def test_a_stamp_counts_presses_at_the_middle_of_a_lesion() -> None:
    made = delivery.of_row(STAMP, 1.5, 10)
    assert made.per_cm2 == pytest.approx(formulas.stamp_centre_density(10, 8, 10, 1.5))
    assert made.count == "10 presses"
    assert "number of needles" in made.sentence
    assert "how far the aim strays (1.5 mm)" in made.sentence


@pytest.mark.parametrize("code", ["skinpen-precision", "dermaroller-mc-915"])
def test_what_nobody_states_is_not_known(code: str) -> None:
    made = delivery.of_row(devices.get(code), 1.5, 4)
    assert (made.per_cm2, made.short) == (None, "not known")
    assert made.sentence.startswith("The density is not known. ")
    assert made.unknown.endswith(".")


def test_strokes_give_each_pass_its_direction() -> None:
    field = delivery.field_of(MF8, 1.5, 3, "cheek-left", strokes=((0, 2), (90, 1)), hand=PERFECT)
    again = punctures.simulate(
        punctures.heads.of_device(MF8, needle_mm=1.5),
        delivery.zone_of("cheek-left"),
        3,
        hand=PERFECT,
        directions=(0, 90, 0),
        seed=delivery.SEED,
    )
    assert (field.xy == again.xy).all()


def test_a_stamp_is_pressed_on_each_lesion_as_often_as_was_noted() -> None:
    zone = delivery.zone_of("cheek-left")
    spots = [(0.25, 0.25, 6), (0.75, 0.75, 2), (0.5, 0.5, 0)]
    field = delivery.field_of(STAMP, 1.5, 6, "cheek-left", lesions=spots)
    near = [
        punctures.density_near(field, delivery.spot_mm(zone, x, y), 8.0) * math.pi * 0.64 for x, y, _ in spots
    ]
    assert near[0] == pytest.approx(60, abs=3)
    assert near[1] == pytest.approx(20, abs=2)
    assert field.n == pytest.approx(80, abs=3)


def test_a_place_is_counted_from_left_and_from_top() -> None:
    zone = punctures.rectangle(60, 40)
    assert delivery.spot_mm(zone, 0.25, 0.25) == (15.0, 30.0)
    assert all(
        zone.contains(*(np.array([at]) for at in delivery.spot_mm(zone, x, y))).all()
        for x in (0, 1)
        for y in (0, 1)
    )


@pytest.mark.parametrize(("area", "cm2"), [("cheek-left", 40), ("jawline-left", 4), ("forehead", None)])
def test_an_area_is_drawn_about_as_large_as_it_is_assumed_to_be(area: str, cm2: float | None) -> None:

    known = anatomy.surface_assumed([area])
    assert cm2 is None or known == cm2
    assert delivery.zone_of(area).area_cm2 == pytest.approx(known, rel=0.1)


def test_no_piece_is_narrower_than_the_widest_roller() -> None:

    assert min(delivery.zone_of(area.code).narrow_mm for area in anatomy.areas()) >= 20
