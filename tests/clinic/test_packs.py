"""Nobody treats by rules nobody answers for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.actions import packs
from needlework.clinic.actions import screenings as screening_actions
from needlework.clinic.errors import (
    BadInput,
    NotAllowed,
    NotRegistered,
    PackAlreadyApproved,
    PackLoosened,
    PackNotApproved,
    PackNothingToEnd,
    PackRowSigned,
    ReasonNeeded,
)
from needlework.clinic.models import (
    AuditEvent,
    Clinic,
    PackApproval,
    PackCeiling,
    PackRowSignature,
    PackTightening,
)
from needlework.clinic.queries import packs as pack_queries
from needlework.clinic.rules import packs as rules
from needlework.clinic.rules import screenings
from needlework.clinic.rules.packs import check_approved, pack_of
from needlework.clinic.who import Actor, Role
from needlework.skin import packs as shipped_packs
from needlework.skin.packs import Tightening, differences, snapshots
from needlework.skin.packs.rows import Rule
from tests.conftest import NOW
from tests.factories import care, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


def test_a_pack_is_approved_by_a_registered_medical_lead(clinic: Clinic) -> None:
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    with pytest.raises(PackNotApproved):
        check_approved(clinic)
    approval = packs.approve(by=lead, at=NOW)
    check_approved(clinic)
    assert approval.content_hash == shipped_packs.shipped().content
    assert pack_queries.state(lead).approval == approval
    assert AuditEvent.objects.get().event == "pack-approved"


def test_an_approval_counts_for_one_clinic(clinic: Clinic) -> None:
    packs.approve(by=people.acting(people.staff(clinic, Role.MEDICAL_LEAD)), at=NOW)
    with pytest.raises(PackNotApproved):
        check_approved(people.clinic())


def test_an_approval_counts_for_the_exact_content(clinic: Clinic) -> None:
    PackApproval.objects.create(
        clinic=clinic,
        version="0.9.0",
        content_hash="old",
        approved_at=NOW,
        approved_by="X",
        registration_number="1",
    )
    with pytest.raises(PackNotApproved):
        check_approved(clinic)
    state = pack_queries.state(people.acting(people.staff(clinic, Role.MEDICAL_LEAD)))
    assert state.approval is None
    assert [row.version for row in state.earlier] == ["0.9.0"]


def test_a_pack_is_approved_once(clinic: Clinic) -> None:
    lead = people.acting(people.staff(clinic, Role.MEDICAL_LEAD))
    packs.approve(by=lead, at=NOW)
    with pytest.raises(PackAlreadyApproved, match=f"{lead.name} on 24 November 2026"):
        packs.approve(by=lead, at=NOW)
    assert PackApproval.objects.count() == 1


def test_nobody_else_approves(clinic: Clinic) -> None:
    for role in (Role.PRACTITIONER, Role.MANAGER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            packs.approve(by=people.acting(people.staff(clinic, role)), at=NOW)
    unregistered = people.staff(clinic, Role.MEDICAL_LEAD, registration_number="")
    with pytest.raises(NotRegistered):
        packs.approve(by=people.acting(unregistered), at=NOW)
    assert not PackApproval.objects.exists()


# --- what a clinic makes of the pack -------------------------------------------------------------------
@pytest.fixture
def lead(clinic: Clinic) -> Actor:
    return people.acting(people.staff(clinic, Role.MEDICAL_LEAD))


def _acts(clinic: Clinic, rule: str) -> Rule | None:
    """A rule as it acts in the clinic now."""
    pack = pack_of(Clinic.objects.get(pk=clinic.pk))
    return pack.rule_in_force(pack.rules[rule])


def test_a_signed_row_acts_and_one_whose_signature_was_taken_back_does_not(
    clinic: Clinic, lead: Actor
) -> None:
    before = _acts(clinic, "product-reaction")
    assert before is not None
    assert before.verdict == "care"
    signature = packs.sign_row(table="rules", code="product-reaction", by=lead, at=NOW)
    assert (signature.decided_by, signature.registration_number) == (lead.name, lead.registration_number)
    signed = _acts(clinic, "product-reaction")
    assert signed is not None
    assert signed.verdict == "refuse"
    line = AuditEvent.objects.get(event="pack-row-signed")
    assert line.detail["pack"] == pack_of(Clinic.objects.get(pk=clinic.pk)).id
    with pytest.raises(PackRowSigned, match=lead.name):
        packs.sign_row(table="rules", code="product-reaction", by=lead, at=NOW)
    packs.end_signature(table="rules", code="product-reaction", because="Read again", by=lead, at=NOW)
    assert _acts(clinic, "product-reaction") == before
    with pytest.raises(PackNothingToEnd):
        packs.end_signature(table="rules", code="product-reaction", because="x", by=lead, at=NOW)


def test_every_row_that_needs_a_signature_can_be_signed(clinic: Clinic, lead: Actor) -> None:
    rows = pack_queries.state(lead).to_sign
    assert {row.table for row in rows} == {"rules", "scales", "aftercare"}
    for row in rows:
        packs.sign_row(table=row.table, code=row.code, by=lead, at=NOW)
    assert all(row.signature for row in pack_queries.state(lead).to_sign)


def test_a_signature_stands_under_the_words_that_were_read(clinic: Clinic, lead: Actor) -> None:
    PackRowSignature.objects.create(
        clinic=clinic,
        table="rules",
        code="product-reaction",
        row_hash="other words",
        pack_version="0.9.0",
        decided_at=NOW,
        decided_by="Somebody",
        registration_number="1",
    )
    packs.sign_row(table="rules", code="tranexamic-thrombosis", by=lead, at=NOW)
    acting = _acts(clinic, "product-reaction")
    assert acting is not None
    assert acting.verdict == "care"
    row = next(row for row in pack_queries.state(lead).to_sign if row.code == "product-reaction")
    assert (row.signature, row.outdated is not None) == (None, True)


@pytest.mark.parametrize("row", [("rules", "filler"), ("rules", "unicorn"), ("unicorns", "filler")])
def test_a_row_that_acts_as_it_is_written_is_not_signed(row: tuple[str, str], lead: Actor) -> None:
    with pytest.raises(BadInput):
        packs.sign_row(table=row[0], code=row[1], by=lead, at=NOW)
    assert not PackRowSignature.objects.exists()


def test_a_tightened_rule_decides_from_the_next_screening_on_and_is_named_by_its_own_pack(
    clinic: Clinic, lead: Actor
) -> None:
    patient = people.patient(clinic)
    ago: dict[str, object] = {
        "answer": "yes",
        "date": str(NOW.date() - timedelta(days=20)),
        "areas": ["cheek-left"],
    }
    history = care.history(patient, care.answers(filler=ago), answered_at=NOW)
    on = NOW.date()
    shipped = screenings.assess(patient, areas=["cheek-left"], on=on)
    assert "filler" not in [finding.rule for finding in shipped.open]
    packs.tighten(rule="filler", days=28, override_by="none", because="Swelling", by=lead, at=NOW)
    patient.refresh_from_db()
    held = screenings.assess(patient, areas=["cheek-left"], on=on)
    finding = next(finding for finding in held.open if finding.rule == "filler")
    assert (finding.until, finding.override_by) == (on + timedelta(days=8), "none")
    assert "This clinic counts 28 days" in finding.because
    screening_actions.keep_findings(patient, at=NOW, zone="Europe/London")
    row = history.findings.get(rule="filler")
    assert row.pack_version == held.pack.id != shipped.pack.id
    packs.end_tightening(rule="filler", because="Enough", by=lead, at=NOW)
    patient.refresh_from_db()
    assert screenings.assess(patient, on=on).pack.id == shipped.pack.id
    events = AuditEvent.objects.filter(event__startswith="pack-").values_list("event", flat=True)
    assert list(events.order_by("pk")) == ["pack-rule-tightened", "pack-tightening-ended"]


def test_an_advisory_is_switched_on(clinic: Clinic, lead: Actor) -> None:
    packs.tighten(rule="koebner", verdict="refuse", because="Our dermatologist asks for it", by=lead, at=NOW)
    acting = _acts(clinic, "koebner")
    assert acting is not None
    assert acting.verdict == "refuse"


@pytest.mark.parametrize(
    ("rule", "changed", "error"),
    [
        ("filler", {"days": 13}, PackLoosened),
        ("breastfeeding", {"override_by": "prescriber"}, PackLoosened),
        ("pregnancy", {"verdict": "wait"}, PackLoosened),
        ("pregnancy", {"days": 10}, PackLoosened),
        ("filler", {"verdict": "care"}, BadInput),
        ("filler", {"verdict": "wait"}, BadInput),
        ("filler", {"days": 0}, BadInput),
        ("filler", {"days": 4000}, BadInput),
        ("filler", {"override_by": "everybody"}, BadInput),
        ("filler", {}, BadInput),
        ("fillers", {"days": 28}, BadInput),
        ("filler", {"days": 28, "because": " "}, ReasonNeeded),
    ],
)
def test_nothing_is_made_looser_and_nothing_is_left_of_the_attempt(
    rule: str, changed: dict[str, Any], error: type[Exception], clinic: Clinic, lead: Actor
) -> None:
    with pytest.raises(error):
        packs.tighten(**{"rule": rule, "because": "x", "by": lead, "at": NOW, **changed})
    assert not PackTightening.objects.exists()
    assert not AuditEvent.objects.exists()
    assert Clinic.objects.get(pk=clinic.pk).pack_own == {}


def test_what_a_later_pack_has_overtaken_is_left_out(clinic: Clinic) -> None:
    clinic.pack_own = {
        "signed": {"product-reaction": "other words", "gone": "x"},
        "tightened": {"filler": {"days": 7, "override_by": "none"}, "gone": {"days": 9}},
        "max_g": {"emla": 61.0, "gone": 1.0, "lmx4": 20.0},
    }
    pack = pack_of(clinic)
    assert pack.signed == frozenset()
    assert dict(pack.tightened) == {"filler": Tightening(override_by="none")}
    assert dict(pack.max_g) == {"lmx4": 20.0}


def test_the_latest_ceiling_counts_and_can_be_taken_back(clinic: Clinic, lead: Actor) -> None:
    for grams in (Decimal(20), Decimal("15.5")):
        packs.set_ceiling(product="lmx4", max_g=grams, because="Our reading", by=lead, at=NOW)
    assert pack_of(Clinic.objects.get(pk=clinic.pk)).max_g["lmx4"] == 15.5
    assert pack_queries.state(lead).own_ceilings["lmx4"].max_g == Decimal("15.5")
    packs.end_ceiling(product="lmx4", because="New leaflet", by=lead, at=NOW)
    assert "lmx4" not in pack_of(Clinic.objects.get(pk=clinic.pk)).max_g
    with pytest.raises(PackNothingToEnd):
        packs.end_ceiling(product="lmx4", because="x", by=lead, at=NOW)
    assert PackCeiling.objects.count() == 3


@pytest.mark.parametrize(
    ("product", "grams", "error"),
    [
        ("emla", "61", PackLoosened),
        ("lmx4", "0", BadInput),
        ("lmx4", "201", BadInput),
        ("lmx4", "1.25", BadInput),
        ("toothpaste", "5", BadInput),
    ],
)
def test_a_ceiling_that_cannot_be_is_refused(
    product: str, grams: str, error: type[Exception], lead: Actor
) -> None:
    with pytest.raises(error):
        packs.set_ceiling(product=product, max_g=Decimal(grams), because="x", by=lead, at=NOW)
    assert not PackCeiling.objects.exists()


def test_only_a_registered_medical_lead_decides_and_for_one_clinic(clinic: Clinic, lead: Actor) -> None:
    unregistered = people.acting(people.staff(clinic, Role.MEDICAL_LEAD, registration_number=""))
    for by, error in (
        (people.acting(people.staff(clinic)), NotAllowed),
        (people.acting(people.staff(clinic, Role.MANAGER)), NotAllowed),
        (unregistered, NotRegistered),
    ):
        deeds: list[Callable[[], object]] = [
            partial(packs.sign_row, table="rules", code="product-reaction", by=by, at=NOW),
            partial(packs.tighten, rule="filler", days=28, because="x", by=by, at=NOW),
            partial(packs.set_ceiling, product="lmx4", max_g=Decimal(5), because="x", by=by, at=NOW),
            partial(packs.end_signature, table="rules", code="product-reaction", because="x", by=by, at=NOW),
            partial(packs.end_tightening, rule="filler", because="x", by=by, at=NOW),
            partial(packs.end_ceiling, product="lmx4", because="x", by=by, at=NOW),
        ]
        for deed in deeds:
            with pytest.raises(error):
                deed()
    packs.tighten(rule="filler", days=28, because="x", by=lead, at=NOW)
    assert pack_of(people.clinic()).tightened == {}


def test_what_stands_on_the_clinic_is_what_its_rows_amount_to(clinic: Clinic, lead: Actor) -> None:
    packs.sign_row(table="rules", code="product-reaction", by=lead, at=NOW)
    packs.sign_row(table="scales", code="ecca", by=lead, at=NOW)
    packs.tighten(rule="filler", days=28, because="x", by=lead, at=NOW)
    packs.set_ceiling(product="lmx4", max_g=Decimal(20), because="x", by=lead, at=NOW)
    held = pack_queries.state(lead)
    assert held.clinic.pack_own == rules.own(held.signatures, held.tightenings, held.ceilings)
    assert held.clinic.pack_own["tightened"] == {"filler": {"days": 28}}
    assert set(held.clinic.pack_own["signed"]) == {"product-reaction"}


def test_a_decision_is_neither_changed_nor_removed(clinic: Clinic, lead: Actor) -> None:
    row = packs.tighten(rule="filler", days=28, because="x", by=lead, at=NOW)
    for attempt in (
        lambda: PackTightening.objects.filter(pk=row.pk).update(days=1),
        lambda: PackTightening.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_law_of_a_clinic_selects_rows(clinic: Clinic, lead: Actor) -> None:
    assert _acts(clinic, "under-22-us") is None
    Clinic.objects.filter(pk=clinic.pk).update(jurisdiction="united-states")
    assert _acts(clinic, "under-22-us") is not None
    assert pack_of(Clinic.objects.get(pk=clinic.pk)).id.endswith(".us")


def test_what_changed_since_the_last_approval_is_told(clinic: Clinic, lead: Actor) -> None:
    approval = packs.approve(by=lead, at=NOW)
    assert pack_queries.state(lead).differences is None
    assert differences.diff_tables(snapshots.tables(approval.tables), shipped_packs.shipped()) == ()


def test_the_pack_of_a_clinic_asks_the_database_nothing(
    clinic: Clinic, lead: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    packs.tighten(rule="filler", days=28, because="x", by=lead, at=NOW)
    held = Clinic.objects.get(pk=clinic.pk)
    with django_assert_num_queries(0):
        assert pack_of(held) is pack_of(held)
