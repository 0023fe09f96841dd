"""A notice is read whole or not at all, and a packet is ruled out only by a fact that is known."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from needlework.clinic.errors import NoticeNotRead
from needlework.clinic.models import Clinic, DeviceUnit
from needlework.clinic.queries import notices as queries
from needlework.clinic.rules import notices
from needlework.clinic.rules.notices import Line
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room

DI = "09506000134352"


def read(text: str) -> list[Line]:
    return notices.read(text.encode())


# --- reading -------------------------------------------------------------------------------------------
def test_a_csv_gives_one_line_for_each_lot_and_each_range_of_serials() -> None:
    found = read(
        "Manufacturer;Model;GTIN;Batch No.;Serial numbers;Expiry from;Expiry to\n"
        f"Dermaroller GmbH;MF-8;{DI};KX77, KX78;;2027-05;2027-06\n"
        f";;{DI};KX79;SN100 to SN120;;\n"
    )
    months = {"expires_from_on": date(2027, 5, 1), "expires_to_on": date(2027, 6, 30)}
    maker = {"maker": "Dermaroller GmbH", "device": "MF-8", "di": DI}
    assert found == [
        Line(**maker, lot="KX77", **months),
        Line(**maker, lot="KX78", **months),
        Line(di=DI, lot="KX79", serial_from="SN100", serial_to="SN120"),
    ]


def test_a_json_notice_gives_what_holds_for_all_once() -> None:
    notice = {
        "maker": "M",
        "gtin": "9506000134352",
        "lines": [{"lots": ["A1", "A2"]}, {"lot": "A3", "expires": "2027-05-31"}],
    }
    found = read(json.dumps(notice))
    assert [(line.maker, line.di, line.lot) for line in found] == [
        ("M", DI, lot) for lot in ("A1", "A2", "A3")
    ]
    assert found[2].expires_from_on == found[2].expires_to_on == date(2027, 5, 31)
    assert [line.di for line in read(json.dumps({"lots": ["A1"], "gtin": f"(01){DI}"}))] == [DI]
    assert read(json.dumps({"lots": ["A1"], "model": "MF-8"})) == [Line(device="MF-8", lot="A1")]
    assert read(json.dumps([{"lot": "A1"}, {"lot": "A1"}])) == [Line(lot="A1")]


def test_files_of_other_programs_are_read_too() -> None:
    assert notices.read("lot,maker\nÄ1,Müller\n".encode("utf-16")) == [Line(lot="Ä1", maker="Müller")]
    assert notices.read("lot,maker\r\nB1,Müller\r\n".encode("cp1252")) == [Line(lot="B1", maker="Müller")]
    assert notices.read(b"\xef\xbb\xbflot\nA1\n\n") == [Line(lot="A1")]


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ("A1,,,", ""),
        ("A1,09506000134353,,", "check digit"),
        ("A1,,7-,31/05/2027", "only one way"),
        ("A1,,,2027-02-30", "only one way"),
        ("A1,,SN9 to SN3,", "backwards"),
        ("A1,,AB1 to CD3,", "more than the number"),
        (",,SN1,", "Give a lot"),
        ("A" * 41 + ",,,", "at most 40"),
    ],
)
def test_a_row_that_is_not_clear_refuses_the_notice_and_is_named_by_its_line(row: str, because: str) -> None:
    text = f"lot,di,serial,expires\nGOOD,,,\n{row}\n"
    if not because:
        assert len(read(text)) == 2
        return
    with pytest.raises(NoticeNotRead, match="Line 3: .*" + because):
        read(text)


def test_every_bad_row_is_named_up_to_ten() -> None:
    rows = "\n".join(f"A{n},bad-identifier!" for n in range(14))
    with pytest.raises(NoticeNotRead) as refused:
        read(f"lot,di\n{rows}\n")
    assert "Line 2:" in str(refused.value)
    assert "Line 11:" in str(refused.value)
    assert str(refused.value).endswith("And 4 more.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "name,price\nx,1\n",
        "lot\n",
        "{",
        "[1]",
        "[]",
        '{"lots": []}',
        '{"name": 1}',
        'lot\n"A1',
        "[" * 100_000,
    ],
)
def test_what_is_no_notice_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(NoticeNotRead, match="so that nothing of it is missed"):
        read(text)


def test_too_much_at_once_is_refused() -> None:
    with pytest.raises(NoticeNotRead, match="Split it"):
        read("lot\n" + "\n".join(f"L{n}" for n in range(notices.MOST_LINES + 1)))
    with pytest.raises(NoticeNotRead, match="larger than"):
        notices.read(b"x" * (notices.MOST_BYTES + 1))


# --- matching ------------------------------------------------------------------------------------------
@pytest.fixture
def clinic(db: None) -> Clinic:
    return people.clinic()


@pytest.fixture
def by(clinic: Clinic) -> Actor:
    return people.acting(people.staff(clinic, Role.MANAGER))


def matched(by: Actor, *lines: Line) -> set[int]:
    return set(queries.matching(by, queries.lines(by, lines)))


def test_a_lot_is_found_however_it_was_typed_and_only_in_this_clinic(clinic: Clinic, by: Actor) -> None:
    site = people.site(clinic)
    mine = [room.unit(site, lot=lot) for lot in ("aB12", "AB12", "ab12")]
    room.unit(site, lot="AB123")
    room.unit(people.site(people.clinic()), lot="AB12")
    assert matched(by, Line(lot="Ab12")) == {unit.pk for unit in mine}


def test_another_identifier_rules_a_packet_out_and_an_unknown_one_does_not(clinic: Clinic, by: Actor) -> None:
    site = people.site(clinic)
    other = care.device_model("other", name="Other", di=DI)
    named = room.unit(site, other, lot="A1", di=DI)
    typed = room.unit(site, other, lot="A1")
    room.unit(site, care.device_model(), lot="A1")  # typed, and of a model which the identifier does not name
    room.unit(site, other, lot="A1", di="19506000134359")
    room.unit(site, other, lot="A2", di=DI)
    assert matched(by, Line(di=DI, lot="A1")) == {named.pk, typed.pk}


def test_an_identifier_that_nobody_knows_meets_what_was_typed_only_beside_a_lot(
    clinic: Clinic, by: Actor
) -> None:
    typed = room.unit(people.site(clinic), lot="A1")
    assert matched(by, Line(di=DI, lot="A1")) == {typed.pk}
    assert matched(by, Line(di=DI)) == set()


def test_a_model_is_known_by_its_name_its_code_and_beside_its_maker(clinic: Clinic, by: Actor) -> None:
    site = people.site(clinic)
    mine = room.unit(site, care.device_model(), lot="A1")
    room.unit(site, care.device_model("other", name="Other"), lot="A1")
    for name in ("Genuine Dermaroller MF8", "DERMAROLLER-MF-8", "Dermaroller GmbH Genuine Dermaroller MF8"):
        assert matched(by, Line(device=name, lot="A1")) == {mine.pk}
        assert matched(by, Line(device=name)) == {mine.pk}


def test_serial_numbers_and_dates_rule_out_what_is_known_and_nothing_else(clinic: Clinic, by: Actor) -> None:
    site = people.site(clinic)
    soon, later = date(2027, 1, 31), date(2028, 1, 31)
    inside = room.unit(site, lot="A1", serial="SN105", expires_on=later)
    unknown = room.unit(site, lot="A1", expires_on=later)
    room.unit(site, lot="A1", serial="SN205", expires_on=later)
    early = room.unit(site, lot="A1", serial="SN106", expires_on=soon)
    line = Line(lot="A1", serial_from="SN100", serial_to="SN120")
    assert matched(by, line) == {inside.pk, unknown.pk, early.pk}
    assert matched(by, Line(lot="A1", serial_from="sn105", serial_to="sn105")) == {inside.pk, unknown.pk}
    assert matched(by, Line(lot="A1", expires_to_on=soon)) == {early.pk}
    assert matched(
        by, Line(lot="A1", expires_from_on=soon + timedelta(days=1), serial_from="SN106", serial_to="SN106")
    ) == {unknown.pk}


def test_the_day_of_manufacture_is_read_off_the_label_that_was_scanned(clinic: Clinic, by: Actor) -> None:
    site = people.site(clinic)
    may = room.unit(site, lot="A1", scanned=f"]d201{DI}11260510172805311" + "0A1")
    june = room.unit(site, lot="A1", scanned=f"]d201{DI}11260610172805311" + "0A1")
    bare = room.unit(site, lot="A1", scanned=f"]d201{DI}172805311" + "0A1")
    broken = room.unit(site, lot="A1", scanned="no label")
    room.unit(site, lot="A1", scanned=f"(01){DI}\n(11)260610(10)A1")  # two barcodes on one packet
    line = Line(lot="A1", made_from_on=date(2026, 5, 1), made_to_on=date(2026, 5, 31))
    assert matched(by, line) == {may.pk, bare.pk, broken.pk}
    assert june.pk in matched(by, Line(lot="A1", made_from_on=date(2026, 6, 1)))


def test_several_lines_are_one_list_without_repetition(clinic: Clinic, by: Actor) -> None:
    unit = room.unit(people.site(clinic), lot="A1")
    assert queries.matching(by, queries.lines(by, [Line(lot="A1"), Line(lot="a1"), Line(lot="A2")])) == [
        unit.pk
    ]
    assert queries.matching(by, queries.lines(by, [Line(lot="A1")]), among=[unit.pk + 1]) == []
    assert DeviceUnit.objects.count() == 1
