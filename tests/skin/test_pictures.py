"""Pictures of what needles do: they draw what was computed, say it in words, and stay small."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import needlework
from needlework.skin import depth, devices, pictures, punctures
from needlework.skin.pictures import Picture, Scale, Series
from needlework.skin.pictures.drawing import STYLE, element
from needlework.skin.punctures import Field, formulas

SVG = "{http://www.w3.org/2000/svg}"
MF8 = devices.get("dermaroller-mf-8")


def field(passes: int = 15, zone: punctures.Zone | None = None, seed: int = 1) -> Field:
    head = punctures.heads.of_device(MF8, needle_mm=1.5)
    return punctures.simulate(head, zone or punctures.rectangle(65, 60), passes, seed=seed)


def reach(area: str, sex: depth.Sex | None, needle_mm: float = 1.5) -> Picture:
    place = depth.skin_of(area, sex)
    return pictures.section_of(
        depth.reach(MF8, needle_mm, place.skins), place, name="Dermaroller MF-8", area=area
    )


def parsed(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.svg("mine", alone=True))  # noqa: S314  our own text


def dots(picture: Picture) -> int:
    return sum(path.get("d", "").count("h0") for path in parsed(picture).iter(f"{SVG}path"))


def test_every_puncture_of_the_window_is_drawn() -> None:
    drawn = field()
    picture = pictures.punctures_of(drawn, name="15 passes")
    x, y = drawn.xy
    # The window of 20 mm lies in the middle of the 65 × 60 mm.
    there = (x >= 22.5) & (x < 42.5) & (y >= 20) & (y < 40)
    assert dots(picture) == int(there.sum()) > 800


def test_the_words_state_the_figures_of_the_field_with_their_units() -> None:
    drawn = field()
    said = pictures.punctures_of(drawn, name="15 passes with the MF-8").sentence
    assert f"15 passes with the MF-8 on 39 cm², 6.5 × 6 cm: {drawn.n:,} punctures" in said
    assert f"{drawn.density_per_cm2:.0f} per cm² on average" in said
    cells = punctures.measure(drawn, coverage_mm=(), rehit_mm=()).grids[5]
    assert f"it is {cells.p5 * 4:.0f} to {cells.p95 * 4:.0f} per cm²" in said


def test_a_large_dense_field_stays_small() -> None:
    pen = punctures.heads.pen(needles=12, head_mm=5, frequency_hz=90, speed_mm_per_s=20)
    dense = punctures.simulate(pen, punctures.rectangle(100, 100), 10, seed=1)
    wide = field(passes=30, zone=punctures.rectangle(500, 600))
    for drawn in (dense, wide):
        assert len(pictures.punctures_of(drawn, name="much").svg()) < 150_000
    assert pictures.window_mm(dense) == 2


def test_a_polygon_is_drawn_with_its_hole_and_its_outer_cells_are_left_out() -> None:
    zone = punctures.polygon(((0, 0), (60, 0), (50, 40), (10, 60)), (((20, 20), (30, 20), (25, 30)),))
    picture = pictures.punctures_of(field(zone=zone), name="a polygon")
    edge = next(path for path in parsed(picture).iter(f"{SVG}path") if path.get("class") == "edge")
    assert edge.get("d", "").count("M") == 2
    cells = [path for path in parsed(picture).iter(f"{SVG}path") if path.get("class") == "density"]
    inside = punctures.zones.whole_cells(zone, 5.0)
    assert sum(path.get("d", "").count("M") for path in cells) == int(inside.sum())


def test_two_fields_drawn_to_one_scale_share_its_end_and_the_window() -> None:
    sparse, dense = field(passes=4), field(passes=15)
    scale = Scale(density_per_cm2=pictures.density_end(dense), window_mm=pictures.window_mm(dense))
    ends = {
        re.search(r"(\d+) or more", pictures.punctures_of(one, name="x", scale=scale).svg())[1]  # type: ignore[index]
        for one in (sparse, dense)
    }
    assert ends == {"300"}


def test_lesions_are_ringed_and_the_window_lies_about_the_first() -> None:
    head = punctures.heads.stamp_of_device(devices.get("derma-stamp"))
    spots = [(20.0, 20.0), (45.0, 40.0)]
    drawn = punctures.press(head, punctures.rectangle(65, 60), spots, 10, sigma_mm=1.5)
    picture = pictures.punctures_of(drawn, name="10 presses", lesions_mm=spots)
    rings = [ring for ring in parsed(picture).iter(f"{SVG}circle") if ring.get("class") == "lesion"]
    assert len(rings) == 2
    assert "2 lesions are ringed" in picture.sentence
    # Those about the first lesion, and none of the second's.
    assert 90 <= dots(picture) <= 100


def test_coverage_rings_the_pass_from_which_one_more_adds_under_a_hundredth() -> None:
    per_pass = formulas.density_per_pass(192, 10, 20)
    picture = pictures.coverage_of([Series("MF-8", per_pass, 15)])
    little = formulas.little_more_after(per_pass, 0.5)
    gains = [
        formulas.coverage(per_pass, little + more, 0.5) - formulas.coverage(per_pass, little + more - 1, 0.5)
        for more in (0, 1)
    ]
    assert gains[0] >= 0.01 > gains[1]
    assert f"From {little} passes on, one more adds little within 0.5 mm (ringed)" in picture.sentence
    assert "85 % of the skin lies within 0.5 mm of a puncture, 37 % within 0.25 mm" in picture.sentence
    assert len(list(parsed(picture).iter(f"{SVG}circle"))) == 1


def test_coverage_says_that_its_rule_is_no_advice() -> None:
    said = pictures.coverage_of([Series("MF-8", 15.28, 15)]).sentence
    assert "less than 1 % of the skin more" in said
    assert "It is no advice: no trial has compared" in said


def test_two_devices_share_the_axis_and_only_distances_that_hold_for_both() -> None:
    picture = pictures.coverage_of([Series("Roller", 15.28, 15), Series("Pen", 1080, 3)])
    assert "within 0.1 mm" in picture.sentence
    assert "0.5 mm" not in picture.sentence
    lines = [path for path in parsed(picture).iter(f"{SVG}path") if path.get("class", "").startswith("line")]
    assert len({path.get("class") for path in lines}) == 2


@pytest.mark.parametrize("count", [0, 3])
def test_coverage_of_none_or_of_three_devices_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="one device, or two"):
        pictures.coverage_of([Series("MF-8", 15.28, 15)] * count)


def test_a_section_draws_the_layers_and_the_range_to_one_scale() -> None:
    place = depth.skin_of("cheek-left", "f")
    boxes = {
        box.get("class"): (float(box.get("y", "0")), float(box.get("height", "0")))
        for box in parsed(reach("cheek-left", "f")).iter(f"{SVG}rect")
        if box.get("class")
    }
    skin = place.skins[0]
    px = boxes["dermis"][1] / skin.dermis_mm
    assert boxes["epidermis"][1] == pytest.approx(skin.epidermis_mm * px, abs=0.1)
    span = depth.reached_mm("roller", 1.5)
    assert boxes["reached"][0] - boxes["epidermis"][0] == pytest.approx(span.low * px, abs=0.1)
    assert boxes["reached"][1] == pytest.approx((span.high - span.low) * px, abs=0.1)


def test_a_section_says_a_range_and_its_chance() -> None:
    said = reach("cheek-left", "f").sentence
    assert "may end 0.45 to 1.2 mm below the surface" in said
    assert "the dermis 0.87 mm (± 0.35 mm between people)" in said
    assert "below the dermis: 4 % to 64 %" in said


def test_both_sexes_are_drawn_where_the_sex_is_not_known() -> None:
    picture = reach("cheek-left", None)
    assert {"women", "men"} <= {text.text for text in parsed(picture).iter(f"{SVG}text")}


def test_a_section_of_an_area_that_was_not_measured_says_not_known() -> None:
    picture = reach("chin", None)
    assert "thickness not known" in {text.text for text in parsed(picture).iter(f"{SVG}text")}
    assert "so no layer can be named" in picture.sentence
    assert 'class="dermis"' not in picture.svg()


def test_a_picture_names_itself_for_a_screen_reader() -> None:
    root = parsed(reach("cheek-left", "f"))
    assert root.get("role") == "img"
    said = {root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")}
    picture = reach("cheek-left", "f")
    assert said == {picture.title, picture.sentence}
    assert root.get("aria-labelledby") == "mine-title mine-desc"


def test_what_comes_from_outside_is_escaped() -> None:
    picture = pictures.coverage_of([Series('<b> & "x"', 15.28, 3)])
    assert "<b>" not in picture.svg()
    assert "<b>" in (parsed(picture).findtext(f"{SVG}desc") or "")
    assert element("text", "<&", cls='"') == '<text class="&quot;">&lt;&amp;</text>'


def test_a_file_brings_the_same_classes_as_the_style_of_the_page() -> None:
    sheet = Path(needlework.__file__).parent / "web" / "static" / "css" / "picture.css"
    page = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"))
    of_page = set(re.findall(r"\.picture \.([a-z]+)", page))
    assert set(re.findall(r"\.picture \.([a-z]+)", STYLE)) == of_page
    drawn = "".join(
        one.svg()
        for one in (
            pictures.punctures_of(field(), name="x", lesions_mm=[(30, 30)]),
            pictures.coverage_of([Series("a", 15, 5), Series("b", 30, 5)]),
            reach("cheek-left", "f"),
            reach("chin", "f"),
        )
    )
    worn = {name for said in re.findall(r'class="([a-z ]+)"', drawn) for name in said.split()}
    assert worn - {"picture"} == of_page
