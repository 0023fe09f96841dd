"""`needlework screen`, `questions`, `protocol`, `check-plan`, `dose` and `pack`: suitability, without a database."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from needlework.skin import dosing, packs, protocols, screening, tables
from needlework.skin.packs import Pack, checks
from needlework.skin.packs.differences import diff
from needlework.skin.screening import Finding

app = typer.Typer(no_args_is_help=True)
pack_app = typer.Typer(no_args_is_help=True, help="The protocol pack: check it, compare two.")
app.add_typer(pack_app, name="pack")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AreaOption = Annotated[str, typer.Option(help="Code of an area, as in cheek-left.")]
SkinTypeOption = Annotated[int | None, typer.Option(help="Fitzpatrick skin type, 1 to 6.")]
SexOption = Annotated[Literal["f", "m"] | None, typer.Option(help="f or m.")]
PlaceOption = Annotated[packs.Jurisdiction, typer.Option(help="Whose rules hold: gb, us or eu.")]


@contextmanager
def refusing() -> Iterator[None]:
    """Turns bad input into one sentence on stderr and exit code 2."""
    try:
        yield
    except FileNotFoundError as missing:
        print(f"There is no file {missing.filename}.", file=sys.stderr)
        raise typer.Exit(3) from None
    except (
        tables.TableError,
        tables.UnknownCodeError,
        screening.AnswerError,
        protocols.PlanError,
        protocols.NoProtocolError,
        dosing.DoseError,
    ) as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(2) from None


@app.command("screen")
def screen(
    answers: Annotated[str, typer.Option(help="A JSON file of answers; - reads stdin.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Screen as on this day.")],
    areas: Annotated[str, typer.Option(help="Areas asked about, joined by commas.")] = "",
    jurisdiction: PlaceOption = "gb",
    as_json: JsonOption = False,
) -> None:
    """Answers into findings: refuse, wait until, take care. Exits with 2 unless the treatment may start."""
    with refusing():
        result = screening.screen(
            screening.from_json(_object(answers)),
            on=on.date(),
            areas=_listed(areas),
            pack=_pack(jurisdiction),
        )
    if as_json:
        _print_object(screening.to_json(result))
    else:
        print(f"Verdict: {result.verdict}.")
        for finding in result.findings:
            print(_line(finding))
        for code, verdict in result.by_area.items():
            print(f"{code}: {verdict}.")
        if result.unanswered:
            print(f"Still open: {', '.join(result.unanswered)}.")
    raise typer.Exit(0 if result.treatable else 2)


@app.command("questions")
def questions(jurisdiction: PlaceOption = "gb", as_json: JsonOption = False) -> None:
    """Every question of the history, so that a file of answers can be written."""
    said = screening.questions_json(_pack(jurisdiction))
    if as_json:
        _print_object({"pack": _pack(jurisdiction).id, "questions": said})
        return
    for question in said:
        wants = f", wants {', '.join(question['wants'])}" if question["wants"] else ""
        choices = f" ({', '.join(question['choices'])})" if question["choices"] else ""
        print(f"{question['code']} [{question['type']}{choices}{wants}]: {question['text']}")


@app.command("protocol")
def propose(
    indication: Annotated[str, typer.Option(help="Code of a concern, as in atrophic-acne-scars.")],
    area: AreaOption,
    skin_type: SkinTypeOption = None,
    sex: SexOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the sources describe for a concern, and how thin they are."""
    with refusing():
        proposal = protocols.propose(indication, area, skin_type, sex)
    if as_json:
        _print_object(protocols.proposal_json(proposal))
        return
    for option in proposal.options:
        print(f"{option.target}: {' or '.join(option.device_kinds)}.")
        print(f"  Needle: {_span(option.needle_mm, 'mm')}. Passes: {_span(option.passes)}.")
        print(f"  Treatments: {_span(option.treatments)}, {_span(option.interval_weeks, 'weeks')} apart.")
        print(f"  {option.endpoint} {option.preparation}")
        print(f"  {option.note}{' The evidence is thin.' if option.thin_evidence else ''}")
    print(f"{proposal.expectation.sentence} {proposal.expectation.grade_in_words}")
    for finding in proposal.cautions:
        print(_line(finding))


@app.command("check-plan")
def check_plan(
    area: AreaOption,
    device: Annotated[str, typer.Option(help="Code of a device, as in dermaroller-mf-8.")],
    needle_mm: Annotated[float, typer.Option(help="Length of the needle [mm].")],
    passes: Annotated[int, typer.Option(help="Straight rolls over the skin; there and back is two.")],
    indication: Annotated[str | None, typer.Option(help="Code of a concern.")] = None,
    sex: SexOption = None,
    skin_type: SkinTypeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What stands against a plan for one area. Exits with 2 if it is refused."""
    with refusing():
        check = protocols.check_plan(area, device, needle_mm, passes, indication, sex, skin_type)
    if as_json:
        _print_object(protocols.plan_json(check))
    else:
        print(f"Verdict: {check.verdict}.")
        for finding in check.findings:
            print(_line(finding))
        for note in check.notes:
            print(f"Note: {note}")
    raise typer.Exit(2 if check.verdict == "refuse" else 0)


@app.command("dose")
def dose(
    product: Annotated[str, typer.Option(help="Code of a product, as in emla.")],
    grams: Annotated[float, typer.Option(help="Product to put on [g].")],
    area_cm2: Annotated[float, typer.Option("--area-cm2", help="Skin it goes on [cm²].")],
    minutes: Annotated[float, typer.Option(help="From putting it on to taking it off [min].")],
    weight_kg: Annotated[float, typer.Option(help="Body weight [kg].")],
    age: Annotated[float, typer.Option(help="Age [years].")],
    already: Annotated[
        list[str] | None, typer.Option(metavar="PRODUCT:GRAMS", help="Put on in the last 24 hours.")
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help="Code of a condition, as in g6pd-deficiency.")
    ] = None,
    clinic_max: Annotated[
        list[str] | None, typer.Option(metavar="PRODUCT:GRAMS", help="A ceiling the medical lead has set.")
    ] = None,
    occluded: Annotated[bool, typer.Option("--occluded", help="It is covered.")] = False,
    needled: Annotated[bool, typer.Option("--needled", help="The needles have touched the skin.")] = False,
    prescriber_order: Annotated[
        bool, typer.Option("--prescriber-order", help="A prescriber ordered it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Whether so much cream may go on, and what is left. Exits with 2 if it may not."""
    with refusing():
        result = dosing.dose(
            product,
            grams,
            area_cm2=area_cm2,
            minutes=minutes,
            weight_kg=weight_kg,
            age=age,
            already=[_amount("already", each) for each in already or ()],
            conditions=condition or (),
            clinic_max_g=dict(_amount("clinic_max", each) for each in clinic_max or ()),
            occluded=occluded,
            needled=needled,
            prescriber_order=prescriber_order,
        )
    if as_json:
        _print_object(dosing.dose_json(result))
    else:
        print("Allowed." if result.allowed else "Not allowed.")
        for said in (*result.refusals, *result.warnings):
            print(said)
        for limit in result.limits:
            kind = "" if limit.hard else " (a figure, no limit)"
            print(f"{limit.code}: {limit.used:g} of at most {limit.value:g} {limit.unit}{kind}.")
    raise typer.Exit(0 if result.allowed else 2)


@pack_app.command("check")
def check_pack(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of tables; the shipped pack if not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check every reference, range and unit of a pack, and that its rows are those of its version."""
    with refusing():
        pack = _read(folder)
        checks.check_release(pack)
    rows = {name: len(getattr(pack, name)) for name in packs.FILES}
    unsigned = [rule.code for rule in pack.rules.values() if rule.status == "needs sign-off"]
    if as_json:
        _print_object({"pack": pack.id, "content": pack.content, "rows": rows, "needs_sign_off": unsigned})
        return
    print(f"{pack.id}: {sum(rows.values())} rows in {len(rows)} tables, all in order.")
    print(f"Rules that need the medical lead's signature: {', '.join(unsigned) or 'none'}.")


@pack_app.command("diff")
def diff_packs(
    before: Annotated[Path, typer.Argument(help="A folder of tables.")],
    after: Annotated[Path | None, typer.Argument(help="Another; the shipped pack if not given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say in words what changed from one pack to another: what got looser first."""
    with refusing():
        old, new = _read(before), _read(after)
    changes = diff(old, new)
    if as_json:
        said = [
            {
                "bearing": each.bearing,
                "kind": each.kind,
                "table": each.table,
                "code": each.code,
                "says": each.sentence,
            }
            for each in changes
        ]
        _print_object({"before": old.id, "after": new.id, "changes": said})
        return
    print(f"From {old.id} to {new.id}: {len(changes)} changes.")
    for each in changes:
        print(f"{each.bearing}: {each.sentence}")


def _pack(jurisdiction: packs.Jurisdiction) -> Pack:
    return packs.shipped().tailored(jurisdiction=jurisdiction)


def _read(folder: Path | None) -> Pack:
    return packs.shipped() if folder is None else packs.load(folder)


def _object(file: str) -> object:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text)
    except IsADirectoryError:
        raise screening.AnswerError("answers", f"{file} is a folder. Give a JSON file.") from None
    except (ValueError, RecursionError) as wrong:
        said = str(wrong).partition(":")[0] or "nested too deeply"
        raise screening.AnswerError("answers", f"is not a JSON file ({said}).") from None


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _amount(field: str, text: str) -> tuple[str, float]:
    code, colon, grams = text.rpartition(":")
    try:
        if not colon:
            raise ValueError
        return code, float(grams)
    except ValueError:
        raise dosing.DoseError(
            field, f"“{text[:40]}” is no amount: give PRODUCT:GRAMS, as in emla:5."
        ) from None


def _line(finding: Finding) -> str:
    until = f" until {finding.until}" if finding.until else ""
    where = f" ({', '.join(finding.areas)})" if finding.areas else ""
    return f"{finding.verdict}{until}{where}: {finding.because} [{finding.rule}; {', '.join(finding.source)}]"


def _span(span: tuple[float, float] | None, unit: str = "") -> str:
    if span is None:
        return "no source says"
    low, high = span
    said = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{said} {unit}".strip()


def _print_object(said: dict[str, Any]) -> None:
    print(json.dumps(said, ensure_ascii=False))
