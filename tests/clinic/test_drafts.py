"""Nothing typed is lost, and nothing is overwritten unseen."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from needlework.clinic.actions import drafts
from needlework.clinic.errors import BadInput, DraftChangedElsewhere
from needlework.clinic.models import Draft
from needlework.clinic.queries import drafts as draft_queries
from needlework.clinic.who import Actor, Role
from tests.conftest import NOW
from tests.factories import people

pytestmark = pytest.mark.django_db
SUBJECT = uuid4()
LATER = NOW + timedelta(minutes=1)


def save(by: Actor, revision: int, text: str, at: object = NOW) -> Draft:
    return drafts.save(
        form="history", subject=SUBJECT, fields={"note": [text]}, revision=revision, by=by, at=at
    )


@pytest.fixture
def nurse() -> Actor:
    return people.acting(people.staff(people.clinic()))


def test_a_draft_comes_back_as_initial_values(nurse: Actor) -> None:
    drafts.save(
        form="history",
        subject=SUBJECT,
        fields={"note": ["a"], "areas": ["chin", "nose"]},
        revision=0,
        by=nurse,
        at=NOW,
    )
    assert draft_queries.fields(nurse, "history", SUBJECT) == {"note": "a", "areas": ["chin", "nose"]}
    assert draft_queries.fields(nurse, "consultation", SUBJECT) == {}


def test_each_saving_raises_the_revision(nurse: Actor) -> None:
    assert save(nurse, 0, "a").revision == 1
    assert save(nurse, 1, "b", LATER).revision == 2


def test_an_older_page_does_not_overwrite_a_newer_one(nurse: Actor) -> None:
    save(nurse, 0, "a")
    save(nurse, 1, "newer")
    with pytest.raises(DraftChangedElsewhere):
        save(nurse, 1, "older", LATER)
    assert draft_queries.fields(nurse, "history", SUBJECT) == {"note": "newer"}


def test_the_last_words_of_a_page_that_closes_are_kept(nurse: Actor) -> None:
    save(nurse, 0, "a")
    save(nurse, 1, "ab")
    assert save(nurse, 1, "abc", NOW + timedelta(seconds=1)).fields == {"note": ["abc"]}


def test_a_colleague_does_not_see_the_draft(nurse: Actor) -> None:
    save(nurse, 0, "a")
    colleague = Actor(
        name="Other", role=Role.PRACTITIONER, clinic_id=nurse.clinic_id, staff_id=nurse.staff_id + 1
    )
    assert draft_queries.find(colleague, "history", SUBJECT) is None


def test_a_patient_has_drafts_of_their_own() -> None:
    patient = people.patient(people.clinic())
    save(people.as_patient(patient), 0, "mine")
    assert draft_queries.fields(people.as_patient(patient), "history", SUBJECT) == {"note": "mine"}
    assert Draft.objects.get().staff_id is None


def test_a_sent_form_forgets_its_draft(nurse: Actor) -> None:
    save(nurse, 0, "a")
    drafts.forget(form="history", subject=SUBJECT, by=nurse, at=LATER)
    assert not Draft.objects.exists()


def test_a_program_has_no_drafts(nurse: Actor) -> None:
    program = Actor(name="program", role=Role.PROGRAM, clinic_id=nurse.clinic_id)
    with pytest.raises(BadInput):
        save(program, 0, "a")


def test_what_is_far_too_long_is_refused(nurse: Actor) -> None:
    with pytest.raises(BadInput):
        save(nurse, 0, "x" * (drafts.LARGEST + 1))
    assert not Draft.objects.exists()
