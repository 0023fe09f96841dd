"""The reusable parts of pens, with their cleanings and services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Cleaning, HandPiece, Servicing, Site
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.hand_pieces import service_due
from needlework.clinic.who import Actor


@dataclass(frozen=True, slots=True)
class Piece:
    """A hand-piece and its record, newest first. `due` is `overdue`, `soon` or nothing."""

    row: HandPiece
    cleanings: tuple[Cleaning, ...]
    servicings: tuple[Servicing, ...]
    due: str

    @property
    def last_service(self) -> Servicing | None:
        """The latest service."""
        return self.servicings[0] if self.servicings else None


def listed(by: Actor, *, on: date, site: Site | None = None) -> list[Piece]:
    """The hand-pieces of the clinic or of one site. Raises NotAllowed."""
    check_may(by, Act.SEE_STOCK)
    rows = HandPiece.objects.filter(clinic_id=by.clinic_id, voided_at=None).select_related("site")
    if site is not None:
        rows = rows.filter(site=site)
    records = (
        Prefetch("cleanings", Cleaning.objects.order_by("-cleaned_at", "-id")),
        Prefetch("servicings", Servicing.objects.order_by("-serviced_on", "-id")),
    )
    return [_piece(row, on) for row in rows.prefetch_related(*records).order_by("name", "serial")]


def _piece(row: HandPiece, on: date) -> Piece:
    servicings = tuple(row.servicings.all())
    due = service_due(servicings[0] if servicings else None, on=on)
    return Piece(row, tuple(row.cleanings.all()), servicings, due)


def find(by: Actor, public_id: UUID) -> HandPiece:
    """One hand-piece. Raises NotAllowed or NotFound."""
    check_may(by, Act.SEE_STOCK)
    found = (
        HandPiece.objects.filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
        .select_related("site")
        .first()
    )
    if found is None:
        raise NotFound(thing="hand-piece")
    return found


def piece(by: Actor, public_id: UUID, *, on: date) -> Piece:
    """One hand-piece with its record. Raises NotAllowed or NotFound."""
    row = find(by, public_id)
    cleanings = row.cleanings.order_by("-cleaned_at", "-id")
    servicings = tuple(row.servicings.order_by("-serviced_on", "-id"))
    return Piece(row, tuple(cleanings), servicings, service_due(servicings[0] if servicings else None, on=on))
