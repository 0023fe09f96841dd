"""What the commands about needles are given: areas, hands and heads from the words of a command line."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from needlework.skin import devices, punctures, tables
from needlework.skin.devices import Device
from needlework.skin.hands.refusals import RollNotReadable
from needlework.skin.punctures import Hand, Head, PuncturesError, StampHead, Zone


@contextmanager
def refusing() -> Iterator[None]:
    """Turns bad input into one sentence on stderr and exit code 2."""
    try:
        yield
    except (
        PuncturesError,
        devices.MeasureError,
        devices.GeometryUnknownError,
        tables.UnknownCodeError,
        RollNotReadable,
    ) as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(2) from None


def zone_of(text: str) -> Zone:
    """The rectangle that `6x6` [cm] names. Raises `PuncturesError`."""
    found = re.fullmatch(r"\s*(-?[\d.]+)\s*[xX×]\s*(-?[\d.]+)\s*", text)
    try:
        width, height = (float(side) for side in found.groups()) if found else (None, None)
    except ValueError:
        width = height = None
    if width is None or height is None:
        raise PuncturesError("zone_cm", f"“{text[:40]}” is no area: give width by height in cm, as in 6x6.")
    if max(width, height) > 300:
        raise PuncturesError("zone_cm", f"“{text[:40]}” is no piece of skin: give sides up to 300 cm.")
    return punctures.rectangle(10 * width, 10 * height)


def hand_of(text: str) -> Hand:
    """The hand that `perfect`, `default` or `5,3` names. Raises `PuncturesError`."""
    named = {"perfect": punctures.PERFECT, "default": punctures.DEFAULT}
    if text in named:
        return named[text]
    strays = numbers("hand", text)
    if len(strays) != 2:
        raise PuncturesError(
            "hand", f"“{text[:40]}” is no hand: give perfect, default, or SD_DEG,SD_MM as in 5,3."
        )
    return Hand(*strays)


def numbers(field: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise PuncturesError(
            field, f"“{text[:40]}” in --{field} is not understood: give numbers joined by commas."
        ) from None


def engine_of(name: str) -> punctures.Engine:
    punctures.check_engine(name)
    return "compiled" if name == "compiled" else "numpy"


def given(**figures: float | None) -> dict[str, float]:
    return {name: figure for name, figure in figures.items() if figure is not None}


def assumed(
    code: str | None, figures: dict[str, float], hand: str | None = None, *, drawn: bool = True
) -> list[str]:
    """What the answer rests on that no source states, in words: for a drawing, or for the density alone."""
    if code is not None:
        found = list(punctures.heads.assumed(_labelled(devices.get(code), figures), drawn=drawn))
    elif not drawn:
        found = []
    else:
        found = [punctures.heads.EVEN_SPREAD if "head_mm" in figures else devices.said("row_step_deg")]
    if hand == "default":
        found.append("how far the hand strays (5°, 3 mm)")
    return found


def head_of(
    code: str | None,
    figures: dict[str, float],
    needle_mm: float | None,
    depth_mm: float | None,
    frequency_hz: float | None,
    speed_mm_s: float | None,
) -> Head:
    device = None if code is None else devices.get(code)
    if (device is None or device.kind != "pen") and (frequency_hz, speed_mm_s) != (None, None):
        raise PuncturesError(
            "speed_mm_s",
            "A stroke rate and a speed are those of a pen: leave them out, or name a pen with --device.",
        )
    if device is not None:
        return punctures.heads.of_device(
            _labelled(device, figures),
            needle_mm=needle_mm,
            depth_mm=depth_mm,
            speed_mm_per_s=speed_mm_s,
            frequency_hz=frequency_hz,
        )
    wanted = {"rows", "needles_per_row", "width_mm", "drum_diameter_mm"}
    if not wanted <= figures.keys():
        raise PuncturesError(
            "device",
            "Say which device: --device CODE, or all of --rows, --needles-per-row, --width-mm and --diameter-mm.",
        )
    return punctures.heads.roller(
        rows=int(figures["rows"]),
        needles_per_row=int(figures["needles_per_row"]),
        width_mm=figures["width_mm"],
        drum_diameter_mm=figures["drum_diameter_mm"],
        needle_mm=needle_mm or 0.0,
        depth_mm=depth_mm,
    )


def stamp_of(code: str | None, figures: dict[str, float]) -> StampHead:
    if code is not None:
        return punctures.heads.stamp_of_device(_labelled(devices.get(code), figures))
    if len(figures) < 2:
        raise PuncturesError("device", "Say which stamp: --device CODE, or both --needles and --head-mm.")
    return punctures.heads.stamp(needles=int(figures["needles"]), head_mm=figures["head_mm"])


_OF_A_KIND = {
    "roller": {"rows", "needles_per_row", "needles", "width_mm", "drum_diameter_mm"},
    "stamp": {"needles", "head_mm"},
    "pen": {"needles", "head_mm"},
}


def _labelled(device: Device, figures: dict[str, float]) -> Device:
    for name in figures.keys() - _OF_A_KIND[device.kind]:
        raise PuncturesError(name, f"{device.name} is a {device.kind}: it has no {devices.said(name)}.")
    rings = {"rows", "needles_per_row"} & figures.keys()
    if rings and "needles" not in figures:
        rows, each = (figures.get(name, getattr(device, name)) for name in ("rows", "needles_per_row"))
        figures = figures | given(needles=rows * each if rows and each else None)
    return device.as_labelled(**figures)
