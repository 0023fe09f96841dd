"""Who may treat, who a PIN belongs to, and how accounts are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password

from needlework.clinic.actions import staff as log_ins
from needlework.clinic.actions import team
from needlework.clinic.errors import (
    AlreadyVoided,
    BadInput,
    ClinicError,
    CredentialLapsed,
    CredentialMissing,
    EmailTaken,
    LastManager,
    LogInAgain,
    NotAllowed,
    NotFound,
    PinBlocked,
    PinWrong,
    StillExpected,
)
from needlework.clinic.models import Appointment, AuditEvent, Credential, Staff, TabletLogin
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules import staff as rules
from needlework.clinic.rules import why_not
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
PIN = "407162"
WRONG = "000001"
GONE = {"voided_at": NOW, "voided_by": "X", "voided_because": "test"}


@pytest.fixture(autouse=True)
def _quick_hashes(settings: object) -> None:
    """Slow hashes are for the world outside."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def nurse() -> Staff:
    return people.staff(
        people.clinic(), pin_hash=make_password(PIN), password=make_password("a long password")
    )


@pytest.fixture
def manager(nurse: Staff) -> Actor:
    return people.acting(people.staff(nurse.clinic, Role.MANAGER))


def fails(nurse: Staff, secret: str = WRONG) -> ClinicError | None:
    return why_not(log_ins.identify, staff=nurse, secret=secret, by=people.acting(nurse), at=NOW)


# --- credentials --------------------------------------------------------------------------------------
def test_who_holds_everything_may_treat(nurse: Staff) -> None:
    rules.check_credentials(nurse, device_kinds=["roller", "pen"], on=TODAY)


@pytest.mark.parametrize("kind", ["registration", "licence", "indemnity"])
def test_a_missing_proof_stops(nurse: Staff, kind: str) -> None:
    nurse.credentials.filter(kind=kind).update(**GONE)
    with pytest.raises(CredentialMissing, match=nurse.name):
        rules.check_credentials(nurse, device_kinds=[], on=TODAY)


@pytest.mark.parametrize("kind", ["registration", "licence", "indemnity"])
def test_a_lapsed_proof_stops_on_the_day_after(nurse: Staff, kind: str) -> None:
    nurse.credentials.filter(kind=kind).update(expires_on=TODAY)
    rules.check_credentials(nurse, device_kinds=[], on=TODAY)
    with pytest.raises(CredentialLapsed, match="ended on 24 November 2026"):
        rules.check_credentials(nurse, device_kinds=[], on=TODAY + timedelta(days=1))


def test_training_counts_for_its_own_device_only(nurse: Staff) -> None:
    nurse.credentials.filter(device_kind="pen").update(**GONE)
    rules.check_credentials(nurse, device_kinds=["roller"], on=TODAY)
    with pytest.raises(CredentialMissing, match="training on pens"):
        rules.check_credentials(nurse, device_kinds=["roller", "pen"], on=TODAY)


def test_a_renewed_proof_counts_and_a_future_one_does_not_yet(nurse: Staff) -> None:
    nurse.credentials.filter(kind="indemnity").update(
        valid_from=TODAY - timedelta(9), expires_on=TODAY - timedelta(1)
    )
    later = people.credential(
        nurse, "indemnity", valid_from=TODAY + timedelta(1), expires_on=TODAY + timedelta(9)
    )
    with pytest.raises(CredentialLapsed, match="begins only on"):
        rules.check_credentials(nurse, device_kinds=[], on=TODAY)
    Credential.objects.filter(pk=later.pk).update(valid_from=TODAY)
    rules.check_credentials(nurse, device_kinds=[], on=TODAY)


def test_a_voided_proof_counts_for_nothing(nurse: Staff, manager: Actor) -> None:
    proof = nurse.credentials.get(kind="licence")
    team.void_credential(credential=proof, because="of somebody else", by=manager, at=NOW)
    with pytest.raises(CredentialMissing):
        rules.check_credentials(nurse, device_kinds=[], on=TODAY)
    with pytest.raises(AlreadyVoided):
        team.void_credential(credential=proof, because="again", by=manager, at=NOW)


def test_patients_are_shown_the_newest_of_each_and_what_has_lapsed(nurse: Staff) -> None:
    people.credential(nurse, "licence", expires_on=TODAY + timedelta(days=900), number="new")
    nurse.credentials.filter(kind="registration").update(expires_on=TODAY - timedelta(days=1))
    shown = {one.what: one for one in staff_queries.shown_credentials(nurse, TODAY)}
    assert shown["Licence to practise"].number == "new"
    assert not shown["Professional registration"].in_force
    assert shown["Training on a type of device: pen"].in_force


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "diploma"},
        {"kind": "training"},
        {"kind": "training", "device_kind": "hammer"},
        {"kind": "licence", "device_kind": "pen"},
        {"expires_on": date(2020, 1, 1)},
        {"issuer": " "},
        {"number": ""},
    ],
)
def test_a_proof_that_makes_no_sense_is_refused(
    nurse: Staff, manager: Actor, wrong: dict[str, object]
) -> None:
    facts = {
        "kind": "licence",
        "issuer": "Council",
        "number": "7",
        "valid_from": TODAY,
        "expires_on": TODAY + timedelta(days=365),
        **wrong,
    }
    before = Credential.objects.count()
    with pytest.raises(BadInput):
        team.add_credential(staff=nurse, by=manager, at=NOW, **facts)
    assert Credential.objects.count() == before
    assert not AuditEvent.objects.exists()


# --- accounts -----------------------------------------------------------------------------------------
def test_a_manager_adds_a_person(manager: Actor) -> None:
    person = team.add_staff(
        name="Ida Noddack", email="Ida@Clinic.Example", role="assistant", by=manager, at=NOW
    )
    assert (person.email, person.clinic_id) == ("ida@clinic.example", manager.clinic_id)
    assert not person.has_usable_password()
    assert AuditEvent.objects.get().event == "staff-added"


def test_an_address_has_one_account_whatever_its_capitals(nurse: Staff, manager: Actor) -> None:
    with pytest.raises(EmailTaken):
        team.add_staff(name="X", email=nurse.email.upper(), role="assistant", by=manager, at=NOW)


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"role": "patient"}, {"email": "nobody"}, {"name": ""}])
def test_an_account_that_makes_no_sense_is_refused(manager: Actor, wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        team.add_staff(
            **{"name": "X", "email": "x@y.example", "role": "assistant", **wrong}, by=manager, at=NOW
        )


def test_a_practitioner_manages_nobody(nurse: Staff) -> None:
    with pytest.raises(NotAllowed):
        team.change_staff(staff=nurse, role="manager", by=people.acting(nurse), at=NOW)


def test_a_person_of_another_clinic_is_not_found(nurse: Staff) -> None:
    stranger = people.acting(people.staff(people.clinic(), Role.MANAGER))
    with pytest.raises(NotFound):
        team.change_staff(staff=nurse, name="X", by=stranger, at=NOW)
    with pytest.raises(NotFound):
        staff_queries.find_colleague(stranger, nurse.public_id)


def test_closing_an_account_forgets_its_devices(nurse: Staff, manager: Actor) -> None:
    log_ins.note_log_in(staff=nurse, device="tablet", at=NOW)
    team.change_staff(staff=nurse, is_active=False, by=manager, at=NOW)
    assert TabletLogin.objects.get().forgotten_by == manager.name
    assert staff_queries.of_session(nurse.pk) is None


def test_the_last_manager_stays(nurse: Staff, manager: Actor) -> None:
    boss = Staff.objects.get(pk=manager.staff_id)
    for change in ({"is_active": False}, {"role": "assistant"}):
        with pytest.raises(LastManager):
            team.change_staff(staff=boss, by=manager, at=NOW, **change)
    lead = people.acting(people.staff(nurse.clinic, Role.MEDICAL_LEAD))
    with pytest.raises(NotAllowed):
        team.change_staff(staff=boss, role="assistant", by=manager, at=NOW)
    team.change_staff(staff=boss, role="assistant", by=lead, at=NOW)


def test_who_has_appointments_does_not_vanish(nurse: Staff, manager: Actor) -> None:
    room = people.room(people.site(nurse.clinic))
    Appointment.objects.create(
        clinic=nurse.clinic,
        patient=people.patient(nurse.clinic),
        practitioner=nurse,
        room=room,
        site=room.site,
        kind="review",
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=2),
        booked_at=NOW,
        booked_by="x",
    )
    with pytest.raises(StillExpected, match="1 appointment "):
        team.change_staff(staff=nurse, treats=False, by=manager, at=NOW)


# --- PIN and password ---------------------------------------------------------------------------------
@pytest.mark.parametrize("secret", [PIN, "a long password"])
def test_a_person_identifies_with_pin_or_password(nurse: Staff, secret: str) -> None:
    assert fails(nurse, secret) is None
    assert AuditEvent.objects.get().event == "identified-again"


def test_five_wrong_pins_want_a_full_log_in(nurse: Staff) -> None:
    said = [type(fails(nurse)) for _ in range(5)]
    assert said == [PinWrong] * 4 + [PinBlocked]
    assert isinstance(fails(nurse, PIN), PinBlocked)
    assert AuditEvent.objects.filter(event="identification-failed").count() == 5
    log_ins.note_log_in(staff=nurse, device="tablet", at=NOW)
    assert fails(nurse, PIN) is None


def test_a_right_pin_forgets_the_wrong_ones(nurse: Staff) -> None:
    fails(nurse)
    fails(nurse, PIN)
    nurse.refresh_from_db()
    assert nurse.pin_failures == 0


def test_nobody_identifies_as_a_person_of_another_clinic(nurse: Staff) -> None:
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(NotFound):
        log_ins.identify(staff=nurse, secret=PIN, by=stranger, at=NOW)


def test_a_pin_switches_only_where_there_was_a_full_log_in_today(nurse: Staff) -> None:
    with pytest.raises(LogInAgain):
        log_ins.switch_user(staff=nurse, pin=PIN, device="tablet", by=None, at=NOW)
    log_ins.note_log_in(staff=nurse, device="tablet", at=NOW)
    assert log_ins.switch_user(staff=nurse, pin=PIN, device="tablet", by=None, at=NOW) == nurse
    with pytest.raises(LogInAgain):
        log_ins.switch_user(staff=nurse, pin=PIN, device="another", by=None, at=NOW)
    with pytest.raises(LogInAgain):
        log_ins.switch_user(staff=nurse, pin=PIN, device="tablet", by=None, at=NOW + timedelta(hours=12))


def test_a_forgotten_device_lets_nobody_back(nurse: Staff) -> None:
    log_ins.note_log_in(staff=nurse, device="tablet", at=NOW)
    assert log_ins.forget_device(device="tablet", by=people.acting(nurse), at=NOW) == 1
    assert staff_queries.on_device(log_ins.fingerprint("tablet"), at=NOW) == []
    with pytest.raises(LogInAgain):
        log_ins.switch_user(staff=nurse, pin=PIN, device="tablet", by=None, at=NOW)


def test_setting_a_pin_wants_the_password(nurse: Staff) -> None:
    me = people.acting(nurse)
    with pytest.raises(BadInput, match="not your password"):
        log_ins.set_pin(staff=nurse, pin="830571", password="wrong", by=me, at=NOW)
    log_ins.set_pin(staff=nurse, pin="830571", password="a long password", by=me, at=NOW)
    nurse.refresh_from_db()
    assert rules.is_secret_of(nurse, "830571")
    assert "830571" not in nurse.pin_hash
    with pytest.raises(NotAllowed):
        log_ins.set_pin(
            staff=nurse,
            pin="830571",
            password="a long password",
            by=people.acting(people.staff(nurse.clinic)),
            at=NOW,
        )


@pytest.mark.parametrize("pin", ["123456", "654321", "111111", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_a_pin_anyone_would_try_is_refused(pin: str) -> None:
    with pytest.raises(BadInput):
        rules.check_pin_fit(pin)


def test_a_wrong_password_leaves_a_line_where_the_account_is(nurse: Staff) -> None:
    log_ins.note_log_in_failed(email=nurse.email, at=NOW)
    log_ins.note_log_in_failed(email="nobody@nowhere.example", at=NOW)
    assert [line.event for line in AuditEvent.objects.all()] == ["log-in-failed"]
