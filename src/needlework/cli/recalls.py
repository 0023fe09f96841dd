"""`needlework recall`: a lot, its packets and its patients, in seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import record

if TYPE_CHECKING:
    from needlework.clinic.queries.traces import Traced

app = typer.Typer()


@app.command("recall")
def recall(
    lot: Annotated[str, typer.Option("--lot", help="Lot number, as it is printed beside LOT.")],
    di: Annotated[str, typer.Option("--di", help="Device identifier: the GTIN of the notice.")] = "",
    serial: Annotated[str, typer.Option("--serial", help="Serial number of one packet.")] = "",
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Trace a lot: where its packets are, and every patient on whom one was used, with where and when.

    Packets whose identifier or serial number nobody recorded are not ruled out. Nothing is changed: a recall is
    opened on the page Recalls.
    """
    at = record.begin()
    from needlework.clinic.actions import reading
    from needlework.clinic.errors import BadInput, NotFound
    from needlework.clinic.queries import traces
    from needlework.skin import udi

    by = record.actor(as_email, clinic)
    if di:
        try:
            di = udi.identify(di).di if di.isdecimal() else di
        except udi.LabelRefused as refused:
            raise BadInput(because=refused.because) from refused
    begun = time.perf_counter()
    found = traces.everyone(by, lot=lot, di=di, serial=serial)
    units = traces.units(by, lot=lot, di=di, serial=serial)
    took_ms = round(1000 * (time.perf_counter() - begun), 1)
    asked = {"di": di, "lot": lot, "serial": serial}
    reading.note(event="lot-traced", by=by, at=at, detail={**asked, "patients": len(found)})
    if not units.total:
        raise NotFound(thing=f"lot {lot}")
    facts = {
        **asked,
        "at": at.isoformat(),
        "took_ms": took_ms,
        "units": {name: getattr(units, name) for name in units.__dataclass_fields__},
        "patients": len(found),
        "list": [_told(traced) for traced in found],
    }
    here = f"{units.in_stock} in stock, {units.quarantined} set aside ({units.recalled} by a recall)"
    sentences = [
        f"Lot {lot}: {record.counted(units.total, 'packet')}: {here}, {units.used} used, "
        f"{units.discarded} discarded.",
        f"Used on {record.counted(len(found), 'patient')}, found in {took_ms} ms.",
        *(_line(traced) for traced in found),
    ]
    record.answer(facts, sentences, as_json=as_json)


@app.command("batch")
def batch(
    batch: Annotated[
        str, typer.Option("--batch", help="Batch number, as it is printed on the tube or sachet.")
    ],
    product: Annotated[str, typer.Option("--product", help="Code of the product, as in emla.")] = "",
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Trace a batch of numbing cream, serum, hydrating product or make-up to every patient it was put on."""
    at = record.begin()
    from needlework.clinic.actions import reading
    from needlework.clinic.errors import NotFound
    from needlework.clinic.queries import batches
    from needlework.clinic.rules import wording

    by = record.actor(as_email, clinic)
    found = batches.everyone(by, batch=batch, product=product)
    patients = len({one.patient for one in found})
    asked = {"batch": batch, "product": product}
    reading.note(event="lot-traced", by=by, at=at, detail={**asked, "patients": patients})
    if not found:
        raise NotFound(thing=f"use of batch {batch}")
    facts = {
        **asked,
        "at": at.isoformat(),
        "patients": patients,
        "list": [
            {
                "patient": str(one.patient),
                "number": one.number,
                "name": one.name,
                "phone": one.phone,
                "email": one.email,
                "treatment": str(one.treatment),
                "site": one.site,
                "product": one.product,
                "batch": one.batch,
                "at": one.applied_at.isoformat(),
                "areas": list(one.areas),
            }
            for one in found
        ],
    }
    sentences = [
        f"Batch {batch}: put on {record.counted(patients, 'patient')}.",
        *(
            f"{one.number} {one.name}: {wording.product(one.product)}, {one.applied_at:%d %b %Y}, {one.site}"
            for one in found
        ),
    ]
    record.answer(facts, sentences, as_json=as_json)


def _told(traced: Traced) -> dict[str, Any]:
    patient = traced.patient
    return {
        "patient": str(patient.public_id),
        "number": patient.number,
        "name": patient.name,
        "phone": patient.phone,
        "email": patient.email,
        "has_address": bool(patient.address),
        "treatments": [
            {
                "treatment": str(use.treatment),
                "at": use.used_at.isoformat(),
                "site": use.site,
                "practitioner": use.practitioner,
                "areas": list(use.areas),
                "serial": use.serial,
            }
            for use in traced.uses
        ],
    }


def _line(traced: Traced) -> str:
    patient = traced.patient
    visits = "; ".join(
        " ".join(part for part in (f"{use.used_at:%Y-%m-%d}", use.site, ", ".join(use.areas)) if part)
        for use in traced.uses
    )
    return f"{patient.number}  {patient.name}  {patient.phone or patient.email}  {visits}"
