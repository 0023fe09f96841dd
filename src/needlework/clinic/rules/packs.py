"""The clinic treats only by a protocol pack which its medical lead has approved."""

from __future__ import annotations

from needlework.clinic.errors import NotRegistered, PackNotApproved
from needlework.clinic.models import Clinic, PackApproval
from needlework.clinic.who import Actor
from needlework.skin import packs


def check_approved(clinic: Clinic) -> None:
    """The tables in use are those that were approved, to the letter. Raises PackNotApproved."""
    pack = packs.shipped()
    if not PackApproval.objects.filter(clinic=clinic, content_hash=pack.content).exists():
        raise PackNotApproved(version=pack.version)


def check_registered(by: Actor) -> None:
    """Who approves has a registration number. Raises NotRegistered."""
    if not by.registration_number:
        raise NotRegistered()
