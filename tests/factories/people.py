"""A clinic, its people and its patients."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from needlework.clinic.models import Clinic, Credential, Patient, Room, Site, Staff
from needlework.clinic.queries.staff import actor
from needlework.clinic.who import Actor, Role

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_n = count(1)


def clinic(**facts: object) -> Clinic:
    n = next(_n)
    return Clinic.objects.create(
        **{
            "code": f"clinic-{n}",
            "name": f"Clinic {n}",
            "phone": "020 7946 0018",
            "checkin_hours": [24, 72, 168],
            **facts,
        }
    )


def site(of: Clinic, **facts: object) -> Site:
    return Site.objects.create(**{"clinic": of, "name": f"Site {next(_n)}", **facts})


def room(at: Site, **facts: object) -> Room:
    return Room.objects.create(**{"clinic": at.clinic, "site": at, "name": f"Room {next(_n)}", **facts})


def staff(of: Clinic, role: Role = Role.PRACTITIONER, *, credentials: bool = True, **facts: object) -> Staff:
    """A member of staff; one who treats comes with credentials in force, trained on every kind of device."""
    n = next(_n)
    treats = role in {Role.PRACTITIONER, Role.MEDICAL_LEAD}
    person = Staff.objects.create(
        **{
            "clinic": of,
            "email": f"person{n}@clinic.example",
            "name": f"Person {n}",
            "role": role.value,
            "treats": treats,
            "registration_number": f"NMC {n:06}" if treats else "",
            "joined_at": NOW - timedelta(days=400),
            "password": "!",
            **facts,
        }
    )
    if treats and credentials:
        kinds = [("registration", ""), ("licence", ""), ("indemnity", "")]
        for kind, device in [*kinds, ("training", "roller"), ("training", "stamp"), ("training", "pen")]:
            credential(person, kind, device_kind=device)
    return person


def credential(of: Staff, kind: str, **facts: object) -> Credential:
    return Credential.objects.create(
        **{
            "clinic": of.clinic,
            "staff": of,
            "kind": kind,
            "issuer": "An authority",
            "number": f"{kind}-{next(_n)}",
            "valid_from": NOW.date() - timedelta(days=300),
            "expires_on": NOW.date() + timedelta(days=300),
            **facts,
        }
    )


def acting(person: Staff) -> Actor:
    """The person as one who acts."""
    return actor(person)


def patient(of: Clinic, **facts: object) -> Patient:
    n = next(_n)
    return Patient.objects.create(
        **{
            "clinic": of,
            "number": f"P{n:06}",
            "given_name": "Ada",
            "family_name": f"Example{n}",
            "sort_name": f"example{n} ada",
            "born_on": date(1988, 4, 12),
            "sex": "f",
            "phone": f"+4420794{n:05}",
            "registered_at": NOW - timedelta(days=30),
            "registered_by": "Front desk",
            **facts,
        }
    )


def as_patient(of: Patient) -> Actor:
    """The patient on their own phone."""
    return Actor(
        name=of.name, role=Role.PATIENT, clinic_id=of.clinic_id, public_id=of.public_id, patient_id=of.pk
    )
