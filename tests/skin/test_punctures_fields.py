"""Fields of punctures: where they fall, that a seed fixes them, and that every engine draws the same."""

import importlib.util
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.skin import devices, punctures
from needlework.skin.devices import GeometryUnknownError, MeasureError
from needlework.skin.punctures import (
    DEFAULT,
    PERFECT,
    Hand,
    PuncturesError,
    engines,
    fields,
    kernels,
    strokes,
)
from needlework.skin.punctures.measures import measure_grids
from needlework.skin.punctures.zones import whole_cells

ROLLER = punctures.heads.of_device(devices.get("dermaroller-mf-8"), needle_mm=1.5)
PATCH = punctures.rectangle(60, 60)
CHEEK = punctures.polygon(
    ((0, 10), (30, 0), (70, 20), (80, 60), (50, 90), (10, 80)), (((30, 30), (45, 30), (45, 50), (30, 50)),)
)


def test_the_same_seed_gives_the_same_field() -> None:
    one, two = (punctures.simulate(ROLLER, CHEEK, 15, seed=7) for _ in range(2))
    assert np.array_equal(one.xy, two.xy)
    other = punctures.simulate(ROLLER, CHEEK, 15, seed=8)
    assert not np.array_equal(one.xy, other.xy)


def test_a_seed_draws_what_it_has_always_drawn() -> None:
    """Pinned, so that a field in a record can be drawn again with a later version."""
    field = punctures.simulate(ROLLER, PATCH, 4, seed=2026)
    assert field.pass_counts.tolist() == [559, 506, 564, 530]
    assert field.points[:2].ravel().tolist() == pytest.approx(
        [2.107496865005192, 3.9214540079733986, 4.7245207364539255, 3.8501939106686], abs=1e-9
    )


@pytest.mark.parametrize("hand", [PERFECT, DEFAULT, Hand(45, 50)], ids=["perfect", "hand", "wild"])
@pytest.mark.parametrize("zone", [PATCH, CHEEK], ids=["rectangle", "polygon"])
def test_no_puncture_falls_outside_the_zone_or_into_a_hole(zone: punctures.Zone, hand: Hand) -> None:
    field = punctures.simulate(ROLLER, zone, 15, hand=hand, seed=3)
    grown = 1e-9
    x, y = field.xy
    inside = zone.contains(x, y)
    at_the_rim = ~inside
    for dx, dy in ((grown, 0), (-grown, 0), (0, grown), (0, -grown)):
        at_the_rim &= ~zone.contains(x + dx, y + dy)
    assert not at_the_rim.any()
    assert field.pass_counts.sum() == field.n


@pytest.mark.parametrize("hand", [PERFECT, DEFAULT, Hand(30, 10)], ids=["perfect", "hand", "wild"])
@pytest.mark.parametrize("zone", [PATCH, CHEEK], ids=["rectangle", "polygon"])
def test_the_mean_density_is_that_of_the_closed_form_whatever_the_hand(
    zone: punctures.Zone, hand: Hand
) -> None:
    drawn = punctures.sample(ROLLER, zone, 15, hand=hand, seeds=100, coverage_mm=(), rehit_mm=())
    error = drawn.density_per_cm2.standard_error
    assert error is not None
    assert abs(drawn.density_per_cm2.mean - drawn.density_closed_form_per_cm2) < 4 * error + 0.05


def test_a_polygon_that_is_a_rectangle_gives_the_field_of_the_rectangle() -> None:
    same = punctures.polygon(((0, 0), (60, 0), (60, 60), (0, 60)))
    for seed in range(20):
        one, two = (
            punctures.simulate(ROLLER, PATCH, 6, seed=seed),
            punctures.simulate(ROLLER, same, 6, seed=seed),
        )
        assert one.pass_counts.tolist() == two.pass_counts.tolist()
        assert np.allclose(one.xy, two.xy, atol=1e-9)


def test_neighbouring_punctures_of_a_ring_stand_a_step_apart() -> None:
    field = punctures.simulate(ROLLER, PATCH, 1, hand=PERFECT, directions=(0.0,), seed=1)
    x = field.xy[0, :20]
    assert np.diff(x) == pytest.approx(np.full(19, 2 * math.pi * 10 / 24))
    assert np.ptp(field.xy[1, :20]) == pytest.approx(0)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    passes=st.integers(1, 9),
    angle=st.floats(0, 45),
    lateral=st.floats(0, 20),
    pitch=st.floats(10, 40),
    directions=st.lists(st.floats(-360, 360), min_size=1, max_size=4),
)
def test_whole_arrays_and_plain_loops_draw_the_same_to_the_last_bit(
    seed: int, passes: int, angle: float, lateral: float, pitch: float, directions: list[float]
) -> None:
    drawn = list(
        fields.runs_of(ROLLER, PATCH, passes, Hand(angle, lateral), directions, pitch, seed, "numpy")
    )
    run = drawn[0]
    fast, slow = np.empty((2, run.total)), np.empty((2, run.total))
    engines.write_points(run, fast[0], fast[1], "numpy")
    kernels.write(run.x, run.y, run.dx, run.dy, run.counts, engines.ramp_for(run), slow[0], slow[1])
    assert np.array_equal(fast, slow)
    grid, plain = np.zeros((2, 61, 61), dtype=np.int32)
    engines.tally(run, 0.0, 0.0, grid, "numpy")
    ramp = engines.ramp_for(run)
    place = np.empty(ramp.size, dtype=np.int32)
    kernels.tally(run.x, run.y, run.dx, run.dy, run.counts, ramp, 0.0, 0.0, 61, place, plain.reshape(-1))
    assert np.array_equal(grid, plain)


@settings(max_examples=60, deadline=None)
@given(
    angles=st.lists(st.sampled_from([0.0, 45.0, 90.0, 135.0, 180.0, 7.3, 89.9999]), min_size=4, max_size=4),
    middles=st.lists(st.floats(-60, 60), min_size=4, max_size=4),
    phase=st.floats(0, 2.6),
)
def test_lines_are_cut_to_a_rectangle_alike_by_whole_arrays_and_plain_loops(
    angles: list[float], middles: list[float], phase: float
) -> None:
    theta, middle, phases = np.radians(angles), np.array(middles), np.full(4, phase)
    zone = punctures.rectangle(60, 35)
    run = strokes._cut(ROLLER, zone, theta, middle, phases, 2, "numpy")
    c = np.rint(np.cos(theta) * 2.0**40) / 2.0**40
    s = np.rint(np.sin(theta) * 2.0**40) / 2.0**40
    lines = 4 * len(ROLLER.lateral_mm)
    x, y, dx, dy = np.empty((4, lines))
    counts = np.empty(lines, dtype=np.int64)
    lateral, along = np.array(ROLLER.lateral_mm), np.array(ROLLER.along_mm)
    kernels.cut(
        c, s, middle, phases, lateral, along, ROLLER.step_mm, 30.0, 17.5, 30.0, 17.5, x, y, dx, dy, counts
    )
    assert run.counts.tolist() == counts.tolist()
    made = counts > 0
    for fast, slow in ((run.x, x), (run.y, y), (run.dx, dx), (run.dy, dy)):
        assert np.array_equal(fast[made], slow[made])


def test_the_compiled_engine_draws_the_same() -> None:
    for zone in (PATCH, CHEEK):
        for seed in range(5):
            one = punctures.simulate(ROLLER, zone, 9, seed=seed)
            two = punctures.simulate(ROLLER, zone, 9, seed=seed, engine="compiled")
            assert np.abs(one.xy - two.xy).max() <= 1e-9
            assert one.pass_counts.tolist() == two.pass_counts.tolist()
            grids = punctures.simulate_grids(ROLLER, zone, 9, seed=seed, engine="compiled").grids
            assert grids == punctures.simulate_grids(ROLLER, zone, 9, seed=seed).grids


def test_without_numba_the_compiled_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PuncturesError, match=r"install needlework\[fast\], or choose numpy"):
        punctures.simulate(ROLLER, PATCH, 1, engine="compiled")


def test_many_passes_are_drawn_in_blocks_and_measure_as_without_points() -> None:
    field = punctures.simulate(ROLLER, PATCH, 900, seed=1)
    assert field.n > 4 * engines.BLOCK
    whole = punctures.measure(field, coverage_mm=(), rehit_mm=())
    streamed = punctures.simulate_grids(ROLLER, PATCH, 900, seed=1)
    assert whole.grids == streamed.grids
    assert whole.n == streamed.n
    assert field.of_pass(900).shape[1] == field.pass_counts[-1]
    assert field.before_pass(2).shape[1] == field.pass_counts[0]


def test_grids_measure_as_counted_by_hand() -> None:
    counts = np.zeros((20, 20), dtype=np.int32)
    counts[:10, :10] = 2
    found = measure_grids(
        counts, punctures.rectangle(20, 20), expected_per_cm2=50, target_per_cm2=100, cells_mm=(1, 10)
    )
    assert found[10].mean == 50
    assert found[10].cv == pytest.approx(math.sqrt((150**2 + 3 * 50**2) / 4) / 50)
    assert found[10].below_80_share == 0.75
    assert (found[10].p5, found[10].p95) == (0, 200)
    assert found[1].fano == pytest.approx(1.5)
    assert found[1].cells == 400


def test_coverage_agrees_with_looking_at_every_puncture() -> None:
    field = punctures.simulate(ROLLER, CHEEK, 2, seed=4)
    probes = np.random.default_rng(1).uniform(0, 90, (2, 3000))
    probes = probes[:, CHEEK.contains(*probes)]
    away = np.hypot(probes[0][:, None] - field.xy[0], probes[1][:, None] - field.xy[1]).min(axis=1)
    found = punctures.coverage(field, (0.5, 1.0), queries=20_000)
    for near in (0.5, 1.0):
        plainly = float((away <= near).mean())
        assert found[near] == pytest.approx(plainly, abs=4 * math.sqrt(plainly * (1 - plainly) / len(away)))


def test_a_rehit_agrees_with_looking_at_every_puncture() -> None:
    field = punctures.simulate(ROLLER, PATCH, 5, seed=4)
    before, now = field.before_pass(5), field.of_pass(5)
    away = np.hypot(now[0][:, None] - before[0], now[1][:, None] - before[1]).min(axis=1)
    assert punctures.rehit(field, 5, 0.5) == pytest.approx(float((away <= 0.5).mean()))
    assert punctures.rehit(field, 1, 0.5) == 0


def test_more_passes_of_the_same_hand_cover_more() -> None:
    found = [punctures.coverage(punctures.simulate(ROLLER, PATCH, p, seed=1))[0.25] for p in (1, 4, 15, 60)]
    assert found == sorted(found)


def test_a_pen_glide_has_the_density_of_its_closed_form() -> None:
    pen = punctures.heads.pen(needles=12, head_mm=5, frequency_hz=90, speed_mm_per_s=20)
    assert pen.per_pass == pytest.approx(1080, abs=1)
    drawn = punctures.sample(pen, PATCH, 1, hand=PERFECT, seeds=10, coverage_mm=(), rehit_mm=())
    assert drawn.density_per_cm2.mean == pytest.approx(1080, rel=0.01)


def test_a_stamp_is_pressed_where_the_lesions_are() -> None:
    head = punctures.heads.stamp_of_device(devices.get("derma-stamp"))
    lesions = ((20.0, 20.0), (40.0, 45.0))
    field = punctures.press(head, PATCH, lesions, 5, sigma_mm=0.5, seed=3)
    assert field.n == 2 * 5 * 10
    assert len(field.pass_counts) == 10
    for spot in lesions:
        away = np.hypot(field.xy[0] - spot[0], field.xy[1] - spot[1])
        assert np.count_nonzero(away <= 7) == 50
    at, off = (punctures.density_near(field, spot, 1.0) for spot in (lesions[0], (5.0, 55.0)))
    assert at > off == 0


def test_a_press_at_the_rim_leaves_out_what_falls_outside() -> None:
    head = punctures.heads.stamp(needles=10, head_mm=8)
    field = punctures.press(head, PATCH, [(0.5, 30.0)], 20, sigma_mm=0, seed=1)
    assert 0 < field.n < 200
    assert field.xy[0].min() >= 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"passes": 0}, "number of passes is 0: it must be a whole number from 1"),
        ({"passes": -1}, "number of passes is -1"),
        (
            {"zone": punctures.rectangle(10, 60)},
            "less than the 20 mm of the head: choose an area of at least 20",
        ),
        ({"pitch_mm": 0.0}, "pitch is 0 mm"),
        ({"pitch_mm": 500.0}, "0.1 mm to ten widths"),
        ({"directions": ()}, "at least one direction"),
        ({"directions": (math.nan,)}, "at least one direction"),
        ({"seed": -1}, "seed is -1: it must be a whole number from 0"),
        ({"engine": "gpu"}, "no engine called “gpu”: choose numpy or compiled"),
        ({"passes": 900_000}, "punctures: at most 150,000,000 can be held"),
    ],
)
def test_what_cannot_be_needled_is_refused_with_what_is_allowed(
    change: dict[str, object], words: str
) -> None:
    plan: dict[str, object] = {"zone": PATCH, "passes": 4, "seed": 1, **change}
    zone, passes = plan.pop("zone"), plan.pop("passes")
    with pytest.raises(PuncturesError, match=words):
        punctures.simulate(ROLLER, zone, passes, **plan)  # type: ignore[arg-type]


@pytest.mark.parametrize("hand", [(-1, 3), (46, 3), (5, -1), (5, 51), (math.nan, 0)])
def test_a_hand_that_strays_beyond_reason_is_refused(hand: tuple[float, float]) -> None:
    with pytest.raises(PuncturesError, match="it must be 0"):
        Hand(*hand)


def test_a_lesion_outside_the_area_is_refused() -> None:
    head = punctures.heads.stamp(needles=10, head_mm=8)
    with pytest.raises(PuncturesError, match=r"lesion at \(70, 10\) mm lies outside"):
        punctures.press(head, PATCH, [(70, 10)], 1, sigma_mm=1)
    with pytest.raises(PuncturesError, match="at least one lesion"):
        punctures.press(head, PATCH, [], 1, sigma_mm=1)
    with pytest.raises(PuncturesError, match="less than the 8 mm"):
        punctures.press(head, punctures.rectangle(7, 60), [(3, 3)], 1, sigma_mm=1)


def test_a_device_without_known_geometry_says_what_is_missing() -> None:
    with pytest.raises(
        GeometryUnknownError, match="number of rings of needles of Dermaroller MC915 is not known"
    ):
        punctures.heads.of_device(devices.get("dermaroller-mc-915"))
    with pytest.raises(GeometryUnknownError, match=r"diameter of the head \(mm\) of SkinPen Precision"):
        punctures.heads.of_device(devices.get("skinpen-precision"), speed_mm_per_s=20)
    with pytest.raises(PuncturesError, match="pressed, not rolled"):
        punctures.heads.of_device(devices.get("derma-stamp"))
    with pytest.raises(PuncturesError, match="presses are planned for a stamp"):
        punctures.heads.stamp_of_device(devices.get("exceed"))


def test_a_pen_needs_a_speed_and_one_stroke_rate() -> None:
    pen = devices.get("exceed").as_labelled(head_mm=6)
    with pytest.raises(PuncturesError, match="give a speed in mm/s"):
        punctures.heads.of_device(pen)
    with pytest.raises(PuncturesError, match="runs at 100 to 150 strokes a second: say which"):
        punctures.heads.of_device(pen, speed_mm_per_s=20)
    with pytest.raises(PuncturesError, match="200 is out of its range"):
        punctures.heads.of_device(pen, speed_mm_per_s=20, frequency_hz=200)
    head = punctures.heads.of_device(pen, speed_mm_per_s=20, frequency_hz=120)
    assert head.per_pass == pytest.approx(100 * 6 * 120 / (20 * 6))


def test_a_length_the_label_does_not_allow_is_refused() -> None:
    with pytest.raises(MeasureError, match=r"Dermaroller MF-8 has needles of 1\.5 mm: 2 mm cannot"):
        punctures.heads.of_device(devices.get("dermaroller-mf-8"), needle_mm=2.0)


def test_what_is_assumed_about_the_needles_is_said() -> None:
    assert punctures.heads.assumed(devices.get("dermaroller-mf-8")) == (
        "turn between neighbouring rings (7.5°)",
    )
    assert punctures.heads.assumed(devices.get("derma-stamp")) == (
        "number of needles (10)",
        "diameter of the head (8 mm)",
        "even spread of the needles over the head",
    )


def test_strips_across_a_single_direction_differ_more_than_along_it() -> None:
    along, across = np.mean(
        [
            punctures.strip_cv(punctures.simulate(ROLLER, PATCH, 15, directions=(0.0,), seed=seed))
            for seed in range(30)
        ],
        axis=0,
    )
    assert across / along > 3


def test_strips_are_measured_as_counted_by_hand() -> None:
    field = punctures.simulate(ROLLER, CHEEK, 4, seed=2)
    x, y = field.xy
    cells = whole_cells(CHEEK, 5.0)
    columns = []
    for k in np.flatnonzero(cells.any(axis=0)):
        rows = np.flatnonzero(cells[:, k])
        in_column = (x >= 5 * k) & (x < 5 * k + 5) & np.isin(((y - 0) // 5).astype(int), rows)
        columns.append(np.count_nonzero(in_column) / len(rows))
    expected = np.std(columns) / np.mean(columns)
    assert punctures.strip_cv(field)[0] == pytest.approx(expected)


def test_strips_need_room() -> None:
    field = punctures.simulate(ROLLER, punctures.rectangle(25, 60), 1, seed=1)
    with pytest.raises(PuncturesError, match="no room for two strips of 20 mm"):
        punctures.strip_cv(field, 20)
    with pytest.raises(PuncturesError, match="no room for two strips of 90 mm"):
        punctures.strip_cv(field, 90)
