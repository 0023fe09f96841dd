"""A printed sheet of labels, painted from the drawing instructions of its PDF as a printer would."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageDraw

SCALE = 4  # pixels per point: a module is about six of them


def pages(pdf: bytes) -> list[bytes]:
    """Each page as a PNG, rectangles only."""
    wide, high = (float(side) for side in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    painted = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        page = Image.new("L", (round(wide * SCALE), round(high * SCALE)), 255)
        pen = ImageDraw.Draw(page)
        for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", stream):
            x, y, width, height = (float(side) for side in found)
            corners = (x, high - y - height, x + width, high - y)
            left, top, right, bottom = (round(SCALE * corner) for corner in corners)
            pen.rectangle((left, top, right - 1, bottom - 1), fill=0)
        file = io.BytesIO()
        page.save(file, "PNG")
        painted.append(file.getvalue())
    return painted
