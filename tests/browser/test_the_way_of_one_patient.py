"""A new patient goes all nine steps in a real browser, with nothing but what the pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import way as steps
from .conftest import TABLET, People

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journey")]


def test_a_new_patient_goes_all_nine_steps(people: People, shared: Path) -> None:
    way = steps.Way(people, shared / "testdata" / "faces" / "cc0")
    desk = people.staff("desk")
    steps.register(way, desk)

    doctor = people.staff("doctor", viewport=TABLET)
    way.open_patient(doctor)
    doctor.get_by_role("link", name="Ask the questions").click()
    phone = people.phone()
    way.open_link(phone, way.link(doctor))
    steps.answer_on_phone(way, phone)

    steps.consult(way, doctor)
    steps.plan(way, doctor)
    way.open_link(phone, way.link(doctor))
    steps.sign_on_phone(way, phone)
