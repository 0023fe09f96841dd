"""`needlework reference import-devices`: a file of public device records, its answer and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from needlework.cli import record
from needlework.cli.main import execute
from needlework.clinic.models import AuditEvent, DeviceModel
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
GOOD, OTHER = "00841365101229", "00813892020700"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "now", lambda: NOW)
    people.clinic()


def written(folder: Path, data: bytes) -> str:
    path = folder / "records.txt"
    path.write_bytes(data)
    return str(path)


def test_good_records_come_in_and_the_same_file_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, f"PrimaryDI|brandName\n{GOOD}|Derma roller\n{OTHER}|Screw\n".encode("utf-16"))
    assert execute(["reference", "import-devices", path, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["added"], facts["other"], facts["refused"]) == ([GOOD, OTHER], 1, [])
    assert execute(["reference", "import-devices", path]) == 0
    assert "2 unchanged" in capsys.readouterr().out


def test_a_wrong_record_ends_with_2_and_its_line_and_the_others_are_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, f"DI,brand\n{GOOD[:-1]}8,Wrong\n{OTHER},Right\n".encode())
    assert execute(["reference", "import-devices", path]) == 2
    assert "Line 2: The identifier" in capsys.readouterr().out
    assert DeviceModel.objects.get().name == "Right"


@pytest.mark.parametrize("data", [b"", b"{", b"<gudid/>", b"PrimaryDI|deviceId\n1|1\n", b"\x00"])
def test_a_file_without_records_ends_with_2_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    assert execute(["reference", "import-devices", written(tmp_path, data)]) == 2
    assert capsys.readouterr().err.endswith(".\n")
    assert not DeviceModel.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_file_that_is_not_there_ends_with_3_and_a_folder_with_2(tmp_path: Path) -> None:
    assert execute(["reference", "import-devices", str(tmp_path / "none.csv")]) == 3
    assert execute(["reference", "import-devices", str(tmp_path)]) == 2
