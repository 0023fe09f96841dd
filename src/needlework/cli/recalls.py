"""`needlework recall`: a lot, its packets and its patients, in seconds."""

from __future__ import annotations

import difflib
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import record

if TYPE_CHECKING:
    from needlework.clinic.errors import NotFound
    from needlework.clinic.queries.traces import Traced
    from needlework.clinic.who import Actor

app = typer.Typer()
recalls = typer.Typer(invoke_without_command=True)
app.add_typer(recalls, name="recall")


@recalls.callback()
def recall(
    context: typer.Context,
    lot: Annotated[str, typer.Option("--lot", help="Lot number, as it is printed beside LOT.")] = "",
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
    if context.invoked_subcommand is not None:
        return
    if not lot.strip():
        raise typer.BadParameter("Give the lot with --lot.")
    at = record.begin()
    from needlework.clinic.actions import reading
    from needlework.clinic.errors import BadInput
    from needlework.clinic.queries import traces
    from needlework.skin import udi

    by = record.actor(as_email, clinic)
    if di:
        try:
            if di.isdecimal() or di.startswith(tuple(udi.MARKS)):
                identifier = udi.identify(di)
                di = identifier.also or identifier.di
        except udi.LabelRefused as refused:
            raise BadInput(because=refused.because) from refused
    begun = time.perf_counter()
    found = traces.everyone(by, lot=lot, di=di, serial=serial)
    units = traces.units(by, lot=lot, di=di, serial=serial)
    took_ms = round(1000 * (time.perf_counter() - begun), 1)
    asked = {"di": di, "lot": lot, "serial": serial}
    reading.note(event="lot-traced", by=by, at=at, detail={**asked, "patients": len(found)})
    if not units.total:
        raise _unknown(by, lot=lot, di=di, serial=serial)
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


def _unknown(by: Actor, *, lot: str, di: str, serial: str) -> NotFound:
    """No packet is meant: by which part of what was asked, or what is written nearly so."""
    from needlework.clinic.errors import NotFound
    from needlework.clinic.queries import devices, traces

    there = traces.units(by, lot=lot).total if di or serial else 0
    if there:
        asked = " and ".join(
            filter(None, [di and f"the identifier {di}", serial and f"the serial number {serial}"])
        )
        has = f"the lot has {record.counted(there, 'packet')}"
        return NotFound(thing=f"packet of lot {lot} with {asked} ({has})")
    known = {one.upper(): one for one in devices.lots(by)}
    near = [known[one] for one in difflib.get_close_matches(lot.strip().upper(), known, 3, cutoff=0.5)]
    return NotFound(thing=f"lot as {lot} (nearest: {', '.join(near)})" if near else f"lot as {lot}")


@recalls.command("drill")
def drill(
    lot: Annotated[str, typer.Option("--lot", help="A lot that was used; left out, the one used most.")] = "",
    counted: Annotated[
        int | None, typer.Option("--counted", help="So many packets of the lot lie in the drawers.")
    ] = None,
    done: Annotated[
        str, typer.Option("--done", help="What was found and learnt: closes the drill and stops the clock.")
    ] = "",
    as_email: record.As = None,
    clinic: record.ClinicCode = None,
    as_json: record.Json = False,
) -> None:
    """Hold the yearly drill: the first call starts the clock and traces a lot, --counted and --done finish it.

    A drill sets nothing aside and reaches nobody. While one is open, further calls go on with it.
    """
    at = record.begin()
    from needlework.clinic.actions import recalls as actions
    from needlework.clinic.errors import BadInput
    from needlework.clinic.queries import recalls as queries
    from needlework.clinic.rules import recalls as rules

    by = record.actor(as_email, clinic)
    held = queries.open_drill(by)
    if done and counted is None and (held is None or held.counted_at is None):
        raise BadInput(because="Count the packets first, and say how many with --counted.")
    begun = time.perf_counter()
    if held is None:
        held = actions.start_drill(**_lot_for_drill(by, lot), by=by, at=at)
    elif lot and lot not in {line.lot for line in queries.lines(held)}:
        raise BadInput(
            because=f"The drill {held.reference} is still open, and of another lot: close it first."
        )
    numbers = queries.counts(held)
    took_ms = round(1000 * (time.perf_counter() - begun), 1)
    if counted is not None:
        held = actions.count_packets(recall=held, counted=counted, by=by, at=record.now())
    if done:
        held = actions.close(recall=held, done=done, by=by, at=record.now())
    of = "; ".join(rules.named(line) for line in queries.lines(held))
    lasted = rules.lasted(held.received_at, held.closed_at or record.now())
    facts = {
        "drill": str(held.public_id),
        "reference": held.reference,
        "of": of,
        "packets": numbers.units.total,
        "patients": numbers.patients,
        "expected": numbers.here if held.expected is None else held.expected,
        "counted": held.counted,
        "started_at": held.received_at.isoformat(),
        "closed_at": held.closed_at and held.closed_at.isoformat(),
        "took_ms": took_ms,
        "lasted_s": int(((held.closed_at or record.now()) - held.received_at).total_seconds()),
    }
    sentences = [
        f"{held.reference}: {of}. {record.counted(numbers.units.total, 'packet')} and "
        f"{record.counted(numbers.patients, 'patient')} found in {took_ms} ms.",
        f"{facts['expected']} should lie in the drawers"
        + ("." if held.counted is None else f", {held.counted} were counted."),
        f"Closed after {lasted}."
        if held.closed_at
        else f"The clock runs since {lasted}. Count the packets, then: "
        'needlework recall drill --counted NUMBER --done "What was found"',
    ]
    record.answer(facts, sentences, as_json=as_json)


def _lot_for_drill(by: Actor, lot: str) -> dict[str, Any]:
    """The model and lot to practise on. Raises NotFound, BadInput, NotAllowed."""
    from needlework.clinic.errors import BadInput
    from needlework.clinic.queries import devices
    from needlework.clinic.queries import recalls as queries

    used = queries.lots_for_drill(by, most=queries.LATEST_USES)
    if not used:
        raise BadInput(
            because="No packet was used yet: there is nothing to trace. Come back after the first treatments."
        )
    code, _name, chosen = next((one for one in used if one[2].upper() == lot.strip().upper()), used[0])
    if lot and chosen.upper() != lot.strip().upper():
        some = ", ".join(dict.fromkeys(one[2] for one in used[:5]))
        raise BadInput(because=f"Lot {lot} was not used of late. Lots that were: {some}.")
    return {"model": devices.model(code), "lot": chosen}


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
    """Trace a batch of numbing cream, serum, hydrating product or make-up: where it stands, and every patient it was put on."""
    at = record.begin()
    from django.utils import timezone

    from needlework.clinic.actions import reading
    from needlework.clinic.errors import NotFound
    from needlework.clinic.queries import batches
    from needlework.clinic.rules import wording

    by = record.actor(as_email, clinic)
    found = batches.everyone(by, batch=batch, product=product)
    patients = len({one.patient for one in found})
    asked = {"batch": batch, "product": product}
    reading.note(event="lot-traced", by=by, at=at, detail={**asked, "patients": patients})
    held = batches.in_stock(by, batch=batch, product=product, on=timezone.localdate(at))
    if not found and not held:
        raise NotFound(thing=f"use of batch {batch}")
    facts = {
        **asked,
        "at": at.isoformat(),
        "patients": patients,
        "stock": [
            {
                "product": one.row.product,
                "batch": one.row.batch,
                "site": one.row.site.name,
                "came_in": one.row.containers,
                "state": one.state.value,
                "until": None if one.until is None else one.until.isoformat(),
            }
            for one in held
        ],
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
            f"In stock: {wording.product(one.row.product)}, {one.row.site.name}, {one.row.containers} came in, "
            f"{one.state.value}"
            for one in held
        ),
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
