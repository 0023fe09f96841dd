"""What the protocol pack says on the command line: questions, screening, protocol, plan and dose."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from needlework.skin import dosing, packs, protocols, screening
from needlework.skin.screening import AnswerError
from needlework.skin.tables import UnknownCodeError

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SkinType = Annotated[int | None, typer.Option("--skin-type", help="Fitzpatrick skin type, 1 to 6.")]
Sex = Annotated[str | None, typer.Option("--sex", help="f or m: chooses the table of skin thickness.")]

REFUSED = 2


@contextmanager
def _refusing() -> Iterator[None]:
    """Bad input becomes one sentence on stderr and exit code 2."""
    try:
        yield
    except (
        AnswerError,
        UnknownCodeError,
        protocols.PlanError,
        protocols.NoProtocolError,
        dosing.DoseError,
    ) as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def _print(facts: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    print(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(sentences))


@app.command()
def questions(as_json: Json = False) -> None:
    """List every question with its code and type, so that a file of answers can be written."""
    asked = screening.questions_json()
    said = [f"{each['code']:<22} {each['type']:<12} {each['text']}" for each in asked]
    _print({"pack": packs.shipped().id, "questions": asked}, said, as_json=as_json)


@app.command()
def screen(
    answers: Annotated[Path, typer.Option("--answers", help="A JSON file of answers; - reads stdin.")],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is judged for.")],
    areas: Annotated[str, typer.Option("--areas", help="Areas, joined by commas.")] = "",
    as_json: Json = False,
) -> None:
    """Judge a file of answers. Exits with 2 on refuse, incomplete and wait."""
    with _refusing():
        given = screening.from_json(_read(answers))
        asked = [area.strip() for area in areas.split(",") if area.strip()]
        found = screening.screen(given, on=on.date(), areas=asked)
    said = [f"{each.verdict}: {each.because}" for each in found.findings]
    if found.unanswered:
        said.append(f"Not answered: {', '.join(found.unanswered)}.")
    _print(screening.to_json(found), [*said, f"Verdict: {found.verdict}."], as_json=as_json)
    if found.verdict in {"refuse", "incomplete", "wait"}:
        raise typer.Exit(REFUSED)


def _read(path: Path) -> object:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except FileNotFoundError:
        raise AnswerError("answers", f"there is no file {path}.") from None
    except IsADirectoryError:
        raise AnswerError("answers", f"{path} is a folder. Give a JSON file.") from None
    except (ValueError, RecursionError) as wrong:
        raise AnswerError("answers", f"{path} is not JSON: {wrong}.") from None


@app.command()
def protocol(
    indication: Annotated[str, typer.Option("--indication", help="What is to be treated.")],
    area: Annotated[str, typer.Option("--area", help="Where.")],
    skin_type: SkinType = None,
    sex: Sex = None,
    as_json: Json = False,
) -> None:
    """Propose device, needle, passes, endpoint and interval for a concern, with the grade of the evidence."""
    with _refusing():
        found = protocols.propose(indication, area, skin_type, _sex(sex))
    facts = protocols.proposal_json(found)
    said = [
        f"{option.target}: {', '.join(option.device_kinds)}. {option.endpoint}" for option in found.options
    ]
    said.append(f"{found.expectation.sentence} {found.expectation.grade_in_words}")
    _print(facts, said, as_json=as_json)


@app.command("check-plan")
def check_plan(
    area: Annotated[str, typer.Option("--area")],
    device: Annotated[str, typer.Option("--device", help="A code of the catalogue.")],
    needle_mm: Annotated[float, typer.Option("--needle-mm", help="Needle length [mm].")],
    passes: Annotated[int, typer.Option("--passes")],
    indication: Annotated[str | None, typer.Option("--indication")] = None,
    sex: Sex = None,
    skin_type: SkinType = None,
    as_json: Json = False,
) -> None:
    """Check a plan against the bounds of area, device and protocol. Exits with 2 where it is refused."""
    with _refusing():
        found = protocols.check_plan(area, device, needle_mm, passes, indication, _sex(sex), skin_type)
    said = [f"{each.verdict}: {each.because}" for each in found.findings]
    said += [f"note: {note}" for note in found.notes]
    _print(protocols.plan_json(found), [*said, f"Verdict: {found.verdict}."], as_json=as_json)
    if found.verdict == "refuse":
        raise typer.Exit(REFUSED)


def _sex(given: str | None) -> Literal["f", "m"] | None:
    if given not in (None, "f", "m"):
        raise protocols.PlanError("sex", f"sex: “{given}” is not f or m.")
    return cast("Literal['f', 'm'] | None", given)


@app.command()
def dose(
    product: Annotated[str, typer.Option("--product", help="A code of the table of products.")],
    grams: Annotated[float, typer.Option("--grams", help="How much [g].")],
    area_cm2: Annotated[float, typer.Option("--area-cm2", help="On how much skin [cm²].")],
    minutes: Annotated[float, typer.Option("--minutes", help="For how long [min].")],
    weight_kg: Annotated[float, typer.Option("--weight-kg", help="Body weight [kg].")],
    age: Annotated[float, typer.Option("--age", help="Age [years].")],
    already: Annotated[
        list[str] | None,
        typer.Option("--already", help="PRODUCT:GRAMS of the last 24 hours; may be repeated."),
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="A code of a condition; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an anaesthetic cream against its ceilings, and say what is left. Exits with 2 where it is refused."""
    with _refusing():
        found = dosing.dose(
            product,
            grams,
            area_cm2=area_cm2,
            minutes=minutes,
            weight_kg=weight_kg,
            age=age,
            already=[_earlier(each) for each in already or ()],
            conditions=condition or (),
        )
    said = [*found.refusals, *found.warnings]
    said += [
        f"{limit.code}: {limit.used:g} of {'at least' if limit.code == 'age' else 'at most'} {limit.value:g} {limit.unit}."
        for limit in found.limits
    ]
    said.append("Allowed." if found.allowed else "Not allowed.")
    _print(dosing.dose_json(found), said, as_json=as_json)
    if not found.allowed:
        raise typer.Exit(REFUSED)


def _earlier(given: str) -> tuple[str, float]:
    code, colon, grams = given.rpartition(":")
    try:
        return (code, float(grams)) if colon else _no_pair(given)
    except ValueError:
        return _no_pair(given)


def _no_pair(given: str) -> tuple[str, float]:
    raise dosing.DoseError("already", f"already: “{given[:60]}” is not PRODUCT:GRAMS, as in emla:5.")
