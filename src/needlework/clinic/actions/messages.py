"""The outbox: written with its reason in one transaction, sent afterwards by the worker."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import Message, Patient
from needlework.clinic.rules import messages as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor

log = logging.getLogger(__name__)

_REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
"""The server answered, and does not take this one message."""


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

    The try is written down before the mail server is asked, so two workers never send the same message, and nobody
    else waits for the database while a slow mail server is talked to.
    """
    sent = 0
    due = rules.due(Message.objects.filter(sent_at=None), at=at).select_related("clinic")
    for message in due.order_by("written_at", "pk")[:limit]:
        mine = Message.objects.filter(pk=message.pk, sent_at=None, tries=message.tries)
        if not mine.update(tries=message.tries + 1, tried_at=at):
            continue  # another worker has it
        try:
            EmailMessage(
                subject=message.subject,
                body=message.body,
                to=[message.to],
                reply_to=[message.clinic.email] if message.clinic.email else None,
            ).send()
        except OSError as failure:  # all that smtplib raises is one
            Message.objects.filter(pk=message.pk).update(last_error=str(failure)[:500] or "no answer")
            log.warning("a message could not be sent: %s", failure)
            if not isinstance(failure, _REFUSED):
                break  # the server is away: the others wait for the next time, and the worker is not held up
        else:
            Message.objects.filter(pk=message.pk).update(sent_at=at, last_error="")
            sent += 1
    return sent


@transaction.atomic
def try_again(*, message: Message, by: Actor, at: datetime) -> Message:
    """Let a message that was given up be sent once more. Raises NotAllowed, NotFound, MessageNotGivenUp."""
    check_access(by, Act.REGISTER, message)
    row = Message.objects.select_for_update().get(pk=message.pk)
    rules.check_given_up(row)
    row.tries, row.tried_at, row.last_error = 0, None, ""
    row.save(update_fields=["tries", "tried_at", "last_error"])
    audit.record(Event.MESSAGE_TRIED_AGAIN, by=by, at=at, about=row, detail={"subject": row.subject})
    return row
