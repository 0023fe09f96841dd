"""Papers: every word reaches the page, as data, and none is lost for want of a font."""

from __future__ import annotations

from typing import Any

import pytest
import typst

from needlework.clinic import pdf

LONG = "Wolfeschlegelsteinhausenbergerdorff"
NAMES = ("Ольга Ķērpe", "李小龙", "אנה", "👍🏽")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was compiled in the end, with the fonts of the wheel alone."""
    contents: list[dict[str, Any]] = []
    compiled = pdf._compiled

    def spy(content: dict[str, Any]) -> bytes:
        made = compiled(content)
        contents.append(content)
        return made

    monkeypatch.setattr(pdf, "_fonts", lambda: typst.Fonts(include_system_fonts=False))
    monkeypatch.setattr(pdf, "_compiled", spy)
    return contents


def test_a_paper_is_a_tagged_pdf_and_one_more_page_makes_it_longer() -> None:
    def made(rows: int) -> bytes:
        table = pdf.Table(("Patient", "Day"), [("Anna Berg", "14 May 2026")] * rows, (2, 1))
        facts = pdf.Facts((("Lot", "A1"),))
        return pdf.draw("Recall", sender="The clinic", lines=["14 May"], blocks=[facts, table])

    short, long = made(2), made(200)
    assert short.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in short
    assert long.count(b"/Type/Page/") + long.count(b"/Type /Page\n") > 3
    assert len(long) > len(short)


def test_words_are_data_and_never_markup(drawn: list[dict[str, Any]]) -> None:
    attack = '#panic("read") $x$ *bold* \\ `raw` @cited <label> #include "secret"'
    pdf.draw(
        attack, sender=attack, blocks=[pdf.Text(attack), pdf.Heading(attack), pdf.Facts(((attack, attack),))]
    )
    assert drawn[-1]["title"] == attack
    assert drawn[-1]["note"] == ""


def test_a_word_whose_script_no_font_draws_is_written_in_latin_letters_and_said_so(
    drawn: list[dict[str, Any]],
) -> None:
    pdf.draw("List", sender="The clinic", blocks=[pdf.Table(("Name",), [(name,) for name in NAMES])])
    rows = [row[0] for row in drawn[-1]["blocks"][0]["rows"]]
    assert rows[0] == NAMES[0]
    assert rows[1] == "LiXiaoLong*"
    assert rows[2] == NAMES[2]
    assert rows[3].endswith("*")
    assert drawn[-1]["note"] == pdf.NOTE


def test_a_name_as_long_as_its_column_breaks_and_loses_nothing(drawn: list[dict[str, Any]]) -> None:
    pdf.draw("List", sender="The clinic", blocks=[pdf.Table(("Name", "Day"), [(LONG, "14 May")], (1, 9))])
    assert drawn[-1]["blocks"][0]["rows"] == [(LONG, "14 May")]
    assert drawn[-1]["note"] == ""


def test_letters_stand_on_pages_of_their_own() -> None:
    letter = pdf.Letter(
        "Anna Berg\n1 High Street", "14 May 2026", "Your treatment", "Dear Anna,\nPlease call us."
    )
    one = pdf.draw("Letters", sender="The clinic", blocks=[letter])
    three = pdf.draw("Letters", sender="The clinic", blocks=[letter] * 3)
    assert b"/Count 1" in one
    assert b"/Count 3" in three
