"""The clinic's own facts, its sites and rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, SiteNameTaken
from needlework.clinic.models import Clinic, Room, Site
from needlework.clinic.rules import clinics as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.patients import clean_name, clean_text
from needlework.clinic.who import Actor, Role

FACTS = (
    "name",
    "phone",
    "email",
    "time_zone",
    "country",
    "jurisdiction",
    "reflection_hours",
    "consent_valid_days",
    "checkin_hours",
    "auto_lock_minutes",
)


@transaction.atomic
def found(
    *,
    code: str,
    name: str,
    phone: str,
    email: str = "",
    jurisdiction: str = "england",
    time_zone: str = "Europe/London",
    country: str = "GB",
    checkin_hours: Sequence[int] = (24, 72, 168),
    by_name: str,
    at: datetime,
) -> Clinic:
    """A new clinic. Only the operator's programs do this, so it takes a name and no Actor: there is no clinic yet.

    Raises BadInput.
    """
    rules.check_code(code)
    rules.check_time_zone(time_zone)
    rules.check_country(country)
    rules.check_jurisdiction(jurisdiction)
    rules.check_checkin_hours(checkin_hours)
    if Clinic.objects.filter(code=code).exists():
        raise BadInput(because=f"There is already a clinic with the code {code}.", at_field="code")
    clinic = Clinic.objects.create(
        code=code,
        name=clean_name(name, field="name", what="name of the clinic"),
        phone=clean_name(phone, field="phone", what="phone number")[:40],
        email=email.strip(),
        jurisdiction=jurisdiction,
        time_zone=time_zone,
        country=country,
        checkin_hours=list(checkin_hours),
    )
    founder = Actor(name=by_name, role=Role.PROGRAM, clinic_id=clinic.pk)
    audit.record(Event.CLINIC_CREATED, by=founder, at=at, about=clinic, detail={"code": code, "name": name})
    return clinic


@transaction.atomic
def change(
    *,
    name: str,
    phone: str,
    email: str,
    time_zone: str,
    country: str,
    reflection_hours: int,
    consent_valid_days: int,
    checkin_hours: Sequence[int],
    auto_lock_minutes: int,
    jurisdiction: str | None = None,
    by: Actor,
    at: datetime,
) -> Clinic:
    """Change the clinic's facts. The trail keeps old and new values. Raises NotAllowed, BadInput.

    The jurisdiction selects rows of the protocol pack, so only the medical lead changes it; None leaves it.
    """
    check_may(by, Act.MANAGE)
    rules.check_time_zone(time_zone)
    rules.check_country(country)
    rules.check_checkin_hours(checkin_hours)
    rules.check_range(reflection_hours, 0, 24 * 60, field="reflection_hours", what="The reflection period")
    rules.check_range(consent_valid_days, 1, 3 * 366, field="consent_valid_days", what="The validity")
    rules.check_range(auto_lock_minutes, 1, 60, field="auto_lock_minutes", what="The minutes")
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    before = {fact: getattr(clinic, fact) for fact in FACTS}
    if jurisdiction is not None and jurisdiction != clinic.jurisdiction:
        check_may(by, Act.APPROVE)
        rules.check_jurisdiction(jurisdiction)
        clinic.jurisdiction = jurisdiction
    clinic.name = clean_name(name, field="name", what="name of the clinic")
    clinic.phone = clean_name(phone, field="phone", what="phone number")[:40]
    clinic.email, clinic.time_zone, clinic.country = email.strip(), time_zone, country
    clinic.reflection_hours, clinic.consent_valid_days = reflection_hours, consent_valid_days
    clinic.checkin_hours, clinic.auto_lock_minutes = list(checkin_hours), auto_lock_minutes
    changed = {
        fact: [before[fact], getattr(clinic, fact)] for fact in FACTS if before[fact] != getattr(clinic, fact)
    }
    if changed:
        clinic.save(update_fields=list(changed))
        audit.record(Event.CLINIC_CHANGED, by=by, at=at, about=clinic, detail=changed)
    return clinic


@transaction.atomic
def add_site(
    *, name: str, address: str = "", time_zone: str = "", premises_licence: str = "", by: Actor, at: datetime
) -> Site:
    """One more address of the clinic; without a time zone it has the clinic's. Raises NotAllowed, SiteNameTaken."""
    check_may(by, Act.MANAGE)
    zone = time_zone or Clinic.objects.values_list("time_zone", flat=True).get(pk=by.clinic_id)
    rules.check_time_zone(zone)
    name = clean_name(name, field="name", what="name of the site")
    try:
        with transaction.atomic():
            site = Site.objects.create(
                clinic_id=by.clinic_id,
                name=name,
                address=clean_text(address, field="address", what="address"),
                time_zone=zone,
                premises_licence=premises_licence.strip()[:80],
            )
    except IntegrityError as clash:
        raise SiteNameTaken(thing="site", name=name) from clash
    audit.record(Event.SITE_ADDED, by=by, at=at, about=site, detail={"name": name})
    return site


@transaction.atomic
def add_room(*, site: Site, name: str, by: Actor, at: datetime) -> Room:
    """One more room at a site. Raises NotAllowed, NotFound, SiteNameTaken, BadInput."""
    check_access(by, Act.MANAGE, site)
    name = clean_name(name, field="name", what="name of the room")
    if len(name) > 80:
        raise BadInput(because="A room has at most 80 letters in its name.", at_field="name")
    try:
        with transaction.atomic():
            room = Room.objects.create(clinic_id=by.clinic_id, site=site, name=name)
    except IntegrityError as clash:
        raise SiteNameTaken(thing="room", name=name) from clash
    audit.record(Event.ROOM_ADDED, by=by, at=at, about=room, detail={"name": name, "site": site.name})
    return room
