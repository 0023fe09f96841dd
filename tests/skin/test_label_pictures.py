"""Labels in pictures: the shared samples read exactly, and codes that are turned, small, inverted or side by side."""

import io
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from needlework.skin import label_drawings, label_pictures
from needlework.skin.udi import Label, LabelRefused
from needlework.skin.udi.hibc import check_character
from tests.conftest import SHARED

ON = date(2026, 11, 24)
SAMPLES = SHARED / "testdata" / "barcodes"
MADE = {"01": "09506000134352", "17": "280331", "10": "LOT-7", "21": "S1"}

READ = {
    "datamatrix-1/gs1-figure-4.15.1-2-32x32.png",
    "qrcode-2/gs1-figure-4.15.1-2.png",
    "rss14-1/1.png",
    "rss14-1/5.png",
}
"""The samples that hold a GS1 label; the others are plain codes, no element strings, or no codes at all."""

REFUSED = {
    "code128-1/2.webp": "plain-barcode",
    "code128-1/4.png": "too-short",
    "code128-1/5.png": "unknown-element",
    "code128-2/31.webp": "plain-barcode",
    "datamatrix-1/HelloWorld_Text_L_Kaywa_2_error_byte.png": "plain-barcode",
    "datamatrix-1/readerinit.png": "plain-barcode",
    "datamatrix-3/dm-2.jpg": "not-a-digital-link",
}


def samples() -> list[str]:
    files = SAMPLES.glob("*/*") if SAMPLES.is_dir() else []
    return sorted(str(file.relative_to(SAMPLES)) for file in files if file.suffix != ".txt")


def read(picture: Image.Image, *, quick: bool = False, kind: str = "PNG") -> tuple[Label, ...]:
    data = io.BytesIO()
    picture.save(data, kind)
    return label_pictures.read_picture(data.getvalue(), on=ON, quick=quick)


def code(kind: str, said: str, *, module: int = 4) -> Image.Image:
    """A GS1 code with a margin."""
    drawn = zxingcpp.create_barcode(said, getattr(zxingcpp.BarcodeFormat, kind), gs1=True)
    return ImageOps.expand(Image.fromarray(drawn.to_image(scale=module)), 10 * module, fill=255)


def matrix(*, module: int = 4) -> Image.Image:
    return code("DataMatrix", "".join(f"[{ai}]{value}" for ai, value in MADE.items()), module=module)


@pytest.mark.parametrize("name", samples())
def test_a_sample_is_read_exactly_or_refused_for_what_it_is(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    if name in REFUSED:
        with pytest.raises(LabelRefused) as refused:
            label_pictures.read_picture(data, on=ON)
        assert refused.value.code == REFUSED[name]
    elif name in READ:
        (label,) = label_pictures.read_picture(data, on=ON)
        content = (SAMPLES / name).with_suffix(".txt").read_bytes()
        assert label.raw == content.replace(b"^]", b"\x1d")
        sidecar = (SAMPLES / name).with_suffix(".result.txt")
        if sidecar.exists():
            assert f"symbologyIdentifier={label.symbology}" in sidecar.read_text(encoding="utf-8")
    else:
        assert name.startswith("falsepositives-1/")
        assert label_pictures.read_picture(data, on=ON) == ()


@pytest.mark.parametrize("kind", ["DataMatrix", "QRCode", "Code128", "DataBarExp"])
@pytest.mark.parametrize("turn", [0, 90, 180, 7])
def test_every_kind_of_code_is_read_however_it_lies(kind: str, turn: int) -> None:
    picture = code(kind, "[01]09506000134352[17]280331[10]LOT").rotate(turn, expand=True, fillcolor=255)
    (label,) = read(picture)
    assert (label.di, label.lot, label.expires_on) == ("09506000134352", "LOT", date(2028, 3, 31))


def test_a_line_code_far_from_level_is_turned() -> None:
    picture = code("Code128", "[01]09506000134352[10]LOT").rotate(
        33, Image.Resampling.BICUBIC, True, fillcolor=255
    )
    assert read(picture)[0].lot == "LOT"


@pytest.mark.parametrize("kind", ["DataMatrix", "Code128"])
def test_light_on_dark_is_read(kind: str) -> None:
    assert read(ImageOps.invert(code(kind, "[01]09506000134352[10]LOT")))[0].lot == "LOT"


def test_a_small_blurred_code_is_enlarged() -> None:
    assert read(matrix(module=2).filter(ImageFilter.GaussianBlur(0.8)))[0].serial == "S1"


@pytest.mark.parametrize("kind", ["DataMatrix", "Aztec"])
def test_a_code_out_of_focus_is_sharpened(kind: str) -> None:
    said = "+A99912345/$$3280331LOT7A"
    drawn = zxingcpp.create_barcode(said + check_character(said), getattr(zxingcpp.BarcodeFormat, kind))
    picture = ImageOps.expand(Image.fromarray(drawn.to_image(scale=5)), 50, fill=255)
    blurred = picture.filter(ImageFilter.GaussianBlur(2.5))
    assert not zxingcpp.read_barcodes(blurred)
    assert read(blurred)[0].lot == "LOT7A"


def test_a_large_photograph_out_of_focus_is_sharpened_where_most_is_to_be_seen() -> None:
    photograph = Image.new("L", (4000, 3000), 255)
    photograph.paste(matrix(module=5).filter(ImageFilter.GaussianBlur(2.5)), (1500, 900))
    assert read(photograph, kind="JPEG")[0].serial == "S1"


def test_a_code_seen_from_behind_is_read() -> None:
    assert read(ImageOps.mirror(matrix()))[0].serial == "S1"


def test_a_small_code_in_a_large_photograph_is_read() -> None:
    for corner in ((1900, 1400), (60, 60), (3700, 2600)):
        photograph = Image.new("L", (4000, 3000), 150)
        photograph.paste(matrix(module=3), corner)
        assert read(photograph, kind="JPEG")[0].serial == "S1"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_every_kind_of_picture_is_opened(kind: str) -> None:
    assert read(matrix(), kind=kind)[0].serial == "S1"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_depth_of_colour_is_looked_at(mode: str) -> None:
    grey = matrix()
    picture = (
        grey.convert("I").point(lambda level: level * 257).convert("I;16")
        if mode == "I;16"
        else grey.convert(mode)
    )
    assert read(picture)[0].serial == "S1"


def test_what_is_transparent_counts_as_white() -> None:
    picture = Image.new("RGBA", matrix().size, (0, 0, 0, 0))
    picture.putalpha(ImageOps.invert(matrix()))
    assert read(picture)[0].serial == "S1"


def beside(*pictures: Image.Image, gap: int = 20) -> Image.Image:
    sheet = Image.new(
        "L", (max(one.width for one in pictures), sum(one.height + gap for one in pictures)), 255
    )
    at = 0
    for one in pictures:
        sheet.paste(one, (0, at))
        at += one.height + gap
    return sheet


def test_two_halves_beside_each_other_are_one_label() -> None:
    halves = code("Code128", "[01]09506000134352"), code("Code128", "[17]280331[10]LOT")
    (label,) = read(beside(*halves))
    assert (label.di, label.lot) == ("09506000134352", "LOT")
    with pytest.raises(LabelRefused) as refused:
        read(beside(*halves, gap=3000))  # who knows whether that is one packet
    assert refused.value.code == "loose-part"


def test_a_label_spread_over_three_barcodes_is_put_together() -> None:
    (label,) = read(
        beside(
            code("Code128", "[21]S1"),
            code("Code128", "[01]09506000134352"),
            code("Code128", "[17]280331[10]LOT"),
        )
    )
    assert (label.di, label.lot, label.serial) == ("09506000134352", "LOT", "S1")
    assert label.raw == b"0109506000134352\n1728033110LOT\n21S1"


def test_a_packet_that_says_itself_twice_is_one_packet() -> None:
    shop = ImageOps.expand(
        Image.fromarray(
            zxingcpp.create_barcode("9506000134352", zxingcpp.BarcodeFormat.EAN13).to_image(scale=4)
        ),
        40,
        fill=255,
    )
    line = code("Code128", "[01]09506000134352[17]280331[10]LOT-7")
    (label,) = read(beside(shop, line, matrix(), code("Code128", "[01]09506000134352")))
    assert label.elements == MADE
    (label,) = read(beside(line, code("DataMatrix", "[01]09506000134352[21]S1")))
    assert label.elements == MADE


def test_a_part_beside_two_packets_belongs_to_neither_for_certain() -> None:
    other = code("DataMatrix", "[01]00841365101229[10]OTHER")
    with pytest.raises(LabelRefused) as refused:
        read(beside(matrix(), code("Code128", "[17]290331[240]REF"), other))
    assert refused.value.code == "loose-part"


def test_a_part_alone_is_refused_for_what_it_lacks() -> None:
    with pytest.raises(LabelRefused) as refused:
        read(code("Code128", "[17]280331[10]LOT"))
    assert refused.value.code == "missing-companion"


def test_two_packets_are_two_labels() -> None:
    other = code("DataMatrix", "[01]00841365101229[10]OTHER")
    assert {label.lot for label in read(beside(matrix(), other))} == {"LOT-7", "OTHER"}


def test_a_camera_frame_without_a_code_is_given_up_early() -> None:
    assert read(Image.new("L", (640, 480), 200), quick=True) == ()
    assert read(matrix(), quick=True)[0].serial == "S1"


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(LabelRefused) as refused:
        label_pictures.read_picture(data, on=ON)
    assert refused.value.code == "not-a-picture"


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(LabelRefused) as refused:
        read(Image.new("1", (10_000, 7_000)))
    assert refused.value.code == "picture-too-large"


def test_hostile_and_damaged_pictures_end_in_a_refusal_or_in_nothing(shared: Path) -> None:
    for file in sorted((shared / "testdata" / "images" / "bad").iterdir()):
        try:
            assert label_pictures.read_picture(file.read_bytes(), on=ON, quick=True) == ()
        except LabelRefused as refused:
            assert refused.code in ("not-a-picture", "picture-too-large"), file.name  # noqa: PT017


def test_a_drawn_label_is_read_again() -> None:
    rows = label_drawings.symbol({**MADE, "10": "A(B)/7"})
    assert len(rows) == len(rows[0])
    picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            picture.putpixel((x + 4, y + 4), 0 if dark else 255)
    (label,) = read(picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST))
    assert label.elements == {**MADE, "10": "A(B)/7"}


def test_a_label_is_drawn_with_its_text() -> None:
    drawing = label_drawings.svg({"01": "09506000134352", "10": "A<B"})
    assert "(10) A&lt;B" in drawing
    assert drawing.count("<path") == 1
    with pytest.raises(LabelRefused):
        label_drawings.svg({"10": "LOT"})


def test_a_used_up_sheet_begins_where_labels_are_left_and_nowhere_else() -> None:
    stickers = [label_drawings.Sticker(MADE, ("Roller (Ö)",))] * 2
    sheet = label_drawings.SHEETS["a4-24"]
    assert b"/Count 1 " in label_drawings.pdf(stickers, sheet=sheet, start=23)
    assert b"/Count 2 " in label_drawings.pdf(stickers, sheet=sheet, start=24)
    assert "Roller \\(Ö\\)".encode("cp1252") in label_drawings.pdf(stickers, sheet=sheet)
    with pytest.raises(ValueError, match="1 to 24"):
        label_drawings.pdf(stickers, sheet=sheet, start=25)


@pytest.mark.parametrize("sheet", label_drawings.SHEETS.values(), ids=str)
def test_labels_lie_on_their_page_beside_each_other(sheet: label_drawings.Sheet) -> None:
    corners = [sheet.corner(place) for place in range(sheet.places)]
    assert len(set(corners)) == sheet.places
    wide, high = sheet.label_mm
    assert all(x >= 0 and x + wide <= sheet.page_mm[0] for x, _ in corners)
    assert all(y >= 0 and y + high <= sheet.page_mm[1] for _, y in corners)


def test_a_sheet_of_labels_has_as_many_pages_as_it_needs() -> None:
    sheet = label_drawings.pdf([label_drawings.Sticker({**MADE, "21": str(number)}) for number in range(28)])
    assert sheet.startswith(b"%PDF-1.4\n")
    assert sheet.endswith(b"%%EOF\n")
    assert b"/Count 2 " in sheet
    assert sheet.count(b"\\(21\\)") == 28
    table = int(sheet.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    starts = [int(line[:10]) for line in sheet[table:].split(b"\n")[3:] if line.endswith(b" n ")]
    assert all(
        sheet[start:].startswith(f"{number} 0 obj".encode()) for number, start in enumerate(starts, start=1)
    )
