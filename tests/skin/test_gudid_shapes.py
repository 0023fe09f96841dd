"""Device records in the shapes in which the public registers give them out, and as spreadsheets save them again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from needlework.skin import gudid
from needlework.skin.gudid import RecordsNotReadable

GOOD, OTHER, BOX = "00841365101229", "00813892020700", "10841365101226"
HIBC, ICCBBA = "H3735K12A3Q", "A9999XYZ100T0944"
BARE = HIBC[:-1]  # as its labels carry it, without the check character

DEVICE_TXT = "|".join(
    (
        "PrimaryDI", "publicDeviceRecordKey", "publicVersionStatus", "deviceRecordStatus", "publicVersionNumber",
        "publicVersionDate", "devicePublishDate", "deviceCommDistributionEndDate", "deviceCommDistributionStatus",
        "brandName", "versionModelNumber", "catalogNumber", "dunsNumber", "companyName", "deviceCount",
        "deviceDescription", "DMExempt", "premarketExempt", "deviceHCTP", "deviceKit", "deviceCombinationProduct",
        "singleUse", "lotBatch", "serialNumber", "manufacturingDate", "expirationDate", "donationIdNumber",
        "labeledContainsNRL", "labeledNoNRL", "MRISafetyStatus", "rx", "otc",
    )
)  # fmt: skip


def device_txt(di: str, *, name: str = "Pointed", status: str = "Published", description: str = "") -> str:
    """One line of the register's own table of devices."""
    return (
        f"{di}|0a1b-key|Update|{status}|3|2024-05-01|2020-01-31||In Commercial Distribution|{name}|P-12|C-12|"
        f"123456789|A maker|1|{description}|false|true|false|false|false|true|true|false|false|true|false|false|"
        "false|Labeling does not contain MRI Safety Information|true|false"
    )


def lookup(*identifiers: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A record as the register's look-up answers."""
    return {
        "publicVersionStatus": "Update",
        "deviceRecordStatus": "Published",
        "identifiers": {"identifier": list(identifiers)},
        "brandName": "Pointed",
        "versionModelNumber": "P-12",
        "companyName": "A maker",
        "deviceDescription": "Powered microneedling pen",
        "singleUse": True,
        "productCodes": {"fdaProductCode": [{"productCode": "QAI", "productCodeName": "Needling"}]},
        "gmdnTerms": {"gmdn": [{"gmdnPTName": "Skin needling system", "gmdnPTDefinition": "…"}]},
        "sterilization": {"deviceSterile": True, "sterilizationPriorToUse": False, "methodTypes": None},
        **changed,
    }


def identifier(di: str, kind: str = "Primary", agency: str = "GS1") -> dict[str, Any]:
    """One identifier of such a record."""
    return {"deviceId": di, "deviceIdType": kind, "deviceIdIssuingAgency": agency, "pkgQuantity": None}


def taken(found: gudid.Read) -> list[str]:
    """The identifiers taken, after nothing was refused."""
    assert found.refused == ()
    return [record.di for record in found.records]


# --- the register's own tables ------------------------------------------------------------------------
def test_the_registers_table_of_devices_has_bars_and_inches() -> None:
    lines = [
        DEVICE_TXT,
        device_txt(GOOD, description='"1.5" needles, 3" wide'),
        device_txt(OTHER, name='"Quoted" roller', description='"Whole ""cell"" quoted"'),
    ]
    for ends in ("\n", "\r\n", "\r"):
        found = gudid.read(ends.join(lines).encode())
        assert taken(found) == [GOOD, OTHER]
        first, second = found.records
        assert first.description == '"1.5" needles, 3" wide'
        assert (first.name, first.model, first.maker, first.single_use) == (
            "Pointed",
            "P-12",
            "A maker",
            True,
        )
        assert (second.name, second.description) == ('"Quoted" roller', 'Whole "cell" quoted')


def test_a_bar_too_many_costs_one_line_and_none_of_the_others() -> None:
    lines = [
        DEVICE_TXT,
        device_txt(GOOD, description='"broken | cell'),
        device_txt(OTHER),
        device_txt(ICCBBA),
    ]
    found = gudid.read("\n".join(lines).encode())
    assert [record.di for record in found.records] == [OTHER]
    assert [(one.line, "cells" in one.because or "issued" in one.because) for one in found.refused] == [
        (2, True),
        (4, True),
    ]


def test_a_withdrawn_record_is_refused_and_one_no_longer_sold_is_taken() -> None:
    sold_out = device_txt(OTHER).replace("In Commercial", "Not in Commercial")
    found = gudid.read("\n".join([DEVICE_TXT, device_txt(GOOD, status="Deactivated"), sold_out]).encode())
    assert [record.di for record in found.records] == [OTHER]
    (refused,) = found.refused
    assert "took it back" in refused.because


def test_a_table_of_identifiers_without_names_says_which_one_is_wanted() -> None:
    head = (
        "PrimaryDI|deviceId|deviceIdType|deviceIdIssuingAgency|containsDINumber|pkgQuantity|pkgStatus|pkgType"
    )
    with pytest.raises(RecordsNotReadable, match=r"device\.txt"):
        gudid.read(f"{head}\n{GOOD}|{GOOD}|Primary|GS1||||\n".encode())
    joined = f"{head}|brandName\n{GOOD}|{HIBC}|Secondary|HIBCC|||||Pointed\n{GOOD}|{BOX}|Package|GS1||10|||Pointed\n"
    found = gudid.read(joined.encode())
    assert taken(found) == [BARE]
    assert found.packages == 1


# --- spreadsheets -------------------------------------------------------------------------------------
SHEET = f'DI;Brand Name;Device Description;Single Use\r\n{GOOD};"Pointed; long";"two\r\nlines";TRUE\r\n'


@pytest.mark.parametrize(
    "data",
    [
        SHEET.encode(),
        SHEET.encode("utf-8-sig"),
        SHEET.encode("utf-16"),
        SHEET.replace(";", "\t").replace("\t long", "; long").encode("utf-16"),
        f"sep=;\r\n{SHEET}".encode(),
        SHEET.replace(GOOD, f'"=""{GOOD}"""').encode(),
        SHEET.replace(GOOD, f"'{GOOD}").encode(),
        SHEET.replace("\r\n", "\n").encode(),
    ],
    ids=["semicolons", "mark", "utf-16", "unicode text", "sep", "as formula", "as text", "line feeds"],
)
def test_a_spreadsheet_saves_the_same_record_in_many_ways(data: bytes) -> None:
    found = gudid.read(data)
    assert taken(found) == [GOOD]
    (record,) = found.records
    assert (record.name, record.single_use) == ("Pointed; long", True)
    assert record.description.split() == ["two", "lines"]


def test_an_older_spreadsheet_keeps_its_letters() -> None:
    (record,) = gudid.read(f"di,brand\n{GOOD},Pointe® é\n".encode("cp1252")).records
    assert record.name == "Pointe® é"


def test_the_line_said_is_the_one_on_which_the_record_begins() -> None:
    found = gudid.read(f'di,brand\n{GOOD},"two\nlines"\n12345,X\n{OTHER},"three\n\nlines"\n67,Y\n'.encode())
    assert [record.line for record in found.records] == [2, 5]
    assert [one.line for one in found.refused] == [4, 8]
    assert [one.line for one in gudid.read(b"sep=,\ndi,brand\n12345,X\n").refused] == [3]


@pytest.mark.parametrize("shortened", ["8.41365E+11", "8,41365E+11", "841365101229.0"])
def test_a_number_that_a_spreadsheet_shortened_is_refused_as_such(shortened: str) -> None:
    (refused,) = gudid.read(f"di\tbrand\n{shortened}\tX\n".encode()).refused
    assert "shortened by a spreadsheet" in refused.because
    (refused,) = gudid.read(b"di,brand\n41333001234,X\n").refused
    assert "drops zeros" in refused.because


def test_a_quotation_mark_that_never_closes_takes_nothing() -> None:
    with pytest.raises(RecordsNotReadable, match="from line 2 on"):
        gudid.read(f'di,brand\n{GOOD},"X\n{OTHER},Y\n'.encode())


# --- JSON ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "held",
    [
        {"gudid": {"device": lookup(identifier(GOOD))}, "productCodes": []},
        {"gudid": {"@xmlns": "http://www.fda.gov/cdrh/gudid", "device": [lookup(identifier(GOOD))]}},
        {"devices": [{"device": lookup(identifier(GOOD))}]},
        [{"gudid": {"device": lookup(identifier(GOOD))}}],
        lookup(identifiers={"identifier": identifier(GOOD)}),
        lookup(identifiers=[identifier(GOOD)]),
        lookup(
            identifiers={
                "@count": "1",
                "identifier": {
                    **identifier(GOOD),
                    "deviceId": {"@type": "di", "#text": GOOD},
                    "pkgStatus": {"@xsi:nil": "true"},
                },
            }
        ),
        lookup(identifiers=None, primaryDi=int(GOOD)),
    ],
    ids=["look-up", "list in xml", "devices", "list", "one identifier", "flat", "attributes", "bare"],
)
def test_a_record_is_found_inside_whatever_is_wrapped_around_it(held: Any) -> None:
    for text in (json.dumps(held), json.dumps(held, indent=2), json.dumps(held).replace("\\u2026", "\u2028")):
        found = gudid.read(text.encode())
        assert taken(found) == [GOOD]
        (record,) = found.records
        assert (record.name, record.maker, record.kind) == ("Pointed", "A maker", "pen")
        assert (record.single_use, record.sterile) == (True, True)


def test_every_identifier_of_one_device_is_taken_and_boxes_are_counted() -> None:
    held = lookup(
        identifier(GOOD),
        identifier(HIBC, "Secondary", "HIBCC"),
        identifier(f"=/{ICCBBA}", "Secondary", "ICCBBA"),
        identifier(GOOD, "Direct Marking"),
        identifier(OTHER, "Unit of Use"),
        identifier(BOX, "Package"),
    )
    found = gudid.read(json.dumps(held).encode())
    assert taken(found) == [GOOD, BARE, ICCBBA, OTHER]
    assert [record.issuer for record in found.records] == ["GS1", "HIBCC", "ICCBBA", "GS1"]
    assert found.packages == 1


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (identifier(BOX[:-1] + "7", "Package"), "wrong check digit"),
        (identifier(GOOD, agency="HIBCC"), "HIBC identifiers are|no labeller"),
        (identifier(HIBC), "not a GTIN"),
        (identifier(HIBC, agency="ICCBBA"), "16 capitals"),
        (identifier("A9999XYZ100T094", agency="ICCBBA"), "16 capitals"),
        (identifier("H3735K12A3R", agency="HIBCC"), "wrong check character"),
        (identifier("50002-1234", agency="NDC/NHRIC"), "only GS1, HIBCC and ICCBBA"),
        (identifier("0" * 14), "only zeros"),
        (identifier(GOOD, "Closed"), "type “Closed”"),
        (identifier("8413651012297"), "wrong check digit"),
    ],
)
def test_a_wrong_identifier_is_refused_with_its_reason_and_the_next_record_is_taken(
    one: dict[str, Any], said: str
) -> None:
    found = gudid.read(json.dumps([lookup(one), lookup(identifier(OTHER))]).encode())
    assert [record.di for record in found.records] == [OTHER]
    (refused,) = found.refused
    assert refused.line == 1
    assert any(part in refused.because for part in said.split("|"))


@pytest.mark.parametrize("brand", ["Point\\u0000ed", "Point\\ud800ed"])
def test_what_no_database_keeps_is_refused(brand: str) -> None:
    text = json.dumps(lookup(identifier(GOOD))).replace("Pointed", brand)
    (refused,) = gudid.read(text.encode()).refused
    assert "no text" in refused.because


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"di": ' + b"9" * 5000 + b"}", "begins as JSON and is none"),
        (b'{"device":' * 50_000 + b"1" + b"}" * 50_000, "begins as JSON and is none"),
        (b'<?xml version="1.0"?><gudid><device/></gudid>', "XML or a web page"),
        (b"PK\x03\x04device.txt\x00", "no text"),
    ],
    ids=["number", "depth", "xml", "zip"],
)
def test_hostile_and_foreign_files_are_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(RecordsNotReadable, match=said):
        gudid.read(data)


def test_what_looks_up_no_device_is_refused_as_a_record() -> None:
    for text in (
        '{"error": "Device not found"}',
        '{"udi": "(01)1", "di": "00208851107345", "lotNumber": null}',
    ):
        found = gudid.read(text.encode())
        assert (found.records, len(found.refused)) == ((), 1)
    assert gudid.read(b'{"meta": {}, "results": []}') == gudid.Read((), (), 0)


def test_a_column_of_ours_says_what_no_register_says() -> None:
    found = gudid.read(f"di,brand,needling\n{GOOD},Derma pen,Stamp\n{OTHER},X,\n".encode())
    assert [(one.kind, one.kind_assumed) for one in found.records] == [("stamp", False), ("other", False)]
    (refused,) = gudid.read(f"di,brand,needling\n{GOOD},X,laser\n".encode()).refused
    assert "none of roller, stamp and pen" in refused.because
