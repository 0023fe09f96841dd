"""The page of the device catalogue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from needlework.clinic.models import DeviceModel, Staff
from needlework.clinic.who import Role
from tests.factories import people

pytestmark = pytest.mark.django_db
LogIn = Callable[[Staff], Client]
RECORDS = b"di,brand,company\n00841365101229,<b>First</b>,Maker\n00813892020701,Wrong,Maker\n"


def sent(data: bytes) -> dict[str, object]:
    return {"file": SimpleUploadedFile("devices.csv", data, "text/csv")}


def test_a_manager_takes_records_in_and_sees_what_was_refused(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic(), Role.MANAGER))
    page = reverse("settings-devices")
    assert "None yet." in client.get(page).content.decode()
    said = client.post(page, sent(RECORDS)).content.decode()
    assert "1 added" in said
    assert "Line 3: The identifier “00813892020701” has a wrong check digit." in said
    assert "&lt;b&gt;First&lt;/b&gt;" in said
    assert DeviceModel.objects.filter(imported=True).count() == 1


@pytest.mark.parametrize(("data", "said"), [(b"a,b\n1,2\n", "no column with"), (b"", "empty")])
def test_a_file_without_records_is_said_at_the_form(log_in: LogIn, data: bytes, said: str) -> None:
    answer = log_in(people.staff(people.clinic(), Role.MANAGER)).post(reverse("settings-devices"), sent(data))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_who_only_looks_takes_nothing_in(log_in: LogIn) -> None:
    client = log_in(people.staff(people.clinic(), Role.AUDITOR))
    assert "<form" not in client.get(reverse("settings-devices")).content.decode().split("<main")[1]
    assert client.post(reverse("settings-devices"), sent(RECORDS)).status_code == 403
    assert not DeviceModel.objects.exists()
