"""`needlework udi`: what a device label says, from scanned text or a picture; `needlework label`: one drawn."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from needlework.skin import udi

app = typer.Typer()

LARGEST_FILE: Final = 100_000_000
"""No more is read of a picture [bytes]: a cut-off one is refused as damaged."""

Result: TypeAlias = udi.Label | udi.Identifier | udi.LabelRefused


@app.command("udi")
def read(
    strings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STRING…", help="What a scanner sent or a label says; - reads lines from stdin."
        ),
    ] = None,
    image: Annotated[
        bool, typer.Option("--image", help="The arguments are picture files: read the one label in each.")
    ] = False,
    packet: Annotated[
        bool, typer.Option("--packet", help="All strings are barcodes of one packet: read them as one label.")
    ] = False,
    separators_kept: Annotated[
        bool,
        typer.Option("--separators-kept", help="The scanner is known to send the separator FNC1 (ASCII 29)."),
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Read as on this day (it decides the century). Default: today."
        ),
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="The strings are device identifiers of a public record, not barcodes."),
    ] = False,
    issuer: Annotated[
        str | None,
        typer.Option(metavar="GS1|HIBCC|ICCBBA", help="With --record: who issued the identifiers."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read device labels: GS1, HIBC and ICCBBA. Exits with 2 if one is refused."""
    given = _given(strings or [])
    if not given:
        nothing = "There is nothing to read. Give a label in quotation marks, or - to read lines."
        show([udi.LabelRefused("nothing-given", nothing)], as_json=as_json)
    day = on.date() if on else datetime.now().astimezone().date()
    results: list[Result]
    if image:
        results = [_read_picture(one, day) for one in given]
    elif record:
        results = [_identify(one, issuer) for one in given]
    elif packet:
        results = [_read(given, day, separators_kept)]
    else:
        results = [_read([one], day, separators_kept) for one in given]
    show(results, as_json=as_json)


def _given(strings: list[str]) -> list[str | bytes]:
    """The strings, each `-` replaced by the lines of stdin; a line may hold ASCII 29, which is no line break here."""
    given: list[str | bytes] = []
    for one in strings:
        if one == "-":
            given += filter(None, (line.strip(b"\r") for line in sys.stdin.buffer.read().split(b"\n")))
        else:
            given.append(one)
    return given


def _read(texts: list[str | bytes], on: date, separators_kept: bool) -> Result:
    try:
        return udi.parse_packet(texts, on=on, separators_kept=separators_kept)
    except udi.LabelRefused as refused:
        return refused


def _read_picture(file: str | bytes, on: date) -> Result:
    """The one label in a picture; a refusal if there is none, or more than one."""
    from needlework.skin import label_pictures  # loads the decoder, which text has no need of

    name = file if isinstance(file, str) else file.decode("utf-8", "replace")
    try:
        with Path(name).open("rb") as picture:
            data = picture.read(LARGEST_FILE)
    except (OSError, ValueError):
        return udi.LabelRefused(
            "no-file", f"The file {name} cannot be read. Check its name and your permissions."
        )
    try:
        labels = label_pictures.read_picture(data, on=on)
    except udi.LabelRefused as refused:
        return refused
    if len(labels) > 1:
        return udi.LabelRefused(
            "several-labels", f"There are labels of {len(labels)} packets in {name}. Photograph one alone."
        )
    if labels:
        return labels[0]
    return udi.LabelRefused(
        "no-barcode",
        f"There is no readable barcode in {name}. Photograph it from closer by, sharp and without glare.",
    )


def _identify(text: str | bytes, issuer: str | None) -> Result:
    try:
        return udi.identify(text if isinstance(text, str) else text.decode("ascii", "replace"), issuer=issuer)
    except udi.LabelRefused as refused:
        return refused


def show(results: list[Result], *, as_json: bool) -> None:
    """Prints labels and refusals; ends the command with 2 if one is a refusal."""
    if as_json:
        objects = [as_object(one) for one in results]
        print(json.dumps(objects[0] if len(objects) == 1 else {"results": objects}, ensure_ascii=False))
    else:
        for one in results:
            if isinstance(one, udi.LabelRefused):
                print(one.because, file=sys.stderr)
            else:
                print(as_text(one))
    if any(isinstance(one, udi.LabelRefused) for one in results):
        raise typer.Exit(2)


def as_object(one: Result) -> dict[str, Any]:
    """A label or a refusal as it goes into JSON."""
    if isinstance(one, udi.LabelRefused):
        return {"ok": False, "code": one.code, "because": one.because}
    if isinstance(one, udi.Identifier):
        return {"ok": True, "issuer": one.issuer, "di": one.di, "also": one.also}
    return {
        "ok": True,
        "issuer": one.issuer,
        "di": one.di,
        "lot": one.lot,
        "serial": one.serial,
        "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        "made_on": one.made_on.isoformat() if one.made_on else None,
        "quantity": one.quantity,
        "elements": dict(one.elements),
        "raw": one.raw.decode("ascii"),
    }


def as_text(one: udi.Label | udi.Identifier) -> str:
    """A label or an identifier in words, one fact per line."""
    facts: dict[str, object] = {"Issuer": one.issuer, "Device identifier": one.di}
    if isinstance(one, udi.Identifier):
        facts["On labels"] = one.also
    else:
        facts |= {
            "Lot": one.lot,
            "Serial": one.serial,
            "Expires on": one.expires_on,
            "Made on": one.made_on,
            "Quantity": one.quantity,
        }
    return "\n".join(f"{name + ':':<19}{fact}" for name, fact in facts.items() if fact is not None)


@app.command("label")
def draw(
    di: Annotated[str, typer.Option("--di", help="Device identifier: a GTIN.")],
    lot: Annotated[str, typer.Option("--lot", help="Lot number.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write: a file ending in .svg or .pdf.")],
    serial: Annotated[str | None, typer.Option("--serial", help="Serial number.")] = None,
    expires_on: Annotated[
        datetime | None, typer.Option("--expires-on", formats=["%Y-%m-%d"], help="Last day of use.")
    ] = None,
    made_on: Annotated[
        datetime | None, typer.Option("--made-on", formats=["%Y-%m-%d"], help="Day of manufacture.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw a packet's label with its GS1 DataMatrix. Exits with 2 if a label must not say so."""
    try:
        elements = {"01": udi.identify(di, issuer="GS1").di}
        elements |= {"11": f"{made_on:%y%m%d}"} if made_on else {}
        elements |= {"17": f"{expires_on:%y%m%d}"} if expires_on else {}
        elements |= {"10": lot} | ({"21": serial} if serial is not None else {})
        _write_label(elements, out)
    except udi.LabelRefused as refused:
        show([refused], as_json=as_json)
    else:
        said = {"ok": True, "out": str(out), "element_string": udi.element_string(elements)}
        print(json.dumps(said) if as_json else f"The label is in {out}.")


def _write_label(elements: dict[str, str], out: Path) -> None:
    from needlework.skin import label_drawings

    if out.suffix.lower() not in (".svg", ".pdf"):
        raise udi.LabelRefused("unknown-file-kind", f"A label is written as .svg or .pdf, not as {out.name}.")
    drawn = (
        label_drawings.svg(elements).encode()
        if out.suffix.lower() == ".svg"
        else label_drawings.pdf([label_drawings.Sticker(elements)])
    )
    try:
        out.write_bytes(drawn)
    except OSError:
        raise udi.LabelRefused(
            "no-file", f"The file {out} cannot be written. Check the folder and your permissions."
        ) from None
