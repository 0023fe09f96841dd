"""Who acts: which person or program, in which role, at which place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is in the clinic. One account has one role."""

    MEDICAL_LEAD = "medical-lead"
    PRACTITIONER = "practitioner"
    ASSISTANT = "assistant"
    FRONT_DESK = "front-desk"
    MANAGER = "manager"
    AUDITOR = "auditor"
    PATIENT = "patient"
    PROGRAM = "program"

    @property
    def label(self) -> str:
        """The role as people say it."""
        return self.value.replace("-", " ").capitalize()


STAFF_ROLES = (
    Role.MEDICAL_LEAD,
    Role.PRACTITIONER,
    Role.ASSISTANT,
    Role.FRONT_DESK,
    Role.MANAGER,
    Role.AUDITOR,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. Every action and every query is told who asks.

    `clinic_id` is the boundary: nothing of another clinic is ever answered. `staff_id` is set for staff,
    `patient_id` for a patient on their own phone; a program has neither and acts under its own name.
    """

    name: str
    role: Role
    clinic_id: int
    public_id: UUID | None = None
    staff_id: int | None = None
    patient_id: int | None = None
    site_id: int | None = None
    registration_number: str = ""

    @property
    def kind(self) -> str:
        """`staff`, `patient` or `program`."""
        if self.role is Role.PATIENT:
            return "patient"
        return "program" if self.role is Role.PROGRAM else "staff"

    @property
    def is_prescriber(self) -> bool:
        """May decide what only a prescriber may: a capability of a registered person, not a role."""
        return bool(self.registration_number) and self.role in {Role.MEDICAL_LEAD, Role.PRACTITIONER}
