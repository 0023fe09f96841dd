"""`needlework udi`: what a label says, and the exit code."""

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from needlework.cli import udi

LABEL = "(01)09506000134352(17)280300(10)ABC"
SCAN = "]d2010950600013435210ABC\x1d21S1"


def run(*args: str, stdin: bytes | None = None) -> Result:
    program = typer.Typer()
    program.add_typer(udi.app)
    program.command("other")(lambda: None)  # as in the whole program, `udi` is one command among several
    return CliRunner().invoke(program, ["udi", *args], input=stdin)


def answer(*args: str, stdin: bytes | None = None) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(run("--json", *args, stdin=stdin).stdout)
    return held


def test_one_label_gives_one_object() -> None:
    assert answer(LABEL) == {
        "ok": True,
        "issuer": "GS1",
        "di": "09506000134352",
        "lot": "ABC",
        "serial": None,
        "expires_on": "2028-03-31",
        "made_on": None,
        "quantity": None,
        "elements": {"01": "09506000134352", "17": "280300", "10": "ABC"},
        "raw": LABEL,
    }


def test_several_labels_give_results_in_order() -> None:
    given = answer(LABEL, "Hello", SCAN)["results"]
    assert [one["ok"] for one in given] == [True, False, True]
    assert set(given[1]) == {"ok", "code", "because"}
    assert given[2]["serial"] == "S1"


def test_lines_are_read_from_stdin_with_their_separators() -> None:
    assert answer("-", stdin=SCAN.encode() + b"\r\n")["raw"] == SCAN
    given = answer("-", stdin=f"{SCAN}\n\n{LABEL}\n".encode())["results"]
    assert [one["serial"] for one in given] == ["S1", None]


def test_a_line_that_is_no_text_is_refused() -> None:
    assert answer("-", stdin=b"\xff\xfe\n")["code"] == "not-a-label"


def test_a_refusal_ends_with_two_and_one_sentence_on_stderr() -> None:
    result = run("(01)09506000134353(10)ABC")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "wrong check digit" in result.stderr
    assert run("--json", LABEL, "Hello").exit_code == 2
    assert run(LABEL).exit_code == 0


def test_a_label_is_told_in_words() -> None:
    assert run(LABEL).stdout.splitlines() == [
        "Issuer:            GS1",
        "Device identifier: 09506000134352",
        "Lot:               ABC",
        "Expires on:        2028-03-31",
    ]


def test_nothing_to_read_is_said() -> None:
    for result in (run(), run("-", stdin=b"")):
        assert result.exit_code == 2
        assert "nothing to read" in result.stderr
    assert answer("-", stdin=b"")["code"] == "nothing-given"


def test_a_line_that_no_barcode_holds_is_refused_in_one_sentence() -> None:
    given = answer("-", stdin=b"(" * 1_000_000)
    assert given["code"] == "not-a-label"
    assert len(given["because"]) < 300
    assert len(answer("(" * 8_000)["because"]) < 300


def test_barcodes_of_one_packet_are_read_together() -> None:
    assert answer("--packet", "]C10109506000134352", "]C11728033110ABC")["lot"] == "ABC"


def test_the_century_is_that_of_the_given_day() -> None:
    assert answer("--on", "1999-01-01", LABEL.replace("28", "98"))["expires_on"] == "1998-03-31"


def test_a_scanner_that_keeps_separators_is_believed() -> None:
    text = "010950600013435210ABC21S1"
    assert answer(text)["code"] == "missing-separator"
    assert answer("--separators-kept", text)["lot"] == "ABC21S1"


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (["00841365101229"], {"ok": True, "issuer": "GS1", "di": "00841365101229", "also": None}),
        (
            ["--issuer", "HIBCC", "H373SB1801D37"],
            {"ok": True, "issuer": "HIBCC", "di": "H373SB1801D37", "also": "H373SB1801D3"},
        ),
    ],
)
def test_an_identifier_of_a_record_is_judged(args: list[str], wanted: dict[str, Any]) -> None:
    assert answer("--record", *args) == wanted
    assert run("--record", *args).stdout.startswith("Issuer:")


def test_a_wrong_identifier_of_a_record_is_refused() -> None:
    assert answer("--record", "00841365101228")["code"] == "incorrect-check-digit"
    assert answer("--record", "-", stdin=b"\xff\n")["code"] == "issuer-unknown"
