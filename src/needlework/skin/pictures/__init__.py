"""What needles do to skin, as pictures: SVG with the figures in words beside them.

`punctures_of` draws a field, `coverage_of` how much more of the skin each pass meets, `section_of` the layers of the
skin and the depths a needle may reach. Each gives a `Picture`: the same drawing stands on a page, where the page's
style colours it, and alone in a file with a small style of its own. Two devices are drawn to one scale by giving both
pictures the same `Scale`.

>>> from needlework.skin import pictures
>>> print(pictures.coverage_of([pictures.Series("MF-8", 15.28, 15)]).title)
Skin near a puncture after 1 to 30 passes
"""

from needlework.skin.pictures.coverage import Series, coverage_of
from needlework.skin.pictures.drawing import Picture
from needlework.skin.pictures.fields import density_end, punctures_of, window_mm
from needlework.skin.pictures.scales import Scale, nice
from needlework.skin.pictures.sections import deepest_mm, section_of

__all__ = [
    "Picture",
    "Scale",
    "Series",
    "coverage_of",
    "deepest_mm",
    "density_end",
    "nice",
    "punctures_of",
    "section_of",
    "window_mm",
]
