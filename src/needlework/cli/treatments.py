"""`needlework why-not`: everything that speaks against starting a treatment, as the page says it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from . import record

app = typer.Typer()


@app.command("why-not")
def why_not(
    treatment: Annotated[UUID, typer.Argument(help="The treatment's id, as in the address of its page.")],
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Say everything that speaks against starting a treatment, all at once.

    Ends with 0 when nothing does, and with 2 when something does.
    """
    at = record.begin()
    from needlework.clinic.actions import treatments as actions
    from needlework.clinic.errors import field_of
    from needlework.clinic.queries import treatments as queries

    by = record.actor(as_email, clinic)
    found = queries.treatment(by, treatment)
    reasons = queries.reasons_against(by, found, at=at)
    actions.note_reasons_asked(treatment=found, reasons=[reason.code for reason in reasons], by=by, at=at)
    facts = {
        "treatment": str(found.public_id),
        "may_start": not reasons,
        "at": at.isoformat(),
        "reasons": [
            {"code": reason.code, "sentence": str(reason), "field": field_of(reason)} for reason in reasons
        ],
    }
    sentences = [str(reason) for reason in reasons] or ["Nothing speaks against starting this treatment."]
    record.answer(facts, sentences, as_json=as_json)
    if reasons:
        raise typer.Exit(2)
