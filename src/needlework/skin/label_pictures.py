"""Labels in pictures: a photograph, a scan of a packet, or a frame of the tablet's camera.

The cheapest look comes first: a picture of 12 megapixels is answered from a smaller copy where that is enough, then from
those places at full size where most is to be seen, and only then enlarged, sharpened, with more contrast, inverted,
turned and mirrored.
"""

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import pillow_heif
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from needlework.skin import label_symbols
from needlework.skin.label_symbols import Symbol
from needlework.skin.udi import Label, LabelRefused, scans

pillow_heif.register_heif_opener()

LARGEST_PIXELS: Final = 60_000_000
"""More than any phone's sensor gives [pixels]; a larger picture is refused before it is unpacked."""

_OPENS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "BMP", "GIF")
_MATRIX: Final = zxingcpp.barcode_formats_from_str("DataMatrix,QRCode,Aztec")
_LINES: Final = zxingcpp.barcode_formats_from_str("Code128,DataBar,Code39,EANUPC")
_FORMATS: Final = zxingcpp.barcode_formats_from_str("DataMatrix,QRCode,Aztec,Code128,DataBar,Code39,EANUPC")
"""What device labels use. Other kinds are left out: looking for them costs time and finds some that are not there."""

_CELL: Final = 8
"""How coarsely a smaller copy is searched for busy places [its pixels]; even, as every second line is looked at."""
_WINDOW: Final = 1100
_WINDOWS: Final = 3
"""How large the windows on busy places are [pixels of the photograph], and how many are looked at."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One way to look: at which picture, how hard, and whether lying and inverted codes are tried too.

    Effort 0 is for a camera's frame, 1 for a photograph, 2 is the last resort. A pixel of `picture` is `scale` pixels of
    the photograph, where its upper left corner is at `corner`.
    """

    effort: int
    picture: Image.Image
    every_way: bool = True
    inverted: bool = True
    formats: zxingcpp.BarcodeFormats = _FORMATS
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage
    scale: float = 1.0
    corner: tuple[float, float] = (0.0, 0.0)


def read_picture(data: bytes, *, on: date, quick: bool = False) -> tuple[Label, ...]:
    """Every label in a picture (JPEG, PNG, WebP, HEIC, BMP or GIF); none if it shows no barcode.

    Barcodes that say the same device, or beside each other make a label together, are read as one. `on` is the day of
    reading. `quick` gives up after the first looks, for a camera whose next frame is on its way.

    Raises `LabelRefused` if there are barcodes, but no label among them; if one holds a part of a label and it is not
    certain of which; or if the data are no picture.
    """
    symbols: list[Symbol] = []
    refusals: list[LabelRefused] = []
    labels: tuple[Label, ...] = ()
    loose: LabelRefused | None = None
    for look in _looks(data):
        enough = 0 if quick or (labels and not loose) else 1 if symbols or refusals else 2
        if look.effort > enough:
            break
        judged = [_judge(seen, look, on) for seen in _symbols(look)]
        refusals += [one for one in judged if isinstance(one, LabelRefused)]
        symbols += [one for one in judged if isinstance(one, Symbol)]
        if judged:
            labels, loose = label_symbols.labels(symbols, on=on)
        if labels and not loose and all(_says_which(label) for label in labels):
            return labels
    if loose or (refusals and not labels):
        raise loose or refusals[0]
    return labels


def _open(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=_OPENS)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError, Warning) as wrong:
        raise _no_picture() from wrong
    if picture.width * picture.height > LARGEST_PIXELS:
        raise LabelRefused(
            "picture-too-large",
            f"The picture has {picture.width} × {picture.height} pixels, more than is looked at. "
            "Photograph the barcode alone, or choose a smaller size.",
        )
    return picture


def _no_picture() -> LabelRefused:
    return LabelRefused(
        "not-a-picture", "This file is damaged or no picture that can be read. Photograph the label again."
    )


def _grey(picture: Image.Image) -> Image.Image:
    """A picture in shades of grey, on white where it is transparent."""
    try:
        if picture.mode.startswith("I;16") or picture.mode == "I":
            return picture.convert("I").point(lambda level: level / 256).convert("L")
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            over = picture.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("L")
        return picture.convert("L")
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as wrong:
        raise _no_picture() from wrong


def _at_most(picture: Image.Image, longest: int) -> Image.Image:
    """A copy whose longer side is at most `longest` [pixels], made by averaging whole pixels."""
    factor = -(-max(picture.size) // longest)
    return picture.reduce(factor) if factor > 1 else picture


def _looks(data: bytes) -> Iterator[_Look]:
    """The ways to look, cheapest first; a copy is made only when its turn comes."""
    whole = _shades(data)
    small = _at_most(whole, 2048)
    scale = whole.width / small.width
    large = whole.size != small.size
    yield _Look(0, small, every_way=False, scale=scale)
    if max(small.size) > 1000:
        yield _part(0, small, _middle(small.size), scale)
    windows = [*_busy(small, scale)] if large else []
    for box in windows:
        yield _part(0, whole, box, formats=_MATRIX)
    if large:
        yield _Look(0, whole, formats=_LINES, inverted=False)
    yield _Look(1 if large else 0, small, scale=scale)
    for factor in (2, 3):
        if max(small.size) * factor <= 2400:
            larger = small.resize((small.width * factor, small.height * factor), Image.Resampling.BICUBIC)
            yield _Look(1, larger, scale=scale / factor)
            yield _Look(1, _sharper(larger, 2.5 * factor), scale=scale / factor)
    if max(small.size) > 1200 and not large:
        yield _Look(1, _sharper(small, 2.5), scale=scale)
    for box in windows:
        yield _Look(1, _sharper(whole.crop(box), 2.5), corner=(box[0], box[1]))
    clear = ImageOps.autocontrast(small, cutoff=2)
    yield _Look(2, clear, binarizer=zxingcpp.Binarizer.GlobalHistogram, scale=scale)
    # the decoder itself finds codes of two dimensions, but no lines, light on dark and at any angle
    yield _Look(2, ImageOps.invert(clear), formats=_LINES, inverted=False, scale=scale)
    for degrees in (15, 30, 45, 60, 75):
        turned = clear.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        yield _Look(2, turned, formats=_LINES, inverted=False, scale=scale)
    yield _Look(
        2, ImageOps.mirror(clear), formats=_MATRIX, scale=scale
    )  # through a clear packet, from behind
    if large:
        most = _at_most(whole, 5000)
        yield _Look(2, most, formats=_MATRIX, inverted=False, scale=whole.width / most.width)


def _shades(data: bytes) -> Image.Image:
    """A picture in shades of grey; a JPEG keeps them apart from its colours, which then are not unpacked."""
    opened = _open(data)
    if opened.format == "JPEG":
        opened.draft("L", opened.size)
    return _grey(opened)


def _sharper(picture: Image.Image, radius: float) -> Image.Image:
    """A copy in which a blur of about this radius [pixels] is undone as far as light and dark can be told apart."""
    return picture.filter(ImageFilter.UnsharpMask(radius, percent=400, threshold=0))


_Box: TypeAlias = tuple[int, int, int, int]


def _part(
    effort: int,
    picture: Image.Image,
    box: _Box,
    scale: float = 1.0,
    formats: zxingcpp.BarcodeFormats = _FORMATS,
) -> _Look:
    return _Look(
        effort, picture.crop(box), scale=scale, corner=(box[0] * scale, box[1] * scale), formats=formats
    )


def _middle(size: tuple[int, int]) -> _Box:
    """The middle half of a picture each way, where people aim."""
    width, height = size
    return width // 4, height // 4, width - width // 4, height - height // 4


def _busy(small: Image.Image, scale: float) -> Iterator[_Box]:
    """Where light and dark change most both ways, as matrix codes do: windows at full size, the busiest first."""
    light = np.asarray(small, dtype=np.int16)
    rows, columns = (side // _CELL for side in light.shape)
    if not rows or not columns:
        return
    light = light[: rows * _CELL, : columns * _CELL]
    across = np.abs(np.diff(light[::2], axis=1, prepend=light[::2, :1]))
    down = np.abs(np.diff(light[:, ::2], axis=0, prepend=light[:1, ::2]))
    edges = np.minimum(  # stripes of other things change one way only
        across.reshape(rows, -1, columns, _CELL).sum(axis=(1, 3)),
        down.reshape(rows, _CELL, columns, -1).sum(axis=(1, 3)),
    )
    for axis in (0, 1):  # the sum of five cells each way
        edges = np.sum([np.roll(edges, step, axis=axis) for step in range(-2, 3)], axis=0)
    cell = _CELL * scale
    reach = round(0.4 * _WINDOW / cell)
    for _ in range(_WINDOWS):
        row, column = divmod(int(edges.argmax()), edges.shape[1])
        if edges[row, column] < 0:
            return
        edges[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = -1
        x, y = round((column + 0.5) * cell), round((row + 0.5) * cell)
        half = _WINDOW // 2
        wide, high = round(small.width * scale), round(small.height * scale)
        yield max(0, x - half), max(0, y - half), min(wide, x + half), min(high, y + half)


def _symbols(look: _Look) -> Sequence[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        look.picture,
        formats=look.formats,
        try_rotate=look.every_way,
        try_invert=look.every_way and look.inverted,
        binarizer=look.binarizer,
    )


def _judge(seen: zxingcpp.Barcode, look: _Look, on: date) -> Symbol | LabelRefused:
    place = seen.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    try:
        scan = scans.read_symbol(seen.symbology_identifier, seen.bytes, on=on)
    except LabelRefused as refused:
        return refused
    return Symbol(
        scan,
        look.corner[0] + sum(xs) / 4 * look.scale,
        look.corner[1] + sum(ys) / 4 * look.scale,
        max(max(xs) - min(xs), max(ys) - min(ys)) * look.scale,
    )


def _says_which(label: Label) -> bool:
    """Whether a label tells one packet or lot from another; a bare product number may stand beside one that does."""
    return any((label.lot, label.serial, label.expires_on, label.made_on))
