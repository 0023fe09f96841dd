"""When the same skin may be needled again."""

from datetime import date, timedelta

import pytest

from needlework.skin import healing, packs
from needlework.skin.healing import SkinState, closure, earliest_next
from needlework.skin.protocols import PlanError
from needlework.skin.tables import UnknownCodeError

LAST = date(2026, 11, 2)
GONE = SkinState(redness="gone")


def following(
    state: SkinState | None = None, indication: str = "atrophic-acne-scars", **other: object
) -> healing.NextTreatment:
    area = {"hair-loss": "scalp"}.get(indication, "cheek-left")
    return earliest_next(last_on=LAST, indication=indication, area=area, state=state, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("indication", "days"),
    [("atrophic-acne-scars", 28), ("photoageing", 14), ("hyperpigmentation", 14), ("hair-loss", 7)],
)
def test_the_interval_is_that_of_the_protocol(indication: str, days: int) -> None:
    assert following(GONE, indication).on == LAST + timedelta(days=days)


def test_dark_skin_waits_longer() -> None:
    assert following(GONE, skin_type=6).on == LAST + timedelta(days=42)
    assert following(GONE, skin_type=4).on == LAST + timedelta(days=28)


def test_a_protocol_without_an_interval_waits_four_weeks_as_an_assumption() -> None:
    weeks, source = healing.interval_weeks("photoageing", "decolletage")
    assert (weeks, source) == (4, ("needlework-assumption",))
    assert healing.interval_weeks("hair-loss", "nose")[0] == 4


def test_it_is_allowed_from_its_day_on() -> None:
    after = following(GONE)
    assert after.on is not None
    assert not after.allows(after.on - timedelta(days=1))
    assert after.allows(after.on)


def test_red_skin_waits_for_the_skin_and_not_for_a_date() -> None:
    after = following(SkinState(redness="present"))
    assert after.on is None
    assert not after.allows(date(2036, 1, 1))
    assert "still red" in after.because[-1]


def test_an_open_complication_waits_for_a_person() -> None:
    after = following(SkinState(redness="gone", complication="open"))
    assert after.on is None
    assert "closed by a person" in after.because[-1]


def test_a_closed_complication_adds_four_weeks() -> None:
    late = SkinState("gone", "closed", date(2026, 12, 1))
    assert following(late).on == date(2026, 12, 29)
    early = SkinState("gone", "closed", LAST)
    assert following(early).on == LAST + timedelta(days=28)


def test_a_complication_without_the_day_it_was_closed_stays_open() -> None:
    after = following(SkinState("gone", "closed"))
    assert after.on is None
    assert "not recorded" in after.because[-1]


def test_skin_that_nobody_has_looked_at_is_pointed_out() -> None:
    after = following()
    assert after.on == LAST + timedelta(days=28)
    assert "Look before needling" in after.because[-1]


@pytest.mark.parametrize("indication", packs.shipped().indications)
def test_every_indication_has_an_interval_in_every_place(indication: str) -> None:
    for area in packs.shipped().areas:
        weeks, source = healing.interval_weeks(indication, area)
        assert 1 <= weeks <= 8
        assert source


def test_strange_input_is_refused() -> None:
    with pytest.raises(UnknownCodeError):
        following(indication="acne")
    with pytest.raises(PlanError, match="1 to 6"):
        following(skin_type=9)


def test_longer_and_covered_channels_count_as_open_for_longer() -> None:
    """models.md section 3: 48 h up to 0.5 mm, 72 h above, 48 h more when covered."""
    assert [closure(length).to_hours for length in (0.2, 0.5, 0.6, 2.0)] == [48, 48, 72, 72]
    assert closure(0.5, occluded=True).to_hours == 96
    assert "house rule, not a measured time" in closure(1.5).sentence
