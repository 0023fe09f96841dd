"""The trail: read by people page by page, and by the sealer as the database stores it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput
from needlework.clinic.models import AuditEvent, Patient, TrailSeal
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.trail import BEFORE_THE_FIRST, Anchor
from needlework.clinic.rules.wording import within_reason
from needlework.clinic.who import Actor

PAGE = 50
#: a line may be sealed this much later than one with a higher id: its transaction was still running.
#: SQLite has one writer at a time, so there it never happens.
LATE = {"sqlite": timedelta(0), "postgresql": timedelta(hours=1)}


# --- For people ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first, and where the next page begins."""

    lines: list[AuditEvent]
    sealed: frozenset[int]  # the ids of those lines which are sealed already
    names: dict[UUID, str]  # the patients concerned, by public id
    next_before: int | None


def lines(
    by: Actor,
    *,
    person: str = "",
    patient: UUID | None = None,
    event: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> TrailPage:
    """The clinic's trail, newest first, fifty at a time; `before` is the `next_before` of the page before.

    Raises NotAllowed.
    """
    check_may(by, Act.SEE_TRAIL)
    wanted = Q(clinic=by.clinic_id)
    if person:
        wanted &= Q(actor__icontains=person)
    if patient:
        wanted &= Q(patient=patient)
    if event:
        wanted &= Q(event=event)
    if since:
        wanted &= Q(at__gte=since)
    if until:
        wanted &= Q(at__lt=until)
    if before:
        edge = AuditEvent.objects.filter(clinic=by.clinic_id, pk=before).values_list("at", flat=True).first()
        if edge is not None:
            wanted &= Q(at__lt=edge) | Q(at=edge, pk__lt=before)
    found = list(AuditEvent.objects.filter(wanted).order_by("-at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    sealed = TrailSeal.objects.filter(event__in=[line.pk for line in shown]).values_list("event", flat=True)
    concerned = {line.patient for line in shown if line.patient}
    patients = Patient.objects.filter(clinic_id=by.clinic_id, public_id__in=concerned)
    return TrailPage(
        lines=shown,
        sealed=frozenset(sealed),
        names={one.public_id: f"{one.name} ({one.number})" for one in patients},
        next_before=shown[-1].pk if len(found) > PAGE else None,
    )


def patient_of(by: Actor, text: str) -> UUID:
    """The public id of the patient with this number or id. Raises NotAllowed, BadInput."""
    check_may(by, Act.SEE_TRAIL)
    try:
        wanted = Q(public_id=UUID(text))
    except ValueError:
        wanted = Q(number__iexact=text)
    found = Patient.objects.filter(wanted, clinic_id=by.clinic_id).values_list("public_id", flat=True).first()
    if found is None:
        raise BadInput(
            because=f"No patient has the number {text}. It stands under the name on the patient's page.",
            at_field="patient",
        )
    return found


def events() -> list[str]:
    """Everything the trail can tell, in the order of the code."""
    return [event.value for event in Event]


def day_bounds(first: date | None, last: date | None, zone: Any) -> tuple[datetime | None, datetime | None]:
    """The moments between which whole days lie, in a time zone."""
    first, last = first and within_reason(first), last and within_reason(last)
    since = datetime(first.year, first.month, first.day, tzinfo=zone) if first else None
    after = last + timedelta(days=1) if last else None
    until = datetime(after.year, after.month, after.day, tzinfo=zone) if after else None
    return since, until


# --- For the sealer -----------------------------------------------------------------------------------
def carried() -> str:
    """The column `at` as text in UTC, alike on both databases."""
    if connection.vendor == "sqlite":
        return "e.at || ''"
    return "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"


def columns() -> str:
    """A line's columns as text, so that what is hashed is what is stored (rules.trail.COLUMNS)."""
    text = " || ''" if connection.vendor == "sqlite" else "::text"
    return (
        f"e.id, e.clinic, {carried()}, e.actor, e.actor_role, e.actor_id{text}, e.event, e.about,"
        f" e.about_id{text}, e.patient{text}, e.detail{text}"
    )


def unsealed_rows(*, above: int, limit: int) -> list[tuple[Any, ...]]:
    """Committed lines without a seal, whose id is above a mark, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns()} FROM clinic_auditevent e WHERE e.id > %s AND NOT EXISTS"  # noqa: S608
            " (SELECT 1 FROM clinic_trailseal s WHERE s.event = e.id) ORDER BY e.id LIMIT %s",
            [above, limit],
        )
        return list(cursor.fetchall())


def rows_of(events: list[int]) -> list[tuple[Any, ...]]:
    """Those lines, by id; what is not there is left out."""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(events), 500):
            part = events[start : start + 500]
            marks = ",".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT {columns()} FROM clinic_auditevent e WHERE e.id IN ({marks}) ORDER BY e.id",  # noqa: S608
                part,
            )
            found += cursor.fetchall()
    return found


def last_seal() -> tuple[int, str]:
    """Position and seal of the last line that is sealed in the database; (0, "000…") before the first."""
    found = TrailSeal.objects.order_by("-position").values_list("position", "mac").first()
    return found or (0, BEFORE_THE_FIRST)


class LowWater:
    """Up to which id every line that will ever be committed has been seen: below it nothing need be looked for.

    SQLite has one writer, so that is the highest sealed line. On PostgreSQL a transaction may hold a low id
    for a while: the mark follows only when all transactions that were running have ended.
    """

    def __init__(self, recent: list[Anchor], *, at: datetime) -> None:
        settled = [line.highest for line in recent if line.sealed_at < at - LATE["postgresql"]]
        self._mark = self._next = max(settled, default=0)
        self._seen: list[tuple[datetime, int]] = []

    def mark(self) -> int:
        """The id to look above, now. To be followed by `settle` once all above it has been sealed."""
        if connection.vendor == "sqlite":
            return TrailSeal.objects.order_by("-event").values_list("event", flat=True).first() or 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT clock_timestamp(), (SELECT max(event) FROM clinic_trailseal), (SELECT min(xact_start)"
                " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())"
            )
            now, highest, oldest = cursor.fetchone()
        while self._seen and (oldest is None or self._seen[0][0] < oldest):
            self._next = max(self._next, self._seen.pop(0)[1])
        if highest is not None and (not self._seen or highest > self._seen[-1][1]):
            self._seen.append((now, highest))
        return self._mark

    def settle(self) -> None:
        """Whatever ended before the last `mark` has been looked at since."""
        self._mark = self._next
