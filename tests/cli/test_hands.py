"""`needlework hand`: output and exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from needlework.cli.hands import app
from needlework.skin import punctures
from tests.factories import rolls

BAD = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "images" / "bad"


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> str:
    head = punctures.heads.roller(rows=8, needles_per_row=24, width_mm=20, drum_diameter_mm=20)
    field = punctures.simulate(head, punctures.rectangle(100, 100), 2, directions=(0, 90), seed=3)
    path = tmp_path_factory.mktemp("rolls") / "sheet.jpg"
    path.write_bytes(rolls.jpeg(rolls.draw(field.points, 100, 100, mm_per_px=0.12, dot_mm=0.4)))
    return str(path)


def test_the_same_hand_by_each_mark_of_the_scale(sheet: str) -> None:
    side = str(round(100 / 0.12))
    marks = (
        ("--scale-mm-per-px", "0.12"),
        ("--points", "100,50,600,50", "--mm", "60"),
        ("--corners", f"0,0,{side},0,{side},{side},0,{side}", "--size-mm", "100x100"),
    )
    found = []
    for mark in marks:
        code, out, err = run(sheet, *mark, "--device", "dermaroller-mf-8", "--json")
        assert (code, err) == (0, "")
        found.append(json.loads(out))
    for one in found:
        assert one["device_assumed"] is False
        assert one["count_per_cm2"] == pytest.approx(found[0]["count_per_cm2"], rel=0.03)
        assert one["angle_sd_deg"] == pytest.approx(found[0]["angle_sd_deg"], abs=0.2)
        assert one["interval_95"]["angle_sd_deg"]["low"] < one["angle_sd_deg"]
        assert one["interval_95"]["angle_sd_deg"]["high"] > one["angle_sd_deg"]
        assert {f"cv_{size}mm" for size in (1, 5, 10, 20)} <= one.keys()
        assert len(one["strokes"]) > 8


def test_it_reads_well_for_people(sheet: str) -> None:
    code, out, err = run(sheet, "--scale-mm-per-px", "0.12")
    assert (code, err) == (0, "")
    assert "Dots per cm²:" in out
    assert "The angle of a stroke strays by:" in out
    assert "No device was named" in out


ONE_WAY = "Give the scale in one way"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ONE_WAY),
        (("--scale-mm-per-px", "0.1", "--points", "1,2,3,4", "--mm", "5"), ONE_WAY),
        (("--points", "1,2,3,4"), ONE_WAY),
        (("--mm", "5"), ONE_WAY),
        (("--points", "1,2,3", "--mm", "5"), "--points has 3 numbers: it needs 4"),
        (("--points", "a,b,c,d", "--mm", "5"), "give numbers joined by commas"),
        (("--corners", "1,2,3,4,5,6,7,8", "--size-mm", "100"), "is no size"),
        (("--scale-mm-per-px", "-1"), "must be a number above 0"),
        (("--scale-mm-per-px", "0.12", "--device", "roller"), "roller"),
        (("--scale-mm-per-px", "0.12", "--device", "dermaroller-mf-8", "--needle-mm", "9"), "at most 5 mm"),
        (("--scale-mm-per-px", "0.12", "--pitch-mm", "0"), "must be 1 to 100 mm"),
    ],
)
def test_bad_input_is_one_sentence(sheet: str, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(sheet, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_hostile_picture_is_refused_in_one_sentence() -> None:
    for path in sorted(BAD.glob("*")):
        code, out, err = run(str(path), "--scale-mm-per-px", "0.1")
        assert (code, out, err.count("\n")) == (2, "", 1), path.name
