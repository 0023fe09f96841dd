"""A medical lead answers for one exact version of the protocol pack."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import PackAlreadyApproved
from needlework.clinic.models import PackApproval
from needlework.clinic.rules import packs as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor
from needlework.skin import packs


@transaction.atomic
def approve(*, by: Actor, at: datetime) -> PackApproval:
    """Approve the pack that is in use now. Raises NotAllowed, NotRegistered, PackAlreadyApproved."""
    check_may(by, Act.APPROVE)
    rules.check_registered(by)
    pack = packs.shipped()
    try:
        with transaction.atomic():
            approval = PackApproval.objects.create(
                clinic_id=by.clinic_id,
                version=pack.version,
                content_hash=pack.content,
                approved_at=at,
                approved_by=by.name,
                registration_number=by.registration_number,
            )
    except IntegrityError as clash:
        held = PackApproval.objects.get(clinic_id=by.clinic_id, content_hash=pack.content)
        day = f"{held.approved_at.day} {held.approved_at:%B %Y}"
        raise PackAlreadyApproved(version=held.version, name=held.approved_by, day=day) from clash
    audit.record(
        Event.PACK_APPROVED,
        by=by,
        at=at,
        about=approval,
        detail={"version": pack.version, "content": pack.content},
    )
    return approval
