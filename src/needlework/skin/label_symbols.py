"""The symbols seen in one picture, sorted into the packets that they are on.

A packet often carries several: the same label twice, the product number apart from lot and expiry, a serial number of
its own. GS1 judges elements over all carriers of one item; which those are is told by what they say and how near they are.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from needlework.skin.udi import Label, LabelRefused, packets
from needlework.skin.udi.scans import Scan

_NEAR: Final = 1.5
"""How far apart the middles of two symbols of one packet may be, in lengths of the larger one."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol: what it holds, and where it is [pixels of the photograph]."""

    scan: Scan
    x: float
    y: float
    size: float


def labels(symbols: Sequence[Symbol], *, on: date) -> tuple[tuple[Label, ...], LabelRefused | None]:
    """The labels of the packets in a picture, and why a part of a label is left over, if one is."""
    wholes: dict[tuple[str, str], list[Symbol]] = defaultdict(list)
    parts: list[Symbol] = []
    for symbol in _telling(symbols):
        alone = _label([symbol], on)
        if isinstance(alone, Label) and alone.di:
            wholes[alone.issuer, alone.di].append(symbol)
        else:
            parts.append(symbol)
    groups = [group for same in wholes.values() for group in _packets(same, on)]
    if not groups and parts:
        groups = [[parts.pop(0)]]
    if len(groups) == 1:
        parts = _attach(groups[0], parts, on)
    made = [_label(group, on) for group in groups]
    refused = next((one for one in made if isinstance(one, LabelRefused)), None)
    return tuple(one for one in made if isinstance(one, Label)), refused or (_loose() if parts else None)


def _telling(symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    """The symbols of which no other says the same or more."""
    kept: list[Symbol] = []
    for symbol in sorted(symbols, key=lambda one: -len(one.scan.elements)):
        said = symbol.scan.elements.items()
        if not any(
            symbol.scan.issuer == one.scan.issuer and said <= one.scan.elements.items() for one in kept
        ):
            kept.append(symbol)
    yield from kept


def _packets(same: list[Symbol], on: date) -> list[list[Symbol]]:
    """Symbols that name the same device: one packet, unless they contradict each other."""
    return [same] if isinstance(_label(same, on), Label) else [[one] for one in same]


def _attach(group: list[Symbol], parts: list[Symbol], on: date) -> list[Symbol]:
    """Puts those parts to a packet that are near it and fit; the others are left."""
    left = list(parts)
    while True:
        fitting = [
            part
            for part in left
            if any(_near(part, one) for one in group) and isinstance(_label([*group, part], on), Label)
        ]
        if not fitting:
            return left
        group.append(fitting[0])
        left.remove(fitting[0])


def _near(one: Symbol, other: Symbol) -> bool:
    return math.dist((one.x, one.y), (other.x, other.y)) <= _NEAR * max(one.size, other.size)


def _label(symbols: Sequence[Symbol], on: date) -> Label | LabelRefused:
    try:
        return packets.label([symbol.scan for symbol in symbols], on=on)
    except LabelRefused as refused:
        return refused


def _loose() -> LabelRefused:
    return LabelRefused(
        "loose-part",
        "A barcode in this picture holds only a part of a label, and it is not certain of which packet. "
        "Photograph one packet alone, from near enough that its barcodes fill the picture.",
    )
