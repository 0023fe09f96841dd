"""A practitioner's own hand, from a photographed dye roll or carbon-paper roll.

The sheet is laid flat (`sheets`), its dots are found (`dots`), and the strokes of the drum among them (`tracks`); how
far those stray gives the hand (`spread`) that plans are drawn with (`needlework.skin.punctures.Hand`). What a sheet is
too small for is said, not guessed.
"""

from needlework.skin.hands.refusals import RollNotReadable
from needlework.skin.hands.rolls import STANDARD, Roll, read, read_sheet
from needlework.skin.hands.sheets import Corners, PerPixel, Scale, Sheet, TwoPoints, from_image, lay_flat
from needlework.skin.hands.spread import FREEDOM_MIN, Estimate, Spread, hand, of_strokes, pool
from needlework.skin.hands.tracks import Stroke

__all__ = [
    "FREEDOM_MIN",
    "STANDARD",
    "Corners",
    "Estimate",
    "PerPixel",
    "Roll",
    "RollNotReadable",
    "Scale",
    "Sheet",
    "Spread",
    "Stroke",
    "TwoPoints",
    "from_image",
    "hand",
    "lay_flat",
    "of_strokes",
    "pool",
    "read",
    "read_sheet",
]
