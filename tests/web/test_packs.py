"""The pages of the protocol pack: who reads, who decides, what a refusal says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from needlework.clinic.models import (
    Clinic,
    PackApproval,
    PackCeiling,
    PackRowSignature,
    PackTightening,
    Staff,
)
from needlework.clinic.who import Role
from needlework.skin import packs
from needlework.skin.packs import snapshots
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
PAGES = [
    ("settings-protocols", ()),
    ("pack-rules", ()),
    ("pack-rule", ("filler",)),
    ("pack-products", ()),
    ("pack-methods", ()),
    ("pack-areas", ()),
]


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def lead(clinic: Clinic, log_in: LogIn) -> Client:
    return log_in(people.staff(clinic, Role.MEDICAL_LEAD))


@pytest.mark.parametrize(("name", "arguments"), PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.MEDICAL_LEAD, 200), (Role.PRACTITIONER, 200), (Role.AUDITOR, 200), (Role.ASSISTANT, 403)],
)
def test_who_reads_the_pack(
    log_in: LogIn,
    clinic: Clinic,
    name: str,
    arguments: tuple[str, ...],
    role: Role,
    status: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = log_in(people.staff(clinic, role))
    with django_assert_max_num_queries(25):
        assert client.get(reverse(name, args=arguments)).status_code == status


@pytest.mark.parametrize(("name", "arguments"), PAGES)
def test_who_only_reads_finds_nothing_to_decide(
    log_in: LogIn, clinic: Clinic, name: str, arguments: tuple[str, ...]
) -> None:
    client = log_in(people.staff(clinic, Role.AUDITOR))
    main = client.get(reverse(name, args=arguments)).content.decode().split("<main")[1]
    assert 'method="post"' not in main


def test_nobody_else_decides(log_in: LogIn, clinic: Clinic) -> None:
    client = log_in(people.staff(clinic))
    for name, arguments, said in (
        ("pack-sign", (), {"table": "rules", "code": "product-reaction"}),
        ("pack-rule", ("filler",), {"days": "28", "because": "x"}),
        ("pack-products", (), {"product": "lmx4", "max_g": "20", "because": "x"}),
    ):
        assert client.post(reverse(name, args=arguments), said).status_code == 403
    assert not PackTightening.objects.exists()


def test_rules_are_searched_and_sorted_out(lead: Client) -> None:
    def codes(**said: str) -> list[str]:
        return [row.shipped.code for row in lead.get(reverse("pack-rules"), said).context["rows"]]

    assert codes(q="filler settle") == []
    assert "filler" in codes(q="FILLER clinic leaflet")
    assert "under-22-us" in codes(kind="off")
    assert set(codes(kind="unsigned")) == {"tranexamic-thrombosis", "product-reaction"}
    assert len(codes()) == len(packs.shipped().rules)
    assert "No rule says that" in lead.get(reverse("pack-rules"), {"q": "unicorn"}).content.decode()


def test_a_row_is_signed_and_the_signature_taken_back(lead: Client) -> None:
    row = {"table": "rules", "code": "product-reaction"}
    assert lead.post(reverse("pack-sign"), {**row, "next": "rule"}).url == reverse(  # type: ignore[attr-defined]
        "pack-rule", args=["product-reaction"]
    )
    assert "Refuse" in lead.get(reverse("pack-rules"), {"q": "granulomas"}).content.decode()
    again = lead.post(reverse("pack-sign"), row)
    assert again.status_code == 422
    assert "signed this row on" in again.content.decode()
    assert lead.post(reverse("pack-sign"), {**row, "do": "end", "because": ""}).status_code == 422
    assert lead.post(reverse("pack-sign"), {**row, "do": "end", "because": "Read again"}).status_code == 302
    assert [each.ended for each in PackRowSignature.objects.order_by("pk")] == [False, True]
    assert lead.post(reverse("pack-sign"), {"table": "rules", "code": "filler"}).status_code == 422


def test_a_rule_is_tightened_and_goes_back_to_how_it_ships(lead: Client) -> None:
    url = reverse("pack-rule", args=["filler"])
    looser = lead.post(url, {"days": "7", "because": "Hurry"})
    assert looser.status_code == 422
    assert "stricter, never looser" in looser.content.decode()
    assert "Hurry" in looser.content.decode()
    nothing = lead.post(url, {"because": "No reason"})
    assert nothing.status_code == 422
    assert lead.post(url, {"days": "28", "because": "Swelling"}).status_code == 302
    page = lead.get(url).content.decode()
    assert "This clinic counts 28 days" in page
    assert "wait, 14 days" in page
    assert "Swelling" in lead.get(reverse("settings-protocols")).content.decode()
    assert lead.post(url, {"do": "end", "because": ""}).status_code == 422
    assert lead.post(url, {"do": "end", "because": "Enough"}).status_code == 302
    assert lead.post(url, {"do": "end", "because": "Twice"}).status_code == 422
    assert lead.get(reverse("pack-rule", args=["no-such-rule"])).status_code == 404


def test_what_cannot_be_stricter_offers_no_form(lead: Client) -> None:
    page = lead.get(reverse("pack-rule", args=["pregnancy"])).content.decode()
    assert "This rule cannot be made stricter" in page


def test_the_clinics_own_maximum_is_entered_and_taken_back(lead: Client) -> None:
    url = reverse("pack-products")
    assert "Needs the clinic's maximum" in lead.get(url).content.decode()
    for wrong in ({"max_g": "0"}, {"max_g": "many"}, {"max_g": "20", "because": ""}):
        said = {"product": "lmx4", "because": "Our reading", **wrong}
        assert lead.post(url, said).status_code == 422
    above = lead.post(url, {"product": "emla", "max_g": "61", "because": "x"})
    assert above.status_code == 422
    assert "allows 60 g" in above.content.decode()
    said = {"product": "lmx4", "max_g": "20", "because": "Our reading"}
    assert lead.post(url, said).status_code == 302
    assert "20 g in this clinic" in lead.get(url).content.decode()
    assert lead.post(url, {"do": "end", "product": "lmx4", "because": ""}).status_code == 422
    assert lead.post(url, {"do": "end", "product": "lmx4", "because": "New leaflet"}).status_code == 302
    assert [each.ended for each in PackCeiling.objects.order_by("pk")] == [False, True]


def test_what_changed_since_the_approved_version_is_told_what_got_looser_first(
    lead: Client, clinic: Clinic
) -> None:
    before = snapshots.snapshot(packs.shipped())
    for rule in before["rules"]:
        if rule["code"] == "filler":
            rule["days"] = 60
    PackApproval.objects.create(
        clinic=clinic,
        version="0.9.0",
        content_hash="old",
        tables=before,
        approved_at=NOW,
        approved_by="Somebody",
        registration_number="GMC 1",
    )
    page = lead.get(reverse("settings-protocols")).content.decode()
    assert "What changed since version 0.9.0" in page
    assert "filler: days was 60, is 14" in page
    assert "Looser" in page


def test_only_the_medical_lead_chooses_the_law(log_in: LogIn, clinic: Clinic) -> None:
    form = {
        "name": "Harbour Clinic",
        "phone": "020 7946 0018",
        "email": "",
        "country": "GB",
        "time_zone": "Europe/London",
        "reflection_hours": "48",
        "consent_valid_days": "365",
        "checkin_hours": "24",
        "auto_lock_minutes": "5",
        "jurisdiction": "united-states",
    }
    manager = log_in(people.staff(clinic, Role.MANAGER))
    assert manager.post(reverse("settings"), form).status_code == 302
    clinic.refresh_from_db()
    assert clinic.jurisdiction == "england"
    lead = log_in(people.staff(clinic, Role.MEDICAL_LEAD))
    assert lead.post(reverse("settings"), {**form, "jurisdiction": "atlantis"}).status_code == 422
    assert lead.post(reverse("settings"), form).status_code == 302
    rows = {row.shipped.code: row for row in lead.get(reverse("pack-rules")).context["rows"]}
    assert rows["under-22-us"].state == "care"
