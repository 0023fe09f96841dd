"""The closed forms, against the numbers of the reference model."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.skin.punctures import PuncturesError, formulas

PER_PASS = formulas.density_per_pass(192, 10, 20)


def test_the_standard_roller_makes_fifteen_punctures_per_cm2_in_a_pass() -> None:
    assert pytest.approx(15.28, abs=0.005) == PER_PASS


@pytest.mark.parametrize(("passes", "expected"), [(4, 61), (8, 122), (15, 229)])
def test_density_adds_up_over_passes(passes: int, expected: int) -> None:
    assert round(formulas.density(PER_PASS, passes)) == expected


def test_the_published_250_after_15_passes_agrees_within_nine_per_cent() -> None:
    """Doddaballapur 2009: about 250 holes per cm² after 15 passes of a roller with 192 needles."""
    assert formulas.density(PER_PASS, 15) == pytest.approx(250, rel=0.09)
    assert formulas.density(formulas.density_per_pass(192, 9.17, 20), 15) == pytest.approx(250, rel=0.001)


@pytest.mark.parametrize(
    ("target", "passes"), [(50, 4), (100, 7), (150, 10), (200, 14), (250, 17), (300, 20)]
)
def test_passes_for_a_target(target: float, passes: int) -> None:
    assert formulas.passes_for(target, PER_PASS) == passes


def test_a_target_that_is_reached_exactly_needs_no_further_pass() -> None:
    assert formulas.passes_for(7 * PER_PASS, PER_PASS) == 7
    assert formulas.passes_for(1.0, PER_PASS) == 1


def test_strokes_with_gaps_make_less() -> None:
    assert formulas.density(PER_PASS, 15, width_mm=20, pitch_mm=24) == pytest.approx(
        229.2 * 20 / 24, abs=0.05
    )


def test_a_drum_that_does_not_sink_in_rides_higher_and_makes_less() -> None:
    radius = formulas.rolling_radius_mm(20, 2.5, 1.25)
    assert radius == 11.25
    assert formulas.density_per_pass(192, radius, 20) / PER_PASS == pytest.approx(0.89, abs=0.005)
    assert formulas.rolling_radius_mm(20, 2.5, 2.5) == formulas.rolling_radius_mm(20) == 10


def test_later_passes_hit_what_earlier_ones_have_hit() -> None:
    assert formulas.rehit(PER_PASS, 15, 0.25) == pytest.approx(0.35, abs=0.005)
    assert formulas.rehit(PER_PASS, 15, 0.1) == pytest.approx(0.065, abs=0.002)
    assert formulas.rehit(PER_PASS, 1, 0.25) == 0


def test_a_pen_depends_on_the_speed_of_the_hand() -> None:
    assert round(formulas.pen_density_per_pass(12, 90, 20, 5)) == 1080
    assert round(formulas.pen_density_per_pass(12, 90, 5, 5)) == 4320
    assert formulas.pen_density_per_pass(12, 90, 20, 5) / PER_PASS == pytest.approx(70, abs=1)
    assert formulas.pen_step_mm(90, 20) == pytest.approx(0.222, abs=0.001)
    assert formulas.pen_drag_mm(90, 20, 0.5) == pytest.approx(0.111, abs=0.001)


def test_a_perfect_aim_puts_every_needle_of_a_stamp_under_its_head() -> None:
    assert formulas.stamp_centre_density(10, 8, 10, 0) == pytest.approx(100 * 100 / (math.pi * 16))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: formulas.density(PER_PASS, 0), "number of passes is 0: it must be a whole number from 1"),
        (lambda: formulas.density(PER_PASS, -3), "number of passes is -3"),
        (lambda: formulas.density_per_pass(0, 10, 20), "number of needles is 0"),
        (lambda: formulas.density_per_pass(192, math.nan, 20), "rolling radius is nan mm"),
        (lambda: formulas.density_per_pass(192, 10, -1), "width is -1 mm: it must be a number above 0"),
        (lambda: formulas.passes_for(0, PER_PASS), "target density is 0 per cm²"),
        (lambda: formulas.density(PER_PASS, 1, width_mm=20, pitch_mm=0), "pitch is 0 mm"),
        (lambda: formulas.coverage(PER_PASS, 1, 0), "distance is 0 mm"),
        (lambda: formulas.rolling_radius_mm(20, 1.5, 2.0), "between 0 and the length of the needle"),
        (lambda: formulas.stamp_centre_density(10, 8, 10, -1), "spread of the aim is -1 mm"),
        (lambda: formulas.pen_step_mm(0, 20), "stroke rate is 0 per second"),
        (lambda: formulas.pen_drag_mm(90, 20, 1.5), "must be 0 to 1"),
    ],
)
def test_an_impossible_number_is_refused_with_what_is_allowed(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(PuncturesError, match=words):
        call()


@given(
    per_pass=st.floats(0.1, 5000),
    passes=st.integers(1, 200),
    within=st.floats(0.01, 3),
)
def test_one_more_pass_never_covers_less_and_never_hits_again_less(
    per_pass: float, passes: int, within: float
) -> None:
    assert formulas.coverage(per_pass, passes + 1, within) >= formulas.coverage(per_pass, passes, within)
    assert formulas.rehit(per_pass, passes + 1, within) >= formulas.rehit(per_pass, passes, within)
    assert 0 <= formulas.coverage(per_pass, passes, within) <= 1


@given(target=st.floats(0.01, 1e5), per_pass=st.floats(0.1, 1e4))
def test_the_passes_found_reach_the_target_and_one_less_does_not(target: float, per_pass: float) -> None:
    passes = formulas.passes_for(target, per_pass)
    assert passes * per_pass >= target * (1 - 1e-9)
    assert passes == 1 or (passes - 1) * per_pass < target
