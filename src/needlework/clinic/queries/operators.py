"""Who acts on the command line: the person at the server's keyboard, or a member of staff."""

from __future__ import annotations

from needlework.clinic.errors import BadInput, NotFound
from needlework.clinic.models import Clinic, Staff
from needlework.clinic.who import Actor, Role

from .staff import actor as staff_actor


def actor(*, email: str | None, clinic_code: str | None, system_user: str) -> Actor:
    """The one who acts in one clinic. Raises NotFound; BadInput where a clinic must be named."""
    if email:
        staff = Staff.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if staff is None or (clinic_code and staff.clinic.code != clinic_code):
            raise NotFound(thing=f"member of staff with the address {email}")
        return staff_actor(staff)
    found = list(Clinic.objects.order_by("code"))
    if clinic_code:
        found = [clinic for clinic in found if clinic.code == clinic_code]
        if not found:
            raise BadInput(because=f"There is no clinic with the code {clinic_code}.")
    if not found:
        raise BadInput(
            because="There is no clinic yet. Found one with `needlework setup`, or look at `needlework demo`."
        )
    if len(found) > 1:
        codes = ", ".join(clinic.code for clinic in found)
        raise BadInput(because=f"There are several clinics. Say which one with --clinic CODE: {codes}.")
    return _operator(found[0], system_user)


def everywhere(*, system_user: str) -> list[Actor]:
    """The operator in each clinic of this installation."""
    return [_operator(clinic, system_user) for clinic in Clinic.objects.order_by("code")]


def _operator(clinic: Clinic, system_user: str) -> Actor:
    return Actor(name=f"operator:{system_user}", role=Role.PROGRAM, clinic_id=clinic.pk)


def is_empty() -> bool:
    """Whether nobody has founded a clinic here yet."""
    return not Clinic.objects.exists()


def nobody(system_user: str) -> Actor:
    """The operator before there is any clinic: its lines belong to none."""
    return Actor(name=f"operator:{system_user}", role=Role.PROGRAM, clinic_id=0)
