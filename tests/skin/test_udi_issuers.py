"""HIBC and ICCBBA labels, and the identifiers of public device records."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from needlework.skin import udi
from needlework.skin.udi import LabelRefused, hibc
from needlework.skin.udi.checks import check_digit

ON = date(2026, 11, 24)
FIRST = "+A99912345"


def sealed(text: str) -> str:
    return text + hibc.check_character(text)


@pytest.mark.parametrize(
    ("second", "lot", "serial", "expires_on", "quantity"),
    [
        ("$$0328ABC", "ABC", None, date(2028, 3, 31), None),
        ("$$2033028ABC", "ABC", None, date(2028, 3, 30), None),
        ("$$3280330ABC", "ABC", None, date(2028, 3, 30), None),
        ("$$428033014ABC", "ABC", None, date(2028, 3, 30), None),
        ("$$528060ABC", "ABC", None, date(2028, 2, 29), None),
        ("$$62806014ABC", "ABC", None, date(2028, 2, 29), None),
        ("$$7ABC", "ABC", None, None, None),
        ("$$8243280330ABC", "ABC", None, date(2028, 3, 30), 24),
        ("$$9002403280330ABC", "ABC", None, date(2028, 3, 30), 240),
        ("$$824", None, None, None, 24),
        ("$$+3280330S-1", None, "S-1", date(2028, 3, 30), None),
        ("$$+7S1", None, "S1", None, None),
        ("$ABC", "ABC", None, None, None),
        ("$+S1", None, "S1", None, None),
        ("28060ABC", "ABC", None, date(2028, 2, 29), None),
        ("$$8240328ABC", "ABC", None, date(2028, 3, 31), 24),
        ("$$8247ABC", "ABC", None, None, 24),
        ("$$900100", None, None, None, 100),
    ],
)
def test_every_form_of_a_hibc_second_part_is_read(
    second: str, lot: str | None, serial: str | None, expires_on: date | None, quantity: int | None
) -> None:
    text = sealed(f"{FIRST}/{second}")
    label = udi.parse(text, on=ON)
    assert (label.issuer, label.di) == ("HIBCC", "A99912345")
    assert (label.lot, label.serial, label.expires_on, label.quantity) == (lot, serial, expires_on, quantity)
    assert label.raw == text.encode()


def test_a_hibc_label_says_more_behind_further_slashes() -> None:
    label = udi.parse(sealed(f"{FIRST}/$$3280330LOT/S77/16D20260105/Q12"), on=ON)
    assert (label.lot, label.serial, label.made_on, label.quantity) == ("LOT", "77", date(2026, 1, 5), 12)
    assert label.elements == {
        "+": "A99912345",
        "$$": "3280330LOT",
        "/S": "77",
        "/16D": "20260105",
        "/Q": "12",
    }
    assert udi.parse(sealed(f"{FIRST}/14D20280330"), on=ON).expires_on == date(2028, 3, 30)


def test_a_hibc_label_in_a_plain_barcode_keeps_its_symbology() -> None:
    assert udi.parse("]C0" + sealed(FIRST), on=ON).symbology == "]C0"


def test_a_check_character_may_be_a_blank() -> None:
    text = sealed("+H373IRST08040040L3/$$3280331LOT")
    assert text[-1] == " "
    assert udi.parse(f"]C0{text}\r\n", on=ON).lot == "LOT"
    assert udi.parse(text[:-1] + "_", on=ON).lot == "LOT"


def test_a_hibc_label_may_be_typed_with_the_asterisks_printed_around_it() -> None:
    text = sealed("+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202")
    label = udi.parse(f"*{text}*", on=ON)
    assert (label.di, label.lot) == ("H123PARTNO1234567890120", "LOT123456789012345")
    assert (label.serial, label.expires_on, label.made_on) == (
        "XYZ456789012345678",
        date(2020, 2, 2),
        date(2013, 2, 2),
    )


def test_a_hibc_label_in_two_barcodes_is_held_together_by_its_link_character() -> None:
    first = sealed(FIRST)
    second = sealed("+$$3280330LOT" + first[-1])
    label = udi.parse_packet([second, first], on=ON)
    assert (label.di, label.lot) == ("A99912345", "LOT")
    stranger = sealed("+$$3280330LOT" + ("0" if first[-1] != "0" else "1"))
    for texts, code in (
        ([second], "missing-companion"),
        ([first, stranger], "hibc-link"),
        ([first, first], "missing-companion"),
    ):
        with pytest.raises(LabelRefused) as refused:
            udi.parse_packet(texts, on=ON)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("+A999123458", "hibc-check"),
        ("+a999123457", "hibc-form"),
        ("+", "hibc-form"),
        (sealed("+9999"), "hibc-form"),
        (sealed("+/EO523201"), "hibc-form"),
        (sealed(f"{FIRST}/$$3281330LOT"), "hibc-date"),
        (sealed(f"{FIRST}/$$3280300LOT"), "hibc-date"),
        (sealed(f"{FIRST}/$$527366LOT"), "hibc-date"),
        (sealed(f"{FIRST}/$$1328LOT"), "hibc-date"),
        (sealed(f"{FIRST}/$$428033024LOT"), "hibc-date"),  # a day has no hour 24
        (sealed(f"{FIRST}/$$ABC"), "hibc-form"),
        (sealed(f"{FIRST}/$$824LOT"), "hibc-form"),  # behind a quantity comes a date, or 7 for none
        (sealed(f"{FIRST}/$"), "hibc-form"),
        (sealed(f"{FIRST}/$+"), "hibc-form"),
        (sealed(f"{FIRST}/$$+8243280330S1"), "hibc-form"),
        (sealed(f"{FIRST}/$$3280330LOT/X1"), "hibc-form"),
        (sealed(f"{FIRST}/$$3280330LOT/14D20280330"), "hibc-form"),
        (sealed(f"{FIRST}/16D20261301"), "hibc-date"),
        (sealed(f"{FIRST}/$" + "A" * 19), "hibc-form"),
    ],
)
def test_a_hibc_label_that_is_not_certain_is_refused(text: str, code: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.parse(text, on=ON)
    assert refused.value.code == code
    assert "HIBC" in refused.value.because


def service_answers(shared: Path) -> dict[str, dict[str, str | None]]:
    """What the public service says of the labels it was asked for, by issuer."""
    files = (shared / "testdata" / "gs1").glob("json_parse_udi_*.json")
    answers = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {answer["issuingAgency"]: answer for answer in answers}


def test_the_public_service_and_we_read_an_iccbba_label_alike(shared: Path) -> None:
    said = service_answers(shared)["ICCBBA"]
    label = udi.parse(str(said["udi"]), on=ON)
    assert label.issuer == "ICCBBA"
    assert (label.di, label.lot, label.serial) == (said["di"], said["lotNumber"], said["serialNumber"])
    assert (str(label.expires_on), str(label.made_on)) == (said["expirationDate"], said["manufacturingDate"])


def test_the_public_service_reads_a_product_number_with_a_wrong_check_digit_and_we_do_not(
    shared: Path,
) -> None:
    said = service_answers(shared)["GS1"]
    with pytest.raises(LabelRefused) as refused:
        udi.parse(str(said["udi"]), on=ON)
    assert refused.value.code == "incorrect-check-digit"
    mended = str(said["udi"]).replace("00208851107345", "0020885110734" + check_digit("0020885110734"))
    assert str(udi.parse(mended, on=ON).expires_on) == said["expirationDate"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=,000025", "missing-companion"),
        ("=/A9999XYZ100T094", "iccbba-form"),
        ("=/A9999XYZ100T0944=<0000", "iccbba-form"),
        ("=/A9999XYZ100T0944=>014367", "iccbba-date"),
        ("=/A9999XYZ100T0944=>514032", "iccbba-date"),
        ("=/A9999XYZ100T0944=>014032=>014033", "conflicting-repeat"),
        ("=/A9999XYZ100T0944&>0280912460", "iccbba-date"),
        ("=/A9999XYZ100T0944=)1TE123456A", "excluded-companion"),
        ("&)RZ12345678", "missing-companion"),
    ],
)
def test_an_iccbba_label_that_is_not_certain_is_refused(text: str, code: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.parse(text, on=ON)
    assert refused.value.code == code


def test_an_iccbba_date_may_carry_a_time_and_an_older_century() -> None:
    label = udi.parse("=/A9999XYZ100T0944&>0280911200=}999365", on=ON)
    assert (label.expires_on, label.made_on) == (date(2028, 3, 31), date(1999, 12, 31))


def test_a_blood_bag_names_its_maker_and_lot() -> None:
    label = udi.parse("=)1TE123456A&)RZ12345678", on=ON)
    assert (label.issuer, label.di, label.lot) == ("ICCBBA", "1TE123456A", "RZ12345678")


def records(shared: Path) -> list[dict[str, str]]:
    with (shared / "testdata" / "gs1" / "gudid_devices_open.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_identifier_of_the_public_records_is_judged_right(shared: Path) -> None:
    for record in records(shared):
        identifier = udi.identify(record["deviceId"], issuer=record["agency"])
        assert (identifier.issuer, identifier.di) == (record["agency"], record["deviceId"])
        if record["agency"] == "GS1":
            label = udi.parse(f"]d201{record['deviceId']}17280331", on=ON)
        else:
            label = udi.parse(sealed(f"+{identifier.also or identifier.di}/$$3280331LOT"), on=ON)
        assert identifier.names(label.di or "")


def test_an_identifier_of_the_public_records_with_a_wrong_digit_is_refused(shared: Path) -> None:
    for record in records(shared):
        di = record["deviceId"]
        if record["agency"] == "GS1":
            for at in range(14):
                wrong = di[:at] + str((int(di[at]) + 3) % 10) + di[at + 1 :]
                with pytest.raises(LabelRefused):
                    udi.identify(wrong, issuer="GS1")
        elif udi.identify(di, issuer="HIBCC").also and not di[-1].isdigit():
            with pytest.raises(LabelRefused):
                udi.identify(di[:5] + ("A" if di[5] != "A" else "B") + di[6:], issuer="HIBCC")


def test_a_shorter_gtin_is_filled_up() -> None:
    assert udi.identify("841365101229").di == "00841365101229"
    assert udi.identify("96385074").di == "00000096385074"
    forms = ("841365101229", "0841365101229", "00841365101229", "(01)00841365101229", " 841365101229 ")
    assert {udi.identify(form) for form in forms} == {udi.identify("841365101229", issuer="GS1")}


def test_the_mark_of_a_label_names_the_issuer() -> None:
    assert udi.identify("+H3735K12A3Q") == udi.identify("H3735K12A3Q", issuer="HIBCC")
    assert udi.identify("+H3735K12A3").names(udi.identify("+H3735K12A3Q").also or "")
    assert udi.identify("=/A9999XYZ100T0944").issuer == "ICCBBA"


@pytest.mark.parametrize(
    ("text", "issuer", "code"),
    [
        ("00841365101228", "GS1", "incorrect-check-digit"),
        ("0084136510122", "GS1", "incorrect-check-digit"),
        ("841365101", "GS1", "gtin-length"),
        ("H3735K12A3R", "HIBCC", "hibc-check"),
        ("204518065AA0", "HIBCC", "hibc-form"),
        ("M2", "HIBCC", "hibc-form"),
        ("A9999XYZ100T094", "ICCBBA", "iccbba-form"),
        ("M204518065AA0", None, "issuer-unknown"),
        ("1234567890", "NDC/NHRIC", "issuer-unknown"),
    ],
)
def test_an_identifier_that_is_none_is_refused(text: str, issuer: str | None, code: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.identify(text, issuer=issuer)
    assert refused.value.code == code


def test_an_iccbba_identifier_is_known_with_and_without_its_mark() -> None:
    assert udi.identify("=/A9999XYZ100T0944", issuer="ICCBBA") == udi.identify(
        "A9999XYZ100T0944", issuer="ICCBBA"
    )
