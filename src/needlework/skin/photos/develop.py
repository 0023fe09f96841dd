"""A photograph as received into the pictures that may be shown: upright, sRGB, without metadata.

What arrives may be hostile: a file that is no picture, a torn one, a small file that unpacks to gigabytes.
`develop` therefore works in a process of its own with a bound on memory and time; whatever happens there,
the caller gets pictures or one clear sentence.
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
SIZES = {"thumb": 320, "page": 1600}  # longest side [px]; `full` keeps the size
QUALITY = {"thumb": 80, "page": 88, "full": 92}
TIME_LIMIT_S = 20
MEMORY_LIMIT_BYTES = 640 * 1024 * 1024  # address space; resident memory stays below 500 MB

NOT_A_PICTURE = "This file is not a photograph. Choose a JPEG, PNG, WebP or HEIC picture."
DAMAGED = "This photograph is damaged or incomplete and cannot be read. Take or send it again."
TOO_LARGE = "This file is larger than 50 MB. Choose a smaller photograph."
TOO_MANY_PIXELS = (
    "This picture has {megapixels} million pixels; up to 50 million can be kept. Choose a smaller one."
)
TOO_HARD = (
    "This picture could not be read within the time and memory allowed. Save it as a JPEG and try again."
)


class PhotoRefused(ValueError):
    """The file cannot be kept as a photograph; `str()` is the sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Developed:
    """What may be shown of one photograph.

    `width` and `height` [px] are those of the upright picture; `pictures` holds JPEG files in sRGB without
    any metadata, by the names `thumb`, `page` and `full`.
    """

    format: str
    width: int
    height: int
    pictures: dict[str, bytes]


def develop(data: bytes) -> Developed:
    """Develop a photograph in a guarded process.

    Raises:
        PhotoRefused: no picture, damaged, too large, or too hard; the sentence says which.
    """
    if len(data) > MAX_BYTES:
        raise PhotoRefused(TOO_LARGE)
    if len(data) < 32:
        raise PhotoRefused(NOT_A_PICTURE)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", "from needlework.skin.photos.develop import main; main()"],
            input=data,
            capture_output=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise PhotoRefused(TOO_HARD) from late
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise PhotoRefused(TOO_HARD)
    facts = json.loads(head)
    if "refused" in facts:
        raise PhotoRefused(facts["refused"])
    pictures: dict[str, bytes] = {}
    start = 0
    for name, length in facts["pictures"].items():
        pictures[name] = body[start : start + length]
        start += length
    return Developed(facts["format"], facts["width"], facts["height"], pictures)


def develop_here(data: bytes) -> Developed:
    """The same in this process, unguarded: for the guarded one, and for pictures of our own making.

    Raises:
        PhotoRefused: as `develop`.
    """
    import pillow_heif

    pillow_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(BytesIO(data), formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise PhotoRefused(TOO_MANY_PIXELS.format(megapixels="far too many")) from bomb
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as unknown:
            raise PhotoRefused(NOT_A_PICTURE) from unknown
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise PhotoRefused(TOO_MANY_PIXELS.format(megapixels=round(width * height / 1e6)))
        kind = str(image.format)
        if kind == "HEIF" and not _boxes_complete(data):
            raise PhotoRefused(DAMAGED)
        try:
            image.load()
        except MemoryError as full:
            raise PhotoRefused(TOO_HARD) from full
        except Exception as broken:  # decoders raise what they like; the file is at fault
            raise PhotoRefused(DAMAGED) from broken
        shown = _shown(image)
    pictures = {name: _jpeg(_fitted(shown, side), QUALITY[name]) for name, side in SIZES.items()}
    pictures["full"] = _jpeg(shown, QUALITY["full"])
    return Developed(kind, shown.width, shown.height, pictures)


def _boxes_complete(data: bytes) -> bool:
    """Whether every top-level box of an ISO base media file (HEIC) lies within it.

    The decoder fills what is missing with grey; a record must not.
    """
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        elif size == 0:  # the last box reaches to the end of the file
            return True
        if size < 8:
            return False
        at += size
    return at == len(data)


def _shown(image: Image.Image) -> Image.Image:
    """Upright, in sRGB, on white, eight bits a channel."""
    upright = image
    with contextlib.suppress(Exception):  # an unreadable EXIF block says nothing about which way is up
        ImageOps.exif_transpose(upright, in_place=True)
    profile = image.info.get("icc_profile")
    if upright.mode.startswith("I"):  # sixteen bits a channel: keep the upper eight
        upright = upright.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        upright = Image.new("RGB", layered.size, "white")
        upright.paste(layered, mask=layered.getchannel("A"))
    if profile and upright.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                upright,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
                inPlace=upright.mode == "RGB",
            )
            return upright if converted is None else converted
        except ImageCms.PyCMSError:  # a profile that does not fit its picture is left aside
            pass
    return upright if upright.mode == "RGB" else upright.convert("RGB")


def _fitted(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.info.clear()
    image.save(out, "JPEG", quality=quality, exif=b"", icc_profile=None)
    return out.getvalue()


def main() -> None:
    """The guarded process: a picture on standard input, a line of facts and the pictures on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT_S, TIME_LIMIT_S))
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    out = sys.stdout.buffer
    try:
        done = develop_here(data)
    except PhotoRefused as refusal:
        out.write(json.dumps({"refused": str(refusal)}).encode() + b"\n")
        return
    except MemoryError:
        out.write(json.dumps({"refused": TOO_HARD}).encode() + b"\n")
        return
    facts = {
        "format": done.format,
        "width": done.width,
        "height": done.height,
        "pictures": {name: len(picture) for name, picture in done.pictures.items()},
    }
    out.write(json.dumps(facts).encode() + b"\n")
    for picture in done.pictures.values():
        out.write(picture)
