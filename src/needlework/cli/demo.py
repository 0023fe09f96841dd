"""`needlework demo`: the demonstration clinic, whose people and patients are invented."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from . import record

app = typer.Typer()


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Serve it afterwards.")] = False,
    address: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
    as_json: record.Json = False,
) -> None:
    """Fill the demonstration clinic if the database is empty, print its log-ins, and serve it if asked."""
    os.environ["NEEDLEWORK_DEMONSTRATION"] = "yes"
    at = record.begin()
    from needlework.clinic import reference
    from needlework.clinic.actions import reading, trail
    from needlework.clinic.demo import people, story
    from needlework.clinic.queries import operators

    from .setup import bring_up_to_date

    bring_up_to_date()
    filled = operators.is_empty()
    if filled:
        reference.load_devices(by=operators.nobody(record.system_user()), at=at)
        record.progress("Filling the demonstration clinic; this takes a little while.")
        story.fill(at=at, tell=lambda part: record.progress(f"  {part.replace('_', ' ')}"))
        trail.seal_waiting(at=at)
    for by in record.actors(None, None):
        reading.note(event="demonstration-filled", by=by, at=at, detail={"filled": filled})
    logins = [{"name": one.name, "role": one.role.label, "email": one.email} for one in people.STAFF]
    said = [
        "The demonstration clinic is filled."
        if filled
        else "The database was not empty, so nothing was filled.",
        f"Everybody logs in with the password: {people.PASSWORD}",
        *(f"  {one['email']:<28} {one['role']}, {one['name']}" for one in logins),
    ]
    if serve:
        said.append(f"It is served on http://{address}:{port} until you press Ctrl+C.")
    record.answer(
        {
            "filled": filled,
            "password": people.PASSWORD,
            "logins": logins,
            "address": f"http://{address}:{port}",
        },
        said,
        as_json=as_json,
    )
    if serve:
        from .serve import run_server

        run_server(address=address, port=port, workers=None)
