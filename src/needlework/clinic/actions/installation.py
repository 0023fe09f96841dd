"""A clinic's first day: the clinic with a site, a room, its medical lead and its consent text, in one go."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from needlework.clinic.actions import clinics, consents, team
from needlework.clinic.errors import BadInput
from needlework.clinic.models import Clinic, Staff
from needlework.clinic.queries.staff import actor
from needlework.clinic.vault import KEY_BYTES, write_key_file
from needlework.clinic.who import Actor, Role


def make_keys() -> list[Path]:
    """Make the key files that are named in the settings and not there yet. Returns those it made.

    Raises BadInput for a place inside the data folder: whoever steals the disk would hold both.
    """
    wanted = [
        (settings.MASTER_KEY, Path(settings.MASTER_KEY_FILE), "NEEDLEWORK_MASTER_KEY_FILE"),
        (settings.TRAIL_KEY, Path(settings.TRAIL_KEY_FILE), "NEEDLEWORK_TRAIL_KEY_FILE"),
    ]
    missing = [(path, variable) for value, path, variable in wanted if not value and not path.exists()]
    for path, variable in missing:
        if not settings.DEMONSTRATION and path.resolve().is_relative_to(settings.DATA_DIR):
            raise BadInput(
                because=f"Set {variable} to a file outside the data folder ({settings.DATA_DIR}), best on another "
                "disk, and run this again: the key will be made there."
            )
    for path, _ in missing:
        write_key_file(path, secrets.token_bytes(KEY_BYTES))
    return [path for path, _ in missing]


@transaction.atomic
def found_clinic(
    *,
    code: str,
    name: str,
    phone: str,
    email: str,
    time_zone: str,
    country: str,
    site: str,
    address: str,
    room: str,
    lead_name: str,
    lead_email: str,
    registration_number: str,
    password: str,
    by_name: str,
    at: datetime,
) -> tuple[Clinic, Staff]:
    """The clinic and its medical lead, who can log in at once. All or nothing. Raises BadInput, EmailTaken."""
    try:
        validate_password(password)
    except ValidationError as wrong:
        raise BadInput(because=" ".join(wrong.messages), at_field="password") from wrong
    clinic = clinics.found(
        code=code,
        name=name,
        phone=phone,
        email=email,
        time_zone=time_zone,
        country=country,
        by_name=by_name,
        at=at,
    )
    founder = Actor(name=by_name, role=Role.PROGRAM, clinic_id=clinic.pk)
    first = clinics.add_site(name=site, address=address, by=founder, at=at)
    clinics.add_room(site=first, name=room, by=founder, at=at)
    lead = team.add_staff(
        name=lead_name,
        email=lead_email,
        role=Role.MEDICAL_LEAD.value,
        registration_number=registration_number,
        treats=True,
        password=password,
        by=founder,
        at=at,
    )
    consents.publish_default_text(clinic=clinic, by=actor(lead), at=at)
    return clinic, lead
