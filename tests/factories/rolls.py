"""Dye rolls as a camera sees them, drawn from known punctures."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Points = NDArray[np.float64]


def draw(
    points: Points,
    width_mm: float,
    height_mm: float,
    *,
    mm_per_px: float = 0.08,
    dot_mm: float = 0.3,
    ink: float = 0.7,
    blur_px: float = 0.0,
    noise: float = 0.0,
    uneven: float = 0.0,
    seed: int = 1,
) -> Image.Image:
    """A sheet seen from straight above. `uneven` is by how much the light falls off from one corner to the other."""
    rng = np.random.default_rng(seed)
    fine = 3
    rows, columns = round(height_mm / mm_per_px), round(width_mm / mm_per_px)
    pixel = mm_per_px / fine
    dark = np.zeros((rows * fine, columns * fine), dtype=np.float32)
    radius = dot_mm / 2 / pixel
    reach = int(radius) + 2
    for (x, y), size, strength in zip(
        points,
        rng.normal(1, 0.12, len(points)).clip(0.6, 1.5),
        rng.normal(ink, 0.1 * ink, len(points)).clip(0.3 * ink, 1),
        strict=True,
    ):
        column, row = x / pixel, (height_mm - y) / pixel
        left, top = max(0, int(column) - reach), max(0, int(row) - reach)
        part = dark[top : int(row) + reach + 1, left : int(column) + reach + 1]
        across = np.arange(left, left + part.shape[1]) + 0.5 - column
        down = np.arange(top, top + part.shape[0])[:, None] + 0.5 - row
        spot = strength * np.clip(radius * size + 0.5 - np.hypot(across, down), 0, 1)
        np.maximum(part, spot, out=part)
    dark = dark.reshape(rows, fine, columns, fine).mean(axis=(1, 3))
    paper = 0.9 * (1 - dark)
    if blur_px:
        paper = ndimage.gaussian_filter(paper, blur_px)
    down, across = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    paper = paper * (1 - uneven * (0.6 * across + 0.4 * down**2))
    paper = paper + rng.normal(0, noise, paper.shape)
    return Image.fromarray((255 * paper.clip(0, 1)).astype(np.uint8), "L").convert("RGB")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def slanted(
    image: Image.Image, corners: tuple[tuple[float, float], ...], size: tuple[int, int]
) -> Image.Image:
    """The sheet photographed at a slant: its corners come to lie at these places of a larger grey picture."""
    w, h = image.size
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (w, 0), (w, h), (0, h)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    way = tuple(np.linalg.solve(np.array(rows, dtype=float), np.array(right)))
    return image.transform(
        size, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC, fillcolor="dimgrey"
    )
