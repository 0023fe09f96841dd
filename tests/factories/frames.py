"""What a tablet's camera sees: a packet's code on a table, sharp, blurred, or not there."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageFilter

from needlework.skin import label_drawings

SIZE = (1280, 720)


def picture(
    elements: Mapping[str, str] | None, *, blur: float = 0.7, module: int = 7, seed: int = 1
) -> Image.Image:
    """A frame with one GS1 DataMatrix near its middle, or with the table alone."""
    noise = np.random.default_rng(seed)
    ground = noise.integers(60, 200, (SIZE[1] // 8, SIZE[0] // 8), dtype=np.uint8)
    seen = Image.fromarray(ground).resize(SIZE, Image.Resampling.BICUBIC)
    if elements is not None:
        dark = np.asarray(label_drawings.symbol(elements))
        code = Image.fromarray(np.where(np.pad(dark, 3), 0, 245).astype(np.uint8))
        code = code.resize((code.width * module, code.height * module), Image.Resampling.NEAREST)
        left, top = ((whole - part) // 2 for whole, part in zip(SIZE, code.size, strict=True))
        seen.paste(code, (left + int(noise.integers(-40, 40)), top + int(noise.integers(-30, 30))))
    return seen.filter(ImageFilter.GaussianBlur(blur)).convert("RGB")


def jpeg(elements: Mapping[str, str] | None, **how: float) -> bytes:
    """The same as the page sends it."""
    file = io.BytesIO()
    picture(elements, **how).save(file, "JPEG", quality=80)  # type: ignore[arg-type]
    return file.getvalue()
