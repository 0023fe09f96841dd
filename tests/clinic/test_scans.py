"""How a label comes in: by camera, by a scanner that is known, by hand. It is read whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import scans as actions
from needlework.clinic.models import AuditEvent
from needlework.clinic.queries import scans as queries
from needlework.clinic.rules import scans as rules
from needlework.clinic.who import Actor, Role
from needlework.skin import udi
from tests.factories import care, frames, people, room
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
ON = NOW.date()
DI = "09506000134352"
SWALLOWED = f"01{DI}1728053110ABC217"  # lot ABC217, or lot ABC and serial 7
PACKET = {"01": DI, "17": "280531", "10": "ABC217"}


@pytest.fixture
def by() -> Actor:
    return people.acting(people.staff(people.clinic()))


def test_a_lot_that_could_hold_a_serial_is_refused_unless_the_scanner_is_known_to_send_separators() -> None:
    for sent in (SWALLOWED, f"]d2{SWALLOWED}", f"]C1{SWALLOWED}"):
        with pytest.raises(errors.LabelNotRead, match="separator"):
            queries.read(sent, on=ON)
        assert queries.read(sent, on=ON, separators_kept=True).lot == "ABC217"
    for sent in (f"\x1d{SWALLOWED}", f"]d2\x1d{SWALLOWED}"):  # an FNC1 came through, so others would have
        assert queries.read(sent, on=ON).lot == "ABC217"
    split = queries.read(f"]d201{DI}1728053110ABC\x1d217", on=ON)
    assert (split.lot, split.serial) == ("ABC", "7")


def test_our_own_camera_needs_no_separator_and_what_it_read_is_read_alike_afterwards(by: Actor) -> None:
    model = care.device_model("dermaroller-mf-8", name="Dermaroller MF-8")
    site = people.site(people.clinic(), clinic_id=by.clinic_id)
    unit = room.unit(site, model, lot="ABC217", di=DI)
    seen = queries.look(by, frames.jpeg(PACKET), on=ON, quick=True)
    assert seen is not None
    assert seen.words == f"{model.name}, lot ABC217, expires 31 May 2028"
    assert queries.read(seen.code, on=ON).lot == "ABC217"
    assert queries.find_by_scan(by, seen.code, on=ON) == unit


@pytest.mark.parametrize(
    ("raw", "symbology", "sent"),
    [
        (f"01{DI}10A1".encode(), "]d2", f"\x1d01{DI}10A1"),
        (b"+A123BJC5D6E71G", "]C0", "+A123BJC5D6E71G"),
        (b"https://id.gs1.org/01/09506000134352/10/A1", "]Q1", "https://id.gs1.org/01/09506000134352/10/A1"),
        (b"9506000134352|]e010A1", "]E0", "]E09506000134352|]e010A1"),
        (f"01{DI}\n10A1".encode(), "]C1", f"\x1d01{DI}\x1e\x1d10A1"),
    ],
)
def test_what_a_camera_read_is_handed_on_as_a_faultless_scanner_sends_it(
    raw: bytes, symbology: str, sent: str
) -> None:
    label = udi.Label("GS1", DI, "A1", None, None, None, None, {}, raw, symbology)
    assert queries._as_sent(label) == sent


def test_a_label_in_two_codes_is_read_as_one() -> None:
    label = queries.read(f"\x1d01{DI}\x1e\x1d1728053110A1", on=ON)
    assert (label.di, label.lot, label.expires_on) == (DI, "A1", date(2028, 5, 31))
    with pytest.raises(errors.LabelNotRead):
        queries.read(f"\x1d01{DI}\x1e\x1d01095060001343691021", on=ON)


def test_an_empty_table_is_nothing_yet_and_what_is_no_label_is_refused(by: Actor) -> None:
    assert queries.look(by, frames.jpeg(None), on=ON, quick=True) is None
    with pytest.raises(errors.LabelNotRead):
        queries.look(by, b"no picture", on=ON, quick=True)
    patient = Actor("A patient", Role.PATIENT, by.clinic_id)
    with pytest.raises(errors.NotAllowed):
        queries.look(patient, frames.jpeg(None), on=ON)


@pytest.mark.parametrize("before", ["", "]d2", "\x1d", "]d2\x1d"])
def test_a_scanner_that_sends_the_test_code_whole_passes(before: str, by: Actor) -> None:
    actions.pass_scanner(sent=before + udi.element_string(rules.TEST) + "\r", by=by, at=NOW)
    assert AuditEvent.objects.get().event == "scanner-tested"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (("\x1d", ""), errors.ScannerDropsSeparator),
        (("\x1d", "|"), errors.NotTheTestCode),
        (("TEST", "test"), errors.NotTheTestCode),
    ],
)
def test_a_scanner_that_changes_the_test_code_fails(
    change: tuple[str, str], refusal: type[errors.ClinicError], by: Actor
) -> None:
    with pytest.raises(refusal):
        actions.pass_scanner(sent=udi.element_string(rules.TEST).replace(*change), by=by, at=NOW)
    assert not AuditEvent.objects.exists()


def test_how_a_label_came_in_is_one_of_three_ways_or_not_noted() -> None:
    assert rules.check_way("camera", scanned="x") == "camera"
    assert rules.check_way("", scanned="x") == rules.check_way("camera", scanned="") == ""
    with pytest.raises(errors.BadInput):
        rules.check_way("telepathy", scanned="x")
