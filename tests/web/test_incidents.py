"""Incident pages: reported from the patient's page, read and closed by the medical lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import treatments
from needlework.clinic.models import Incident, Staff
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import people, room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
REPORT = {
    "code": "infection",
    "severity": "moderate",
    "happened_at": "2026-11-23T18:00",
    "what": "Pus <b>left</b> cheek",
}


def test_a_complication_is_reported_read_and_closed(log_in: LogIn) -> None:
    it = room.ready()
    url = reverse("incident-new") + f"?patient={it.patient.public_id}"
    client = log_in(it.staff)
    assert client.get(url).status_code == 200
    assert client.post(url, {**REPORT, "what": ""}).status_code == 422
    assert client.post(url, {**REPORT, "happened_at": "2026-11-25T18:00"}).status_code == 422
    response = client.post(url, {**REPORT, "treatment": str(it.treatment.public_id), "area": "cheek-left"})
    incident = Incident.objects.get()
    assert response["Location"] == reverse("incident", args=[incident.public_id])
    assert incident.treatment == it.treatment
    page = client.get(reverse("incidents")).content.decode()
    assert "Signs of infection" in page
    assert "<b>left" not in page
    here = reverse("incident", args=[incident.public_id])
    assert client.post(here, {"do": "acknowledge"}).status_code == 403

    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    assert "I have read it" in client.get(here).content.decode()
    assert client.post(here, {"do": "close", "outcome": "resolved", "done": "x"}).status_code == 422
    assert client.post(here, {"do": "acknowledge"}).status_code == 302
    assert client.post(here, {"do": "close", "outcome": "resolved", "done": ""}).status_code == 422
    assert client.post(here, {"do": "close", "outcome": "resolved", "done": "Healed"}).status_code == 302
    assert "No open incident" in client.get(reverse("incidents")).content.decode()
    assert "Healed" in client.get(here).content.decode()
    assert "closed" in client.get(reverse("incidents") + "?show=all").content.decode()


def test_a_needle_injury_of_staff_says_what_to_do_first(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic(), Role.ASSISTANT))
    url = reverse("incident-new") + "?kind=sharps"
    assert "running water" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    response = client.post(url, {**REPORT, "code": "needlestick"})
    assert "occupational health" in client.get(response["Location"]).content.decode()


def test_front_desk_and_other_clinics_see_no_incidents(log_in: LogIn) -> None:
    it = room.ready()
    client = log_in(it.staff)
    client.post(reverse("incident-new") + f"?patient={it.patient.public_id}", REPORT)
    here = reverse("incident", args=[Incident.objects.get().public_id])
    client = log_in(people.staff(it.clinic, Role.FRONT_DESK))
    for url in (reverse("incidents"), here):
        assert client.get(url).status_code == 403
    client = log_in(people.staff(people.clinic(), Role.MEDICAL_LEAD))
    assert client.get(here).status_code == 404
    assert client.get(reverse("incident-new") + f"?patient={it.patient.public_id}").status_code == 404
    assert client.get(reverse("incident-new")).status_code == 404


def test_a_needle_injury_in_a_treatment_names_patient_and_packet_and_its_steps_are_ticked(
    log_in: LogIn,
) -> None:
    it = room.ready()
    treatments.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    client = log_in(it.staff)
    soothe = reverse("treatment-step", args=[it.treatment.public_id, "soothe"])
    url = reverse("incident-new") + f"?kind=sharps&treatment={it.treatment.public_id}"
    assert url.replace("&", "&amp;") in client.get(soothe).content.decode()
    page = client.get(url).content.decode()
    assert it.unit.lot in page
    sent = {**REPORT, "code": "needlestick", "packet": str(it.treatment.device_uses.get().public_id)}
    response = client.post(url, sent)
    incident = Incident.objects.get()
    assert (incident.patient, incident.treatment, incident.unit) == (it.patient, it.treatment, it.unit)
    here = response["Location"]
    assert client.post(here, {"do": "step", "code": "washed", "done": "yes"}).status_code == 302
    assert client.post(here, {"do": "step", "code": "covered"}).status_code == 422
    assert client.post(here, {"do": "step", "code": "covered", "note": "A splash"}).status_code == 302
    assert client.post(here, {"do": "step", "code": "danced", "done": "yes"}).status_code == 422
    page = client.get(here).content.decode()
    assert "Done, " in page
    assert ": A splash" in page
    assert log_in(people.staff(people.clinic())).get(url).status_code == 404
