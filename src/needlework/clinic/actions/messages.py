"""The outbox: written with its reason in one transaction, sent afterwards by the worker."""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import Message, Patient
from needlework.clinic.who import Actor

log = logging.getLogger(__name__)

MOST_TRIES = 8


@transaction.atomic
def write(*, patient: Patient | None, to: str, subject: str, body: str, by: Actor, at: datetime) -> Message:
    """Put an e-mail into the outbox. It leaves when the transaction it belongs to has been kept."""
    message = Message.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        to=to,
        subject=subject[:200],
        body=body,
        written_at=at,
        written_by=by.name,
    )
    audit.record(
        Event.MESSAGE_WRITTEN, by=by, at=at, about=message, patient=patient, detail={"subject": subject}
    )
    return message


def send_waiting(*, at: datetime, limit: int = 50) -> int:
    """Send what waits, oldest first, and say how many left. A failure is kept with its reason and tried again.

    One worker at a time: each message is locked while it is sent, so none goes out twice.
    """
    sent = 0
    waiting = Message.objects.filter(sent_at=None, tries__lt=MOST_TRIES).order_by("written_at")
    for pk in waiting.values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            message = (
                Message.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("clinic")
                .filter(pk=pk, sent_at=None)
                .first()
            )
            if message is None:
                continue
            try:
                EmailMessage(
                    subject=message.subject,
                    body=message.body,
                    to=[message.to],
                    reply_to=[message.clinic.email] if message.clinic.email else None,
                ).send()
            except OSError as failure:
                Message.objects.filter(pk=pk).update(tries=F("tries") + 1, last_error=str(failure)[:500])
                log.warning("a message could not be sent: %s", failure)
            else:
                Message.objects.filter(pk=pk).update(sent_at=at, tries=F("tries") + 1, last_error="")
                sent += 1
    return sent
