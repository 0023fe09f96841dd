"""`needlework setup` and `needlework migrate`: a real installation's first day, and each new version's."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import record

app = typer.Typer()


def bring_up_to_date() -> int:
    """Migrate the database, and say how many steps that took [steps]."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if steps:
        record.progress(f"Bringing the database up to date: {steps} steps.")
    call_command("migrate", verbosity=0)
    return steps


@app.command()
def migrate(as_json: record.Json = False) -> None:
    """Bring the database to this version, with all its guards. Make a backup before."""
    at = record.begin()
    from needlework.clinic.actions import reading

    steps = bring_up_to_date()
    for by in record.actors(None, None):
        reading.note(event="command-run", by=by, at=at, detail={"command": "migrate", "steps": steps})
    record.answer(
        {"steps": steps},
        [f"The database is that of this version ({steps} steps were made)."],
        as_json=as_json,
    )


@app.command()
def setup(
    code: Annotated[str, typer.Option(prompt="Short code of the clinic (harbour-street)", help="Lower-case words joined by hyphens.")],
    name: Annotated[str, typer.Option(prompt="Name of the clinic", help="As patients know it.")],
    phone: Annotated[str, typer.Option(prompt="Phone number patients may ring", help="Shown on every page a patient sees.")],
    lead_name: Annotated[str, typer.Option(prompt="Name of the medical lead", help="The first account.")],
    lead_email: Annotated[str, typer.Option(prompt="E-mail of the medical lead", help="What they log in with.")],
    registration_number: Annotated[str, typer.Option(prompt="Their registration number (GMC 1234567)", help="Of their professional register.")],
    email: Annotated[str, typer.Option(help="E-mail address of the clinic.")] = "",
    site: Annotated[str, typer.Option(prompt="Name of the first site", help="Its address in words.")] = "Main site",
    address: Annotated[str, typer.Option(help="Postal address of the site.")] = "",
    room: Annotated[str, typer.Option(prompt="Name of the first room", help="More can be added in Settings.")] = "Room 1",
    time_zone: Annotated[str, typer.Option(help="Where the clinic is.")] = "Europe/London",
    country: Annotated[str, typer.Option(help="Two letters: how a phone number without a country is read.")] = "GB",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the lead's first password from standard input.")] = False,
    as_json: record.Json = False,
) -> None:  # fmt: skip
    """Found a clinic: its keys, its database, its first room and its medical lead."""
    at = record.begin()
    from needlework.clinic import reference
    from needlework.clinic.actions import installation
    from needlework.clinic.queries import operators

    made = installation.make_keys()
    bring_up_to_date()
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else str(
            typer.prompt("First password of the medical lead", hide_input=True, confirmation_prompt=True)
        )
    )
    clinic, lead = installation.found_clinic(
        code=code,
        name=name,
        phone=phone,
        email=email,
        time_zone=time_zone,
        country=country,
        site=site,
        address=address,
        room=room,
        lead_name=lead_name,
        lead_email=lead_email,
        registration_number=registration_number,
        password=password,
        by_name=f"operator:{record.system_user()}",
        at=at,
    )
    by = operators.actor(email=None, clinic_code=clinic.code, system_user=record.system_user())
    reference.load_devices(by=by, at=at)
    said = [f"{clinic.name} is founded. {lead.name} can log in with {lead.email}."]
    said += [f"A key was made: {path}. Copy it now with `needlework key export`: without it, nothing sealed with it can be opened." for path in made]  # fmt: skip
    said.append("Before the first treatment the medical lead approves the protocol pack, in Settings.")
    said.append("Start the server with `needlework serve`.")
    record.answer(
        {"clinic": clinic.code, "lead": lead.email, "keys": [str(path) for path in made]},
        said,
        as_json=as_json,
    )
