"""The treatment room through the browser's eyes: one whole way, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import appointments, links
from needlework.clinic.actions import treatments as actions
from needlework.clinic.models import (
    AuditEvent,
    DeviceUnit,
    DeviceUse,
    Incident,
    Staff,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.queries import screenings
from needlework.clinic.who import Role
from needlework.web.views.treatment_room import STEPS
from tests.conftest import NOW
from tests.factories import care, people, room
from tests.factories.room import Room

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
PIN = "294731"


@pytest.fixture
def it() -> Room:
    return room.ready()


def _step(it: Room, step: str) -> str:
    return reverse("treatment-step", args=[it.treatment.public_id, step])


def _send(client: Client, it: Room, step: str, do: str, *, status: int = 302, **fields: object) -> str:
    response = client.post(_step(it, step), {"do": do, **fields})
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


NUMB = {
    "product": "emla",
    "batch": "E77",
    "expires_on": "2027-06-30",
    "grams": "9",
    "area_cm2": "60",
    "weight_kg": "64",
    "minutes": "60",
}
AREA = {
    "area": "cheek-left",
    "indication": "atrophic-acne-scars",
    "needle_mm": "1.5",
    "passes_0": "2",
    "passes_90": "2",
    "passes_45": "2",
    "passes_135": "2",
    "endpoint": "pinpoint-bleeding",
}


def _all_no(it: Room) -> dict[str, str]:
    asked = screenings.all_questions(it.patient) + screenings.all_questions(it.patient, examined=True)
    return {question.code: "no" for question in asked if question.type != "choice"}


@pytest.mark.parametrize(("hours", "is_today"), [(2, True), (4, False)])
def test_the_appointment_of_today_is_the_one_of_the_day_at_the_site(
    log_in: LogIn, hours: int, is_today: bool
) -> None:
    it = room.ready()
    Treatment.objects.update(voided_at=NOW, voided_by="x", voided_because="x")
    far = people.site(it.clinic, time_zone="Australia/Sydney")  # there it is 21 o'clock
    starts_at = NOW + timedelta(hours=hours)
    booked = appointments.book(
        patient=it.patient,
        practitioner=it.staff,
        room=people.room(far),
        kind="treatment",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        by=it.by,
        at=NOW,
    )
    log_in(it.staff).post(
        reverse("treatment-new", args=[it.plan.course.public_id]), {"site": str(far.public_id)}
    )
    opened = Treatment.objects.get(voided_at=None)
    assert (opened.appointment == booked) is is_today


def test_a_treatment_goes_all_the_way_in_the_browser(log_in: LogIn) -> None:
    it = room.ready(reconfirmed=False, agreed=False)
    it.staff.pin_hash = make_password(PIN, hasher="pbkdf2_sha256")
    it.staff.save()
    client = log_in(it.staff)
    Treatment.objects.filter(pk=it.treatment.pk).update(voided_at=NOW, voided_by="x", voided_because="x")
    opened = client.post(reverse("treatment-new", args=[it.plan.course.public_id]))
    assert opened.status_code == 302
    it.treatment = Treatment.objects.get(voided_at=None)
    assert opened["Location"] == _step(it, "check")

    page = client.get(_step(it, "check")).content.decode()
    assert "has not been confirmed today" in page
    assert _send(client, it, "check", "reask", status=422, nothing_else="no").count("Ask this one too.") > 10
    _send(client, it, "check", "reask", nothing_else="no", **_all_no(it))
    _send(client, it, "check", "confirm", signature="", signature_typed=it.patient.name)
    _send(client, it, "check", "countersign")
    assert "Nothing stands against preparing" in client.get(_step(it, "check")).content.decode()

    _send(client, it, "numb", "apply", **NUMB)
    page = client.get(_step(it, "numb")).content.decode()
    assert "of at most 60" in page
    assert "data-timer" in page
    assert "data-timer" in client.get(_step(it, "device")).content.decode()
    cream = it.treatment.anaesthetics.get()
    _send(client, it, "numb", "wipe", entry=cream.public_id)

    page = _send(client, it, "device", "scan", status=200, scan=it.unit.lot)
    assert "Open this packet" in page
    _send(client, it, "device", "open", unit=it.unit.public_id, scan=it.unit.lot)
    use = it.treatment.device_uses.get()
    _send(client, it, "device", "witness", entry=use.public_id, witness="seen", witnessed_by="AE")

    assert "Everything is in place" in client.get(_step(it, "treat")).content.decode()
    _send(client, it, "treat", "start")
    assert "Chart left cheek" in client.get(_step(it, "treat")).content.decode()
    _send(client, it, "treat", "area", **AREA)
    assert "Needling finished" in client.get(_step(it, "treat")).content.decode()
    _send(client, it, "treat", "finish")

    _send(client, it, "soothe", "topical", product="sterile-saline", batch="S1", stage="after")
    _send(client, it, "soothe", "soothe", pain="3", redness="mild", sharps_container="SC-1")
    assert "Give the aftercare sheet" in client.get(_step(it, "soothe")).content.decode()
    _send(client, it, "soothe", "aftercare", note="Cool packs")

    page = client.get(_step(it, "sign")).content.decode()
    assert "Your signature" in page
    wrong = client.post(_step(it, "sign"), {"do": "sign", "secret": "000000"})
    assert wrong.status_code == 422
    _send(client, it, "sign", "sign", secret=PIN)
    it.treatment.refresh_from_db()
    assert it.treatment.signed_by == it.staff.name

    record = client.get(reverse("treatment", args=[it.treatment.public_id])).content.decode()
    assert it.unit.lot in record
    assert "Cheek, left" in record
    assert client.get(_step(it, "treat")).status_code == 302
    assert client.post(reverse("treatment", args=[it.treatment.public_id]), {"text": " "}).status_code == 422
    amended = client.post(
        reverse("treatment", args=[it.treatment.public_id]), {"text": "10 passes", "because": "Miscounted"}
    )
    assert amended.status_code == 302
    assert "Miscounted" in client.get(amended["Location"]).content.decode()


@pytest.mark.parametrize("step", list(STEPS))
def test_each_step_opens_in_few_queries_and_leaves_one_line(
    step: str, it: Room, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    client = log_in(it.staff)
    client.get(_step(it, step))
    before = AuditEvent.objects.filter(event="record-opened").count()
    with django_assert_max_num_queries(25):
        assert client.get(_step(it, step)).status_code == 200
    assert AuditEvent.objects.filter(event="record-opened").count() == before + 1


@pytest.mark.parametrize("step", list(STEPS))
def test_stop_is_on_every_step_until_the_end(step: str, it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    assert (
        reverse("treatment-stop", args=[it.treatment.public_id])
        in client.get(_step(it, step)).content.decode()
    )


def test_stopping_leads_on_to_soothe(it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    url = reverse("treatment-stop", args=[it.treatment.public_id])
    assert client.post(url, {}).status_code == 422
    response = client.post(url, {"stop-reason": "pain", "stop-words": "left cheek"})
    assert (response.status_code, response["Location"]) == (302, _step(it, "soothe"))
    it.treatment.refresh_from_db()
    assert it.treatment.stopped_because == "Too much pain: left cheek"
    assert client.post(url, {"stop-reason": "pain"}).status_code == 422


def test_a_stop_in_the_health_questions_of_today_is_shown_at_once(log_in: LogIn) -> None:
    it = room.ready(reconfirmed=False)
    client = log_in(it.staff)
    said = _all_no(it) | {"pregnancy": "yes"}
    page = _send(client, it, "check", "reask", status=422, nothing_else="yes", **said)
    assert "so that it is judged" in page
    _send(client, it, "check", "reask", nothing_else="no", **said)
    assert "See the finding" in client.get(_step(it, "check")).content.decode()
    page = _send(client, it, "treat", "start", status=422)
    assert "regnan" in page


def test_too_much_cream_comes_back_with_what_was_typed_and_a_way_to_record_a_fact(
    it: Room, log_in: LogIn
) -> None:
    client = log_in(it.staff)
    page = _send(client, it, "numb", "apply", status=422, **{**NUMB, "grams": "61"})
    assert "61 g of at most 60" in page
    assert 'value="E77"' in page
    assert "deviation_because" in page
    _send(client, it, "numb", "apply", **{**NUMB, "grams": "61"}, deviation_because="It is on already")
    assert Incident.objects.get().code == "dose-refused"


def test_a_figure_that_cannot_be_is_said_at_its_field_and_offers_no_deviation(
    it: Room, log_in: LogIn
) -> None:
    client = log_in(it.staff)
    page = _send(client, it, "numb", "apply", status=422, **{**NUMB, "weight_kg": "10"})
    assert "Give kilograms" in page
    assert "If it has already happened" not in page


def test_the_dose_is_drawn_as_it_is_typed(it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    url = reverse("treatment-dose", args=[it.treatment.public_id])
    assert "The limits appear" in client.post(url, {"product": "emla"}).content.decode()
    page = client.post(url, {**NUMB, "grams": "61"}).content.decode()
    assert "of at most 60" in page
    assert "61 g of at most 60" in page
    assert "Give kilograms" in client.post(url, {**NUMB, "weight_kg": "10"}).content.decode()
    assert not it.treatment.anaesthetics.exists()


def test_an_expired_packet_is_shown_refused_and_recordable(it: Room, log_in: LogIn) -> None:
    DeviceUnit.objects.filter(pk=it.unit.pk).update(expires_on=date(2026, 5, 3))
    client = log_in(it.staff)
    page = _send(client, it, "device", "scan", status=200, scan=it.unit.lot)
    assert "It expired on 3 May 2026" in page
    page = _send(client, it, "device", "open", status=422, unit=it.unit.public_id, scan=it.unit.lot)
    assert "expired on 3 May 2026. Scan another" in page
    _send(
        client,
        it,
        "device",
        "open",
        unit=it.unit.public_id,
        scan=it.unit.lot,
        deviation_because="Seen too late",
    )
    assert Incident.objects.get().code == "device-expired"


def test_nonsense_in_the_scan_field_is_refused_with_a_sentence(it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    for scan in ("", "<script>alert(1)</script>", "x" * 3000):
        page = _send(client, it, "device", "scan", status=422, scan=scan)
        assert "<script>alert(1)" not in page


def test_of_a_lot_the_next_packet_is_taken_when_somebody_else_was_quicker(it: Room, log_in: LogIn) -> None:
    second = room.unit(it.site, lot=it.unit.lot)
    other = room.ready(of=it.clinic)
    client = log_in(it.staff)
    actions.use_device(treatment=other.treatment, unit=it.unit, by=other.by, at=NOW)
    _send(client, it, "device", "open", unit=it.unit.public_id, scan=it.unit.lot)
    assert it.treatment.device_uses.get().unit == second
    page = _send(client, it, "device", "open", status=422, unit=it.unit.public_id, scan=it.unit.lot)
    assert "2 received" in page


def test_a_sealed_packet_goes_back_with_a_second_person_s_pin(it: Room, log_in: LogIn) -> None:
    second = people.staff(it.clinic, Role.ASSISTANT, pin_hash=make_password(PIN, hasher="pbkdf2_sha256"))
    use = actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    client = log_in(it.staff)
    facts = {"entry": use.public_id, "second": second.public_id, "because": "Scanned twice"}
    _send(client, it, "device", "return", status=422, **facts, second_secret="000000")
    assert DeviceUse.objects.get().returned_at is None
    _send(client, it, "device", "return", **facts, second_secret=PIN)
    assert DeviceUse.objects.get().returned_confirmed_by == second.name


def test_a_dropped_packet_is_discarded(it: Room, log_in: LogIn) -> None:
    use = actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    client = log_in(it.staff)
    _send(client, it, "device", "void", entry=use.public_id, because="Dropped")
    assert DeviceUnit.objects.get(pk=it.unit.pk).discarded_because == "Dropped"
    assert "discarded by" in client.get(_step(it, "device")).content.decode()


def test_an_area_is_undone_and_stays_crossed_out(it: Room, log_in: LogIn) -> None:
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    client = log_in(it.staff)
    _send(client, it, "treat", "area", **AREA)
    _send(client, it, "treat", "void", entry=it.treatment.areas.get().public_id, because="Counted twice")
    page = client.get(_step(it, "treat")).content.decode()
    assert "<s>Cheek, left" in page
    page = _send(client, it, "treat", "finish", status=422)
    assert "No area is charted yet" in page
    assert "An area that was not planned" in client.get(_step(it, "treat") + "?area=another").content.decode()
    page = _send(client, it, "treat", "area", status=422, **{**AREA, "needle_mm": "0.5"})
    assert "not 0.5 mm" in page


def test_the_patient_s_wish_to_see_the_packet_is_kept_on_their_own_phone(it: Room, client: Client) -> None:
    use = actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    _link, token = links.make_link(
        patient=it.patient, purpose="witness", about=use.public_id, by=it.by, at=NOW
    )
    client.post(
        reverse("patient-link", args=[token]),
        {"born_on_0": "12", "born_on_1": "4", "born_on_2": "1988", "born_on_day": "12"}
        | {"born_on_month": "4", "born_on_year": "1988"},
    )
    url = reverse("patient-witness", args=[token])
    page = client.get(url).content.decode()
    assert it.unit.lot in page
    assert client.post(url).status_code == 302
    use.refresh_from_db()
    assert (use.witness, use.witnessed_by) == ("own-phone", it.patient.name)
    assert "Thank you" in client.get(url).content.decode()


def test_a_treatment_opened_in_error_is_closed_and_one_with_an_old_plan_is_opened_again(
    it: Room, log_in: LogIn
) -> None:
    client = log_in(it.staff)
    url = reverse("treatment-close", args=[it.treatment.public_id])
    assert client.post(url, {}).status_code == 302
    it.treatment.refresh_from_db()
    assert it.treatment.voided_at is None
    newer = care.plan(it.plan.course, version=2)
    assert "Open again with the current plan" in client.get(_step(it, "check")).content.decode()
    client.post(url, {"because": "The plan was changed", "again": "1"})
    assert Treatment.objects.get(voided_at=None).plan == newer


def test_taking_over_makes_the_one_who_acts_the_practitioner(it: Room, log_in: LogIn) -> None:
    other = people.staff(it.clinic)
    client = log_in(other)
    assert "take over" in client.get(_step(it, "check")).content.decode()
    _send(client, it, "check", "take-over")
    it.treatment.refresh_from_db()
    assert it.treatment.practitioner == other


def test_another_clinic_finds_nothing_and_an_unknown_step_or_deed_neither(it: Room, log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic()))
    for url in (_step(it, "check"), reverse("treatment", args=[it.treatment.public_id])):
        assert client.get(url).status_code == 404
    assert client.post(_step(it, "treat"), {"do": "start"}).status_code == 404
    client = log_in(it.staff)
    assert client.get(_step(it, "dance")).status_code == 404
    assert client.post(_step(it, "treat"), {"do": "dance"}).status_code == 404
    assert client.post(_step(it, "device"), {"do": "open", "unit": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.FRONT_DESK, 403), (Role.MANAGER, 403), (Role.AUDITOR, 302)]
)
def test_who_may_not_help_does_not_reach_the_steps(role: Role, status: int, it: Room, log_in: LogIn) -> None:
    client = log_in(people.staff(it.clinic, role))
    assert client.get(_step(it, "check")).status_code == status
    read = client.get(reverse("treatment", args=[it.treatment.public_id]))
    assert read.status_code == (200 if role is Role.AUDITOR else 403)


def test_an_assistant_does_not_start(it: Room, log_in: LogIn) -> None:
    client = log_in(people.staff(it.clinic, Role.ASSISTANT))
    assert client.post(_step(it, "treat"), {"do": "start"}).status_code == 403


def test_naughty_strings_are_kept_and_shown_as_text(it: Room, log_in: LogIn) -> None:
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    client = log_in(it.staff)
    _send(client, it, "treat", "area", **AREA, note="<img src=x onerror=alert(1)>")
    page = client.get(_step(it, "treat")).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_page_full_of_areas_stays_cheap(
    log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    areas = ("cheek-left", "cheek-right", "forehead", "chin", "nose")
    it = room.ready(areas=areas)
    actions.use_device(treatment=it.treatment, unit=it.unit, by=it.by, at=NOW)
    actions.start(treatment=it.treatment, by=it.by, at=NOW)
    done = [actions.AreaDone(area, "atrophic-acne-scars", Decimal("1.5"), 8) for area in areas]
    actions.treat_areas(treatment=it.treatment, areas=done, by=it.by, at=NOW)
    client = log_in(it.staff)
    client.get(_step(it, "treat"))
    with django_assert_max_num_queries(20):
        assert client.get(_step(it, "treat")).status_code == 200


def test_a_draft_of_the_numbing_form_comes_back(it: Room, log_in: LogIn) -> None:
    client = log_in(it.staff)
    kept: dict[str, Any] = {**NUMB, "batch": "DRAFT9", "revision": "0"}
    client.post(reverse("draft", args=["treatment-numb", it.treatment.public_id]), kept)
    assert 'value="DRAFT9"' in client.get(_step(it, "numb")).content.decode()


def test_the_medical_lead_writes_up_a_treatment_from_paper(it: Room, log_in: LogIn) -> None:
    actions.close_unused(treatment=it.treatment, because="Power cut", by=it.by, at=NOW)
    url = reverse("treatment-late", args=[it.plan.course.public_id])
    row = it.plan.areas.get()
    facts = {
        "practitioner": it.staff.public_id,
        "site": it.site.public_id,
        "happened_at": "2026-11-23T15:00",
        "ended_at": "2026-11-23T15:40",
        "scan": it.unit.lot,
        f"passes-{row.pk}": "8",
        f"needle-{row.pk}": "1.5",
        "because": "Power cut",
    }
    assert log_in(it.staff).get(url).status_code == 403
    client = log_in(people.staff(it.clinic, Role.MEDICAL_LEAD))
    assert client.get(url).status_code == 200
    for wrong in (
        {"happened_at": "2026-11-25T15:00"},
        {"scan": "NONE"},
        {f"passes-{row.pk}": ""},
        {f"strokes-{row.pk}": "4, 3"},
        {f"strokes-{row.pk}": "4, four"},
        {f"strokes-{row.pk}": "2, 2, 2, 1, 1"},
    ):
        assert client.post(url, {**facts, **wrong}).status_code == 422
    response = client.post(url, {**facts, f"strokes-{row.pk}": "4, 0, 4"})
    assert TreatmentArea.objects.get().strokes == [[0, 4], [45, 4]]
    late = Treatment.objects.get(recorded_late_at__isnull=False)
    assert response["Location"] == reverse("treatment-step", args=[late.public_id, "soothe"])
    assert (
        "Written up late"
        in client.get(reverse("treatment", args=[late.public_id]) + "?read=1").content.decode()
    )
