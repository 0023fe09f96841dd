"""`needlework udi --image` and `needlework label`."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from needlework.cli import udi

MADE = [
    "--di",
    "9506000134352",
    "--lot",
    "LOT",
    "--serial",
    "S1",
    "--expires-on",
    "2028-03-31",
    "--made-on",
    "2026-01-05",
]


def run(*args: str) -> Result:
    program = typer.Typer()
    program.add_typer(udi.app)
    return CliRunner().invoke(program, list(args))


def answer(*args: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(run(*args, "--json").stdout)
    return held


@pytest.mark.parametrize(("suffix", "begins"), [("svg", b"<svg"), ("pdf", b"%PDF")])
def test_a_label_is_written(tmp_path: Path, suffix: str, begins: bytes) -> None:
    out = tmp_path / f"label.{suffix}"
    assert run("label", *MADE, "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(begins)
    said = answer("label", *MADE, "--out", str(out))
    assert said["element_string"] == "01095060001343521126010517280331" + "10LOT\x1d21S1"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--di", "9506000134353", "--lot", "LOT", "--out", "x.svg"], "incorrect-check-digit"),
        (["--di", "9506000134352", "--lot", "", "--out", "x.svg"], "empty"),
        (["--di", "9506000134352", "--lot", "LOT", "--out", "x.png"], "unknown-file-kind"),
        (["--di", "9506000134352", "--lot", "LOT", "--out", "/no/such/folder/x.svg"], "no-file"),
    ],
)
def test_a_label_that_must_not_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer("label", *args)["code"] == code
    result = run("label", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert not [*tmp_path.iterdir()]


def test_pictures_give_their_labels(shared: Path) -> None:
    folder = shared / "testdata" / "barcodes"
    matrix = str(folder / "datamatrix-1" / "gs1-figure-4.15.1-2-32x32.png")
    nothing = str(folder / "falsepositives-1" / "#245.png")
    assert answer("udi", "--image", matrix)["di"] == "09504000059101"
    given = answer("udi", "--image", matrix, nothing, "/no/such/file")["results"]
    assert [one.get("code") for one in given] == [None, "no-barcode", "no-file"]
    assert run("udi", "--image", nothing).exit_code == 2


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "label.txt"
    file.write_text("(01)09506000134352", encoding="utf-8")
    assert answer("udi", "--image", str(file))["code"] == "not-a-picture"


def test_a_picture_of_two_packets_is_refused(tmp_path: Path) -> None:
    from needlework.skin import label_drawings

    sheet = Image.new("L", (700, 340), 255)
    for number in (0, 1):
        rows = label_drawings.symbol({"01": "09506000134352", "21": f"S{number}"})
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    sheet.paste(
                        0, (x * 8 + 30 + number * 350, y * 8 + 30, x * 8 + 38 + number * 350, y * 8 + 38)
                    )
    data = io.BytesIO()
    sheet.save(data, "PNG")
    (tmp_path / "two.png").write_bytes(data.getvalue())
    assert answer("udi", "--image", str(tmp_path / "two.png"))["code"] == "several-labels"
