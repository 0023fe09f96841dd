"""A new patient goes all nine steps in a real browser, with nothing but what the pages say."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from . import way as steps
from .conftest import TABLET, People

pytestmark = pytest.mark.browser

ROLLER = "Dermaroller MF-8 (Dermaroller GmbH)"


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
    way.open_patient(doctor)
    expect(doctor.get_by_role("main")).to_contain_text("reflecting until Thu 26 Nov")

    packet = real_packet(shared)
    steps.receive(doctor, expired=expired_packet(shared), packet=packet, model=ROLLER)
    steps.book(way, desk, kind="Treatment", on="2026-11-26", starts="10:30", minutes="2 hours")
    people.served.go_to(datetime(2026, 11, 26, 10, 20, tzinfo=UTC))
    steps.open_treatment(way, doctor)
    steps.ask_again(way, doctor)
    steps.agree(way, doctor)
    steps.numb(way, doctor)
    steps.open_packet(way, doctor, packet)
    steps.treat(way, doctor)
    steps.soothe_and_sign(way, doctor)
    expect(doctor.get_by_role("main")).to_contain_text("Dermaroller MF-8, lot NW2611A")

    steps.check_in(way, doctor, phone)
    for days, stage, score, photograph, says, follows in (
        (41, "Six-week", "3", "lisa2.jpg", "About the same", "Continue the course"),
        (49, "Three-month", "2", "lisa2.jpg", "Better", "Continue the course"),
        (91, "Six-month", "1", "lisa1.jpg", "Much better", "Finish the course"),
    ):
        way.wait(days=days)
        steps.review(way, doctor, stage=stage, score=score, photograph=photograph, says=says, follows=follows)
        expect(doctor.get_by_text("No measurable change" if score == "3" else "Better").first).to_be_visible()

    steps.end_course(way, doctor, phone)
    doctor.get_by_role("navigation", name="Main").get_by_role("link", name="Results").click()
    expect(doctor.get_by_role("heading", level=1)).to_have_text("Results")
    expect(doctor.get_by_role("main")).to_contain_text("Courses ended")

    verified = people.served.command("trail", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def expired_packet(shared: Path) -> str:
    """A GS1 DataMatrix as it was decoded: product, serial, lot, and a date in 2014."""
    folder = shared / "testdata" / "barcodes" / "datamatrix-1"
    return (folder / "gs1-figure-4.15.1-2-32x32.txt").read_text()


def real_packet(shared: Path) -> str:
    """The registered number of a sterile single-use needle, with lot and date as its maker prints them."""
    with (shared / "testdata" / "gs1" / "gudid_devices_open.csv").open() as rows:
        wanted = ("lot", "expDate", "singleUse", "sterile")
        device = next(
            row
            for row in csv.DictReader(rows)
            if row["agency"] == "GS1"
            and "needle" in row["gmdn"]
            and all(row[name] == "true" for name in wanted)
        )
    return f"01{device['deviceId']}1727123110NW2611A"
