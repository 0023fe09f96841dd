"""Every row of the acceptance table of the reference model (section 1.6), each test naming its row.

Drawn with as many seeds as the table says, or more. Seeds are fixed, so a test passes always or never.
"""

import pytest

from needlework.skin import devices, punctures
from needlework.skin.depth import slot_mm
from needlework.skin.punctures import DEFAULT, PERFECT, Hand, Head, formulas

ROLLER = punctures.heads.of_device(devices.get("dermaroller-mf-8"), needle_mm=1.5)
ROLLER_24X8 = punctures.heads.roller(rows=24, needles_per_row=8, width_mm=20, drum_diameter_mm=20)
FACE = punctures.rectangle(200, 250)
PATCH = punctures.rectangle(60, 60)


def grids(head: Head, zone: punctures.Zone, hand: Hand, seeds: int) -> punctures.Sample:
    return punctures.sample(head, zone, 15, hand=hand, seeds=seeds, coverage_mm=(), rehit_mm=())


@pytest.mark.parametrize("hand", [PERFECT, DEFAULT], ids=["perfect", "hand"])
def test_row_mean_density_500_cm2_15_passes_200_seeds(hand: Hand) -> None:
    drawn = grids(ROLLER, FACE, hand, 200)
    assert drawn.density_closed_form_per_cm2 == pytest.approx(229.2, abs=0.05)
    assert drawn.density_per_cm2.mean == pytest.approx(229.2, rel=0.003)


def test_row_fano_1_mm_500_cm2_perfect() -> None:
    """The table takes the mean of 20 seeds; a perfect hand's single fields differ much (0.1), so 100 are drawn."""
    fano = grids(ROLLER, FACE, PERFECT, 100).fano_1mm
    assert fano is not None
    assert fano.mean == pytest.approx(0.85, abs=0.03)
    assert fano.mean == pytest.approx(formulas.fano(ROLLER.per_pass), abs=0.03)


def test_row_fano_1_mm_500_cm2_hand() -> None:
    fano = grids(ROLLER, FACE, DEFAULT, 20).fano_1mm
    assert fano is not None
    assert fano.mean == pytest.approx(0.897, abs=0.012)


def test_row_coverage_15_passes_6_seeds_of_40_000_points() -> None:
    drawn = punctures.sample(
        ROLLER, FACE, 15, seeds=6, coverage_mm=(0.25, 0.5), rehit_mm=(), queries=40_000
    ).coverage
    assert drawn[0.25].mean == pytest.approx(0.367, abs=0.006)
    assert drawn[0.5].mean == pytest.approx(0.853, abs=0.010)
    assert formulas.coverage(ROLLER.per_pass, 15, 0.25) == pytest.approx(0.367, abs=0.002)
    assert formulas.coverage(ROLLER.per_pass, 15, 0.5) == pytest.approx(0.853, abs=0.002)


def test_row_rehit_pass_15_within_a_quarter_mm_10_seeds() -> None:
    drawn = punctures.sample(ROLLER, FACE, 15, seeds=10, coverage_mm=()).rehit_last_pass[0.25]
    assert drawn.mean == pytest.approx(0.347, abs=0.010)


@pytest.mark.parametrize(
    ("head", "hand", "expected", "tolerance"),
    [(ROLLER, PERFECT, 0.035, 0.003), (ROLLER_24X8, PERFECT, 0.044, 0.003), (ROLLER, DEFAULT, 0.100, 0.006)],
    ids=["perfect-8x24", "perfect-24x8", "hand"],
)
def test_row_cv_5_mm_6_by_6_cm_300_seeds(head: Head, hand: Hand, expected: float, tolerance: float) -> None:
    cv = grids(head, PATCH, hand, 300).cv_5mm
    assert cv is not None
    assert cv.mean == pytest.approx(expected, abs=tolerance)


def test_row_cv_20_mm_hand_6_by_6_cm_300_seeds() -> None:
    cv = grids(ROLLER, PATCH, DEFAULT, 300).cv_20mm
    assert cv is not None
    assert cv.mean == pytest.approx(0.054, abs=0.005)


def test_row_stamp_10_needles_8_mm_10_presses_sigma_1_5() -> None:
    head = punctures.heads.stamp(needles=10, head_mm=8)
    drawn = punctures.sample_presses(head, 10, sigma_mm=1.5, seeds=2000, disc_mm=1.0)
    assert drawn.density_closed_form_per_cm2 == pytest.approx(193, abs=0.5)
    assert drawn.density_centre_per_cm2.mean == pytest.approx(190, rel=0.05)


def test_row_slot_of_a_1_mm_needle_on_a_10_mm_drum() -> None:
    assert slot_mm(drum_radius_mm=10, needle_mm=1, depth_mm=1) == pytest.approx(0.571, abs=0.001)


@pytest.mark.parametrize(
    ("passes", "cv_5", "cv_20", "low"), [(8, 0.139, 0.077, 0.07), (4, 0.195, 0.107, 0.17)]
)
def test_fewer_passes_of_a_hand_are_less_even(passes: int, cv_5: float, cv_20: float, low: float) -> None:
    """Section 1.3 of the reference model; its rule is 0.39/sqrt(P) at 5 mm and 0.21/sqrt(P) at 20 mm."""
    drawn = punctures.sample(ROLLER, PATCH, passes, seeds=200, coverage_mm=(), rehit_mm=())
    assert drawn.cv_5mm is not None
    assert drawn.cv_20mm is not None
    assert drawn.share_5mm_below_80pct is not None
    assert drawn.cv_5mm.mean == pytest.approx(cv_5, abs=0.008)
    assert drawn.cv_20mm.mean == pytest.approx(cv_20, abs=0.008)
    assert drawn.share_5mm_below_80pct.mean == pytest.approx(low, abs=0.015)
    assert drawn.cv_5mm.mean == pytest.approx(0.39 / passes**0.5, rel=0.05)


def test_gaps_between_strokes_leave_a_third_of_the_skin_short() -> None:
    """Section 1.3: gaps of 4 mm between strokes, 34 % of the 5 mm cells below 80 % of the target."""
    drawn = punctures.sample(ROLLER, PATCH, 15, seeds=200, pitch_mm=24, coverage_mm=(), rehit_mm=())
    assert drawn.share_5mm_below_80pct is not None
    assert drawn.share_5mm_below_80pct.mean == pytest.approx(0.34, abs=0.02)
    assert drawn.density_per_cm2.mean == pytest.approx(229.2 * 20 / 24, rel=0.01)


def test_long_strokes_fan_out() -> None:
    """Section 1.3: in a zone of 20 x 20 cm the same hand gives 0.13, 0.11 and 0.085."""
    drawn = grids(ROLLER, punctures.rectangle(200, 200), DEFAULT, 60)
    found = [cv.mean for cv in (drawn.cv_5mm, drawn.cv_10mm, drawn.cv_20mm) if cv is not None]
    assert found == pytest.approx([0.13, 0.11, 0.085], abs=0.006)
