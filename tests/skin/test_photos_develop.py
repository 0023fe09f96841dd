"""Photographs, good and hostile, into pictures that may be shown."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from needlework.skin.photos.develop import DAMAGED, NOT_A_PICTURE, TOO_LARGE, PhotoRefused, develop
from tests.factories.after import jpeg

REFUSED = {
    "badrle.bmp": NOT_A_PICTURE,
    "broken.png": NOT_A_PICTURE,
    "broken_data_stream.png": DAMAGED,
    "corrupted.heic": NOT_A_PICTURE,
    "decompression_bomb.gif": NOT_A_PICTURE,
    "decompression_bomb_extents.gif": NOT_A_PICTURE,
    "no_rows_per_strip.tif": NOT_A_PICTURE,
    "reallybig.bmp": NOT_A_PICTURE,
    "truncated.heic": DAMAGED,
    "truncated_image.png": DAMAGED,
    "truncated_jpeg.jpg": DAMAGED,
}


def opened(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture))
    image.load()
    return image


def linear_profile() -> bytes:
    """sRGB's own profile with its tone curves made straight (tag type `curv`, count 0, is the identity)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for n in range(int.from_bytes(profile[128:132], "big")):
        entry = 132 + 12 * n
        if bytes(profile[entry : entry + 4]) in {b"rTRC", b"gTRC", b"bTRC"}:
            at = int.from_bytes(profile[entry + 4 : entry + 8], "big")
            profile[at : at + 12] = b"curv" + bytes(8)
    return bytes(profile)


ALONE = """
import json, resource, sys, time
from pathlib import Path
from needlework.skin.photos.develop import PhotoRefused, develop

for name in sys.argv[1:]:
    began, said = time.perf_counter(), ""
    try:
        develop(Path(name).read_bytes())
    except PhotoRefused as refused:
        said = str(refused)
    # not RUSAGE_SELF: Linux lets a new program begin with the most that its parent ever held
    mine = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    used = max(int(mine.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps([Path(name).name, said, time.perf_counter() - began, used]))
"""


@pytest.fixture(scope="module")
def judged(shared: Path) -> dict[str, tuple[str, float, int]]:
    """What is said of each file, in how many seconds, and the most memory so far [kB], by a process of its own."""
    files = [str(shared / "testdata" / "images" / "bad" / name) for name in REFUSED]
    run = subprocess.run([sys.executable, "-c", ALONE, *files], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {name: (said, took, used) for name, said, took, used in lines}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_hostile_file_gets_a_sentence_in_five_seconds_and_500_megabytes(
    judged: dict[str, tuple[str, float, int]], name: str
) -> None:
    said, took, used = judged[name]
    assert said == REFUSED[name]
    assert took < 5
    assert used < 500 * 1024


def test_every_file_in_the_folder_of_bad_pictures_is_judged(shared: Path) -> None:
    there = {path.name for path in (shared / "testdata" / "images" / "bad").iterdir()}
    assert there == {*REFUSED, "invalid-exif.jpg"}


def test_a_picture_with_an_unreadable_exif_block_is_still_a_picture(shared: Path) -> None:
    done = develop((shared / "testdata" / "images" / "bad" / "invalid-exif.jpg").read_bytes())
    assert (done.width, done.height) == (200, 200)


def test_a_bomb_of_many_pixels_is_refused_by_its_size() -> None:
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    with pytest.raises(PhotoRefused, match="million pixels"):
        develop(out.getvalue())


def test_more_than_fifty_megabytes_are_refused() -> None:
    with pytest.raises(PhotoRefused) as refused:
        develop(b"\xff\xd8\xff" + bytes(50 * 1024 * 1024))
    assert str(refused.value) == TOO_LARGE


def test_no_place_and_no_camera_leave_the_clinic(shared: Path) -> None:
    data = (shared / "testdata" / "images" / "jpeg" / "Apple_iPhone_4_gps.jpg").read_bytes()
    assert 34853 in Image.open(BytesIO(data)).getexif()  # the file as received says where it was taken
    for picture in develop(data).pictures.values():
        image = opened(picture)
        assert not image.getexif()
        assert "icc_profile" not in image.info
        assert b"Exif" not in picture
        assert b"Apple" not in picture


@pytest.mark.parametrize("orientation", [2, 6, 8])
def test_a_turned_picture_stands_upright(shared: Path, orientation: int) -> None:
    folder = shared / "testdata" / "images" / "jpeg"
    upright = opened(develop((folder / "hopper.jpg").read_bytes()).pictures["full"])
    turned = opened(develop((folder / f"hopper_orientation_{orientation}.jpg").read_bytes()).pictures["full"])
    assert turned.size == upright.size
    pairs = zip(turned.convert("L").tobytes(), upright.convert("L").tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / (128 * 128) < 6


def test_a_phone_picture_in_heic_is_read(shared: Path) -> None:
    done = develop((shared / "testdata" / "images" / "heif" / "RGB_8__128x128.heif").read_bytes())
    assert done.format == "HEIF"
    assert opened(done.pictures["full"]).size == (128, 128)


def test_cmyk_and_transparency_become_plain_colour(shared: Path) -> None:
    cmyk = develop((shared / "testdata" / "images" / "jpeg" / "pil_sample_cmyk.jpg").read_bytes())
    assert opened(cmyk.pictures["full"]).mode == "RGB"
    out = BytesIO()
    Image.new("RGBA", (120, 120), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(develop(out.getvalue()).pictures["full"]).getpixel((60, 60)) == pytest.approx(
        (255,) * 3, abs=2
    )


def test_a_profile_is_applied_and_not_just_dropped() -> None:
    """The same numbers under a linear profile mean lighter colours: 64 linear is about 137 in sRGB."""
    image = Image.new("RGB", (120, 120), (64, 64, 64))
    out = BytesIO()
    image.save(out, "PNG", icc_profile=linear_profile())
    assert opened(develop(out.getvalue()).pictures["full"]).getpixel((60, 60)) == pytest.approx(
        (137,) * 3, abs=3
    )


def test_sizes_fit_their_longest_side() -> None:
    done = develop(jpeg(3200, 2400))
    assert opened(done.pictures["thumb"]).size == (320, 240)
    assert opened(done.pictures["page"]).size == (1600, 1200)
    assert opened(done.pictures["full"]).size == (3200, 2400)
    assert (done.width, done.height) == (3200, 2400)
