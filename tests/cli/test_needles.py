"""`needlework punctures`, `passes`, `depth` and `stamp`: output and exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from needlework.cli.needles import app
from needlework.skin import punctures

ROLLER = ("--device", "dermaroller-mf-8", "--needle-mm", "1.5")


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def answer(*words: str) -> dict[str, Any]:
    code, out, err = run(*words, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def refusal(*words: str) -> str:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.count("\n") == 1
    return err


def test_punctures_gives_the_figures_of_the_library() -> None:
    found = answer("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "15", "--seed", "4")
    field = punctures.simulate(
        punctures.heads.roller(rows=8, needles_per_row=24, width_mm=20, drum_diameter_mm=20),
        punctures.rectangle(60, 60),
        15,
        seed=4,
    )
    measured = punctures.measure(field)
    assert found["n"] == field.n
    assert found["density_per_cm2"] == pytest.approx(field.density_per_cm2, rel=1e-5)
    assert found["density_closed_form_per_cm2"] == pytest.approx(229.183, abs=0.001)
    for size in (5, 10, 20):
        assert found[f"cv_{size}mm"] == pytest.approx(measured.grids[size].cv, rel=1e-5)
    assert found["fano_1mm"] == pytest.approx(measured.grids[1].fano, rel=1e-5)
    assert found["coverage"].keys() == {"0.25", "0.5", "1.0"}
    assert found["coverage"]["0.25"] == pytest.approx(measured.coverage[0.25], rel=1e-5)
    assert found["rehit_last_pass"]["0.25"] == pytest.approx(measured.rehit_last_pass[0.25], rel=1e-5)
    assert found["share_5mm_below_80pct"] == pytest.approx(measured.grids[5].below_80_share, rel=1e-5)
    assert found["seed"] == 4
    assert found["standard_error"] is None


def test_several_seeds_give_means_with_their_standard_error() -> None:
    found = answer("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--seeds", "5", "--hand", "5,3")
    assert found["seeds"] == 5
    assert found["standard_error"]["cv_5mm"] > 0
    assert found["standard_error"]["coverage"]["0.5"] > 0


def test_a_layout_can_be_given_instead_of_a_device() -> None:
    layout = ("--rows", "24", "--needles-per-row", "8", "--width-mm", "20", "--diameter-mm", "20")
    found = answer(
        "punctures", *layout, "--zone-cm", "6x6", "--passes", "15", "--hand", "perfect", "--seeds", "30"
    )
    assert found["cv_5mm"] == pytest.approx(0.044, abs=0.003)
    assert found["density_per_cm2"] == pytest.approx(229.2, rel=0.003)


def test_a_zone_without_room_for_a_cell_leaves_its_figure_empty() -> None:
    layout = ("--rows", "4", "--needles-per-row", "24", "--width-mm", "10", "--diameter-mm", "20")
    found = answer("punctures", *layout, "--zone-cm", "1.5x1.5", "--passes", "4")
    assert found["cv_20mm"] is None
    assert found["cv_10mm"] is not None


def test_punctures_reads_well_for_people() -> None:
    code, out, err = run("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "15", "--seeds", "2")
    assert (code, err) == (0, "")
    assert "per cm² (by the formula 229.2)" in out
    assert "Assumed: turn between neighbouring rings (7.5°); how far the hand strays (5°, 3 mm)." in out
    assert "Seeds 0 to 1; each figure is a mean ± its standard error." in out


def test_a_pen_is_simulated_from_what_its_packet_says() -> None:
    pen = ("--device", "exceed", "--head-mm", "6", "--frequency-hz", "120", "--speed-mm-s", "20")
    found = answer("punctures", *pen, "--zone-cm", "3x3", "--passes", "1", "--hand", "perfect")
    assert found["density_per_cm2"] == pytest.approx(600, rel=0.05)


def test_passes_for_a_target() -> None:
    found = answer("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "200")
    assert found["passes"] == 14
    assert found["density_per_cm2"] == pytest.approx(213.9, abs=0.05)
    code, out, _ = run("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "250")
    assert code == 0
    assert found["assumptions"] == []
    narrow = answer("passes", "--device", "dermaroller-ms-4", "--target-per-cm2", "200")
    assert "width (10 mm)" in narrow["assumptions"]
    assert run("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "9")[1].startswith("1 pass with")
    assert out.startswith("17 passes with Dermaroller MF-8 make 260 punctures per cm²")


def test_depth_is_a_range_with_the_layers_and_their_source() -> None:
    found = answer(
        "depth", "--device", "dermaroller-mf-8", "--needle-mm", "1.5", "--area", "forehead", "--sex", "f"
    )
    assert found["depth_mm"] == {"low": 0.45, "high": 1.2}
    assert found["share_of_length"]["assumed"] is True
    assert found["layers"]["below_dermis"]["high"] == pytest.approx(0.81, abs=0.005)
    assert found["may_pass_dermis"] is True
    assert found["source"] == ["facial-ultrasound-2022"]


def test_depth_of_the_cheek_says_where_it_was_measured() -> None:
    code, out, _ = run("depth", "--device", "exceed", "--needle-mm", "1", "--area", "cheek")
    assert code == 0
    assert "cheekbone" in out


def test_depth_where_nobody_measured_says_not_known() -> None:
    found = answer("depth", "--device", "dermaroller-mf-8", "--needle-mm", "1.5", "--area", "scalp")
    assert found["layers"] is None
    assert "not known" in found["because"]


def test_a_stamp_aimed_at_a_lesion() -> None:
    aim = ("--presses", "10", "--sigma-mm", "1.5")
    found = answer("stamp", "--needles", "10", "--head-mm", "8", *aim)
    assert found["n"] == 100
    assert found["density_closed_form_per_cm2"] == pytest.approx(193, abs=0.5)
    assert found["density_centre_per_cm2"] == pytest.approx(190, rel=0.05)
    assert (
        answer("stamp", "--device", "derma-stamp", *aim)["density_centre_per_cm2"]
        == (found["density_centre_per_cm2"])
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "0"), "number of passes is 0"),
        (("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "-2"), "number of passes is -2"),
        (("punctures", *ROLLER, "--zone-cm", "1x1", "--passes", "4"), "less than the 20 mm of the head"),
        (("punctures", *ROLLER, "--zone-cm", "six", "--passes", "4"), "give width by height in cm"),
        (("punctures", *ROLLER, "--zone-cm", "1.2.3x4", "--passes", "4"), "give width by height in cm"),
        (("punctures", *ROLLER, "--zone-cm", "-6x6", "--passes", "4"), "must be a number above 0"),
        (("punctures", *ROLLER, "--zone-cm", "900x6", "--passes", "4"), "sides up to 300 cm"),
        (("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--hand", "5"), "is no hand"),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--hand", "a,b"),
            "numbers joined by commas",
        ),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--hand", "90,3"),
            "it must be 0° to 45°",
        ),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--engine", "gpu"),
            "choose numpy or compiled",
        ),
        (("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--seeds", "0"), "number of seeds is 0"),
        (("punctures", "--zone-cm", "6x6", "--passes", "4", "--rows", "8"), "Say which device"),
        (
            ("punctures", "--device", "dermaroller-mf8", "--zone-cm", "6x6", "--passes", "4"),
            "Did you mean dermaroller-mf-8",
        ),
        (
            ("punctures", "--device", "dermaroller-mc-915", "--zone-cm", "6x6", "--passes", "4"),
            "number of rings of needles of Dermaroller MC915 is not known",
        ),
        (
            (
                "punctures",
                "--device",
                "dermaroller-mf-8",
                "--needle-mm",
                "3",
                "--zone-cm",
                "6x6",
                "--passes",
                "4",
            ),
            "3 mm cannot be used with it",
        ),
        (
            ("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "-5"),
            "target density is -5 per cm²",
        ),
        (("passes", "--device", "derma-stamp", "--target-per-cm2", "50"), "pressed, not rolled"),
        (
            ("depth", "--device", "exceed", "--needle-mm", "2", "--area", "neck", "--sex", "f"),
            "2 mm cannot be used",
        ),
        (
            ("depth", "--device", "exceed", "--needle-mm", "1", "--area", "nek", "--sex", "f"),
            "Did you mean neck",
        ),
        (("stamp", "--needles", "10", "--presses", "5", "--sigma-mm", "1"), "Say which stamp"),
        (("stamp", "--device", "derma-stamp", "--presses", "0", "--sigma-mm", "1"), "number of presses is 0"),
        (
            ("stamp", "--device", "derma-stamp", "--presses", "5", "--sigma-mm", "nan"),
            "spread of the aim is nan",
        ),
        (
            ("stamp", "--device", "derma-stamp", "--presses", "5", "--sigma-mm", "1e-308"),
            "it must be 0, or 0.001 to 100 mm",
        ),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--speed-mm-s", "20"),
            "those of a pen",
        ),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--head-mm", "8"),
            "Dermaroller MF-8 is a roller: it has no diameter of the head",
        ),
        (
            ("punctures", *ROLLER, "--zone-cm", "6x6", "--passes", "4", "--directions", "0,1e9"),
            "degrees from -360 to 360",
        ),
    ],
)
def test_bad_input_is_one_sentence_with_what_is_allowed(words: tuple[str, ...], said: str) -> None:
    assert said in refusal(*words)


def test_every_command_has_help() -> None:
    for command in ("punctures", "passes", "depth", "stamp"):
        code, out, _ = run(command, "--help")
        assert code == 0
        assert "--json" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("punctures", *ROLLER, "--passes", "4", "--zone-cm", "6x6"),
            "4 passes with Dermaroller MF-8 on 36 cm²",
        ),
        (("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "200"), "From 20 passes on"),
        (("depth", *ROLLER, "--area", "cheek-left", "--sex", "f"), "may end 0.45 to 1.2 mm"),
        (
            ("stamp", "--device", "derma-stamp", "--presses", "10", "--sigma-mm", "1.5", "--seeds", "3"),
            "1 lesion is ringed",
        ),
    ],
)
def test_a_picture_is_written_beside_the_answer(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    plain = run(*words)
    assert run(*words, "--svg", str(file)) == plain
    text = file.read_text(encoding="utf-8")
    assert text.startswith("<svg xmlns=")
    assert "<style>" in text
    assert said.split(" (")[0] in text.split("<desc")[1].split("</desc>")[0]


def test_a_picture_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    words = ("passes", "--device", "dermaroller-mf-8", "--target-per-cm2", "200")
    assert "Name another file." in refusal(*words, "--svg", str(tmp_path / "nowhere" / "x.svg"))
