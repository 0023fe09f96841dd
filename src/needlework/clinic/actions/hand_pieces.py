"""Hand-pieces of pens: entered, cleaned, serviced, taken out of use and put back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, HandPieceTaken, NotFound
from needlework.clinic.models import Cleaning, HandPiece, Servicing, Site
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.hand_pieces import check_out_of_use, check_servicing
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor


@transaction.atomic
def add(*, site: Site, name: str, serial: str, by: Actor, at: datetime) -> HandPiece:
    """Enter the reusable part of a pen. Raises NotAllowed, NotFound, BadInput, HandPieceTaken."""
    check_access(by, Act.KEEP_STOCK, site)
    name, serial = name.strip(), serial.strip()
    if not name or not serial:
        raise BadInput(because="Give the name and the serial number on the hand-piece.", at_field="serial")
    try:
        with transaction.atomic():
            piece = HandPiece.objects.create(clinic_id=by.clinic_id, site=site, name=name, serial=serial)
    except IntegrityError as clash:
        raise HandPieceTaken(serial=serial) from clash
    audit.record(Event.HAND_PIECE_ADDED, by=by, at=at, about=piece, detail={"serial": serial})
    return piece


@transaction.atomic
def clean(*, hand_piece: HandPiece, method: str, by: Actor, at: datetime) -> Cleaning:
    """Note that a hand-piece was cleaned, and how. Raises NotAllowed, NotFound, BadInput."""
    check_access(by, Act.ASSIST, hand_piece)
    if not method.strip():
        raise BadInput(because="Say how it was cleaned, as its manual names it.", at_field="method")
    cleaning = Cleaning.objects.create(
        clinic_id=by.clinic_id,
        hand_piece=hand_piece,
        cleaned_at=at,
        cleaned_by=by.name,
        method=method.strip(),
    )
    audit.record(Event.HAND_PIECE_CLEANED, by=by, at=at, about=hand_piece)
    return cleaning


@transaction.atomic
def service(
    *,
    hand_piece: HandPiece,
    serviced_on: date,
    serviced_by: str,
    what: str,
    next_due_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Servicing:
    """Note that a hand-piece was serviced: when, by which person or firm, what was done, and when again.

    It stays in or out of use as it was. Raises NotAllowed, NotFound, BadInput.
    """
    check_access(by, Act.KEEP_STOCK, hand_piece)
    serviced_by, what = serviced_by.strip(), what.strip()
    on = local_day(at, hand_piece.site.time_zone)
    check_servicing(
        serviced_on=serviced_on, serviced_by=serviced_by, what=what, next_due_on=next_due_on, on=on
    )
    servicing = Servicing.objects.create(
        clinic_id=by.clinic_id,
        hand_piece=hand_piece,
        serviced_on=serviced_on,
        serviced_by=serviced_by,
        what=what,
        next_due_on=next_due_on,
        recorded_at=at,
        recorded_by=by.name,
    )
    audit.record(
        Event.HAND_PIECE_SERVICED,
        by=by,
        at=at,
        about=hand_piece,
        detail={
            "serviced_on": serviced_on.isoformat(),
            "next_due_on": next_due_on.isoformat() if next_due_on else None,
        },
    )
    return servicing


@transaction.atomic
def take_out(*, hand_piece: HandPiece, because: str, by: Actor, at: datetime) -> HandPiece:
    """Take a hand-piece out of use: no cartridge is opened for it until it is put back.

    Raises NotAllowed, NotFound, ReasonNeeded.
    """
    check_reason(because)
    piece = _locked(hand_piece, by)
    if piece.out_of_use_at is None:
        piece.out_of_use_at, piece.out_of_use_by, piece.out_of_use_because = at, by.name, because.strip()
        piece.save(update_fields=["out_of_use_at", "out_of_use_by", "out_of_use_because"])
        audit.record(
            Event.HAND_PIECE_TAKEN_OUT, by=by, at=at, about=piece, detail={"because": because.strip()}
        )
    return piece


@transaction.atomic
def put_back(*, hand_piece: HandPiece, because: str, by: Actor, at: datetime) -> HandPiece:
    """Put a hand-piece back into use. Raises NotAllowed, NotFound, ReasonNeeded, HandPieceInUse."""
    check_reason(because)
    piece = _locked(hand_piece, by)
    check_out_of_use(piece)
    out_because = piece.out_of_use_because
    piece.out_of_use_at, piece.out_of_use_by, piece.out_of_use_because = None, "", ""
    piece.save(update_fields=["out_of_use_at", "out_of_use_by", "out_of_use_because"])
    audit.record(
        Event.HAND_PIECE_PUT_BACK,
        by=by,
        at=at,
        about=piece,
        detail={"out_because": out_because, "because": because.strip()},
    )
    return piece


def _locked(hand_piece: HandPiece, by: Actor) -> HandPiece:
    check_access(by, Act.KEEP_STOCK, hand_piece)
    row = HandPiece.objects.select_for_update().filter(pk=hand_piece.pk, voided_at=None).first()
    if row is None:
        raise NotFound(thing="hand-piece")
    return row
