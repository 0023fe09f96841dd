"""A recall of products: batches set aside, everybody on whom one was put listed, nobody forgotten, nothing given free."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from needlework.clinic import errors
from needlework.clinic.actions import anaesthetics, batches, topicals
from needlework.clinic.actions import recall_contacts as contacts
from needlework.clinic.actions import recalls as actions
from needlework.clinic.models import (
    AnaestheticApplication,
    AuditEvent,
    Clinic,
    Incident,
    ProductBatch,
    Recall,
    RecallContact,
    RecalledBatch,
    RecallLine,
    TopicalUse,
)
from needlework.clinic.queries import recall_batches, recalls
from needlework.clinic.rules import batches as batch_rules
from needlework.clinic.rules import notices
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.batches import BatchState
from needlework.clinic.who import Actor, Role
from tests.factories import care, people, room
from tests.factories.people import NOW
from tests.factories.recalls import LOT, notice, used
from tests.factories.room import CREAM, IN_DATE, Room

pytestmark = pytest.mark.django_db
ON = NOW.date()
LATER = NOW + timedelta(hours=3)
EMLA = notices.Line(product="emla", lot="E77")


@pytest.fixture
def it() -> Room:
    return room.ready()


@pytest.fixture
def by(it: Room) -> Actor:
    return people.acting(people.staff(it.clinic, Role.MANAGER))


def opened(by: Actor, *lines: notices.Line, **changed: Any) -> Recall:
    return actions.open_recall(**notice(lines=list(lines or [EMLA]), **changed), by=by)  # type: ignore[arg-type]


def put_on(of: Clinic, *, kind: type[Any] = AnaestheticApplication, **facts: Any) -> Any:
    """Cream, or a product, that went on a month ago; its treatment is over and nobody kept a stock."""
    when = NOW - timedelta(days=30)
    patient = facts.pop("patient", None) or people.patient(of)
    treatment = care.treatment(care.plan(patient), at=people.site(of), opened_at=when)
    own: dict[str, Any] = {"stage": "after"}
    if kind is AnaestheticApplication:
        own = {"grams": 6, "area_cm2": 60, "weight_kg": 64, "areas": ["cheek-left"]}
    common = {"product": "emla", "batch": "E77", "expires_on": IN_DATE, "applied_at": when, "applied_by": "X"}
    return kind.objects.create(clinic=of, treatment=treatment, **{**common, **own, **facts})


def listed(recall: Recall) -> set[int]:
    return set(recall.contacts.values_list("patient_id", flat=True))


# --- opening -------------------------------------------------------------------------------------------
def test_opening_sets_the_batch_aside_and_lists_everybody_it_was_put_on(it: Room, by: Actor) -> None:
    here, away = (
        room.batch(it.site),
        room.batch(people.site(it.clinic), batch="e77", product="EMLA Cream 5 %"),
    )
    gone = room.batch(it.site, discarded_at=NOW, discarded_by="X", discarded_because="Used up")
    other, theirs = room.batch(it.site, batch="E78"), room.batch(people.site(people.clinic()))
    cream = put_on(it.clinic)
    serum = put_on(it.clinic, kind=TopicalUse, batch="e77")
    put_on(it.clinic, batch="E78")
    put_on(it.clinic, product="lmx4")
    put_on(people.clinic())
    put_on(it.clinic, voided_at=NOW, voided_by="X", voided_because="Another patient's")
    recall = opened(by)
    for row in (here, away):
        row.refresh_from_db()
        assert batch_rules.state(row, on=ON) is BatchState.RECALLED
        assert recall.reference in row.quarantined_because
    for row in (gone, other, theirs):
        row.refresh_from_db()
        assert (row.recall_id, row.quarantined_at) == (None, None)
    assert listed(recall) == {cream.treatment.patient_id, serum.treatment.patient_id}
    assert {held.row.pk for held in recall_batches.batches_of(recall, on=ON)} == {here.pk, away.pk, gone.pk}
    detail = AuditEvent.objects.get(event="recall-opened").detail
    assert (detail["units"], detail["batches"], detail["patients"]) == (0, 3, 2)


def test_packets_of_the_same_number_are_not_meant_and_the_other_way_round(it: Room, by: Actor) -> None:
    unit = room.unit(it.site, lot="E77")
    row = room.batch(it.site, batch=LOT)
    opened(by)
    opened(by, notices.Line(lot=LOT), reference="FSN-2")
    unit.refresh_from_db()
    row.refresh_from_db()
    assert (unit.recall_id, row.recall_id) == (None, None)


def test_one_notice_may_name_packets_and_products_and_a_patient_stands_on_its_list_once(
    it: Room, by: Actor
) -> None:
    patient = people.patient(it.clinic)
    used(it.clinic, patient=patient)
    put_on(it.clinic, patient=patient)
    recall = opened(by, EMLA, notices.Line(lot=LOT))
    [person] = recalls.people(by, recall, state="to-contact")
    assert (len(person.uses), len(person.put), len(person.everything)) == (1, 1, 2)
    assert recall_batches.names(recall) == (True, True)
    _subject, body = contacts.words(recall, person)
    assert "sealed packet" in body
    assert "This was put on your skin then: EMLA Cream 5 %." in body


def test_a_letter_about_a_product_speaks_of_no_packet(it: Room, by: Actor) -> None:
    put_on(it.clinic)
    recall = opened(by)
    [person] = recalls.everyone(by, recall)
    _subject, body = contacts.words(recall, person)
    assert "EMLA Cream 5 %" in body
    assert "packet" not in body
    assert "25 October 2026" in body


def test_where_and_when_is_told_and_the_areas_only_to_who_may_see_the_record(it: Room, by: Actor) -> None:
    cream = put_on(it.clinic)
    recall = opened(by)
    [person] = recalls.people(by, recall, state="to-contact")
    [put] = person.put
    assert (put.what, put.site, put.used_at) == (
        "EMLA Cream 5 %, batch E77", cream.treatment.site.name, cream.applied_at,
    )  # fmt: skip
    assert (put.areas, put.practitioner) == ((), "")
    lead = people.acting(people.staff(it.clinic, Role.MEDICAL_LEAD))
    [put] = recalls.people(lead, recall, state="to-contact")[0].put
    assert put.areas == ("cheek-left",)
    assert put.practitioner


@pytest.mark.parametrize(
    ("expires_on", "meant"), [(date(2027, 1, 31), True), (None, True), (date(2027, 3, 1), False)]
)
def test_an_expiry_rules_a_batch_out_only_where_it_is_known(
    it: Room, by: Actor, expires_on: date | None, meant: bool
) -> None:
    row = room.batch(it.site, product="Balm", expires_on=expires_on)
    use = put_on(it.clinic, kind=TopicalUse, product="balm", expires_on=expires_on)
    line = notices.Line(product="Balm", lot="E77", expires_to_on=date(2027, 2, 28))
    recall = opened(by, line)
    assert (RecalledBatch.objects.filter(batch=row).exists(), use.treatment.patient_id in listed(recall)) == (
        meant, meant,
    )  # fmt: skip


def test_looking_at_a_notice_counts_batches_and_patients_and_changes_nothing(it: Room, by: Actor) -> None:
    row = room.batch(it.site)
    put_on(it.clinic)
    found = recalls.look(by, [EMLA])
    assert (found.units.total, found.batches, found.patients, found.unknown) == (0, 1, 1, ())
    row.refresh_from_db()
    assert row.quarantined_at is None


# --- what a notice says --------------------------------------------------------------------------------
def test_a_product_without_its_batch_is_refused_and_leaves_nothing_behind(it: Room, by: Actor) -> None:
    for line in (
        notices.Line(product="emla"),
        notices.Line(product="emla", di="09506000134352"),
        notices.Line(device="EMLA Cream 5 %", di="09506000134352"),
    ):
        with pytest.raises(errors.NoticeNotRead, match="Give the batch of EMLA Cream 5 %"):
            opened(by, line)
    with pytest.raises(errors.NoticeNotRead, match="no serial number"):
        opened(by, notices.Line(product="emla", lot="E77", serial_from="1", serial_to="1"))
    with pytest.raises(errors.NoticeNotRead, match="at most 60"):
        opened(by, notices.Line(product="x" * 61, lot="E77"))
    assert not Recall.objects.exists()
    recall = opened(by)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallLine.objects.create(clinic=it.clinic, recall=recall, product="emla", di="09506000134352")


def test_a_file_names_products_by_code_by_name_or_by_an_identifier_once_scanned(it: Room, by: Actor) -> None:
    room.batch(it.site, product="Ceramide balm", batch="CB1", di="09506000134352")
    for text, product in (
        ("medicine,batch\nEMLA Cream 5 %,E77", "emla"),
        ("product,batch\nemla,E77", "emla"),
        ("product,batch\nceramide balm,CB1", "Ceramide balm"),
        ("gtin,batch\n09506000134352,CB1", "Ceramide balm"),
        ('{"cosmetic": "Unheard-of powder", "batches": ["P1"]}', "Unheard-of powder"),
    ):
        recall = opened(by, *notices.read(text.encode()), reference=text[:80])
        assert recall.lines.get().product == product
    recall = opened(by, *notices.read(b"product,lot\nUnheard of,K1"), reference="device")
    assert recall.lines.get().product == ""


def test_a_line_of_a_product_is_said_in_words() -> None:
    line = RecallLine(maker="M", product="emla", lot="E77", expires_to_on=date(2027, 5, 31))
    assert rules.named(line) == "M, EMLA Cream 5 %, batch E77, expiring until 31 May 2027"


# --- while it is open ----------------------------------------------------------------------------------
def cream(it: Room, **changed: Any) -> object:
    facts: dict[str, Any] = {**CREAM, "areas": ["cheek-left"], "by": it.by, "at": LATER}
    return anaesthetics.apply_anaesthetic(treatment=it.treatment, **{**facts, **changed})


@pytest.mark.parametrize("in_stock", [True, False])
def test_a_recalled_batch_is_refused_whether_it_was_ever_received_or_not(
    it: Room, by: Actor, in_stock: bool
) -> None:
    if in_stock:
        room.batch(it.site)
    opened(by, EMLA, notices.Line(product="Sterile saline", lot="NS1"))
    with pytest.raises(errors.BatchRecalled, match="FSN-2026-014"):
        cream(it, batch=" e77")
    facts: dict[str, Any] = {"treatment": it.treatment, "stage": "before", "by": it.by, "at": LATER}
    with pytest.raises(errors.BatchRecalled):
        topicals.apply_topical(product="sterile-saline", batch="ns1", **facts)
    assert cream(it, batch="E78")
    assert topicals.apply_topical(product="sterile-saline", batch="NS2", **facts)


def test_who_had_it_on_all_the_same_joins_the_list(it: Room, by: Actor) -> None:
    recall = opened(by, EMLA, notices.Line(product="sterile-saline", lot="NS1"))
    assert listed(recall) == set()
    cream(it, deviation_because="It was on before the notice was read")
    assert listed(recall) == {it.patient.pk}
    topicals.apply_topical(
        treatment=it.treatment, product="sterile-saline", batch="NS1", stage="before",
        deviation_because="The same", by=it.by, at=LATER,
    )  # fmt: skip
    assert listed(recall) == {it.patient.pk}
    assert set(Incident.objects.values_list("code", flat=True)) == {"batch-recalled"}
    assert AuditEvent.objects.filter(event="recall-caught-more").count() == 1


def test_what_comes_in_after_the_notice_is_caught_as_well(it: Room, by: Actor) -> None:
    recall = opened(by)
    facts: dict[str, Any] = {"site": it.site, "expires_on": IN_DATE, "containers": 2, "by": by, "at": LATER}
    bad = batches.receive(product="emla", batch="e77", **facts)
    good = batches.receive(product="emla", batch="GOOD", **facts)
    for row in (bad, good):
        row.refresh_from_db()
    assert (bad.recall_id, good.recall_id, good.quarantined_at) == (recall.pk, None, None)
    assert AuditEvent.objects.get(event="recall-caught-more").detail == {"batches": 1}
    batches.receive(product="emla", batch="E77", **facts)
    assert AuditEvent.objects.filter(event="recall-caught-more").count() == 1
    assert recall.batches.count() == 1


def test_a_recalled_batch_is_not_given_free_or_opened_while_the_recall_is_open(it: Room, by: Actor) -> None:
    row = room.batch(it.site)
    opened(by)
    with pytest.raises(errors.BatchHeldByRecall, match="once that is closed"):
        batches.give_free(row=row, because="Looks fine", by=by, at=LATER)
    with pytest.raises(errors.BatchRecalled):
        batches.open_container(row=row, by=by, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductBatch.objects.filter(pk=row.pk).update(quarantined_at=None, quarantined_by="")
    assert batches.discard(row=row, because="Sent back", by=by, at=LATER).discarded_at


def test_counting_finds_whom_the_opening_missed(it: Room, by: Actor) -> None:
    recall = opened(by)
    missed = put_on(it.clinic)
    actions.count_packets(recall=recall, counted=0, by=by, at=LATER)
    assert listed(recall) == {missed.treatment.patient_id}
    actions.count_packets(recall=recall, counted=0, by=by, at=LATER)
    assert AuditEvent.objects.get(event="recall-caught-more").detail == {"patients": 1}
    with pytest.raises(errors.PatientsNotReached):
        actions.close(recall=recall, done="Sent back", by=by, at=LATER)


# --- closing -------------------------------------------------------------------------------------------
def _close(recall: Recall, by: Actor) -> None:
    actions.count_packets(recall=recall, counted=0, by=by, at=LATER)
    actions.close(recall=recall, done="Sent back", by=by, at=LATER)


def test_closing_gives_nothing_free_until_somebody_decides(it: Room, by: Actor) -> None:
    row = room.batch(it.site)
    recall = opened(by)
    _close(recall, by)
    row.refresh_from_db()
    assert batch_rules.state(row, on=ON) is BatchState.SET_ASIDE
    with pytest.raises(errors.BatchSetAside):
        cream(it)
    batches.give_free(row=row, because="The maker says another seal", by=by, at=LATER)
    assert cream(it)


def test_closing_one_recall_leaves_the_batch_to_the_other_that_is_open(it: Room, by: Actor) -> None:
    row = room.batch(it.site)
    first, second = opened(by), opened(by, reference="FSN-2")
    row.refresh_from_db()
    assert row.recall_id == first.pk
    _close(first, by)
    row.refresh_from_db()
    assert row.recall_id == second.pk
    _close(second, by)
    row.refresh_from_db()
    assert row.recall_id is None


def test_another_clinic_is_not_touched(it: Room, by: Actor) -> None:
    opened(by)
    stranger = room.ready()
    assert anaesthetics.apply_anaesthetic(
        treatment=stranger.treatment,
        **CREAM,
        areas=["cheek-left"],
        by=stranger.by,
        at=LATER,  # type: ignore[arg-type]
    )
    assert recall_batches.called_back(stranger.by, product="emla", batch="E77", expires_on=None) == []


def test_many_patients_are_no_matter_of_queries(
    it: Room, by: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        put_on(it.clinic)
        put_on(it.clinic, kind=TopicalUse)
    for _ in range(3):
        room.batch(people.site(it.clinic))
    with django_assert_max_num_queries(32):
        recall = opened(by)
    with django_assert_max_num_queries(11):
        assert len(recalls.people(by, recall, state="to-contact")) == 12
    assert RecallContact.objects.filter(recall=recall).count() == 12
