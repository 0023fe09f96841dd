"""One picture as SVG: written once, for a page and for a file of its own.

Everything that comes from outside is escaped here and nowhere else.
"""

from dataclasses import dataclass, field
from html import escape
from typing import Final

STYLE: Final = (
    ".picture{font:14px system-ui,sans-serif}.picture text{fill:#1f2933}"
    ".picture .quiet{fill:#5b6673}.picture .axis{stroke:#7a8794;fill:none}.picture .rule{stroke:#dde2e7;fill:none}"
    ".picture .edge{stroke:#5b6673;fill:none}.picture .frame{stroke:#8a4b08;fill:none;stroke-width:1.5}"
    ".picture .dots{stroke:#0b5d66;fill:none;stroke-linecap:round}.picture .density{fill:#0b5d66;stroke:none}"
    ".picture .line{stroke:#0b5d66;fill:none;stroke-width:2}.picture .other{stroke:#6a3fa0;stroke-dasharray:6 4}"
    ".picture .mark{fill:#fff;stroke:#0b5d66;stroke-width:2}.picture .mark.other{stroke:#6a3fa0;stroke-dasharray:none}"
    ".picture .planned{stroke:#1f2933;stroke-dasharray:3 3;fill:none}.picture .planned.other{stroke-dasharray:1 3}"
    ".picture .lesion{stroke:#8a4b08;fill:none;stroke-width:1.5}"
    ".picture .epidermis{fill:#c9d1d9}.picture .dermis{fill:#e6eaee}.picture .below{fill:#f6f8f9}"
    ".picture .unknown{fill:#eef1f4}.picture .spread{stroke:#5b6673;fill:none}"
    ".picture .reached{fill:#0b5d66;fill-opacity:.28;stroke:#0b5d66}.picture .needle{fill:none;stroke:#1f2933}"
)
"""What a file needs to look like the picture on a page; the page has `picture.css` with the same classes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its words.

    `title` says what is shown, `sentence` states its figures with their units: what a screen reader says, and what may
    stand below the picture. `width` and `height` are in the drawing's own units.
    """

    title: str
    sentence: str
    width: float
    height: float
    body: str = field(repr=False)

    def svg(self, name: str = "picture", *, alone: bool = False) -> str:
        """The SVG. `name` is its own on the page; `alone` makes it a file that needs nothing else."""
        head = 'xmlns="http://www.w3.org/2000/svg" ' if alone else ""
        size = f'width="{short(self.width)}" height="{short(self.height)}" ' if alone else ""
        paper = f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>' if alone else ""
        name = escape(name)
        return (
            f'<svg {head}{size}class="picture" viewBox="0 0 {short(self.width)} {short(self.height)}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(self.title)}</title><desc id="{name}-desc">{escape(self.sentence)}</desc>'
            f"{paper}{self.body}</svg>" + ("\n" if alone else "")
        )


def element(name: str, text: str | None = None, **attributes: str | float | None) -> str:
    """One element: `cls` is the class, `_` in a name stands for `-`, and what is None is left out."""
    said = "".join(
        f' {"class" if key == "cls" else key.replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}/>" if text is None else f"<{name}{said}>{escape(text)}</{name}>"


def words(x: float, y: float, text: str, *, cls: str | None = None, anchor: str | None = None) -> str:
    """A line of text."""
    return element("text", text, x=x, y=y, cls=cls, text_anchor=anchor)


def short(value: float) -> str:
    """A figure of a drawing: two digits after the point are finer than any screen.

    >>> short(3.0), short(0.126), short(-0.001)
    ('3', '0.13', '0')
    """
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said in ("-0", "") else said


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else short(value)
