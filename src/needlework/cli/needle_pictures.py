"""Where the commands about needles put their pictures: one file of SVG each."""

from pathlib import Path
from typing import Annotated

import typer

from needlework.skin.depth import Place, Reach
from needlework.skin.pictures import Picture, Series, coverage_of, punctures_of, section_of
from needlework.skin.punctures import Field, Head, PuncturesError

SvgOption = Annotated[Path | None, typer.Option("--svg", help="Write the picture to this file, as SVG.")]


def write(picture: Picture, file: Path) -> None:
    """Write one picture. Raises `PuncturesError` where the file cannot be written."""
    try:
        file.write_text(picture.svg(alone=True), encoding="utf-8")
    except OSError as wrong:
        raise PuncturesError(
            "svg", f"The picture cannot be written to {file}: {wrong.strerror or wrong}. Name another file."
        ) from wrong


def of_field(field: Field, name: str, passes: int) -> Picture:
    """The punctures of a command's plan."""
    return punctures_of(field, name=f"{passes} {'pass' if passes == 1 else 'passes'} with {name}")


def of_presses(field: Field, name: str, presses: int, spot_mm: tuple[float, float]) -> Picture:
    """The punctures of a stamp on one lesion."""
    count = f"{presses} {'press' if presses == 1 else 'presses'}"
    return punctures_of(field, name=f"{count} of {name}", lesions_mm=[spot_mm])


def of_passes(head: Head, passes: int) -> Picture:
    """Coverage over passes."""
    return coverage_of([Series(head.name, head.per_pass, passes)])


def of_reach(reach: Reach, place: Place, name: str) -> Picture:
    """The section of the skin."""
    return section_of(reach, place, name=name, area=place.area)
