"""`needlework why-not` says what the page says."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from needlework.cli import record
from needlework.cli.main import execute
from needlework.clinic.actions import treatments
from needlework.clinic.models import AuditEvent
from tests.factories import people, room
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "now", lambda: NOW)


def test_all_reasons_are_printed_and_the_command_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    it = room.ready(reconfirmed=False)
    assert execute(["why-not", str(it.treatment.public_id), "--clinic", it.clinic.code]) == 2
    said = capsys.readouterr().out
    assert "has not been confirmed today" in said
    assert "No roller is scanned yet" in said
    line = AuditEvent.objects.get(event="reasons-asked")
    assert line.detail["reasons"] == ["history-not-reconfirmed", "no-device-scanned"]


def test_nothing_against_a_start_ends_with_0_and_json_is_one_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    it = room.ready()
    treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    assert execute(["why-not", str(it.treatment.public_id), "--clinic", it.clinic.code, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["may_start"] is True
    assert facts["reasons"] == []


def test_an_unknown_treatment_is_not_found_and_another_clinic_s_neither(
    capsys: pytest.CaptureFixture[str],
) -> None:
    it = room.ready()
    other = people.clinic()
    assert execute(["why-not", str(uuid4()), "--clinic", it.clinic.code]) == 3
    assert execute(["why-not", str(it.treatment.public_id), "--clinic", other.code]) == 3
    assert "no such treatment" in capsys.readouterr().err
