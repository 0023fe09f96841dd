"""Messages that did not leave."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Message
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.messages import MOST_TRIES
from needlework.clinic.who import Actor

SHOWN = 200


def given_up(by: Actor) -> list[Message]:
    """Messages of the clinic which could not be sent and are not tried any more, the newest first."""
    check_may(by, Act.REGISTER)
    rows = Message.objects.filter(clinic_id=by.clinic_id, sent_at=None, tries__gte=MOST_TRIES)
    return list(rows.select_related("patient").order_by("-written_at", "-pk")[:SHOWN])


def find(by: Actor, public_id: UUID) -> Message:
    """One message. Raises NotFound."""
    check_may(by, Act.REGISTER)
    row = Message.objects.filter(clinic_id=by.clinic_id, public_id=public_id).first()
    if row is None:
        raise NotFound(thing="message")
    return row
