"""The clinic, its sites and rooms."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Room, Site
from needlework.clinic.who import Actor


def sites(by: Actor, *, rooms: bool = True) -> list[Site]:
    """Its sites, by name, each with its rooms in `rooms.all()`, read ahead unless nobody will ask for them."""
    found = Site.objects.filter(clinic_id=by.clinic_id).order_by("name")
    return list(found.prefetch_related("rooms") if rooms else found)


def find_site(by: Actor, public_id: UUID) -> Site:
    """Raises NotFound."""
    site = Site.objects.filter(clinic_id=by.clinic_id, public_id=public_id).first()
    if site is None:
        raise NotFound(thing="site")
    return site


def rooms(by: Actor) -> list[Room]:
    """Rooms of all sites, by site and name."""
    rows = Room.objects.filter(clinic_id=by.clinic_id).select_related("site")
    return list(rows.order_by("site__name", "name"))
