"""What is remembered of the record is never older than the record."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.transaction import Atomic
from django.test.utils import CaptureQueriesContext

from needlework.clinic import audit, reference
from needlework.clinic.actions import incidents, reading
from needlework.clinic.demo import story
from needlework.clinic.models import AuditEvent, Incident, Patient
from needlework.clinic.queries import remembered, summaries
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

TIMES_EACH = 2  # how often each kind of line is looked at


def columns(row: models.Model) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def flat(thing: Any) -> Any:
    """Rows as the values they hold: two rows with the same key are equal for Django, whatever they say."""
    if isinstance(thing, models.Model):
        return columns(thing), {
            name: None if joined is None else columns(joined)
            for name, joined in thing._state.fields_cache.items()
        }
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: flat(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, list | tuple):
        return [flat(each) for each in thing]
    if isinstance(thing, dict):
        return {key: flat(value) for key, value in thing.items()}
    return thing


class Watch:
    """Looks at all patients after an action: what changed in a record must have moved its version."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.last_line = 0
        self.before: dict[int, tuple[remembered.Version, Any]] = {}
        self.changes = 0
        self.missed: list[str] = []
        self.looking = False

    def look(self) -> None:
        new = list(AuditEvent.objects.filter(pk__gt=self.last_line).values_list("pk", "event"))
        rare = {event for _, event in new if self.seen.get(event, 0) < TIMES_EACH}
        if not rare:
            return
        self.last_line = max(pk for pk, _ in new)
        for event in rare:
            self.seen[event] = self.seen.get(event, 0) + 1
        everyone = list(Patient.objects.select_related("clinic"))
        if not everyone:
            return
        versions, records = remembered.versions(everyone), remembered.read(everyone)
        now = {pk: (versions[pk], flat(records[pk])) for pk in records}
        for pk, (version, record) in now.items():
            was = self.before.get(pk)
            if was is not None and was[1] != record:
                self.changes += 1
                if was[0] == version:
                    changed = [name for name in record if record[name] != was[1][name]]
                    self.missed.append(f"{changed} of patient {pk}, unseen in {sorted({e for _, e in new})}")
        self.before = now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watching = Watch()
    leave = Atomic.__exit__

    def left(self: Atomic, *failure: Any) -> None:
        leave(self, *failure)
        # inside the test's and the story's own transactions, each action is one more
        if failure[0] is None and not watching.looking and len(connection.savepoint_ids) <= 1:
            watching.looking = True
            watching.look()
            watching.looking = False

    monkeypatch.setattr(Atomic, "__exit__", left)
    return watching


@pytest.mark.django_db
def test_every_change_of_a_record_moves_its_version(watch: Watch) -> None:
    reference.load_devices(by=Actor("Operator", Role.PROGRAM, 0), at=NOW - timedelta(days=500))
    story.fill(at=NOW)
    assert watch.missed == []
    assert watch.changes > 30
    assert {"finding-overridden", "consent-withdrawn", "checkin-answered", "review-held"} <= set(watch.seen)


@pytest.mark.django_db(transaction=True)
def test_what_was_read_is_not_read_again_and_a_change_is_seen_at_once() -> None:
    patient = people.patient(people.clinic())
    lead = people.acting(people.staff(patient.clinic, Role.MEDICAL_LEAD))
    with CaptureQueriesContext(connection) as first:
        before = summaries.next_step(lead, patient, at=NOW)
    reading.note(event="record-opened", by=lead, at=NOW, detail={})
    with CaptureQueriesContext(connection) as again:
        assert summaries.next_step(lead, patient, at=NOW + timedelta(minutes=1)) == before
    assert len(again) < len(first) / 3
    incidents.open_incident(
        kind=Incident.COMPLICATION, code="infection", patient=patient, severity="moderate", what="Pus",
        happened_at=NOW, by=lead, at=NOW,
    )  # fmt: skip
    seen = summaries.next_step(lead, patient, at=NOW + timedelta(minutes=2))
    assert [light.what for light in seen.lights if light.state == "stop"] == ["complication"]


@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_does_not_grow_old() -> None:
    patient = people.patient(people.clinic())
    remembered.records_of([patient], at=NOW)
    for later, asked in ((remembered.KEPT_FOR, 1), (remembered.KEPT_FOR + timedelta(seconds=1), 2)):
        with CaptureQueriesContext(connection) as caught:
            remembered.records_of([patient], at=NOW + later)
        assert (len(caught) > 1) is (asked > 1)


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_remembered() -> None:
    patient = people.patient(people.clinic())
    lead = people.acting(people.staff(patient.clinic, Role.MEDICAL_LEAD))
    remembered.records_of([patient], at=NOW)
    assert summaries.gather([patient], at=NOW)[patient.pk].complication is None
    with transaction.atomic():
        Incident.objects.create(
            clinic=patient.clinic, patient=patient, kind=Incident.COMPLICATION, code="infection",
            severity="mild", what="Redness", happened_at=NOW, opened_at=NOW, opened_by=lead.name,
        )  # fmt: skip
        assert summaries.gather([patient], at=NOW)[patient.pk].complication is not None


def test_every_line_that_is_left_out_tells_of_reading() -> None:
    assert all(event.value.endswith(("-opened", "-viewed", "-asked")) for event in audit.READING)
    assert audit.Event.TREATMENT_OPENED not in audit.READING
    assert audit.Event.COURSE_OPENED not in audit.READING
