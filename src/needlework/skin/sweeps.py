"""A sweep: the puncture field of every combination of devices, passes and hands, one row of figures each.

A sweep is a list of combinations in a fixed order, and each row depends on its combination alone: so whoever computes
which part of it, the rows are the same. Numbers only: files, processes and clusters are the caller's.
"""

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeAlias

from needlework.skin import devices, punctures
from needlework.skin.punctures import Engine, Hand, PuncturesError
from needlework.skin.units import Degrees, Mm

Row: TypeAlias = dict[str, str | int | float | None]

MOST: Final = 1_000_000
COLUMNS: Final[Mapping[str, type]] = {
    "number": int,
    "device": str,
    "passes": int,
    "angle_sd_deg": float,
    "lateral_sd_mm": float,
    "n": float,
    "density_per_cm2": float,
    "density_closed_form_per_cm2": float,
    "cv_5mm": float,
    "cv_10mm": float,
    "cv_20mm": float,
    "fano_1mm": float,
    "share_5mm_below_80pct": float,
    "coverage_025mm": float,
    "coverage_05mm": float,
    "coverage_1mm": float,
    "rehit_last_pass_025mm": float,
}
"""The columns of a row, in order. A figure is None where the zone has no room for a cell of that size."""


class SweepError(ValueError):
    """A sweep that cannot be run; the sentence says what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is combined with what, and what all combinations share.

    Every combination is drawn with the seeds `seed` to `seed + seeds - 1`, and its figures are means over them.
    `coverage` also measures coverage and re-hits, which takes most of the time.
    """

    devices: tuple[str, ...]
    passes: tuple[int, ...]
    hands: tuple[tuple[Degrees, Mm], ...]
    zone_mm: tuple[Mm, Mm]
    needle_mm: Mm | None
    directions: tuple[Degrees, ...]
    pitch_mm: Mm | None
    speed_mm_per_s: float | None
    frequency_hz: float | None
    seed: int
    seeds: int
    coverage: bool
    engine: Engine

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.devices) * len(self.passes) * len(self.hands)

    @property
    def fingerprint(self) -> str:
        """A short name that any other sweep does not have."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def of_spec(spec: Mapping[str, Any]) -> Sweep:
    """The sweep that a TOML file describes, checked. Raises `SweepError`.

    Wanted are `devices` and `passes`; `hands` is a list of “perfect”, “default” or [degrees, mm], or a table with
    lists `angle_sd_deg` and `lateral_sd_mm`, every one with every other.
    """
    unknown = sorted(spec.keys() - _DEFAULTS.keys() - {"devices", "passes"})
    if unknown:
        known = ", ".join(["devices", "passes", *_DEFAULTS])
        raise SweepError(f"“{unknown[0]}” is not understood in a sweep. Known are: {known}.")
    given = {**_DEFAULTS, **spec}
    for name in ("devices", "passes"):
        if not isinstance(given.get(name), list) or not given[name]:
            raise SweepError(f"Say which {name} in a list that is not empty, as in {_EXAMPLES[name]}.")
    zone = _list_of_numbers("zone_cm", given["zone_cm"])
    if len(zone) != 2:
        raise SweepError("zone_cm has the width and the height in cm, as in [6, 6].")
    if not isinstance(given["coverage"], bool):
        raise SweepError("coverage is true or false.")
    sweep = Sweep(
        devices=tuple(_text("devices", one) for one in given["devices"]),
        passes=tuple(_whole("passes", one) for one in given["passes"]),
        hands=_hands(given["hands"]),
        zone_mm=(10 * zone[0], 10 * zone[1]),
        needle_mm=_number_or_none("needle_mm", given["needle_mm"]),
        directions=_list_of_numbers("directions", given["directions"]),
        pitch_mm=_number_or_none("pitch_mm", given["pitch_mm"]),
        speed_mm_per_s=_number_or_none("speed_mm_per_s", given["speed_mm_per_s"]),
        frequency_hz=_number_or_none("frequency_hz", given["frequency_hz"]),
        seed=_whole("seed", given["seed"]),
        seeds=_whole("seeds", given["seeds"]),
        coverage=given["coverage"],
        engine="compiled" if given["engine"] == "compiled" else _text("engine", given["engine"]),  # type: ignore[arg-type]
    )
    for name, values in (("devices", sweep.devices), ("passes", sweep.passes), ("hands", sweep.hands)):
        if len(set(values)) != len(values):
            raise SweepError(f"In {name}, something stands twice: each row would be there twice.")
    if sweep.size > MOST:
        raise SweepError(f"This sweep has {sweep.size:,} combinations: at most {MOST:,} are run at once.")
    check(sweep)
    return sweep


def check(sweep: Sweep) -> None:
    """Every device can be drawn at all, in this zone. Raises `SweepError`."""
    try:
        punctures.check_engine(sweep.engine)
        zone = punctures.rectangle(*sweep.zone_mm)
        for code in sweep.devices:
            head = _head(sweep, code)
            if zone.narrow_mm < head.width_mm:
                raise SweepError(
                    f"The zone is {zone.narrow_mm:g} mm across, less than the {head.width_mm:g} mm of {head.name}: "
                    "give a larger zone_cm, or leave the device out."
                )
        for made in sweep.passes:
            if not 1 <= made <= 1000:
                raise SweepError(f"The number of passes is {made}: it must be a whole number from 1 to 1000.")
        if not 1 <= sweep.seeds <= 10_000:
            raise SweepError(
                f"The number of seeds is {sweep.seeds}: it must be a whole number from 1 to 10000."
            )
        for angle, lateral in sweep.hands:
            Hand(angle, lateral)
    except SweepError:
        raise
    except ValueError as wrong:
        raise SweepError(str(wrong)) from wrong


def rows(sweep: Sweep, begin: int, end: int) -> list[Row]:
    """The rows of some combinations, counted from 0 in the sweep's order: devices, then passes, then hands.

    Raises `SweepError` for a combination that cannot be drawn.
    """
    zone = punctures.rectangle(*sweep.zone_mm)
    chosen = itertools.islice(
        itertools.product(sweep.devices, sweep.passes, sweep.hands), begin, min(end, sweep.size)
    )
    try:
        return [
            _row(sweep, zone, number, *combination) for number, combination in enumerate(chosen, start=begin)
        ]
    except PuncturesError as wrong:
        raise SweepError(str(wrong)) from wrong


def _row(
    sweep: Sweep, zone: punctures.Zone, number: int, code: str, passes: int, hand: tuple[Degrees, Mm]
) -> Row:
    near = punctures.measures.NEAR_MM if sweep.coverage else ()
    drawn = punctures.sample(
        _head(sweep, code),
        zone,
        passes,
        hand=Hand(*hand),
        directions=sweep.directions,
        pitch_mm=sweep.pitch_mm,
        seed=sweep.seed,
        seeds=sweep.seeds,
        engine=sweep.engine,
        coverage_mm=near,
        rehit_mm=(0.25,) if sweep.coverage else (),
    )
    low = drawn.share_5mm_below_80pct
    values: Sequence[str | int | float | None] = (
        number, code, passes, *hand, drawn.n.mean, drawn.density_per_cm2.mean, drawn.density_closed_form_per_cm2,
        *(_mean(figure) for figure in (drawn.cv_5mm, drawn.cv_10mm, drawn.cv_20mm, drawn.fano_1mm, low)),
        *(_mean(drawn.coverage.get(at)) for at in punctures.measures.NEAR_MM),
        _mean(drawn.rehit_last_pass.get(0.25)),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _mean(figure: punctures.Figure | None) -> float | None:
    return None if figure is None else figure.mean


def _head(sweep: Sweep, code: str) -> punctures.Head:
    return punctures.heads.of_device(
        devices.get(code),
        needle_mm=sweep.needle_mm,
        speed_mm_per_s=sweep.speed_mm_per_s,
        frequency_hz=sweep.frequency_hz,
    )


_DEFAULTS: Final[dict[str, Any]] = {
    "hands": ["default"],
    "zone_cm": [6, 6],
    "needle_mm": None,
    "directions": [0, 90, 45, 135],
    "pitch_mm": None,
    "speed_mm_per_s": None,
    "frequency_hz": None,
    "seed": 0,
    "seeds": 1,
    "coverage": True,
    "engine": "numpy",
}
_EXAMPLES: Final = {"devices": '["dermaroller-mf-8"]', "passes": "[4, 8, 15]"}
_NAMED: Final = {"perfect": (0.0, 0.0), "default": (5.0, 3.0)}


def _hands(given: Any) -> tuple[tuple[Degrees, Mm], ...]:
    if isinstance(given, dict):
        if given.keys() != {"angle_sd_deg", "lateral_sd_mm"}:
            raise SweepError("A table of hands has two lists: angle_sd_deg and lateral_sd_mm.")
        sides = [_list_of_numbers(f"hands.{name}", given[name]) for name in ("angle_sd_deg", "lateral_sd_mm")]
        return tuple(itertools.product(*sides))  # type: ignore[arg-type]
    if not isinstance(given, list) or not given:
        raise SweepError('Say which hands in a list that is not empty, as in ["default", [2, 1]].')
    found: list[tuple[Degrees, Mm]] = []
    for one in given:
        if isinstance(one, str):
            if one not in _NAMED:
                raise SweepError(
                    f"“{one[:40]}” is no hand: give perfect, default, or [degrees, mm] as in [5, 3]."
                )
            found.append(_NAMED[one])
        else:
            strays = _list_of_numbers("hands", one)
            if len(strays) != 2:
                raise SweepError(f"{one} is no hand: give perfect, default, or [degrees, mm] as in [5, 3].")
            found.append((strays[0], strays[1]))
    return tuple(found)


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise SweepError(f"In {name}, {given!r} is not a name in quotation marks.")
    return given


def _whole(name: str, given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given < 2**53:
        raise SweepError(f"In {name}, {given!r} is not a whole number from 0.")
    return given


def _number(name: str, given: Any) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool) or not math.isfinite(given):
        raise SweepError(f"In {name}, {given!r} is not a number.")
    return float(given)


def _number_or_none(name: str, given: Any) -> float | None:
    return None if given is None else _number(name, given)


def _list_of_numbers(name: str, given: Any) -> tuple[float, ...]:
    if not isinstance(given, list) or not given:
        raise SweepError(f"{name} is a list of numbers that is not empty.")
    return tuple(_number(name, one) for one in given)
