"""How deep a needle gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.skin import depth, devices, tables
from needlework.skin.depth import Skin, Span
from needlework.skin.devices import MeasureError
from needlework.skin.tables import UnknownCodeError

FOREHEAD_F, FOREHEAD_M = Skin("f", 0.20, 0.86, 0.16), Skin("m", 0.22, 1.17, 0.28)
TEMPLE_F = Skin("f", 0.18, 0.80, 0.19)
EYELID_F = Skin("f", 0.17, 0.58, 0.11)
ROLLER = devices.get("dermaroller-mf-8")
PEN = devices.get("exceed")


@pytest.mark.parametrize(
    ("needle", "reached", "angle", "slot"),
    [
        (0.5, 0.35, 15, 0.12),
        (1.0, 0.5, 17, 0.20),
        (1.0, 1.0, 25, 0.57),
        (1.5, 0.75, 21, 0.36),
        (1.5, 1.5, 30, 1.03),
        (2.5, 2.5, 37, 2.13),
    ],
)
def test_entry_angle_and_slot_are_those_of_the_reference_model(
    needle: float, reached: float, angle: float, slot: float
) -> None:
    """Section 1.5, a drum of 10 mm radius."""
    assert round(depth.entry_deg(drum_radius_mm=10, needle_mm=needle, depth_mm=reached)) == angle
    assert depth.slot_mm(drum_radius_mm=10, needle_mm=needle, depth_mm=reached) == pytest.approx(
        slot, abs=0.005
    )


def test_a_small_drum_leaves_longer_slots() -> None:
    """Section 1.5: a drum of 14 mm diameter, about 17 % longer."""
    small = depth.slot_mm(drum_radius_mm=7, needle_mm=1, depth_mm=1)
    assert small / depth.slot_mm(drum_radius_mm=10, needle_mm=1, depth_mm=1) == pytest.approx(1.17, abs=0.03)


@pytest.mark.parametrize(
    ("skin", "chance"), [(FOREHEAD_F, 0.35), (FOREHEAD_M, 0.08), (TEMPLE_F, 0.54), (EYELID_F, 0.99)]
)
def test_the_chance_of_passing_the_dermis_at_1_mm_is_that_of_the_reference_model(
    skin: Skin, chance: float
) -> None:
    """Section 2."""
    assert skin.chance_below(1.0) == pytest.approx(chance, abs=0.005)


def test_a_depth_is_a_range_by_the_kind_of_device() -> None:
    assert depth.reached_mm("roller", 1.5) == Span(0.45, 1.2)
    assert depth.reached_mm("stamp", 1.5) == Span(0.75, 1.35)
    assert depth.reached_mm("pen", 1.5) == Span(1.2, 1.5)


def test_a_pen_that_may_stand_out_further_reaches_further() -> None:
    assert PEN.depth_tolerance_mm == 0.15
    assert depth.reach(PEN, 1.0).depth_mm == Span(0.68, 1.15)


def test_without_the_thickness_of_the_skin_no_layer_is_named() -> None:
    found = depth.reach(ROLLER, 1.5)
    assert found.layers is None
    assert found.may_pass_dermis is None
    assert "not known" in found.sentence


def test_a_pen_at_1_5_mm_passes_the_dermis_nearly_everywhere_in_women() -> None:
    found = depth.reach(PEN, 1.5, (FOREHEAD_F,))
    assert found.layers is not None
    assert found.layers.below_dermis.high > 0.9
    assert found.may_pass_dermis
    assert "may reach below the dermis" in found.sentence
    assert found.slot_mm is None


def test_a_roller_says_its_slot_at_most() -> None:
    found = depth.reach(ROLLER, 1.5, (FOREHEAD_F,))
    assert found.slot_mm == pytest.approx(depth.slot_mm(drum_radius_mm=10, needle_mm=1.5, depth_mm=1.2))
    assert found.entry_deg == pytest.approx(27, abs=1)


def test_a_very_short_needle_stays_in_the_epidermis() -> None:
    found = depth.reach(devices.get("dermaroller-c-8"), 0.13, (FOREHEAD_F,))
    assert found.layers == depth.Layers(Span(1, 1), Span(0, 0), Span(0, 0))
    assert found.sentence.endswith("It stays in the epidermis.")


def test_a_needle_that_may_or_may_not_pass_the_epidermis_says_both() -> None:
    found = depth.layers(Span(0.1, 0.4), (FOREHEAD_F,))
    assert found.epidermis == Span(0, 1)
    assert found.dermis.low == 0
    assert found.dermis.high > 0.99


def test_an_unknown_sex_spans_both() -> None:
    one, other = depth.layers(Span(0.5, 1.2), (FOREHEAD_F,)), depth.layers(Span(0.5, 1.2), (FOREHEAD_M,))
    both = depth.layers(Span(0.5, 1.2), (FOREHEAD_F, FOREHEAD_M))
    spans = (one.below_dermis, other.below_dermis)
    assert both.below_dermis == Span(min(span.low for span in spans), max(span.high for span in spans))
    assert one.below_dermis.high > other.below_dermis.high


def test_depth_alone_gives_no_alert_but_leaving_the_protocol_does() -> None:
    found = depth.reach(PEN, 1.5, (FOREHEAD_F,))
    assert depth.alert(found, None) is None
    assert depth.alert(found, Span(1.0, 1.5)) is None
    said = depth.alert(found, Span(0.5, 1.0))
    assert said is not None
    assert said.startswith("A needle of 1.5 mm is longer than the protocol's 0.5 to 1 mm.")
    assert "below the dermis" in said
    assert "shorter" in (depth.alert(depth.reach(PEN, 0.5), Span(1.0, 1.5)) or "")


@pytest.mark.parametrize("needle", [0.0, -1.0, 6.0, float("nan"), float("inf")])
def test_a_length_no_needle_has_is_refused(needle: float) -> None:
    with pytest.raises(MeasureError, match="above 0 and at most 5 mm"):
        depth.reached_mm("roller", needle)


def test_a_length_the_device_does_not_have_is_refused() -> None:
    with pytest.raises(MeasureError, match=r"Dermaroller MF-8 has needles of 1\.5 mm: 2 mm cannot"):
        depth.reach(ROLLER, 2.0)
    with pytest.raises(MeasureError, match=r"needles of 0 to 1\.5 mm: 1\.6 mm cannot"):
        depth.reach(PEN, 1.6)


def test_a_depth_beyond_the_needle_is_refused() -> None:
    with pytest.raises(MeasureError, match="between 0 and the length"):
        depth.slot_mm(drum_radius_mm=10, needle_mm=1, depth_mm=1.1)
    with pytest.raises(MeasureError, match="radius of the drum"):
        depth.slot_mm(drum_radius_mm=0, needle_mm=1, depth_mm=1)


@given(
    shallow=st.floats(0, 3),
    more=st.floats(0, 3),
    skins=st.lists(st.sampled_from([FOREHEAD_F, FOREHEAD_M, TEMPLE_F, EYELID_F]), min_size=1, max_size=3),
    at=st.floats(0, 1),
)
def test_the_span_of_each_layer_holds_every_depth_of_the_range(
    shallow: float, more: float, skins: list[Skin], at: float
) -> None:
    found = depth.layers(Span(shallow, shallow + more), tuple(skins))
    here = depth.layers(Span(shallow + at * more, shallow + at * more), tuple(skins))
    for span, inner in (
        (found.epidermis, here.epidermis),
        (found.dermis, here.dermis),
        (found.below_dermis, here.below_dermis),
    ):
        assert 0 <= span.low <= span.high <= 1
        assert span.low <= inner.low + 1e-12
        assert inner.high <= span.high + 1e-12


@given(needle=st.floats(0.05, 4.9), longer=st.floats(0, 0.1))
def test_a_longer_needle_never_reaches_less(needle: float, longer: float) -> None:
    for kind in ("roller", "stamp", "pen"):
        short, long = depth.reached_mm(kind, needle), depth.reached_mm(kind, needle + longer)
        assert long.low >= short.low
        assert long.high >= short.high


def test_the_cheek_has_the_figures_of_the_cheekbone_and_says_so() -> None:
    place = depth.skin_of("cheek", "f")
    assert place.skins == (Skin("f", 0.20, 0.87, 0.35),)
    assert place.note is not None
    assert "cheekbone" in place.note
    assert depth.skin_of("cheek-left", "f").skins == place.skins
    assert set(place.source) <= set(tables.sources())


@pytest.mark.parametrize(
    ("area", "women", "men"),
    [
        ("forehead", (0.20, 0.86, 0.16), (0.22, 1.17, 0.28)),
        ("glabella", (0.19, 0.90, 0.23), (0.21, 1.14, 0.30)),
        ("temple", (0.18, 0.80, 0.19), (0.19, 1.06, 0.20)),
        ("nose", (0.19, 0.93, 0.25), (0.20, 1.03, 0.16)),
        ("neck", (0.17, 0.99, 0.20), (0.19, 0.98, 0.22)),
    ],
)
def test_measured_areas_have_the_figures_of_the_ultrasound_study(
    area: str, women: tuple[float, ...], men: tuple[float, ...]
) -> None:
    """BMC Med Imaging 2022;22:113, table 2, as in section 2 of the reference model."""
    skins = depth.skin_of(area).skins
    assert [(skin.epidermis_mm, skin.dermis_mm, skin.dermis_sd_mm) for skin in skins] == [women, men]


def test_an_area_nobody_measured_is_not_known() -> None:
    place = depth.skin_of("scalp", "m")
    assert place.skins == ()
    assert place.source == ()
    assert depth.reach(ROLLER, 1.5, place.skins).layers is None


def test_an_unknown_area_names_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="cheek-left"):
        depth.skin_of("cheak-left")
