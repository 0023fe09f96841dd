"""Who works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.clinic.who import Actor, Role

if TYPE_CHECKING:
    from needlework.clinic.models import Staff


def actor(staff: Staff) -> Actor:
    """A member of staff as one who acts."""
    return Actor(
        name=staff.name,
        role=Role(staff.role),
        clinic_id=staff.clinic_id,
        public_id=staff.public_id,
        staff_id=staff.pk,
        registration_number=staff.registration_number,
    )
