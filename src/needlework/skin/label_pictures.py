"""Labels in pictures: a photograph, a scan of a packet, or a frame of the tablet's camera.

The cheapest look comes first: a picture of 12 megapixels is answered from a smaller copy where that is enough, and only
then from its middle at full size, turned, enlarged, inverted and with more contrast.
"""

import io
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pillow_heif
import zxingcpp
from PIL import Image, ImageOps

from needlework.skin.udi import Label, LabelRefused, packets, scans
from needlework.skin.udi.scans import Scan

pillow_heif.register_heif_opener()

LARGEST_PIXELS: Final = 60_000_000
"""More than any phone's sensor gives [pixels]; a larger picture is refused before it is unpacked."""

_OPENS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "BMP", "GIF")
_FORMATS: Final = zxingcpp.barcode_formats_from_str("DataMatrix,QRCode,Code128,DataBar,Code39,EANUPC,Aztec")
"""What device labels use. Other kinds are left out: looking for them costs time and finds some that are not there."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One way to look: at which picture, how hard, and whether lying and inverted codes are tried too.

    Effort 0 is for a camera's frame, 1 for a photograph, 2 is the last resort.
    """

    effort: int
    picture: Image.Image
    every_way: bool = True
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage


@dataclass(frozen=True, slots=True)
class _Found:
    """A symbol in a picture: what it holds, or why that is no label, and where it is [pixels of one look]."""

    held: Scan | LabelRefused
    x: float
    y: float
    size: float


def read_picture(data: bytes, *, on: date, quick: bool = False) -> tuple[Label, ...]:
    """Every label in a picture (JPEG, PNG, WebP, HEIC, BMP or GIF); none if it shows no barcode.

    Two barcodes beside each other that only make a label together are read as one. `on` is the day of reading. `quick`
    gives up after the first looks, for a camera whose next frame is on its way.

    Raises `LabelRefused` if there are barcodes, but no label among them, or if the data are no picture.
    """
    reasons: list[LabelRefused] = []
    best: tuple[Label, ...] = ()
    for look in _looks(data):
        enough = 0 if quick or best else 1 if reasons else 2
        if look.effort > enough:
            break
        found = [_judge(symbol, on) for symbol in _symbols(look)]
        labels = _labels(found, on)
        if labels and all(_says_which(label) for label in labels):
            return labels
        best = best or labels
        reasons += [one.held for one in found if isinstance(one.held, LabelRefused)]
    if best or not reasons:
        return best
    raise reasons[0]


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
    opened = _open(data)
    size = opened.size
    if opened.format == "JPEG" and max(size) > 2800:
        opened.draft(
            "L", (size[0] // 2, size[1] // 2)
        )  # a JPEG can be unpacked at half its size in half the time
    grey = _grey(opened)
    small = _at_most(grey, 2048)
    yield _Look(0, small, every_way=False)
    yield _Look(0, _middle(small) if max(small.size) > 1000 else small)
    whole = grey if grey.size == size else _grey(_open(data))
    if max(small.size) > 1000:
        yield _Look(0, small)
    if whole.size != small.size:
        yield _Look(1, _middle(whole))
    for factor in (2, 3):
        if max(small.size) * factor <= 2400:
            larger = small.resize((small.width * factor, small.height * factor), Image.Resampling.BICUBIC)
            yield _Look(1, larger)
    if whole.size != small.size:
        yield _Look(2, _at_most(whole, 5000))
    clear = ImageOps.autocontrast(small, cutoff=2)
    yield _Look(2, clear, binarizer=zxingcpp.Binarizer.GlobalHistogram)
    yield _Look(2, ImageOps.invert(clear))  # the decoder itself tries that for two-dimensional codes only
    for degrees in (15, 30, 45, 60, 75):
        yield _Look(2, clear.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255))


def _middle(picture: Image.Image) -> Image.Image:
    """The middle half of a picture each way, where people aim."""
    width, height = picture.size
    return picture.crop((width // 4, height // 4, width - width // 4, height - height // 4))


def _symbols(look: _Look) -> Sequence[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        look.picture,
        formats=_FORMATS,
        try_rotate=look.every_way,
        try_invert=look.every_way,
        binarizer=look.binarizer,
    )


def _judge(symbol: zxingcpp.Barcode, on: date) -> _Found:
    place = symbol.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    held: Scan | LabelRefused
    try:
        held = scans.read_symbol(symbol.symbology_identifier, symbol.bytes, on=on)
    except LabelRefused as refused:
        held = refused
    return _Found(held, sum(xs) / 4, sum(ys) / 4, max(max(xs) - min(xs), max(ys) - min(ys)))


def _labels(found: Sequence[_Found], on: date) -> tuple[Label, ...]:
    """The labels among the symbols of one look, each once; two halves side by side are put together."""
    read = [one for one in found if isinstance(one.held, Scan)]
    labels: list[Label] = []
    if len(read) == 2 and _beside(*read):
        both = [one.held for one in read if isinstance(one.held, Scan)]
        labels = _try(both, on)
    if not labels:
        for one in read:
            assert isinstance(one.held, Scan)
            labels += [label for label in _try([one.held], on) if label not in labels]
    return tuple(labels)


def _beside(one: _Found, other: _Found) -> bool:
    apart = math.dist((one.x, one.y), (other.x, other.y))
    return apart <= 1.5 * max(one.size, other.size)


def _try(held: list[Scan], on: date) -> list[Label]:
    try:
        return [packets.label(held, on=on)]
    except LabelRefused:
        return []


def _says_which(label: Label) -> bool:
    """Whether a label tells one packet or lot from another; a bare product number may stand beside one that does."""
    return any((label.lot, label.serial, label.expires_on, label.made_on))
