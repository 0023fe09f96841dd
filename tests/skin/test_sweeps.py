"""A sweep's combinations, their order, their rows, and what is no sweep."""

from __future__ import annotations

from typing import Any

import pytest

from needlework.skin import devices, punctures, sweeps
from needlework.skin.sweeps import SweepError

SMALL: dict[str, Any] = {
    "devices": ["dermaroller-mf-8", "dermaroller-ms-4"],
    "passes": [2, 4],
    "hands": ["perfect", "default", [2, 1.5]],
    "zone_cm": [4, 3],
    "seed": 7,
}


def test_every_combination_has_one_row_in_a_fixed_order() -> None:
    sweep = sweeps.of_spec(SMALL)
    rows = sweeps.rows(sweep, 0, sweep.size)
    assert len(rows) == sweep.size == 12
    assert [row["number"] for row in rows] == list(range(12))
    assert all(tuple(row) == tuple(sweeps.COLUMNS) for row in rows)
    assert len({(row["device"], row["passes"], row["angle_sd_deg"]) for row in rows}) == 12
    assert rows == sweeps.rows(sweep, 0, 5) + sweeps.rows(sweep, 5, 11) + sweeps.rows(sweep, 11, 100)


def test_a_row_holds_the_figures_of_the_library() -> None:
    sweep = sweeps.of_spec(SMALL)
    row = sweeps.rows(sweep, 4, 5)[0]
    field = punctures.simulate(
        punctures.heads.of_device(devices.get("dermaroller-mf-8")), punctures.rectangle(40, 30), 4, seed=7
    )
    measured = punctures.measure(field)
    assert (row["device"], row["passes"], row["angle_sd_deg"]) == ("dermaroller-mf-8", 4, 5.0)
    assert row["n"] == field.n
    assert row["cv_5mm"] == measured.grids[5].cv
    assert row["coverage_05mm"] == measured.coverage[0.5]
    assert row["rehit_last_pass_025mm"] == measured.rehit_last_pass[0.25]


def test_without_coverage_its_figures_are_left_empty_and_the_others_stay() -> None:
    whole = sweeps.rows(sweeps.of_spec(SMALL), 0, 2)
    bare = sweeps.rows(sweeps.of_spec({**SMALL, "coverage": False}), 0, 2)
    for one, other in zip(whole, bare, strict=True):
        assert other["coverage_05mm"] is None
        assert {name: one[name] for name in list(sweeps.COLUMNS)[:13]} == {
            name: other[name] for name in list(sweeps.COLUMNS)[:13]
        }


def test_a_table_of_hands_is_every_angle_with_every_side() -> None:
    table = {"angle_sd_deg": [0, 5, 9], "lateral_sd_mm": [0, 3]}
    assert sweeps.of_spec({**SMALL, "hands": table}).hands == (
        (0, 0), (0, 3), (5, 0), (5, 3), (9, 0), (9, 3),
    )  # fmt: skip


def test_another_sweep_has_another_fingerprint() -> None:
    one = sweeps.of_spec(SMALL).fingerprint
    assert one == sweeps.of_spec(dict(reversed(SMALL.items()))).fingerprint
    assert one != sweeps.of_spec({**SMALL, "seed": 8}).fingerprint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"device": "x"}, "“device” is not understood"),
        ({"devices": []}, "Say which devices"),
        ({"devices": ["dermaroller-mf8"]}, "Did you mean dermaroller-mf-8"),
        ({"devices": ["dermaroller-mc-915"]}, "is not known"),
        ({"devices": ["derma-stamp"]}, "pressed, not rolled"),
        ({"devices": [3]}, "not a name in quotation marks"),
        ({"devices": ["dermaroller-mf-8"] * 2}, "something stands twice"),
        ({"passes": [0]}, "number of passes is 0"),
        ({"passes": [2.5]}, "2.5 is not a whole number"),
        ({"passes": [True]}, "True is not a whole number"),
        ({"passes": "8"}, "Say which passes"),
        ({"hands": ["steady"]}, "“steady” is no hand"),
        ({"hands": [[1, 2, 3]]}, "is no hand"),
        ({"hands": [[90, 0]]}, "it must be 0° to 45°"),
        ({"hands": {"angle": [1]}}, "A table of hands has two lists"),
        ({"zone_cm": [1, 1]}, "less than the 20 mm"),
        ({"zone_cm": [5]}, "the width and the height"),
        ({"zone_cm": [-5, 5]}, "must be a number above 0"),
        ({"zone_cm": [float("nan"), 5]}, "is not a number"),
        ({"needle_mm": 9}, "at most 5 mm"),
        ({"seeds": 0}, "number of seeds is 0"),
        ({"engine": "gpu"}, "choose numpy or compiled"),
        ({"coverage": "yes"}, "true or false"),
        ({"passes": list(range(1, 1001)), "hands": {"angle_sd_deg": [i / 100 for i in range(1000)], "lateral_sd_mm": [1]}}, "at most 1,000,000"),
    ],
)  # fmt: skip
def test_what_is_no_sweep_is_refused_in_a_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(SweepError) as refused:
        sweeps.of_spec({**SMALL, **change})
    assert said in str(refused.value)
