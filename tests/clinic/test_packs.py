"""Nobody treats by rules nobody answers for."""

from __future__ import annotations

import pytest

from needlework.clinic.actions import packs
from needlework.clinic.errors import NotAllowed, NotRegistered, PackAlreadyApproved, PackNotApproved
from needlework.clinic.models import AuditEvent, Clinic, PackApproval
from needlework.clinic.queries import packs as pack_queries
from needlework.clinic.rules.packs import check_approved
from needlework.clinic.who import Role
from needlework.skin import packs as shipped_packs
from tests.conftest import NOW
from tests.factories import people

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
