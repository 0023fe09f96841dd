"""Every page: who gets in, and who does not."""

from __future__ import annotations

import pytest

from . import pages
from .conftest import People
from .serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ids(served: Served) -> dict[str, str]:
    """The public ids that the addresses name."""
    return pages.subjects(served.folder)


@pytest.mark.parametrize("letter", list(pages.LETTERS))
def test_each_role_gets_into_its_own_pages_and_no_others(
    people: People, ids: dict[str, str], letter: str
) -> None:
    asked = people.staff(pages.LETTERS[letter]).context.request
    answers = {
        where.name: asked.get(where.address.format(**ids), max_redirects=0).status for where in pages.PAGES
    }
    assert answers == {
        where.name: 200 if letter in where.may else 302 if letter in where.elsewhere else 403
        for where in pages.PAGES
    }


def test_nobody_gets_in_without_logging_in(people: People, ids: dict[str, str]) -> None:
    asked = people.browser().request
    for where in pages.PAGES:
        answer = asked.get(where.address.format(**ids), max_redirects=0)
        assert (answer.status, answer.headers["location"][:16]) == (302, "/accounts/login/"), where.name


def test_an_unknown_page_and_an_unknown_patient_are_answered_alike(people: People) -> None:
    asked = people.staff("lead").context.request
    for address in ("/patients/00000000-0000-4000-8000-000000000000/", "/no/such/page/"):
        assert asked.get(address).status == 404
