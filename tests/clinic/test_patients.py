"""Patients are registered once, adults only, and found by any spelling."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from needlework.clinic.actions import appointments, patients
from needlework.clinic.errors import (
    BadInput,
    ClinicError,
    NotAllowed,
    NotAnAdult,
    NotFound,
    PatientExpected,
    PhoneNumberWrong,
    PossibleDuplicate,
    ReasonNeeded,
)
from needlework.clinic.models import AuditEvent, History, Patient, PatientLink, SearchKey
from needlework.clinic.queries import patients as patient_queries
from needlework.clinic.rules import names
from needlework.clinic.rules import patients as rules
from needlework.clinic.who import Actor, Role
from needlework.skin import packs
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=400)


@pytest.fixture
def desk() -> Actor:
    return people.acting(people.staff(people.clinic(), Role.FRONT_DESK))


def register(by: Actor, given: str = "Ada", family: str = "Lovelace", **facts: object) -> Patient:
    given_facts = {
        "given_name": given,
        "family_name": family,
        "born_on": date(1988, 4, 12),
        "phone": "020 7946 0018",
        "by": by,
        "at": NOW,
        **facts,
    }
    return patients.register(**given_facts)


def found(by: Actor, text: str) -> list[str]:
    return [patient.name for patient in patient_queries.search(by, text).rows]


# --- register -----------------------------------------------------------------------------------------
def test_a_patient_gets_the_next_number_and_a_line_in_the_trail(desk: Actor) -> None:
    first = register(desk)
    second = register(desk, "Bo", "Diddley", phone="020 7946 0019", born_on=date(1970, 1, 1))
    assert (first.number, second.number) == ("P000001", "P000002")
    assert first.phone == "+442079460018"
    line = AuditEvent.objects.filter(event="patient-registered").first()
    assert line is not None
    assert line.patient == first.public_id


def test_a_phone_number_is_read_as_of_the_country_of_the_clinic() -> None:
    desk = people.acting(people.staff(people.clinic(country="FR")))
    assert register(desk, phone="01 23 45 67 89").phone == "+33123456789"


@pytest.mark.parametrize("phone", ["12", "call me", "+0000000000000000000"])
def test_a_number_nobody_can_call_is_refused(desk: Actor, phone: str) -> None:
    with pytest.raises(PhoneNumberWrong):
        register(desk, phone=phone)
    assert not Patient.objects.exists()


def test_a_minor_is_refused_with_the_day_they_come_of_age(desk: Actor) -> None:
    with pytest.raises(NotAnAdult, match=r"is 17.*25 November 2026"):
        register(desk, born_on=date(2008, 11, 25))
    assert register(desk, born_on=date(2008, 11, 24)).number == "P000001"


def test_a_leap_day_child_comes_of_age_on_the_day_that_is_named(desk: Actor) -> None:
    with pytest.raises(NotAnAdult, match="1 March 2030"):
        register(desk, born_on=date(2012, 2, 29))
    assert rules.years(date(2012, 2, 29), date(2030, 2, 28)) == 17
    assert rules.years(date(2012, 2, 29), date(2030, 3, 1)) == 18


@pytest.mark.parametrize(("born_on", "said"), [(date(2030, 1, 1), "future"), (date(1880, 1, 1), "146")])
def test_a_birth_date_that_cannot_be_is_refused(desk: Actor, born_on: date, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        register(desk, born_on=born_on)


@pytest.mark.parametrize(
    "wrong",
    [
        {"given": " ", "family": ""},
        {"phone": "", "email": ""},
        {"phone": "", "email": "nobody"},
        {"family": "x" * 201},
        {"sex": "q"},
        {"given": "nul\x00l"},
        {"given": "half \ud800 sign"},
    ],
)
def test_what_cannot_be_kept_is_refused(desk: Actor, wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        register(desk, **wrong)
    assert not AuditEvent.objects.exists()


def test_one_name_is_enough(desk: Actor) -> None:
    assert register(desk, given="", family="Sukarno").name == "Sukarno"


def test_an_auditor_registers_nobody(desk: Actor) -> None:
    auditor = Actor(name="A", role=Role.AUDITOR, clinic_id=desk.clinic_id, staff_id=1)
    with pytest.raises(NotAllowed):
        register(auditor)


# --- duplicates ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "family", "facts"),
    [
        ("ADA", "Lovelacé", {}),
        ("Lovelace", "Ada", {}),
        ("Ada", "Lovelaec", {}),
        ("A.", "Lovelace", {}),
        ("Somebody", "Else", {"phone": "+44 20 7946 0018", "born_on": date(1950, 1, 1)}),
        ("Somebody", "Else", {"email": "ADA@example.org", "born_on": date(1950, 1, 1)}),
        ("Ada", "Lovelace", {"born_on": date(1988, 12, 4)}),
        ("Ada", "Lovelace", {"born_on": date(1987, 4, 12)}),
    ],
)
def test_a_likely_duplicate_is_shown_before_it_is_made(
    desk: Actor, given: str, family: str, facts: dict[str, object]
) -> None:
    first = register(desk, email="ada@example.org")
    with pytest.raises(PossibleDuplicate) as refused:
        register(desk, given, family, **{"phone": "07700 900123", **facts})
    assert refused.value.facts["candidates"] == (first,)
    assert Patient.objects.count() == 1


def test_a_name_in_another_script_is_compared_in_latin_letters(desk: Actor) -> None:
    register(desk, "Наталья", "Иванова")
    with pytest.raises(PossibleDuplicate):
        register(desk, "Natalya", "Ivanova", phone="07700 900123")


def test_a_reason_registers_another_person_anyway(desk: Actor) -> None:
    register(desk)
    twin = register(desk, "Ida", not_duplicate_because="twin sister")
    assert twin.not_duplicate_because == "twin sister"


def test_people_who_share_only_a_birth_date_are_no_duplicates(desk: Actor) -> None:
    register(desk)
    register(desk, "Grace", "Hopper", phone="07700 900123")
    assert Patient.objects.count() == 2


def test_a_patient_of_another_clinic_is_no_candidate(desk: Actor) -> None:
    register(people.acting(people.staff(people.clinic())))
    assert register(desk).number == "P000001"


def test_duplicates_of_invented_people_are_found(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1000 rows of 251 invented persons, with slips, gaps and exchanged names: how many true pairs are seen?"""
    with (shared / "testdata" / "patients" / "fake_1000.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["first_name"] and row["surname"] and row["dob"]]
    slips = {row["dob"]: names.near_dates(date.fromisoformat(row["dob"])) for row in rows}
    said: set[frozenset[str]] = set()
    for a, b in combinations(rows, 2):
        mail = a["email"] and a["email"].casefold() == b["email"].casefold()
        near = date.fromisoformat(b["dob"]) in slips[a["dob"]]
        if mail or (near and names.same_person(*((one["first_name"], one["surname"]) for one in (a, b)))):
            said.add(frozenset({a["unique_id"], b["unique_id"]}))
    true = {
        frozenset({a["unique_id"], b["unique_id"]})
        for a, b in combinations(rows, 2)
        if a["cluster"] == b["cluster"]
    }
    right = len(said & true)
    precision, recall = right / len(said), right / len(true)
    with capsys.disabled():
        sys.stdout.write(
            f"\nduplicates: precision {precision:.3f}, recall {recall:.3f} of {len(true)} true pairs\n"
        )
    assert precision >= 0.97
    assert recall >= 0.7


# --- change and void ----------------------------------------------------------------------------------
def test_a_change_moves_the_search_and_keeps_both_values_in_the_trail(desk: Actor) -> None:
    patient = register(desk)
    patients.change(patient=patient, family_name="King", by=desk, at=NOW)
    assert found(desk, "king") == ["Ada King"]
    assert found(desk, "lovelace") == []
    line = AuditEvent.objects.get(event="patient-changed")
    assert line.detail == {"family_name": ["Lovelace", "King"]}


def test_nothing_changed_leaves_no_line(desk: Actor) -> None:
    patient = register(desk)
    patients.change(patient=patient, given_name="Ada", by=desk, at=NOW)
    assert not AuditEvent.objects.filter(event="patient-changed").exists()


def test_a_change_into_somebody_else_is_shown_first(desk: Actor) -> None:
    register(desk)
    other = register(desk, "Grace", "Hopper", phone="07700 900123")
    with pytest.raises(PossibleDuplicate):
        patients.change(patient=other, given_name="Ada", family_name="Lovelace", by=desk, at=NOW)
    other.refresh_from_db()
    assert other.name == "Grace Hopper"


def test_a_change_across_clinics_is_not_found(desk: Actor) -> None:
    patient = register(desk)
    with pytest.raises(NotFound):
        patients.change(
            patient=patient, given_name="X", by=people.acting(people.staff(people.clinic())), at=NOW
        )


def test_a_voided_patient_leaves_lists_and_stays_readable_for_the_lead(desk: Actor) -> None:
    patient = register(desk)
    manager = people.acting(people.staff(patient.clinic, Role.MANAGER))
    lead = people.acting(people.staff(patient.clinic, Role.MEDICAL_LEAD))
    patients.void(patient=patient, because="registered twice", by=manager, at=NOW)
    assert found(desk, "ada") == []
    assert patient_queries.by_name(desk).rows == []
    assert patient_queries.find(lead, patient.public_id).voided_because == "registered twice"
    with pytest.raises(NotFound):
        patient_queries.find(desk, patient.public_id)


def test_the_desk_voids_nobody_and_a_reason_is_wanted(desk: Actor) -> None:
    patient = register(desk)
    manager = people.acting(people.staff(patient.clinic, Role.MANAGER))
    with pytest.raises(NotAllowed):
        patients.void(patient=patient, because="x", by=desk, at=NOW)
    with pytest.raises(ReasonNeeded):
        patients.void(patient=patient, because=" ", by=manager, at=NOW)


def test_a_patient_who_is_expected_is_not_voided(desk: Actor) -> None:
    patient = register(desk)
    nurse = people.staff(patient.clinic)
    start = NOW + timedelta(hours=1)
    appointments.book(
        patient=patient,
        practitioner=nurse,
        room=people.room(people.site(patient.clinic)),
        kind="review",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        by=desk,
        at=NOW,
    )
    with pytest.raises(PatientExpected):
        patients.void(
            patient=patient, because="x", by=people.acting(people.staff(patient.clinic, Role.MANAGER)), at=NOW
        )


# --- search -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "zoe",
        "Zoë",
        "ZOE",
        "obr",
        "o'brien",
        "brien zo",
        "Zo OBrien",
        "7946",
        "0018",
        "020 7946",
        "+44 20 7946",
        "P000001",
        "12.4.1988",
        "12/04/1988",
        "1988-04-12",
        "zoe 1988",
        "zoe@exam",
    ],
)
def test_a_patient_is_found_by_any_part(desk: Actor, text: str) -> None:
    register(desk, "Zoë", "O'Brien", email="zoe@example.org")
    register(desk, "Max", "Muster", phone="0161 496 0999", born_on=date(1971, 2, 3))
    assert found(desk, text) == ["Zoë O'Brien"]


@pytest.mark.parametrize(
    ("given", "family", "texts"),
    [
        ("Наталья", "Иванова", ["наталья", "Natal", "ivanova", "ИВАН"]),
        ("小明", "王", ["王", "小明", "王小明", "wang", "xiaoming"]),
        ("Ιωάννης", "Παπαδόπουλος", ["ιωαννης", "papadop"]),
        ("محمد", "حسن", ["محمد", "حسن"]),
        ("Łukasz", "Żółć", ["lukasz", "zolc", "łuk"]),
        ("Søren", "Ærø", ["soren", "aero"]),
    ],
)
def test_a_name_is_found_in_its_own_script_and_in_latin_letters(
    desk: Actor, given: str, family: str, texts: list[str]
) -> None:
    patient = register(desk, given, family)
    for text in texts:
        assert found(desk, text) == [patient.name], text


@pytest.mark.parametrize("text", ["", "   ", "79", "%", "_", "*", "'; DROP TABLE clinic_patient; --", "\x00"])
def test_a_search_for_nothing_finds_nobody(desk: Actor, text: str) -> None:
    register(desk)
    assert found(desk, text) == []


def test_nobody_of_another_clinic_is_found(desk: Actor) -> None:
    register(desk)
    stranger = people.acting(people.staff(people.clinic()))
    assert found(stranger, "ada") == []
    with pytest.raises(NotFound):
        patient_queries.find(stranger, Patient.objects.get().public_id)


def test_pages_of_a_search_reach_everybody(desk: Actor) -> None:
    for n in range(23):
        register(
            desk,
            "Maria",
            f"Marin{chr(97 + n)}",
            phone=f"020 7946 00{n:02}",
            born_on=date(1950, 1, 2) + timedelta(days=777 * n),
        )
    seen: list[int] = []
    after = ""
    while True:
        page = patient_queries.search(desk, "mar", after=after, size=5)
        seen += [one.pk for one in page.rows]
        after = page.after
        if not after:
            break
    assert len(set(seen)) == 23
    assert len(patient_queries.search(desk, "mar marin", size=50).rows) == 23


@pytest.mark.parametrize("listing", [patient_queries.by_name, patient_queries.newest])
def test_pages_of_a_list_hold_everybody_once_in_order(desk: Actor, listing: object) -> None:
    for n in range(12):
        register(
            desk,
            f"Name{n % 3}",
            f"Family{n}",
            phone=f"020 7946 00{n:02}",
            born_on=date(1950, 1, 2) + timedelta(days=777 * n),
        )
    seen: list[str] = []
    after = ""
    while True:
        page = listing(desk, after=after, size=5)
        seen += [one.sort_name for one in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == 12
    if listing is patient_queries.by_name:
        assert seen == sorted(seen)


def test_a_number_that_could_be_several_things_finds_each_in_pages(desk: Actor) -> None:
    for n in range(6):
        register(
            desk, f"N{chr(97 + n)}", "Family", phone=f"07700 9{n}1988", born_on=date(1960, 3, 4) + n * YEAR
        )
    register(desk, "Born", "Then", phone="0161 496 0000", born_on=date(1988, 1, 1))
    seen: list[int] = []
    after = ""
    while True:
        page = patient_queries.search(desk, "1988", after=after, size=3)
        seen += [one.pk for one in page.rows]
        after = page.after
        if not after:
            break
    assert len(set(seen)) == 7
    with pytest.raises(BadInput):
        patient_queries.search(desk, "1988", after="MTp6eg")


def test_a_place_in_a_list_nobody_made_is_refused(desk: Actor) -> None:
    with pytest.raises(BadInput):
        patient_queries.by_name(desk, after="no such place")


def test_every_key_goes_with_its_patient(desk: Actor) -> None:
    patient = register(desk)
    held = {bytes(key) for key in SearchKey.objects.values_list("key", flat=True)}
    assert held == patient_queries.keys_of(patient)


# --- hostile words ------------------------------------------------------------------------------------
def test_naughty_strings_are_kept_as_they_are_or_refused_in_a_sentence(desk: Actor, shared: Path) -> None:
    strings = json.loads((shared / "testdata" / "security" / "blns.json").read_text(encoding="utf-8"))
    kept = 0
    for n, text in enumerate(strings):
        try:
            patient = register(
                desk,
                "Test",
                text,
                phone=f"020 7946 0{n % 1000:03}",
                born_on=date(1940, 1, 1) + timedelta(days=n),
                not_duplicate_because="test",
            )
        except ClinicError:
            continue
        kept += 1
        patient.refresh_from_db()
        wanted = "".join(sign for sign in text if sign.isprintable() or sign.isspace() or ord(sign) > 159)
        assert patient.family_name == " ".join(
            "".join(c for c in wanted if ord(c) > 31 or c in "\n\t").split()
        )
    assert kept > 0.9 * len(strings)


# --- reading ------------------------------------------------------------------------------------------
def test_opening_a_record_leaves_a_line(desk: Actor) -> None:
    patient = register(desk)
    patients.open_record(patient=patient, page="history", by=desk, at=NOW)
    line = AuditEvent.objects.get(event="record-opened")
    assert (line.patient, line.detail) == (patient.public_id, {"page": "history"})


def test_a_patient_opens_only_their_own_record(desk: Actor) -> None:
    patient = register(desk)
    other = register(desk, "Grace", "Hopper", phone="07700 900123")
    patients.open_record(patient=patient, page="results", by=people.as_patient(patient), at=NOW)
    with pytest.raises(NotFound):
        patients.open_record(patient=other, page="results", by=people.as_patient(patient), at=NOW)
    with pytest.raises(NotFound):
        patient_queries.find(people.as_patient(patient), other.public_id)


def test_voiding_closes_the_links(desk: Actor) -> None:
    patient = register(desk)
    PatientLink.objects.create(
        clinic=patient.clinic,
        patient=patient,
        purpose="history",
        token_hash="x",
        made_at=NOW,
        made_by="x",
        expires_at=NOW + timedelta(days=1),
    )
    patients.void(
        patient=patient, because="twice", by=people.acting(people.staff(patient.clinic, Role.MANAGER)), at=NOW
    )
    assert PatientLink.objects.get().closed_at == NOW


def test_no_known_allergies_means_that_every_question_had_an_answer(desk: Actor) -> None:
    patient = register(desk)
    codes = [code for code, one in packs.shipped().questions.items() if one.group == "allergies"]
    assert len(codes) > 3
    assert not patient_queries.allergies_asked(patient)
    history = History.objects.create(
        clinic=patient.clinic,
        patient=patient,
        answers={code: {"answer": "no"} for code in codes[1:]},
        pack_version="1",
        answered_at=NOW,
        answered_by="x",
        answered_on="clinic",
    )
    assert not patient_queries.allergies_asked(patient)
    history.answers[codes[0]] = {"answer": "unknown"}
    history.save()
    assert not patient_queries.allergies_asked(patient)
    history.answers[codes[0]] = {"answer": "no"}
    history.save()
    assert patient_queries.allergies_asked(patient)
