"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from needlework.clinic.errors import MessageNotGivenUp
from needlework.clinic.models import Message

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
"""How long after each failed try the next one comes. Together more than seventeen hours: a mail server that is down
over night loses nothing."""
MOST_TRIES: Final = len(WAITS) + 1


def due(waiting: QuerySet[Message], *, at: datetime) -> QuerySet[Message]:
    """Those of which the time has come."""
    come = Q(tries=0)
    for tries, wait in enumerate(WAITS, start=1):
        come |= Q(tries=tries, tried_at__lte=at - wait)
    return waiting.filter(come)


def check_given_up(message: Message) -> None:
    """Raises MessageNotGivenUp."""
    if message.sent_at is not None or message.tries < MOST_TRIES:
        raise MessageNotGivenUp()
