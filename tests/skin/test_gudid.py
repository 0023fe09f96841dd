"""Public device records in every shape they come in: what is taken, what is refused and why."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from needlework.skin import gudid
from needlework.skin.gudid import RecordsNotReadable

GOOD, OTHER, BOX = "00841365101229", "00813892020700", "10841365101226"


@pytest.fixture
def public(shared: Path) -> Path:
    return shared / "testdata" / "gs1"


def table(*lines: str) -> gudid.Read:
    return gudid.read("\n".join(lines).encode())


def test_every_public_record_is_taken_and_boxes_are_left_out(public: Path) -> None:
    data = (public / "gudid_devices_open.csv").read_bytes()
    found = gudid.read(data)
    rows = list(csv.DictReader(data.decode().splitlines()))
    wanted = [row for row in rows if row["type"] != "Package"]
    assert (len(found.records), found.packages, found.refused) == (len(wanted), 67, ())
    by_line = {record.line: record for record in found.records}
    assert by_line[2].name == "Best Medical International"
    for record, row in zip(found.records, wanted, strict=True):
        assert record.issuer == row["agency"]
        assert row["deviceId"].startswith(record.di)
        assert record.single_use == (row["singleUse"] == "true")
        assert record.kind == "other"


def test_an_answer_of_accessgudid_is_one_record(public: Path) -> None:
    path = public / "json_devices_lookup_by_device_identifier_code.json"
    (record,) = gudid.read(path.read_bytes()).records
    assert (record.di, record.name, record.model) == ("08717648200274", "XIENCE ALPINE", "1145350-28")
    assert (record.maker, record.single_use, record.sterile) == ("ABBOTT VASCULAR INC.", True, True)


def openfda(**changed: Any) -> dict[str, Any]:
    return {
        "identifiers": [
            {"id": GOOD, "type": "Primary", "issuing_agency": "GS1"},
            {"id": BOX, "type": "Package", "issuing_agency": "GS1"},
        ],
        "brand_name": "Pointed",
        "version_or_model_number": "P-12",
        "company_name": "A maker",
        "device_description": "Powered microneedling pen with cartridge",
        "is_single_use": "true",
        "sterilization": {"is_sterile": "false", "is_sterilization_prior_use": "true"},
        "product_codes": [{"code": "QAI", "name": "Powered microneedle device"}],
        "gmdn_terms": [{"name": "Dermabrasion system", "definition": "…"}],
        **changed,
    }


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"meta": {"results": {"total": 1}}, "results": [openfda()]}),
        json.dumps([openfda()]),
        json.dumps(openfda()),
        json.dumps(openfda())
        + "\n"
        + json.dumps(openfda(identifiers=[{"id": OTHER, "issuing_agency": "GS1"}])),
    ],
    ids=["results", "list", "one", "lines"],
)
def test_openfda_records_come_in_every_wrapping(data: str) -> None:
    found = gudid.read(data.encode())
    record = found.records[0]
    assert (record.di, record.name, record.maker, record.model) == (GOOD, "Pointed", "A maker", "P-12")
    assert (record.single_use, record.sterile, record.kind, record.kind_assumed) == (True, False, "pen", True)
    assert found.refused == ()
    assert found.packages >= 1


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_tables_come_with_any_mark_and_any_public_name_of_a_column(mark: str) -> None:
    head = mark.join(("PrimaryDI", "brandName", "Version or Model Number", "companyName", "singleUse"))
    found = table(head, mark.join((GOOD, "A roller", "", "Maker", "")))
    (record,) = found.records
    assert (record.di, record.name, record.maker) == (GOOD, "A roller", "Maker")
    assert (record.single_use, record.sterile, record.kind) == (None, None, "other")


def test_a_kind_is_read_from_words_only_where_they_speak_of_microneedling() -> None:
    found = table(
        "di,brand,description",
        f"{GOOD},Dermaroller HC902,home use",
        f"{OTHER},Paint roller cover,with a pen",
    )
    assert [(one.kind, one.kind_assumed) for one in found.records] == [("roller", True), ("other", False)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{GOOD[:-1]}8,GS1,X,true", "wrong check digit"),
        ("12345,GS1,X,true", "not a GTIN"),
        (",GS1,X,true", "no device identifier"),
        ("H3735K12A3R,HIBCC,X,true", "wrong check character"),
        ("M204518065AA0,,X,true", "name the issuer"),
        (f"{GOOD},NDC,X,true", "only GS1, HIBCC and ICCBBA"),
        (f"{GOOD},GS1,,true", "neither a brand name nor a description"),
        (f"{GOOD},GS1,X,perhaps", "neither true nor false"),
        (f"{GOOD},GS1,X", "has 3 cells, and the head has 4"),
    ],
)
def test_a_bad_row_is_refused_by_its_line_and_the_others_are_taken(line: str, said: str) -> None:
    found = table("di,agency,brand,singleUse", f"{OTHER},GS1,Good,true", "", line)
    assert [record.di for record in found.records] == [OTHER]
    (refused,) = found.refused
    assert refused.line == 4
    assert said in refused.because


def test_an_identifier_that_stands_twice_is_taken_once() -> None:
    found = table("di,brand", f"{GOOD},X", f"{GOOD[2:]},Y")
    assert [record.name for record in found.records] == ["X"]
    assert "stands in line 2 already" in found.refused[0].because


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00", "no text"),
        (b"\xff\xfe\xfa", "is no text"),
        (b"name,price\nx,1", "no column with the device identifier"),
        (b"{", "begins as JSON and is none"),
        (b"[" * 200_000, "begins as JSON and is none"),
    ],
)
def test_what_holds_no_records_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(RecordsNotReadable, match=said):
        gudid.read(data)


def test_json_without_devices_is_refused_record_by_record() -> None:
    found = gudid.read(b'[1, {"brand_name": "X"}, {"identifiers": [{"id": 5}], "brand_name": "Y"}]')
    assert found.records == ()
    assert [one.line for one in found.refused] == [1, 2, 3]
