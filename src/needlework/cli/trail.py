"""`needlework trail`: check it, seal it, read it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from . import record
from .main import REFUSED

app = typer.Typer()


@app.command()
def verify(
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="SEAL", help="A head you noted earlier: it must still be a seal of this trail."),
    ] = None,
    as_json: record.Json = False,
) -> None:
    """Check every line, seal and anchor from first to last, then seal what waits. Exits with 2 if anything is wrong."""
    at = record.begin()
    from needlework.clinic.actions import trail
    from needlework.clinic.queries.verification import has_seal

    who = record.actors(as_email, clinic)
    begun = time.perf_counter()
    report = trail.verify(by=who, at=at)
    seconds = time.perf_counter() - begun
    if head is not None and not has_seal(head):
        report.add(
            "head-unknown", f"No line of this trail has the seal {head}: the trail was cut or replaced."
        )
    facts: dict[str, Any] = {
        "holds": report.holds,
        "lines": report.lines,
        "batches": report.batches,
        "head": report.head,
        "unsealed": report.unsealed,
        "unsealed_since": report.unsealed_since,
        "completed": report.unfinished.count if report.unfinished else 0,
        "problem_count": report.problem_count,
        "problems": [
            {"code": one.code, "says": one.says, "position": one.position, "line": one.event}
            for one in report.problems
        ],
        "seconds": round(seconds, 3),
    }
    record.answer(facts, _sentences(report, seconds), as_json=as_json)
    if not report.holds:
        raise typer.Exit(REFUSED)


def _sentences(report: Any, seconds: float) -> list[str]:
    said = [
        f"{'The trail holds' if report.holds else 'THE TRAIL DOES NOT HOLD'}: {record.counted(report.lines, 'sealed line')} "
        f"checked in {seconds:.1f} s against {record.counted(report.batches, 'line')} of the anchor file."
    ]
    said += [one.says for one in report.problems]
    more = report.problem_count - len(report.problems)
    if more > 0:
        said.append(f"And {more} more of the kind.")
    if report.unfinished:
        said.append(
            f"{record.counted(report.unfinished.count, 'seal was', 'seals were')} in the anchor file and not yet in "
            "the database, as after a crash. All of it fits, and was put in."
        )
    window = "No line was waiting for its seal."
    if report.unsealed:
        window = (
            f"{record.counted(report.unsealed, 'line was', 'lines were')} not sealed yet, the earliest of {report.unsealed_since} UTC: of these "
            "nothing can be said"
            + (
                ". By now it is sealed."
                if report.holds
                else "; nothing more is sealed until this is understood."
            )
        )
    return [*said, window, f"Head: {report.head}"]


@app.command()
def seal(as_json: record.Json = False) -> None:
    """Seal what waits, as the running server does every two seconds."""
    at = record.begin()
    from needlework.clinic.actions import reading, trail

    count = trail.seal_waiting(at=at)
    for by in record.actors(None, None):
        reading.note(event="command-run", by=by, at=at, detail={"command": "trail seal", "lines": count})
    record.answer(
        {"sealed": count}, [f"{record.counted(count, 'line was', 'lines were')} sealed."], as_json=as_json
    )


@app.command()
def show(
    person: Annotated[str, typer.Option(help="Part of the name of who acted.")] = "",
    patient: Annotated[
        UUID | None, typer.Option(help="The id of a patient, as in the address of the page.")
    ] = None,
    event: Annotated[str, typer.Option(help="What happened, for example record-opened.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on.")] = None,
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Read the newest fifty lines, all or chosen."""
    at = record.begin()
    from django.utils import timezone

    from needlework.clinic.actions import reading
    from needlework.clinic.queries import trail

    by = record.actor(as_email, clinic)
    begin = timezone.make_aware(since) if since else None
    page = trail.lines(by, person=person, patient=patient, event=event, since=begin)
    reading.note(event="trail-viewed", by=by, at=at, detail={"count": len(page.lines)})
    rows = [
        {
            "line": line.pk,
            "at": line.at.isoformat(),
            "who": line.actor,
            "role": line.actor_role,
            "event": line.event,
            "about": line.about,
            "about_id": str(line.about_id or ""),
            "patient": str(line.patient or ""),
            "detail": line.detail,
            "sealed": line.pk in page.sealed,
        }
        for line in page.lines
    ]
    said = [f"{row['at'][:19]}  {row['who']} ({row['role']}): {row['event']} {row['about']}" for row in rows]
    record.answer({"results": rows}, said or ["No line fits."], as_json=as_json)
