"""Lines of the trail, and a trail that can be laid open to be tampered with."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from needlework.clinic.actions.trail import seal_waiting
from needlework.clinic.models import AuditEvent, triggers

from .people import NOW


def line(n: int, at: datetime, *, clinic: int = 1) -> AuditEvent:
    """One line, each unlike the others."""
    draw = random.Random(n)
    return AuditEvent.objects.create(
        clinic=clinic,
        at=at,
        actor=draw.choice(["Ada Okoro", "Zoë Brontë", 'O\'Hara "Mac"', "李 娜"]),
        actor_role=draw.choice(["practitioner", "auditor", "program"]),
        actor_id=uuid.UUID(int=draw.getrandbits(128)) if n % 3 else None,
        event=draw.choice(["record-opened", "treatment-signed", "area-treated"]),
        about=draw.choice(["", "Treatment", "Patient"]),
        about_id=uuid.UUID(int=draw.getrandbits(128)) if n % 2 else None,
        patient=uuid.UUID(int=draw.getrandbits(128)) if n % 4 else None,
        detail={} if n % 5 else {"query": f"näme {n}", "count": n},
    )


def sealed_trail(batches: int = 6, per_batch: int = 8, *, every: timedelta = timedelta(hours=2)) -> datetime:
    """Batches of lines, each sealed two hours after the one before. Returns the time of the last."""
    at, n = NOW, 0
    for _ in range(batches):
        at += every
        for _ in range(per_batch):
            n += 1
            line(n, at - timedelta(seconds=per_batch - n % per_batch))
        seal_waiting(at=at)
    return at


def anchor_file() -> Path:
    """The anchor file of this run's settings."""
    return Path(settings.TRAIL_ANCHOR_FILE)


@contextmanager
def laid_open() -> Iterator[None]:
    """Without triggers, as somebody with the database's password could make it."""
    with triggers.lifted(connection):
        yield
