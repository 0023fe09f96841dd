"""`needlework punctures`, `passes`, `depth` and `stamp`: what needles do to skin."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from needlework.cli.needle_answers import (
    as_lines,
    as_object,
    assumed_line,
    depth_object,
    error_of,
    plus,
    short,
)
from needlework.cli.needle_inputs import (
    assumed,
    engine_of,
    given,
    hand_of,
    head_of,
    numbers,
    refusing,
    stamp_of,
    zone_of,
)
from needlework.cli.needle_pictures import SvgOption, of_field, of_passes, of_presses, of_reach, write
from needlework.skin import depth as depths
from needlework.skin import devices, punctures
from needlework.skin.punctures import formulas

app = typer.Typer(no_args_is_help=True)

DeviceOption = Annotated[str | None, typer.Option("--device", help="Code of a device in the catalogue.")]
RowsOption = Annotated[int | None, typer.Option(help="Rings of needles on a roller.")]
PerRowOption = Annotated[int | None, typer.Option(help="Needles in each ring.")]
WidthOption = Annotated[float | None, typer.Option(help="Width of the roller [mm].")]
DiameterOption = Annotated[float | None, typer.Option(help="Diameter of its drum without needles [mm].")]
NeedlesOption = Annotated[int | None, typer.Option(help="Needles of a pen or stamp.")]
HeadOption = Annotated[float | None, typer.Option(help="Diameter of the head of a pen or stamp [mm].")]
HzOption = Annotated[float | None, typer.Option(help="Stroke rate of a pen [1/s].")]
SpeedOption = Annotated[float | None, typer.Option("--speed-mm-s", help="Speed of a pen's glide [mm/s].")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same field.")]


@app.command("punctures")
def simulate(
    passes: Annotated[int, typer.Option(help="Straight rolls over the skin; there and back is two.")],
    zone_cm: Annotated[str, typer.Option(help="The area, width by height [cm], as in 6x6.")],
    device: DeviceOption = None,
    needle_mm: Annotated[float | None, typer.Option(help="Length of the needles [mm].")] = None,
    depth_mm: Annotated[
        float | None, typer.Option(help="Depth the needles reach [mm]; fully in if not given.")
    ] = None,
    hand: Annotated[
        str, typer.Option(help="perfect, default, or how far it strays: SD_DEG,SD_MM as in 5,3.")
    ] = "default",
    directions: Annotated[
        str, typer.Option(help="Directions of successive passes [°], joined by commas.")
    ] = "0,90,45,135",
    pitch_mm: Annotated[
        float | None, typer.Option(help="Distance of neighbouring strokes [mm]; edge to edge if not given.")
    ] = None,
    rows: RowsOption = None,
    needles_per_row: PerRowOption = None,
    width_mm: WidthOption = None,
    diameter_mm: DiameterOption = None,
    needles: NeedlesOption = None,
    head_mm: HeadOption = None,
    frequency_hz: HzOption = None,
    speed_mm_s: SpeedOption = None,
    seed: SeedOption = 0,
    seeds: Annotated[
        int, typer.Option(help="Draw this many fields and give means with standard errors.")
    ] = 1,
    engine: Annotated[str, typer.Option(help="numpy, or compiled (needs the extra “fast”).")] = "numpy",
    as_json: JsonOption = False,
    svg: SvgOption = None,
) -> None:
    """Draw the punctures of a plan: density, evenness, coverage, and how often a spot is hit again.

    With several seeds each figure is a mean, and its standard error is given beside it.
    """
    figures = given(
        rows=rows,
        needles_per_row=needles_per_row,
        width_mm=width_mm,
        drum_diameter_mm=diameter_mm,
        needles=needles,
        head_mm=head_mm,
    )
    with refusing():
        head = head_of(device, figures, needle_mm, depth_mm, frequency_hz, speed_mm_s)
        rests_on = assumed(device, figures, hand)
        zone, operator = zone_of(zone_cm), hand_of(hand)
        with _progress(seeds if not as_json else 1) as step:
            drawn = punctures.sample(
                head,
                zone,
                passes,
                hand=operator,
                directions=numbers("directions", directions),
                pitch_mm=pitch_mm,
                seed=seed,
                seeds=seeds,
                engine=engine_of(engine),
                after_each=step,
            )
        if svg is not None:
            field = punctures.simulate(
                head,
                zone,
                passes,
                hand=operator,
                directions=numbers("directions", directions),
                pitch_mm=pitch_mm,
                seed=seed,
                engine=engine_of(engine),
            )
            write(of_field(field, head.name, passes), svg)
    if as_json:
        plan = {"device": device or head.name, "passes": passes, "engine": engine, "assumptions": rests_on}
        print(json.dumps(as_object(drawn) | plan, ensure_ascii=False))
    else:
        print("\n".join([*as_lines(drawn, head, passes), *assumed_line(rests_on)]))


@app.command("passes")
def passes_for(
    target_per_cm2: Annotated[float, typer.Option(help="Punctures wanted [1/cm²].")],
    device: DeviceOption = None,
    rows: RowsOption = None,
    needles_per_row: PerRowOption = None,
    width_mm: WidthOption = None,
    diameter_mm: DiameterOption = None,
    needles: NeedlesOption = None,
    head_mm: HeadOption = None,
    frequency_hz: HzOption = None,
    speed_mm_s: SpeedOption = None,
    as_json: JsonOption = False,
    svg: SvgOption = None,
) -> None:
    """How many passes make a density. No trial knows a best one: a target is the clinic's own."""
    figures = given(
        rows=rows,
        needles_per_row=needles_per_row,
        width_mm=width_mm,
        drum_diameter_mm=diameter_mm,
        needles=needles,
        head_mm=head_mm,
    )
    with refusing():
        head = head_of(device, figures, None, None, frequency_hz, speed_mm_s)
        count = formulas.passes_for(target_per_cm2, head.per_pass)
        made = formulas.density(head.per_pass, count)
        again = formulas.rehit(head.per_pass, count, 0.25)
        rests_on = assumed(device, figures, drawn=False)
        if svg is not None:
            write(of_passes(head, count), svg)
    if as_json:
        answer = {
            "device": device or head.name,
            "target_per_cm2": target_per_cm2,
            "passes": count,
            "density_per_pass_per_cm2": short(head.per_pass),
            "density_per_cm2": short(made),
            "rehit_last_pass": {"0.25": short(again)},
            "assumptions": rests_on,
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        if count == 1:
            print(f"1 pass with {head.name} makes {made:.0f} punctures per cm².")
        else:
            print(
                f"{count} passes with {head.name} make {made:.0f} punctures per cm² ({head.per_pass:.1f} in each). "
                f"In the last one, {100 * again:.0f} % fall within 0.25 mm of an earlier puncture."
            )
        for line in assumed_line(rests_on):
            print(line)


@app.command("depth")
def reach(
    device: Annotated[str, typer.Option(help="Code of a device in the catalogue.")],
    needle_mm: Annotated[float, typer.Option(help="Length of the needle [mm].")],
    area: Annotated[
        str, typer.Option(help="Code of an area, as in cheek-left; or of a facial unit, as in cheek.")
    ],
    sex: Annotated[
        Literal["f", "m"] | None, typer.Option(help="f or m; if not given, the range spans both.")
    ] = None,
    as_json: JsonOption = False,
    svg: SvgOption = None,
) -> None:
    """How deep a needle gets, as a range, and into which layer of the skin."""
    with refusing():
        place = depths.skin_of(area, sex)
        model = devices.get(device)
        found = depths.reach(model, needle_mm, place.skins)
        if svg is not None:
            write(of_reach(found, place, model.name), svg)
    if as_json:
        print(json.dumps(depth_object(found, device, place, sex), ensure_ascii=False))
    else:
        print(found.sentence)
        if place.note:
            print(place.note)
        if found.slot_mm is not None:
            print(f"Each needle leaves a slit of at most {found.slot_mm:.2f} mm.")


@app.command("stamp")
def press(
    presses: Annotated[int, typer.Option(help="How often the stamp is pressed onto the lesion.")],
    sigma_mm: Annotated[float, typer.Option(help="Spread of the aim along each axis [mm].")],
    device: DeviceOption = None,
    needles: NeedlesOption = None,
    head_mm: HeadOption = None,
    seed: SeedOption = 0,
    seeds: Annotated[int, typer.Option(help="How many drawings the mean is taken over.")] = 2000,
    as_json: JsonOption = False,
    svg: SvgOption = None,
) -> None:
    """How densely a stamp pierces the middle of a lesion it is aimed at."""
    with refusing():
        figures = given(needles=needles, head_mm=head_mm)
        head = stamp_of(device, figures)
        rests_on = assumed(device, figures)
        found = punctures.sample_presses(head, presses, sigma_mm=sigma_mm, seed=seed, seeds=seeds)
        if svg is not None:
            field, spot = punctures.press_once(head, presses, sigma_mm=sigma_mm, seed=seed)
            write(of_presses(field, head.name, presses, spot), svg)
    if as_json:
        answer = {
            "n": found.n,
            "presses": presses,
            "density_centre_per_cm2": short(found.density_centre_per_cm2.mean),
            "density_closed_form_per_cm2": short(found.density_closed_form_per_cm2),
            "disc_mm": found.disc_mm,
            "seed": seed,
            "seeds": seeds,
            "standard_error": {"density_centre_per_cm2": error_of(found.density_centre_per_cm2)},
            "assumptions": rests_on,
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(
            f"{found.n} punctures; at the middle of the lesion {plus(found.density_centre_per_cm2, 0)} per cm² "
            f"(within {found.disc_mm:g} mm, mean of {seeds} drawings; by the formula "
            f"{found.density_closed_form_per_cm2:.0f})."
        )
        print("\n".join(assumed_line(rests_on)))


@contextmanager
def _progress(steps: int) -> Iterator[Any]:
    """What to call after each seed; a bar on a terminal's stderr where there are many."""
    console = Console(stderr=True)
    if steps < 10 or not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Drawing", total=steps)
        yield lambda done: bar.update(task, completed=done)
