"""`needlework recall` traces a lot to its patients."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from needlework.cli import record
from needlework.cli.main import execute
from needlework.clinic.actions import devices, topicals
from needlework.clinic.models import AuditEvent, DeviceUnit, Recall
from needlework.clinic.who import Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.recalls import LOT, used

pytestmark = pytest.mark.django_db
DI, OTHER_DI = "09506000134352", "00841365101229"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "now", lambda: NOW)


def test_a_lot_is_traced_in_words_and_leaves_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    clinic = people.clinic()
    use = used(clinic, di=DI)
    room.unit(people.site(clinic), lot=LOT, di=DI)
    assert execute(["recall", "--di", DI[1:], "--lot", LOT, "--clinic", clinic.code]) == 0
    said = capsys.readouterr().out
    assert "2 packets: 1 in stock" in said
    assert "Used on 1 patient" in said
    assert use.patient.name in said
    line = AuditEvent.objects.get(event="lot-traced")
    assert line.detail == {"di": DI, "lot": LOT, "serial": "", "patients": 1}
    assert line.actor.startswith("operator:")


def test_an_identifier_may_be_given_as_its_label_carries_it(capsys: pytest.CaptureFixture[str]) -> None:
    clinic = people.clinic()
    used(clinic, di="H3735K12A3")
    for form in ("H3735K12A3", "+H3735K12A3Q"):
        assert execute(["recall", "--di", form, "--lot", LOT, "--clinic", clinic.code]) == 0
        assert "Used on 1 patient" in capsys.readouterr().out
    assert execute(["recall", "--di", f"(01){DI}", "--lot", LOT, "--clinic", clinic.code]) == 3


def test_json_is_one_object_with_every_treatment(capsys: pytest.CaptureFixture[str]) -> None:
    clinic = people.clinic()
    use = used(clinic, serial="S7")
    used(clinic, serial="S8")
    assert execute(["recall", "--lot", LOT, "--serial", "s7", "--clinic", clinic.code, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["patients"], facts["units"]["used"]) == (1, 1)
    [told] = facts["list"]
    assert told["patient"] == str(use.patient.public_id)
    assert told["treatments"] == [
        {
            "treatment": str(use.treatment.public_id),
            "at": use.used_at.isoformat(),
            "site": use.treatment.site.name,
            "practitioner": use.treatment.practitioner.name,
            "areas": ["cheek-left"],
            "serial": "S7",
        }
    ]


def test_what_is_not_there_not_allowed_or_no_identifier_ends_with_its_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clinic = people.clinic()
    used(clinic)
    desk = people.staff(clinic, Role.FRONT_DESK)
    assert execute(["recall", "--lot", "NONE", "--clinic", clinic.code]) == 3
    assert execute(["recall", "--lot", LOT, "--clinic", people.clinic().code]) == 3
    assert execute(["recall", "--lot", LOT, "--as", desk.email]) == 4
    assert execute(["recall", "--lot", LOT, "--di", DI[:-1] + "3", "--clinic", clinic.code]) == 2
    assert "check digit" in capsys.readouterr().err


def test_an_unknown_lot_names_the_nearest_and_a_known_one_says_what_does_not_fit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clinic = people.clinic()
    devices.receive(
        site=people.site(clinic),
        model=care.device_model(),
        lot="A213B1",
        di=DI,
        expires_on=room.IN_DATE,
        quantity=2,
        by=people.acting(people.staff(clinic, Role.MANAGER)),
        at=NOW,
    )
    for asked, code, said in (
        (["--lot", "a213bl"], 3, "no such lot as a213bl (nearest: A213B1)"),
        (["--lot", "ZZZ"], 3, "no such lot as ZZZ in this clinic"),
        (["--lot", "A213B1", "--di", OTHER_DI], 3, f"with the identifier {OTHER_DI} (the lot has 2 packets)"),
        (["--lot", " "], 2, "Give the lot with --lot"),
        ([], 2, "Give the lot with --lot"),
    ):
        assert execute(["recall", *asked, "--clinic", clinic.code]) == code
        assert said in capsys.readouterr().err


def test_the_yearly_drill_is_held_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    clinic = people.clinic()
    for _ in range(2):
        used(clinic)
    used(clinic, lot="B1")
    room.unit(people.site(clinic), lot=LOT)
    on_it = ["--clinic", clinic.code]
    assert execute(["recall", "drill", *on_it, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["packets"], facts["patients"], facts["expected"]) == (3, 2, 1)
    assert (facts["closed_at"], facts["counted"]) == (None, None)
    assert facts["took_ms"] >= 0
    assert execute(["recall", "drill", "--done", "All found.", *on_it]) == 2
    assert "Count the packets first" in capsys.readouterr().err
    assert execute(["recall", "drill", "--lot", "B1", *on_it]) == 2
    assert "still open" in capsys.readouterr().err
    assert execute(["recall", "drill", "--counted", "1", "--done", "All found.", *on_it]) == 0
    said = capsys.readouterr().out
    assert "1 should lie in the drawers, 1 were counted." in said
    assert "Closed after" in said
    held = Recall.objects.get()
    assert (held.kind, held.counted, held.done) == (Recall.DRILL, 1, "All found.")
    assert not DeviceUnit.objects.filter(quarantined_at__isnull=False).exists()
    assert execute(["recall", "drill", "--lot", "b1", *on_it]) == 0
    assert "The clock runs since" in capsys.readouterr().out


def test_a_drill_needs_a_lot_that_was_used_and_somebody_who_may(capsys: pytest.CaptureFixture[str]) -> None:
    clinic = people.clinic()
    assert execute(["recall", "drill", "--clinic", clinic.code]) == 2
    assert "No packet was used yet" in capsys.readouterr().err
    used(clinic)
    assert execute(["recall", "drill", "--lot", "NONE", "--clinic", clinic.code]) == 2
    assert f"Lots that were: {LOT}." in capsys.readouterr().err
    nurse = people.staff(clinic, Role.ASSISTANT)
    assert execute(["recall", "drill", "--as", nurse.email]) == 4
    assert not Recall.objects.exists()


def test_a_batch_is_traced_to_its_patient_and_leaves_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    it = room.ready()
    topicals.apply_topical(
        treatment=it.treatment,
        product="Aftercare serum",
        batch="HA2210",
        stage="after",
        deviation_because="Charted before the needles.",
        by=it.by,
        at=people.NOW,
    )
    assert execute(["batch", "--batch", "ha2210", "--clinic", it.clinic.code, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["patients"], found["list"][0]["number"]) == (1, it.patient.number)
    assert AuditEvent.objects.get(event="lot-traced").detail["batch"] == "ha2210"
    assert execute(["batch", "--batch", "HA2210", "--clinic", it.clinic.code]) == 0
    assert "Batch HA2210: put on 1 patient." in capsys.readouterr().out
    assert execute(["batch", "--batch", "NONE", "--clinic", it.clinic.code]) == 3


def test_a_batch_that_nobody_had_on_is_found_in_stock(capsys: pytest.CaptureFixture[str]) -> None:
    site = people.site(people.clinic())
    row = room.batch(site, expires_on=people.NOW.date() + timedelta(days=2000))
    assert execute(["batch", "--batch", "e77", "--clinic", site.clinic.code, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["stock"] == [
        {
            "product": "emla",
            "batch": "E77",
            "site": site.name,
            "came_in": 3,
            "state": "in-date",
            "until": row.expires_on.isoformat() if row.expires_on else None,
        }
    ]
    assert execute(["batch", "--batch", "E77", "--clinic", site.clinic.code]) == 0
    assert f"In stock: EMLA Cream 5 %, {site.name}, 3 came in, in-date" in capsys.readouterr().out
    assert execute(["batch", "--batch", "E77", "--product", "lmx4", "--clinic", site.clinic.code]) == 3
