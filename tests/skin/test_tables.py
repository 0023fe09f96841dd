"""A table is read once and checked cell by cell."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest

from needlework.skin import tables
from needlework.skin.tables import CODE, Range, TableError, UnknownCodeError

HEADER = "code,name,kind,depth_mm_max,passes,sterile,parts,read_on,source"
GOOD = "nose,the nose,face,0.5,3,yes,tip; wing,2026-01-31,someone-2020"


@dataclass(frozen=True, slots=True)
class Sample:
    code: Annotated[str, CODE]
    name: str | None
    kind: Literal["face", "body"]
    depth_mm_max: Annotated[float, Range(0.1, 3.0)] | None
    passes: int
    sterile: bool
    parts: tuple[str, ...]
    read_on: date
    source: tuple[str, ...]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sources = 'id,citation,link,licence,read_on\nsomeone-2020,"Someone A. A paper. 2020",,all rights reserved,2026-01-01\n'
    (tmp_path / "sources.csv").write_text(sources, encoding="utf-8")
    return tmp_path


def read(folder: Path, *lines: str, header: str = HEADER) -> tuple[Sample, ...]:
    (folder / "sample.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return tables.read("sample.csv", Sample, key="code", folder=folder)


def test_a_good_row_becomes_typed_values(folder: Path) -> None:
    assert read(folder, GOOD) == (
        Sample(
            "nose", "the nose", "face", 0.5, 3, True, ("tip", "wing"), date(2026, 1, 31), ("someone-2020",)
        ),
    )


def test_an_empty_cell_is_none_where_the_type_allows_it(folder: Path) -> None:
    (row,) = read(folder, "nose,,face,,3,no,,2026-01-31,someone-2020")
    assert (row.name, row.depth_mm_max, row.parts) == (None, None, ())


@pytest.mark.parametrize(
    ("line", "column", "wrong"),
    [
        (GOOD.replace("nose,", "Nose,", 1), "code", "lower-case words"),
        (GOOD.replace("face", "foot"), "kind", "not one of face, body"),
        (GOOD.replace("0.5", "5"), "depth_mm_max", "outside 0.1 to 3"),
        (GOOD.replace("0.5", "0,5"), "source", "10 cells"),
        (GOOD.replace("0.5", "nan"), "depth_mm_max", "not a number"),
        (GOOD.replace(",3,", ",3.5,"), "passes", "whole number"),
        (GOOD.replace("yes", "true"), "sterile", "not one of yes, no"),
        (GOOD.replace("2026-01-31", "31.1.2026"), "read_on", "not a date"),
        (GOOD.replace("someone-2020", "someone-2021"), "source", "Did you mean someone-2020?"),
        (GOOD.replace("someone-2020", ""), "source", "every row names"),
        (GOOD.replace("the nose", "the nose "), "name", "blank"),
        (GOOD.rsplit(",", 1)[0], "source", "8 cells"),
    ],
)
def test_a_bad_cell_names_file_line_and_column(folder: Path, line: str, column: str, wrong: str) -> None:
    with pytest.raises(TableError, match=r"sample\.csv, line 3") as caught:
        read(folder, GOOD.replace("nose", "chin", 1), line)
    assert caught.value.column == column
    assert wrong in caught.value.wrong


def test_a_key_given_twice_names_both_lines(folder: Path) -> None:
    with pytest.raises(TableError, match=r"line 3, column code: “nose” is already on line 2"):
        read(folder, GOOD, GOOD)


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        (HEADER.replace(",passes", ""), "passes: is missing"),
        (HEADER.replace("passes", "passes,colour"), "colour: is not a column"),
        (HEADER.replace("code,name", "name,code"), "come in this order"),
    ],
)
def test_another_header_is_refused(folder: Path, header: str, wrong: str) -> None:
    with pytest.raises(TableError, match=wrong):
        read(folder, GOOD, header=header)


def test_a_line_break_inside_a_cell_is_refused(folder: Path) -> None:
    with pytest.raises(TableError, match="line 3, column code: a cell with a line break begins here"):
        read(folder, GOOD, GOOD.replace("nose,the nose", '"chin","the\nchin"'))


def test_an_empty_line_and_an_empty_file_are_refused(folder: Path) -> None:
    with pytest.raises(TableError, match="line 2, column code: has 0 cells where the header has 9"):
        read(folder, "", GOOD)
    (folder / "sample.csv").write_text("", encoding="utf-8")
    with pytest.raises(TableError, match="line 1, column code: is missing"):
        tables.read("sample.csv", Sample, key="code", folder=folder)


def test_a_missing_table_is_named(folder: Path) -> None:
    with pytest.raises(TableError, match=r"other\.csv.*no such file"):
        tables.read("other.csv", Sample, key="code", folder=folder)


def test_a_measure_without_a_unit_in_its_name_is_refused(folder: Path) -> None:
    @dataclass(frozen=True)
    class Unitless:
        code: str
        depth: float

    (folder / "sample.csv").write_text("code,depth\na,1\n", encoding="utf-8")
    with pytest.raises(TypeError, match="must carry the unit"):
        tables.read("sample.csv", Unitless, key="code", folder=folder)


def test_a_code_of_another_table_is_checked(folder: Path) -> None:
    rows = read(folder, GOOD)
    tables.check_known("sample.csv", rows, "parts", {"tip", "wing"}, kind="part")
    with pytest.raises(TableError, match=r"line 2, column parts: There is no part called “wing”"):
        tables.check_known("sample.csv", rows, "parts", {"tip"}, kind="part")


def test_an_unknown_code_lists_the_nearest() -> None:
    error = UnknownCodeError("body area", "Cheek Left", ["cheek-left", "cheek-right", "nose"])
    assert error.nearest[0] == "cheek-left"
    assert str(error) == "There is no body area called “Cheek Left”. Did you mean cheek-left or cheek-right?"


def test_every_shipped_source_is_readable() -> None:
    assert "needlework-assumption" in tables.sources()
