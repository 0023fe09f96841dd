"""Scores and what may be said of a change."""

import pytest

from needlework.skin import packs, scales
from needlework.skin.scales import ScoreError, change, score_allowed
from needlework.skin.tables import UnknownCodeError


@pytest.mark.parametrize(
    ("scale", "allowed", "refused"),
    [
        ("goodman-baron-qualitative", [1, 2, 3, 4], [0, 5, 2.5]),
        ("vancouver", [0, 13], [-1, 14]),
        ("posas-patient", [6, 60], [5, 61]),
        ("dlqi", [0, 30], [31]),
        ("pain", [0, 10], [11, float("nan"), float("inf")]),
        ("melasma-area-severity", [0, 2.4, 48], [48.1, 0.05]),
        ("hair-seven-point", [-3, 0, 3], [-4, 0.5]),
        ("skin-type", [1, 6], [0, 7]),
    ],
)
def test_a_scale_has_these_scores_and_not_those(
    scale: str, allowed: list[float], refused: list[float]
) -> None:
    assert all(score_allowed(scale, score) for score in allowed)
    assert not any(score_allowed(scale, score) for score in refused)
    with pytest.raises(ScoreError, match="none of its scores"):
        scales.check_score(scale, refused[0])


@pytest.mark.parametrize(
    ("scale", "before", "after", "direction"),
    [
        ("goodman-baron-qualitative", 3, 2, "better"),
        ("goodman-baron-qualitative", 2, 3, "worse"),
        ("goodman-baron-qualitative", 2, 2, "no measurable change"),
        ("goodman-baron-quantitative", 20, 17, "no measurable change"),
        ("goodman-baron-quantitative", 20, 16, "better"),
        ("hair-seven-point", 0, 2, "better"),
        ("vancouver", 8, 4, "not known"),
    ],
)
def test_a_change_counts_only_above_the_noise_of_the_scale(
    scale: str, before: float, after: float, direction: str
) -> None:
    assert change(scale, before, after).direction == direction


def test_the_noise_a_clinic_measured_goes_before_the_table() -> None:
    assert change("vancouver", 8, 4, smallest_points=3).direction == "better"
    assert change("skin-type", 2, 3, smallest_points=1).direction == "changed"
    assert change("vancouver", 8, 6, smallest_points=3).direction == "no measurable change"
    assert change("goodman-baron-qualitative", 3, 2, smallest_points=1.5).basis == "Measured by the clinic."


def test_a_change_that_cannot_be_told_from_noise_says_so() -> None:
    assert "do not call it a change" in change("vancouver", 8, 4).sentence
    assert "No measurable change" in change("goodman-baron-quantitative", 20, 17).sentence


def test_every_anchor_is_a_score_of_its_scale() -> None:
    for scale in scales.scales():
        assert all(score_allowed(scale.code, score) for score in scales.anchors(scale.code))
    assert scales.anchors("glogau")[2] == "wrinkles in motion"


@pytest.mark.parametrize("indication", packs.shipped().indications)
def test_every_indication_can_be_scored(indication: str) -> None:
    found = scales.scales(indication)
    assert found
    assert any(scale.status == "shipped default" for scale in found)


def test_strange_scales_and_scores_are_refused() -> None:
    with pytest.raises(UnknownCodeError, match="Did you mean vancouver"):
        scales.get("vancuver")
    with pytest.raises(UnknownCodeError, match="fine-lines"):
        scales.scales("fine-line")
    with pytest.raises(ScoreError, match="goes from 0 to 10 in steps of 1"):
        change("pain", 4, 12)
