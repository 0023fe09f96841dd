"""When the reusable part of a pen may be used, and when it wants its service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from needlework.clinic.errors import BadInput, HandPieceInUse, HandPieceOutOfUse
from needlework.clinic.models import HandPiece, Servicing

DUE_SOON: Final = timedelta(days=30)


def check_in_use(piece: HandPiece) -> None:
    """Raises HandPieceOutOfUse."""
    if piece.out_of_use_at is not None:
        raise HandPieceOutOfUse(piece=str(piece), because=piece.out_of_use_because)


def check_out_of_use(piece: HandPiece) -> None:
    """Raises HandPieceInUse."""
    if piece.out_of_use_at is None:
        raise HandPieceInUse(piece=str(piece))


def check_servicing(
    *, serviced_on: date, serviced_by: str, what: str, next_due_on: date | None, on: date
) -> None:
    """A service that was, by somebody, of something, and the next one after it. Raises BadInput."""
    if serviced_on > on:
        raise BadInput(
            because="This day is still to come. Enter the service once it is done.", at_field="serviced_on"
        )
    if not serviced_by:
        raise BadInput(because="Say who serviced it: the person or the firm.", at_field="serviced_by")
    if not what:
        raise BadInput(because="Say what was done, as the service report names it.", at_field="what")
    if next_due_on is not None and next_due_on <= serviced_on:
        raise BadInput(because="The next service is after this one.", at_field="next_due_on")


def service_due(last: Servicing | None, *, on: date) -> str:
    """Whether the next service is `overdue`, due `soon`, or neither (nothing); what was never said is not due."""
    if last is None or last.next_due_on is None:
        return ""
    if last.next_due_on < on:
        return "overdue"
    return "soon" if last.next_due_on - on < DUE_SOON else ""
