"""Labels as scanners send them and people type them."""

from datetime import date

import pytest

from needlework.skin import udi
from needlework.skin.udi import LabelRefused, dates, packets, scans

ON = date(2026, 11, 24)
DI = "09506000134352"


def code_of(text: str | bytes) -> str:
    """The code of the refusal; the sentence must be whole and say what to do."""
    with pytest.raises(LabelRefused) as refused:
        udi.parse(text, on=ON)
    assert refused.value.because.endswith(".")
    assert len(refused.value.because) > 40
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        f"]d201{DI}1728033110LOT-7\x1d21S1",
        f"]C101{DI}1728033110LOT-7\x1d21S1",
        f"]Q301{DI}1728033110LOT-7\x1d21S1",
        f"]e001{DI}1728033110LOT-7\x1d21S1",
        f"]d2\x1d01{DI}1728033110LOT-7\x1d21S1",
        f"\x1d01{DI}1728033110LOT-7\x1d21S1",
        f"^01{DI}1728033110LOT-7^21S1",
        f"01{DI}1728033110LOT-7\x1d21S1",
        f"01{DI}1728033110LOT-7\x1d21S1\r\n",
        f"01{DI}\x1d17280331\x1d10LOT-7\x1d21S1\x1d",
        f"(01){DI}(17)280331(10)LOT-7(21)S1",
        f"(01) {DI} (17) 280331 (10) LOT-7 (21) S1 ",
        f"https://id.gs1.org/01/{DI}/10/LOT-7/21/S1?17=280331",
        f"HTTP://example.com/shop/01/{DI}/10/LOT%2D7/21/S1?lang=en&17=280331#top",
        f"]Q1https://id.gs1.org/01/{DI}/10/LOT-7/21/S1?17=280331",
        f"]d201{DI}1728033110LOT-7\x1d21S1".encode(),
    ],
)
def test_one_packet_reads_the_same_in_every_form(text: str | bytes) -> None:
    label = udi.parse(text, on=ON)
    assert label.issuer == "GS1"
    assert (label.di, label.lot, label.serial) == (DI, "LOT-7", "S1")
    assert label.expires_on == date(2028, 3, 31)
    assert dict(label.elements) == {"01": DI, "17": "280331", "10": "LOT-7", "21": "S1"}
    assert label.raw == (text if isinstance(text, bytes) else text.encode())


def test_the_elements_keep_the_order_of_the_label() -> None:
    label = udi.parse(f"]d210LOT\x1d01{DI}17280331", on=ON)
    assert list(label.elements) == ["10", "01", "17"]
    assert label.symbology == "]d2"


def test_quantity_made_on_and_everything_else_are_kept() -> None:
    label = udi.parse(f"(01){DI}(11)260105(17)280331(10)L(30)12(240)MF8-1.5(91)ours", on=ON)
    assert label.made_on == date(2026, 1, 5)
    assert label.quantity == 12
    assert label.elements["240"] == "MF8-1.5"
    assert label.elements["91"] == "ours"


def test_an_expiry_with_an_hour_gives_its_day() -> None:
    assert udi.parse(f"(01){DI}(7003)2803311200", on=ON).expires_on == date(2028, 3, 31)


def test_a_day_of_zero_is_the_end_of_the_month() -> None:
    assert udi.parse(f"(01){DI}(17)280200(10)L", on=ON).expires_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("year", "on", "meant"),
    [
        (26, date(2026, 11, 24), 2026),
        (76, date(2026, 11, 24), 2076),
        (77, date(2026, 11, 24), 1977),
        (0, date(2026, 11, 24), 2000),
        (49, date(1999, 1, 1), 2049),
        (48, date(1998, 1, 1), 2048),
        (50, date(1999, 1, 1), 1950),
        (10, date(2060, 1, 1), 2110),
        (11, date(2060, 1, 1), 2011),
    ],
)
def test_the_century_slides_with_the_day_of_reading(year: int, on: date, meant: int) -> None:
    assert dates.full_year(year, on=on) == meant
    assert -49 <= meant - on.year <= 50


def test_a_leap_day_which_the_century_does_not_have_is_refused() -> None:
    text = f"(01){DI}(17)000229(10)L"
    assert udi.parse(text, on=ON).expires_on == date(2000, 2, 29)
    with pytest.raises(LabelRefused) as refused:
        udi.parse(text, on=date(2060, 1, 1))  # 00 is 2100 then, no leap year
    assert refused.value.code == "illegal-day"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("]d20109506000134353", "incorrect-check-digit"),
        (f"]d201{DI}17281331", "illegal-month"),
        (f"]d201{DI}17280230", "illegal-day"),
        (f"]d201{DI}1728033", "too-short"),
        (f"]d201{DI}10", "empty"),
        (f"]d201{DI}10" + "X" * 21, "too-long"),
        (f"]d201{DI}10A B", "invalid-cset82-character"),
        (f"]d201{DI}0495060001", "unknown-element"),
        (f"]d201{DI}10A\x1d10B", "conflicting-repeat"),
        (f"]d201{DI}02{DI}371", "excluded-companion"),
        ("]d21728033110LOT", "missing-companion"),
        ("]d2", "empty"),
        ("]C1123456", "too-short"),
        ("]C18101054321120021123456", "unknown-element"),
        ("]??01", "unknown-symbology"),
        ("]C042094043", "plain-barcode"),
        ("]d1Hello World", "plain-barcode"),
        ("]E05901234123457", "shop-barcode"),
        ("]E05901234123458", "incorrect-check-digit"),
        ("]E0590123412345", "shop-barcode"),
        ("]E496385074", "shop-barcode"),
        ("]E3590123412345712345", "shop-barcode"),  # with an add-on of five digits
        (f"]d201{DI}10LOT ", "invalid-cset82-character"),  # blanks are none of a scanner's making
        (f"^01{DI}10LOT ", "invalid-cset82-character"),
        ("(10) ", "invalid-cset82-character"),
        (f"(01){DI}(415)9506000134376(8020)A(3910)9870", "not-iso4217"),
        ("5901234123457", "shop-barcode"),
        ("96385074", "shop-barcode"),
        ("Hello World", "not-a-label"),
        ("991234", "not-a-label"),  # (99) may say anything; nothing says that this is a label
        ("", "not-a-label"),
        ("ünïcode", "not-a-label"),
        (b"\xff\xfe01", "not-a-label"),
        ("https://example.com/", "not-a-digital-link"),
        (f"https://id.gs1.org/01/{DI}?10=LOT", "not-a-digital-link"),
        (f"(01){DI}(10", "unknown-element"),
        ("01)09506000134352", "non-digit-character"),
        ("(8030)ABCD(253)9506000134376", "unserialised-key"),
    ],
)
def test_what_is_not_certain_is_refused_by_name(text: str | bytes, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        f"01{DI}1728033110ABC12321XYZ",
        f"]d201{DI}1728033110ABC12321XYZ",
        f"]C101{DI}10ABC17280331",
        f"01{DI}21SERIAL10LOT",
        f"01{DI}10ABC1728033121S",
    ],
)
def test_a_lot_that_may_have_swallowed_the_next_element_is_refused(text: str) -> None:
    assert code_of(text) == "missing-separator"
    sure = udi.parse(text, on=ON, separators_kept=True)
    assert list(sure.elements)[-1] in ("10", "21")


@pytest.mark.parametrize(
    "text",
    [
        f"01{DI}1728033110ABC123",
        f"01{DI}10ABC12321",  # nothing could follow the 21
        f"01{DI}10ABC17281331",  # 17 would have to be followed by a date
        f"01{DI}21S1\x1d10ABC21XYZ",  # the scanner does send separators
        f"\x1d01{DI}10ABC21XYZ",
        f"01{DI}1728033110ABC17280331",  # the expiry has been said already
    ],
)
def test_a_lot_that_can_only_be_a_lot_is_read(text: str) -> None:
    assert udi.parse(text, on=ON).lot == text.rpartition("10A")[2].join(["A", ""])


def test_a_bare_product_number_is_read_only_where_it_can_be_nothing_else() -> None:
    assert udi.parse("00841365101229", on=ON).di == "00841365101229"
    assert code_of("10841365101226") == "bare-number"  # or lot 841365101226
    assert code_of("01234567890128") == "bare-number"  # or the beginning of a label
    assert code_of("00841365101228") == "incorrect-check-digit"


def test_a_shop_barcode_with_a_composite_part_is_a_label() -> None:
    label = udi.parse("]E02112345678900|]e01728033110LOT", on=ON)
    assert (label.di, label.lot) == ("02112345678900", "LOT")


def test_two_barcodes_of_one_packet_are_judged_together() -> None:
    first, second = f"]C101{DI}", "]C11728033110LOT"
    assert code_of(second) == "missing-companion"
    label = udi.parse_packet([first, second], on=ON)
    assert (label.di, label.lot, label.expires_on) == (DI, "LOT", date(2028, 3, 31))
    assert label.raw == f"{first}\n{second}".encode()


def test_halves_without_any_mark_are_a_label_together() -> None:
    assert udi.parse_packet([f"01{DI}", "1728033110LOT"], on=ON).lot == "LOT"


def test_barcodes_of_two_packets_are_not_mixed() -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.parse_packet([f"]C101{DI}", "]C10100841365101229"], on=ON)
    assert refused.value.code == "conflicting-repeat"
    with pytest.raises(LabelRefused) as refused:
        udi.parse_packet([f"]C101{DI}", "+A999123457"], on=ON)
    assert refused.value.code == "several-issuers"
    with pytest.raises(LabelRefused) as refused:
        udi.parse_packet([], on=ON)
    assert refused.value.code == "empty"


def test_the_same_element_twice_is_no_contradiction() -> None:
    assert udi.parse(f"]d201{DI}10A\x1d10A", on=ON).lot == "A"


def test_elements_are_written_as_a_barcode_carries_them() -> None:
    made = {"01": DI, "10": "A(B)", "21": "7", "17": "280331"}
    assert udi.element_string(made) == f"01{DI}10A(B)\x1d217\x1d17280331"


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"01": "09506000134353"}, "incorrect-check-digit"),
        ({"10": "LOT"}, "missing-companion"),
        ({"01": DI, "04": "1"}, "unknown-element"),
        ({"01": DI, "10": ""}, "empty"),
    ],
)
def test_what_a_label_must_not_say_is_not_written(made: dict[str, str], code: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.element_string(made)
    assert refused.value.code == code


def test_a_sentence_names_the_element_the_value_and_the_next_step() -> None:
    with pytest.raises(LabelRefused) as refused:
        udi.parse(f"(01){DI}(17)281331", on=ON)
    assert refused.value.because == (
        "(17) USE BY or EXPIRY is no date: there is no such month: “281331”. Scan it again; if it is refused again, "
        "type what is printed in brackets under the barcode."
    )


def test_a_symbol_decoded_here_keeps_its_content_alone_and_is_trusted() -> None:
    content = f"01{DI}10ABC21XYZ".encode()
    scan = scans.read_symbol("]d2", content, on=ON)
    assert (scan.raw, scan.symbology) == (content, "]d2")
    assert packets.label([scan], on=ON).lot == "ABC21XYZ"
    with pytest.raises(LabelRefused) as refused:
        scans.read_symbol("]d1", "größer".encode(), on=ON)
    assert refused.value.code == "not-a-label"
