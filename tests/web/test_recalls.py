"""Recall pages: a notice goes in, packets and patients come out, and everybody is told by the right people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from needlework.clinic.actions import anaesthetics
from needlework.clinic.actions import recalls as actions
from needlework.clinic.models import (
    AnaestheticApplication,
    AuditEvent,
    Clinic,
    DeviceUnit,
    Message,
    Patient,
    Recall,
    RecallContact,
    Staff,
)
from needlework.clinic.who import Role
from tests.conftest import NOW
from tests.factories import care, people, room
from tests.factories.recalls import LOT, notice, used

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
NOTICE = {
    "reference": "FSN-2026-014",
    "sender": "Dermaroller GmbH",
    "received_at": "2026-11-24T08:00",
    "reason": "Some seals <b>may</b> be open.",
    "lots": f"{LOT}\nOTHER",
    "do": "open",
}


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def manager(clinic: Clinic) -> Staff:
    return people.staff(clinic, Role.MANAGER)


def opened(by: Staff, **changed: Any) -> Recall:
    return actions.open_recall(**notice(**changed), by=people.acting(by))  # type: ignore[arg-type]


def test_a_notice_is_looked_at_first_and_then_opens_a_recall(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    unit = room.unit(people.site(clinic), lot=LOT)
    use = used(clinic)
    client = log_in(manager)
    assert client.get(reverse("recall-new") + f"?lot={LOT}").status_code == 200
    looked = client.post(reverse("recall-new"), {**NOTICE, "do": "look"})
    assert "This notice means 2 packets" in looked.content.decode()
    assert not Recall.objects.exists()
    response = client.post(reverse("recall-new"), NOTICE)
    recall = Recall.objects.get()
    assert response["Location"] == reverse("recall", args=[recall.public_id])
    page = client.get(response["Location"]).content.decode()
    assert use.treatment.patient.name in page
    assert "2 h 0 min since the notice came in" in page
    assert "<b>may" not in page
    assert "left cheek" not in page
    assert DeviceUnit.objects.get(pk=unit.pk).recall_id == recall.pk
    assert "FSN-2026-014" in client.get(reverse("recalls")).content.decode()
    stock = client.get(reverse("stock")).content.decode()
    assert "1 recalled" in stock
    assert "1 recall open" in stock
    assert "keep it apart" in client.get(reverse("unit", args=[unit.public_id])).content.decode()
    again = client.post(reverse("recall-new"), NOTICE)
    assert again.status_code == 422
    assert "already in the list" in again.content.decode()


def test_a_file_is_taken_in_and_its_bad_rows_are_named_by_line(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    room.unit(people.site(clinic), lot=LOT)
    client = log_in(manager)
    facts = {**NOTICE, "lots": ""}
    bad = SimpleUploadedFile("notice.csv", b"lot,expires\nA1,31/05/2027\nA2,\n")
    refused = client.post(reverse("recall-new"), {**facts, "notice": bad})
    assert refused.status_code == 422
    assert "Line 2:" in refused.content.decode()
    assert list(refused.context["form"].errors) == ["notice"]
    good = SimpleUploadedFile("notice.json", json.dumps({"lots": [LOT, "A2"]}).encode())
    looked = client.post(reverse("recall-new"), {**facts, "notice": good, "do": "look"})
    assert "This notice means 1 packet" in looked.content.decode()
    kept = looked.context["form"]["rows"].value()
    assert client.post(reverse("recall-new"), {**facts, "rows": kept}).status_code == 302
    assert Recall.objects.get().lines.count() == 2
    huge = SimpleUploadedFile("notice.csv", b"lot\n" + b"A1\n" * 700_000)
    assert "Split it" in client.post(reverse("recall-new"), {**facts, "notice": huge}).content.decode()
    windows = SimpleUploadedFile("notice.csv", "lot,maker\nÄ1,Müller\n".encode("cp1252"))
    assert (
        client.post(reverse("recall-new"), {**facts, "reference": "2", "notice": windows}).status_code == 302
    )
    nothing = client.post(reverse("recall-new"), facts)
    assert nothing.status_code == 422


def test_the_front_desk_notes_tries_from_the_list_and_on_the_patient_s_line(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    use = used(clinic)
    recall = opened(manager)
    row = RecallContact.objects.get()
    client = log_in(people.staff(clinic, Role.FRONT_DESK))
    page = client.get(reverse("recall", args=[recall.public_id])).content.decode()
    assert "no e-mail · no address" in page
    assert "left cheek" not in page
    assert "Close the recall" not in page
    here = reverse("recall-contact", args=[row.public_id])
    assert client.post(here, {"how": "phone", "state": "tried"}).status_code == 302
    assert client.post(here, {"how": "phone", "state": "closed"}).status_code == 422
    assert client.post(here, {"how": "phone"}).status_code == 422
    client.post(here, {"how": "person", "state": "reached", "note": "Came by <i>today</i>"})
    shown = client.get(here).content.decode()
    assert "Came by &lt;i&gt;today" in shown
    assert "left cheek" not in shown
    assert AuditEvent.objects.filter(event="record-opened", patient=use.patient.public_id).exists()
    lead = log_in(people.staff(clinic, Role.MEDICAL_LEAD))
    assert "left cheek" in lead.get(here).content.decode()
    assert "1 to reach" not in lead.get(reverse("recalls")).content.decode()


def test_a_recall_is_counted_closed_and_reported(log_in: LogIn, clinic: Clinic, manager: Staff) -> None:
    room.unit(people.site(clinic), lot=LOT)
    use = used(clinic, patient=people.patient(clinic, given_name="=Ada", family_name="Ольга 李小龙"))
    recall = opened(manager)
    here = reverse("recall", args=[recall.public_id])
    client = log_in(manager)
    assert client.post(here, {"do": "close", "done": "Sent back"}).status_code == 422
    assert client.post(here, {"do": "count", "counted": "-1"}).status_code == 422
    assert client.post(here, {"do": "count", "counted": "0"}).status_code == 302
    assert "0 of 1 found" in client.get(here).content.decode()
    contact = reverse("recall-contact", args=[RecallContact.objects.get().public_id])
    client.post(contact, {"how": "phone", "state": "reached"})
    assert client.post(here, {"do": "close", "done": "Sent back"}).status_code == 302
    assert "Closed after 2 h 0 min" in client.get(here).content.decode()
    table = client.get(reverse("recall-report-csv", args=[recall.public_id]))
    [row] = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert row["Name"] == f"'{use.patient.name}"
    assert (row["Contact"], row["Tries"], row["Lots and batches"]) == ("Reached", "1", LOT)
    assert "cheek" not in row["Treated"]
    paper = client.get(reverse("recall-report-pdf", args=[recall.public_id]))
    assert paper.content.startswith(b"%PDF")
    assert paper["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(event="recall-papers-made").count() == 2
    assert client.post(here, {"do": "paint"}).status_code == 404


def test_letters_and_messages_go_to_those_who_can_get_them(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    used(clinic, patient=people.patient(clinic, email="ada@home.example"))
    recall = opened(manager)
    client = log_in(manager)
    letters = reverse("recall-letters", args=[recall.public_id, 1])
    assert client.get(letters).status_code == 404
    used(clinic, lot="LOT2", patient=people.patient(clinic, address="1 High Street", postcode="BS1 1AA"))
    other = opened(manager, reference="2", lot="LOT2")
    paper = client.get(reverse("recall-letters", args=[other.public_id, 1]))
    assert paper.content.startswith(b"%PDF")
    assert client.get(reverse("recall-letters", args=[other.public_id, 10**30])).status_code == 404
    assert client.post(reverse("recall", args=[other.public_id]), {"do": "posted"}).status_code == 302
    assert RecallContact.objects.get(recall=other).state == "tried"
    assert client.post(reverse("recall", args=[recall.public_id]), {"do": "messages"}).status_code == 302
    assert Message.objects.get().to == "ada@home.example"
    desk = log_in(people.staff(clinic, Role.FRONT_DESK))
    assert desk.post(reverse("recall", args=[recall.public_id]), {"do": "messages"}).status_code == 403


def test_a_drill_runs_on_a_lot_that_was_used_and_says_when_the_next_is_due(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    client = log_in(manager)
    assert "Nothing to trace yet" in client.get(reverse("recall-drill")).content.decode()
    used(clinic, patient=people.patient(clinic, email="ada@home.example", address="1 High Street"))
    assert "No drill yet" in client.get(reverse("recalls")).content.decode()
    assert client.post(reverse("recall-drill"), {"lot": "nothing"}).status_code == 422
    started = client.post(reverse("recall-drill"), {"lot": f"{care.device_model().code} {LOT}"})
    here = started["Location"]
    page = client.get(here).content.decode()
    assert "This is a drill" in page
    assert "Write to all by e-mail" not in page
    assert client.post(here, {"do": "messages"}).status_code == 422
    assert client.get(reverse("recall-letters", args=[Recall.objects.get().public_id, 1])).status_code == 422
    client.post(here, {"do": "count", "counted": "0"})
    client.post(here, {"do": "close", "done": "Ten minutes"})
    assert "next due by 24 Nov 2027" in client.get(reverse("recalls")).content.decode()
    assert not Message.objects.exists()


def test_long_lists_go_on_behind_the_last_patient(
    log_in: LogIn, clinic: Clinic, manager: Staff, monkeypatch: Any
) -> None:
    from needlework.clinic.queries import recalls as queries

    monkeypatch.setattr(queries, "PAGE", 2)
    names = {used(clinic).treatment.patient.name for _ in range(5)}
    recall = opened(manager)
    client = log_in(manager)
    seen: set[str] = set()
    url = reverse("recall", args=[recall.public_id])
    after = 0
    for _ in range(3):
        response = client.get(url, {"after": after, "state": "to-contact"})
        seen |= {person.patient.name for person in response.context["people"]}
        after = response.context["more"]
    assert seen == names
    assert after == 0
    for odd in ("x", "9" * 40, "-1"):
        assert client.get(url, {"after": odd, "state": odd}).status_code == 200


def test_tracing_a_lot_shows_its_patients_and_is_a_line_in_the_trail(log_in: LogIn, clinic: Clinic) -> None:
    use = used(clinic)
    client = log_in(people.staff(clinic))
    assert client.get(reverse("recall-trace")).status_code == 200
    page = client.get(reverse("recall-trace"), {"lot": LOT.lower()}).content.decode()
    assert use.patient.name in page
    assert "left cheek" in page
    assert AuditEvent.objects.get(event="lot-traced").detail["patients"] == 1
    assert "No packet of lot NONE" in client.get(reverse("recall-trace"), {"lot": "NONE"}).content.decode()
    assert client.get(reverse("recall-trace"), {"lot": ""}).status_code == 422
    assert client.get(reverse("recall-trace"), {"lot": LOT, "after": "9" * 30}).status_code == 200
    desk = log_in(people.staff(clinic, Role.FRONT_DESK))
    assert desk.get(reverse("recall-trace"), {"lot": LOT}).status_code == 403


def test_another_clinic_and_the_wrong_roles_stay_outside(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    used(clinic)
    recall = opened(manager)
    contact = RecallContact.objects.get()
    pages = [
        reverse("recall", args=[recall.public_id]),
        reverse("recall-report-csv", args=[recall.public_id]),
        reverse("recall-report-pdf", args=[recall.public_id]),
        reverse("recall-letters", args=[recall.public_id, 1]),
        reverse("recall-contact", args=[contact.public_id]),
    ]
    stranger = log_in(people.staff(people.clinic(), Role.MANAGER))
    for url in pages:
        assert stranger.get(url).status_code == 404, url
    auditor = log_in(people.staff(clinic, Role.AUDITOR))
    assert auditor.get(pages[0]).status_code == 200
    assert auditor.get(pages[3]).status_code == 403
    assert auditor.post(pages[4], {"how": "phone", "state": "tried"}).status_code == 403
    for name in ("recall-new", "recall-drill"):
        assert auditor.get(reverse(name)).status_code == 403
    assert recall.opened_at <= NOW


def test_a_page_of_fifty_patients_takes_no_more_queries_than_one_of_two(
    log_in: LogIn, clinic: Clinic, manager: Staff, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        used(clinic)
    recall = opened(manager)
    client = log_in(manager)
    for url in (reverse("recall", args=[recall.public_id]), reverse("recalls")):
        with django_assert_max_num_queries(25):
            client.get(url)


# --- products ------------------------------------------------------------------------------------------
PRODUCT = {**NOTICE, "product": "emla", "other": "", "lots": "E77", "reason": "Germs in kept samples."}


def _cream(clinic: Clinic) -> AnaestheticApplication:
    it = room.ready(of=clinic)
    return anaesthetics.apply_anaesthetic(
        treatment=it.treatment,
        **room.CREAM,
        areas=["cheek-left"],
        by=it.by,
        at=NOW - timedelta(days=3),  # type: ignore[arg-type]
    )


def test_a_notice_about_a_product_sets_its_batch_aside_and_lists_its_patients(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    row = room.batch(people.site(clinic))
    cream = _cream(clinic)
    client = log_in(manager)
    page = client.get(reverse("recall-new"), {"product": "emla", "lot": "E77"}).content.decode()
    assert 'value="emla" selected' in page
    page = client.post(reverse("recall-new"), {**PRODUCT, "do": "look"}).content.decode()
    assert "0 packets and 1 batch of products in stock" in page
    assert "1 patient to tell" in page
    assert client.post(reverse("recall-new"), PRODUCT).status_code == 302
    recall = Recall.objects.get()
    page = client.get(reverse("recall", args=[recall.public_id])).content.decode()
    assert "EMLA Cream 5 %, batch E77" in page
    assert cream.treatment.patient.name in page
    assert "Packets meant" not in page
    assert "nobody has counted" in page
    assert "Tubes, bottles or sachets found" in page
    row.refresh_from_db()
    assert row.recall_id == recall.pk
    batch = client.get(reverse("product-batch", args=[row.public_id])).content.decode()
    assert "keep it apart and do not use it" in batch
    assert "Give it free again" not in batch


def test_of_packets_and_products_in_one_notice_the_packets_are_counted(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    room.unit(people.site(clinic), lot=LOT)
    room.batch(people.site(clinic))
    rows = f"product,lot\nemla,E77\n,{LOT}"
    client = log_in(manager)
    assert client.post(reverse("recall-new"), {**NOTICE, "lots": "", "rows": rows}).status_code == 302
    recall = Recall.objects.get()
    here = reverse("recall", args=[recall.public_id])
    page = client.get(here).content.decode()
    for words in ("1 packet should lie in the drawers", "Count the packets alone", "Batches in stock"):
        assert words in page
    assert client.post(here, {"do": "count", "counted": "0"}).status_code == 302
    assert "0 of 1 found" in client.get(here).content.decode()
    report = client.get(reverse("recall-report-pdf", args=[recall.public_id]))
    assert report.content.startswith(b"%PDF")


def test_a_notice_about_a_product_is_whole(log_in: LogIn, clinic: Clinic, manager: Staff) -> None:
    client = log_in(manager)
    for changed, field, sentence in (
        ({"lots": ""}, "lots", "Give the batch of EMLA Cream 5 %"),
        ({"product": "other"}, "other", "Write its name."),
        ({"model": care.device_model().code}, "product", "Choose a model or a product."),
    ):
        response = client.post(reverse("recall-new"), {**PRODUCT, **changed})
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert list(response.context["form"].errors) == [field]
    assert not Recall.objects.exists()
    assert (
        client.post(reverse("recall-new"), {**PRODUCT, "product": "other", "other": "Balm"}).status_code
        == 302
    )
    assert Recall.objects.get().lines.get().product == "Balm"


def test_report_and_letters_of_a_product_name_it_with_where_and_when(
    log_in: LogIn, clinic: Clinic, manager: Staff
) -> None:
    room.batch(people.site(clinic))
    cream = _cream(clinic)
    Patient.objects.filter(pk=cream.treatment.patient_id).update(address="1 High Street")
    client = log_in(manager)
    client.post(reverse("recall-new"), PRODUCT)
    recall = Recall.objects.get()
    table = client.get(reverse("recall-report-csv", args=[recall.public_id]))
    [row] = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert row["Lots and batches"] == "EMLA Cream 5 %, batch E77"
    assert row["Treated"] == f"21 November 2026, {cream.treatment.site.name}"
    report = client.get(reverse("recall-report-pdf", args=[recall.public_id]))
    assert report.content.startswith(b"%PDF")
    letters = client.get(reverse("recall-letters", args=[recall.public_id, 1]))
    assert letters.content.startswith(b"%PDF")
    contact = RecallContact.objects.get()
    page = client.get(reverse("recall-contact", args=[contact.public_id])).content.decode()
    assert "Put on" in page
    assert "EMLA Cream 5 %, batch E77" in page
