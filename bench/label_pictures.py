"""How fast a photograph of a label is answered: `python bench/label_pictures.py [ROUNDS]`, result in `build/bench/`.

Photographs of 12 megapixels are made from a seed: one code on a mottled ground, near the middle, level or turned, blurred
and with noise. Each is read once; a photograph counts as answered if its lot came back. Codes of two dimensions lie at
any angle; line codes within 8 degrees of level or upright, as people hold them, are timed apart.
"""

import contextlib
import io
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

import numpy as np  # noqa: E402
import zxingcpp  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402

from needlework.skin import label_pictures  # noqa: E402
from needlework.skin.udi import LabelRefused  # noqa: E402

SEED = 20261124
ON = date(2026, 11, 24)
GOAL_MS = 400
SIZE = (4000, 3000)


def photograph(kind: str, degrees: float, dice: random.Random) -> bytes:
    """A JPEG of one GS1 code."""
    said = "[01]09506000134352[17]280331[10]LOT-7"
    drawn = zxingcpp.create_barcode(said, getattr(zxingcpp.BarcodeFormat, kind), gs1=True, forceSquare=True)
    module = dice.choice((5, 6, 8))
    code = Image.fromarray(np.asarray(drawn.to_image(scale=module)))
    packet = Image.new("L", (code.width + 12 * module, code.height + 12 * module), 240)
    packet.paste(code, (6 * module, 6 * module))
    mask = Image.new("L", packet.size, 255).rotate(degrees, expand=True)
    packet = packet.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    noise = np.random.default_rng(dice.randrange(2**32))
    ground = Image.fromarray(noise.integers(90, 200, (75, 100), dtype=np.uint8)).resize(
        SIZE, Image.Resampling.BICUBIC
    )
    corner = tuple(
        (whole - part) // 2 + dice.randint(-200, 200) for whole, part in zip(SIZE, packet.size, strict=True)
    )
    ground.paste(packet, (corner[0], corner[1]), mask)
    ground = ground.filter(ImageFilter.GaussianBlur(module / 5))
    seen = np.asarray(ground).astype(np.float32) + noise.normal(0, 8, (SIZE[1], SIZE[0]))
    file = io.BytesIO()
    Image.fromarray(seen.clip(0, 255).astype(np.uint8)).convert("RGB").save(file, "JPEG", quality=88)
    return file.getvalue()


def timed(kinds: tuple[str, ...], turn: Callable[[random.Random], float], rounds: int) -> dict[str, object]:
    dice = random.Random(SEED)
    took, answered = [], 0
    for number in range(rounds):
        data = photograph(kinds[number % len(kinds)], turn(dice), dice)
        begun, used = time.perf_counter(), time.process_time()
        with contextlib.suppress(LabelRefused):
            answered += any(label.lot == "LOT-7" for label in label_pictures.read_picture(data, on=ON))
        took.append((1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)))
    walls, cores = sorted(wall for wall, _ in took), sorted(core for _, core in took)
    return {
        "photographs": rounds,
        "answered": answered,
        "p50_ms": round(statistics.median(walls)),
        "p95_ms": round(walls[int(0.95 * (rounds - 1))]),
        "p50_core_ms": round(statistics.median(cores)),
        "p95_core_ms": round(cores[int(0.95 * (rounds - 1))]),
    }


def main(rounds: int) -> int:
    matrix = timed(("DataMatrix", "QRCode"), lambda dice: dice.uniform(0, 360), rounds)
    lines = timed(
        ("Code128", "DataBarExp"), lambda dice: dice.choice((0, 90, 180, 270)) + dice.uniform(-8, 8), rounds
    )
    result = {
        "seed": SEED,
        "pixels": SIZE[0] * SIZE[1],
        "goal_ms": GOAL_MS,
        "matrix_codes": matrix,
        "line_codes": lines,
    }
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "label_pictures.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0 if matrix["answered"] == rounds and int(str(matrix["p95_core_ms"])) <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
