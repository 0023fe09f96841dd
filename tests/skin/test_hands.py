"""Dye rolls with a known truth, photographed well and badly: what is read of them, and what is not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from needlework.skin import devices, hands, punctures
from needlework.skin.hands import (
    Corners,
    PerPixel,
    Roll,
    RollNotReadable,
    Spread,
    TwoPoints,
    dots,
    rolls,
    tracks,
)
from tests.factories import rolls as drawn

ROLLER = devices.get("dermaroller-mf-8")
#: on paper the needles stand out of it by most of their length, and the drum rolls on a larger radius
HEAD = punctures.heads.of_device(ROLLER, needle_mm=1.5, depth_mm=0.3)
BAD = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "images" / "bad"


def field(
    side: float = 120, passes: int = 2, directions: tuple[float, ...] = (0, 90), seed: int = 2
) -> punctures.Field:
    return punctures.simulate(HEAD, punctures.rectangle(side, side), passes, directions=directions, seed=seed)


def read(image: Image.Image, mm_per_px: float = 0.08) -> Roll:
    return hands.read_sheet(hands.from_image(image, PerPixel(mm_per_px)), device=ROLLER)


def stroke(angle_deg: float, middle: float, side: float, phase: float) -> NDArray[np.float64]:
    """The dots of one straight roll over a square sheet."""
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    along = np.arange(-60, 60) * HEAD.step_mm + phase
    dots = [
        np.stack([c * (along + shift) - s * (middle + row), s * (along + shift) + c * (middle + row)], axis=1)
        for row, shift in zip(HEAD.lateral_mm, HEAD.along_mm, strict=True)
    ]
    spots = np.concatenate(dots) + side / 2
    return spots[((spots > 0) & (spots < side)).all(axis=1)]


KNOWN = ((3.0, -40.0), (-4.0, -18.5), (7.5, 1.0), (0.5, 19.0), (-2.0, 43.0))


def known_roll() -> NDArray[np.float64]:
    spots = [stroke(angle, middle, 120, 0.7 * i) for i, (angle, middle) in enumerate(KNOWN)]
    across = [stroke(90 + angle, middle, 120, 0.3 * i) for i, (angle, middle) in enumerate(KNOWN)]
    return np.concatenate(spots + across)


@pytest.mark.parametrize(
    "photograph",
    [
        {},
        {"blur_px": 2.0},
        {"noise": 0.08},
        {"uneven": 0.6},
        {"blur_px": 1.5, "noise": 0.05, "uneven": 0.5},
    ],
    ids=["clear", "blurred", "noisy", "uneven-light", "all-of-it"],
)
def test_every_stroke_is_found_where_it_was_rolled(photograph: dict[str, float]) -> None:
    spots = known_roll()
    sheet = hands.from_image(drawn.draw(spots, 120, 120, **photograph), PerPixel(0.08))  # type: ignore[arg-type]
    seen = dots.find(sheet.grey, sheet.mm_per_px)
    bounds = (HEAD.step_mm * 0.9, HEAD.step_mm * 1.05)
    found = tracks.find(seen.points - 60, punctures.heads.of_device(ROLLER), bounds)
    assert found is not None
    assert found.step_mm == pytest.approx(HEAD.step_mm, rel=0.002)
    assert found.row_gap_mm == pytest.approx(2.5, rel=0.003)
    assert len(found.strokes) == 2 * len(KNOWN)
    for turned in (0.0, 90.0):
        for angle, middle in KNOWN:
            near = min(
                found.strokes,
                key=lambda one: (
                    abs((one.direction_deg - angle - turned + 90) % 180 - 90)
                    + abs(abs(one.middle_mm) - abs(middle))
                ),
            )
            assert abs((near.direction_deg - angle - turned + 90) % 180 - 90) < 0.2
            # seen from its other end, a stroke passes the middle on the other side
            flipped = abs(near.direction_deg - angle - turned) > 90
            assert near.middle_mm == pytest.approx(-middle if flipped else middle, abs=0.25)
    roll = hands.read_sheet(sheet, device=ROLLER)
    expected = np.std([angle for angle, _ in KNOWN], ddof=1)
    assert roll.angle is not None
    assert roll.angle.sd == pytest.approx(expected, abs=0.1)
    assert roll.angle.freedom == 2 * (len(KNOWN) - 1)


def test_the_spread_of_the_simulated_hand_is_recovered() -> None:
    """Five sheets of a hand that strays by 5° and 3 mm, blurred, noisy and unevenly lit."""
    read_rolls = [
        read(
            drawn.draw(
                field(seed=seed).points,
                120,
                120,
                mm_per_px=0.12,
                dot_mm=0.4,
                blur_px=1,
                noise=0.03,
                uneven=0.4,
            ),
            0.12,
        )
        for seed in range(5)
    ]
    angle = hands.pool([roll.angle for roll in read_rolls if roll.angle])
    lateral = hands.pool([roll.lateral for roll in read_rolls if roll.lateral])
    assert angle is not None
    assert lateral is not None
    assert angle.freedom > 50
    assert lateral.freedom > 20
    assert angle.estimate.low <= 5 <= angle.estimate.high
    assert lateral.estimate.low <= 3 <= lateral.estimate.high
    assert angle.sd == pytest.approx(5, rel=0.25)
    assert lateral.sd == pytest.approx(3, rel=0.35)


@pytest.mark.parametrize(("passes", "tolerance"), [(1, 0.02), (4, 0.03), (8, 0.04), (15, 0.06)])
def test_count_and_evenness_are_those_of_the_field(passes: int, tolerance: float) -> None:
    truth = field(60, passes, punctures.STAR, seed=passes)
    measured = punctures.measure(truth, coverage_mm=(), rehit_mm=())
    roll = read(drawn.draw(truth.points, 60, 60))
    assert roll.area_cm2 == pytest.approx(36, rel=0.01)
    assert roll.count_per_cm2.value == pytest.approx(truth.density_per_cm2, rel=tolerance)
    assert roll.count_per_cm2.low <= truth.density_per_cm2 <= roll.count_per_cm2.high
    for size in (5, 10):
        assert roll.cv[size].value == pytest.approx(measured.grids[size].cv, rel=0.1)


def test_a_slanted_photograph_is_laid_flat_by_its_four_corners() -> None:
    truth = field(100)
    corners = ((130.0, 90.0), (1320.0, 160.0), (1390.0, 1290.0), (60.0, 1200.0))
    picture = drawn.slanted(drawn.draw(truth.points, 100, 100), corners, (1450, 1400))
    roll = hands.read(drawn.jpeg(picture), Corners(corners, 100, 100), device=ROLLER)
    flat = read(drawn.draw(truth.points, 100, 100))
    assert roll.area_cm2 == pytest.approx(100, rel=0.01)
    assert roll.count_per_cm2.value == pytest.approx(truth.density_per_cm2, rel=0.04)
    assert len(roll.strokes) == len(flat.strokes)
    assert roll.angle is not None
    assert flat.angle is not None
    assert roll.angle.sd == pytest.approx(flat.angle.sd, abs=0.15)


def test_two_marked_points_give_the_scale_of_a_turned_sheet() -> None:
    truth = field(100)
    image = drawn.draw(truth.points, 100, 100)
    turned = image.rotate(8, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    w, h = turned.size
    roll = hands.read(drawn.jpeg(turned), TwoPoints((0, h / 2), (1000, h / 2), 80), device=ROLLER)
    assert roll.area_cm2 < w * h * 0.08**2 / 100
    assert roll.count_per_cm2.value == pytest.approx(truth.density_per_cm2, rel=0.04)
    straight = read(image)
    assert roll.angle is not None
    assert straight.angle is not None
    assert roll.angle.sd == pytest.approx(straight.angle.sd, abs=0.6)


def test_a_wrong_scale_shows_in_the_distance_of_the_rows() -> None:
    image = drawn.draw(field(80).points, 80, 80)
    assert read(image).notes == ()
    off = read(image, 0.08 * 1.03)
    assert any("check the marked scale" in note for note in off.notes)


def test_a_part_that_was_not_rolled_does_not_count() -> None:
    truth = field(100)
    roll = read(drawn.draw(truth.points + 30, 160, 160))
    assert roll.area_cm2 == pytest.approx(100, rel=0.1)
    assert roll.count_per_cm2.value == pytest.approx(truth.density_per_cm2, rel=0.06)


# --- not enough ---------------------------------------------------------------------------------------
def test_dots_without_rows_give_a_count_and_no_hand() -> None:
    spots = np.random.default_rng(1).random((1500, 2)) * 100
    roll = read(drawn.draw(spots, 100, 100))
    assert (roll.angle, roll.lateral, roll.strokes) == (None, None, ())
    assert roll.count_per_cm2.value == pytest.approx(15, rel=0.03)
    assert "no strokes of a Dermaroller MF-8 stand out" in roll.not_enough[0]


def test_a_direction_that_was_rolled_twice_says_nothing_of_sideways() -> None:
    roll = read(drawn.draw(field(passes=2, directions=(0, 0)).points, 120, 120))
    assert roll.angle is not None
    assert roll.lateral is None
    assert "rolled more than once" in roll.not_enough[0]


def test_two_strokes_are_not_enough() -> None:
    spots = np.concatenate([stroke(2, -12, 60, 0), stroke(-3, 11, 60, 0.5)])
    roll = read(drawn.draw(spots, 60, 60))
    assert len(roll.strokes) == 2
    assert (roll.angle, roll.lateral) == (None, None)
    assert "Not enough strokes" in roll.not_enough[0]


def test_directions_that_run_into_one_another_are_not_guessed() -> None:
    fan = [tracks.Stroke(float(angle), 0.0, 100, True) for angle in range(0, 180, 12)]
    found = hands.of_strokes(fan, 20)
    assert (found.angle, found.lateral) == (None, None)
    assert "cannot be told apart" in found.not_enough[0]


def test_strokes_on_both_sides_of_the_zero_direction_are_one_pass() -> None:
    strays = (1.0, 179.0, 3.0, 177.0, 0.0)
    one = [
        tracks.Stroke(angle, 20.0 * i if angle < 90 else -20.0 * i, 100, True)
        for i, angle in enumerate(strays)
    ]
    found = hands.of_strokes(one, 20)
    assert found.angle is not None
    assert found.angle.sd == pytest.approx(float(np.std([1, -1, 3, -3, 0], ddof=1)), abs=1e-3)
    assert found.directions_deg == (0.0,)


def test_a_pen_leaves_no_rows() -> None:
    sheet = hands.from_image(drawn.draw(field().points, 120, 120), PerPixel(0.08))
    roll = hands.read_sheet(sheet, device=devices.get("exceed"))
    assert roll.angle is None
    assert "A pen leaves no rows" in roll.not_enough[0]


def test_several_sheets_count_by_what_they_rest_on() -> None:
    assert hands.pool([]) is None
    assert hands.pool([Spread(2.0, 10), Spread(4.0, 30)]) == Spread(3.606, 40)
    small, large = Spread(3.0, 5).estimate, Spread(3.0, 50).estimate
    assert small.low < large.low < 3 < large.high < small.high


# --- refused ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(path.name for path in BAD.glob("*")) or ["none"])
def test_a_hostile_picture_is_refused_in_a_sentence(name: str) -> None:
    assert name != "none", "the test pictures are missing"
    with pytest.raises(RollNotReadable) as refused:
        hands.read((BAD / name).read_bytes(), PerPixel(0.1))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image.new("L", (1200, 1200), 245), "No clear dots"),
        (Image.new("L", (1200, 1200), 0), "No clear dots"),
        (Image.effect_noise((1200, 1200), 60), "No clear dots"),
        (Image.radial_gradient("L").resize((1200, 1200)), "differ too much|No clear dots"),
    ],
    ids=["white", "black", "noise", "shadow"],
)
def test_a_picture_without_dots_is_refused(image: Image.Image, said: str) -> None:
    with pytest.raises(RollNotReadable, match=said):
        read(image)


def test_a_face_is_no_dye_roll() -> None:
    faces = sorted((BAD.parents[1] / "faces" / "london").glob("*.jpg"))[:3]
    assert faces
    for face in faces:
        with pytest.raises(RollNotReadable):
            hands.read(face.read_bytes(), PerPixel(0.12))


SHEET = Image.new("L", (1000, 800), 240)


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (PerPixel(0.0), "scale is 0 mm"),
        (PerPixel(math.nan), "scale is nan mm"),
        (PerPixel(0.3), "from nearer"),
        (PerPixel(0.001), "shows 1 × 1 mm"),
        (TwoPoints((10, 10), (20, 20), 50), "14 pixels apart"),
        (TwoPoints((10, 10), (2000, 20), 50), "outside the picture"),
        (TwoPoints((10, 10), (900, 20), -5), "distance of the two points is -5 mm"),
        (Corners(((10, 10), (900, 700), (900, 10), (10, 700)), 100, 80), "in order around it"),
        (Corners(((10, 10), (900, 10), (900, 700), (10, 700)), 100, 0), "height is 0 mm"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(scale: hands.Scale, said: str) -> None:
    with pytest.raises(RollNotReadable, match=said):
        hands.from_image(SHEET, scale)


@pytest.mark.parametrize("pitch", [0.0, -3.0, math.inf, math.nan])
def test_a_distance_of_strokes_that_cannot_be_is_refused(pitch: float) -> None:
    with pytest.raises(RollNotReadable, match="must be 1 to 100 mm"):
        hands.read_sheet(hands.from_image(SHEET, PerPixel(0.1)), pitch_mm=pitch)


def test_too_few_dots_are_refused() -> None:
    spots = np.random.default_rng(2).random((40, 2)) * 80
    with pytest.raises(RollNotReadable, match=r"at least 60|No clear dots"):
        read(drawn.draw(spots, 80, 80))


def test_the_assumed_device_is_the_standard_drum_and_is_named() -> None:
    sheet = hands.from_image(drawn.draw(field().points, 120, 120), PerPixel(0.08))
    roll = hands.read_sheet(sheet)
    assert roll.device == rolls.STANDARD
    assert roll.device_assumed
    assert "No device was named" in roll.notes[0]
