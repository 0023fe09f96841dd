"""The operator's commands: what they print, how they end, and the line each leaves in the trail."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from needlework.cli import main
from needlework.clinic.actions import trail as trail_actions
from needlework.clinic.models import AuditEvent, Clinic, DeviceModel, Patient, Staff
from needlework.clinic.who import Role
from tests.factories import people
from tests.factories import trail as made
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    """A data folder for this test alone (the database stays the test run's)."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.PHOTO_DIR = settings.DATA_DIR / "photos"
    settings.TRAIL_ANCHOR_FILE = settings.DATA_DIR / "trail-anchor.jsonl"
    settings.TRAIL_KEY_FILE = tmp_path / "keys" / "trail.key"
    settings.MASTER_KEY_FILE = tmp_path / "keys" / "master.key"
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command line: its exit code, what it printed, what it complained."""

    def one(*words: object, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main.execute([str(word) for word in words])
        out = capsys.readouterr()
        return code, out.out, out.err

    return one


def test_help_lists_every_command_without_loading_django_or_numpy() -> None:
    code = (
        "import sys; from needlework.cli.main import execute; c = execute(['--help']);"
        "print(c, 'django' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("0 False False\n")
    for name in ("serve", "demo", "setup", "backup", "restore", "trail", "key", "reference", "udi"):
        assert f"  {name} " in done.stdout


def test_an_unknown_command_is_refused_with_the_nearest(run: Run) -> None:
    code, out, err = run("bakcup")
    assert (code, out) == (2, "")
    assert "Nearest: backup" in err
    assert err.count("\n") == 1


def test_a_wrong_option_is_one_sentence_on_stderr(run: Run) -> None:
    code, out, err = run("trail", "verify", "--nonsense")
    assert (code, out) == (2, "")
    assert "--nonsense" in err
    assert err.count("\n") == 1


def test_the_trail_is_verified_and_the_run_is_on_the_record(run: Run) -> None:
    clinic = people.clinic()
    made.sealed_trail(batches=1, per_batch=3)
    code, out, _ = run("trail", "verify")
    assert code == 0
    assert out.startswith("The trail holds: 3 sealed lines checked")
    line = AuditEvent.objects.get(event="trail-verified")
    assert line.clinic == clinic.pk
    assert line.actor.startswith("operator:")


def test_a_changed_line_ends_the_verification_with_2_and_names_it(run: Run) -> None:
    people.clinic()
    made.sealed_trail(batches=1, per_batch=3)
    with made.laid_open(), connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_auditevent SET actor = 'Nobody'")
    code, out, _ = run("trail", "verify", "--json")
    found = json.loads(out)
    assert code == 2
    assert found["holds"] is False
    assert found["problem_count"] == 3
    assert found["problems"][0]["code"] == "line-changed"
    code, out, _ = run("trail", "verify")
    assert out.startswith("THE TRAIL DOES NOT HOLD")


def test_a_head_noted_elsewhere_must_be_found_again(run: Run) -> None:
    people.clinic()
    made.sealed_trail(batches=1)
    head = json.loads(run("trail", "verify", "--json")[1])["head"]
    assert run("trail", "verify", "--head", head)[0] == 0
    code, out, _ = run("trail", "verify", "--head", "f" * 64)
    assert code == 2
    assert "was cut or replaced" in out


def test_sealing_by_hand_says_how_many_lines_it_was(run: Run) -> None:
    people.clinic()
    made.line(1, NOW)
    assert run("trail", "seal") == (0, "1 line was sealed.\n", "")


def test_the_trail_is_shown_to_who_may_read_it(run: Run) -> None:
    clinic = people.clinic()
    auditor = people.staff(clinic, Role.AUDITOR)
    desk = people.staff(clinic, Role.FRONT_DESK)
    made.line(1, NOW, clinic=clinic.pk)
    code, out, _ = run("trail", "show", "--as", auditor.email, "--json")
    assert code == 0
    assert len(json.loads(out)["results"]) == 1
    assert AuditEvent.objects.filter(event="trail-viewed", actor=auditor.name).count() == 1
    code, out, err = run("trail", "show", "--as", desk.email)
    assert (code, out) == (4, "")
    assert "front desk" in err
    code, _, err = run("trail", "show", "--as", "nobody@clinic.example")
    assert code == 3
    assert "nobody@clinic.example" in err


def test_where_there_are_several_clinics_one_must_be_named(run: Run) -> None:
    one, other = people.clinic(), people.clinic()
    code, _, err = run("trail", "show")
    assert code == 2
    assert one.code in err
    assert other.code in err
    assert run("trail", "show", "--clinic", other.code)[0] == 0
    assert run("trail", "show", "--clinic", "no-such")[0] == 2


def test_where_there_is_no_clinic_the_next_step_is_said(run: Run) -> None:
    code, _, err = run("trail", "show")
    assert code == 2
    assert "needlework setup" in err


def test_the_catalogue_is_loaded_twice_and_changes_once(run: Run) -> None:
    people.clinic()
    code, out, _ = run("reference", "load", "--json")
    assert code == 0
    assert len(json.loads(out)["added"]) == DeviceModel.objects.count() > 3
    code, out, _ = run("reference", "load")
    assert code == 0
    assert "0 added, 0 changed" in out


SETUP = (
    "setup", "--code", "harbour", "--name", "Harbour Clinic", "--phone", "020 7946 0018", "--lead-name",
    "Dr Ada Okoro", "--lead-email", "ada@clinic.example", "--registration-number", "GMC 1234567", "--site",
    "Harbour Street", "--room", "Room 1", "--password-stdin",
)  # fmt: skip


def test_setup_founds_a_clinic_whose_lead_can_log_in(run: Run, own_folder: Path, settings: Any) -> None:
    settings.DEMONSTRATION = False
    code, out, err = run(*SETUP, stdin="seven quiet harbours\n")
    assert (code, err) == (0, "")
    assert "Dr Ada Okoro can log in" in out
    lead = Staff.objects.get()
    assert lead.check_password("seven quiet harbours")
    assert (lead.role, Clinic.objects.get().code) == ("medical-lead", "harbour")
    for name in ("master", "trail"):
        assert (own_folder / "keys" / f"{name}.key").stat().st_mode & 0o777 == 0o600
    assert AuditEvent.objects.filter(event="clinic-created").exists()


def test_setup_refuses_a_password_that_is_easily_guessed_and_leaves_nothing(run: Run) -> None:
    code, _, err = run(*SETUP, stdin="password\n")
    assert code == 2
    assert "password" in err
    assert not Clinic.objects.exists()


def test_setup_refuses_to_make_a_key_inside_the_data_folder(run: Run, settings: Any) -> None:
    settings.DEMONSTRATION = False
    settings.MASTER_KEY_FILE = settings.DATA_DIR / "master.key"
    code, _, err = run(*SETUP, stdin="seven quiet harbours\n")
    assert code == 2
    assert "NEEDLEWORK_MASTER_KEY_FILE" in err
    assert not (settings.DATA_DIR / "master.key").exists()


def test_keys_go_out_under_a_passphrase_and_come_back(run: Run, own_folder: Path, settings: Any) -> None:
    people.clinic()
    copy = own_folder / "copy.json"
    code, _, _ = run("key", "export", copy, "--passphrase-stdin", stdin="long enough words\n")
    assert code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    assert AuditEvent.objects.filter(event="key-exported").count() == 1
    before = Path(settings.MASTER_KEY_FILE).read_bytes(), Path(settings.TRAIL_KEY_FILE).read_bytes()
    assert before[0].decode().strip() not in copy.read_text()
    for path in (settings.MASTER_KEY_FILE, settings.TRAIL_KEY_FILE):
        Path(path).unlink()
    code, _, err = run("key", "import", copy, "--passphrase-stdin", stdin="another phrase\n")
    assert code == 2
    assert "passphrase does not open" in err
    assert run("key", "import", copy, "--passphrase-stdin", stdin="long enough words\n")[0] == 0
    assert before == (Path(settings.MASTER_KEY_FILE).read_bytes(), Path(settings.TRAIL_KEY_FILE).read_bytes())
    Path(settings.TRAIL_KEY_FILE).write_text("A" * 43 + "=\n")
    code, _, err = run("key", "import", copy, "--passphrase-stdin", stdin="long enough words\n")
    assert code == 2
    assert "another key" in err


@pytest.mark.parametrize(("phrase", "says"), [("short", "at least 12"), ("", "at least 12")])
def test_a_short_passphrase_is_refused(run: Run, own_folder: Path, phrase: str, says: str) -> None:
    code, _, err = run("key", "export", own_folder / "k", "--passphrase-stdin", stdin=phrase + "\n")
    assert code == 2
    assert says in err
    assert not (own_folder / "k").exists()


def test_what_is_no_key_file_is_refused(run: Run, own_folder: Path) -> None:
    (own_folder / "x").write_text("{}")
    code, _, err = run("key", "import", own_folder / "x", "--passphrase-stdin", stdin="long enough words\n")
    assert code == 2
    assert "key export" in err
    assert run("key", "import", own_folder / "none", "--passphrase-stdin")[0] == 3
    assert run("key", "new", own_folder / "x")[0] == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_seals_once_and_ends(run: Run) -> None:
    people.clinic()
    made.line(1, NOW)
    assert run("work", "--once")[0] == 0
    assert trail_actions.seal_waiting(at=NOW) == 0
    assert made.anchor_file().exists()


@pytest.mark.django_db(transaction=True)
class TestBackup:
    """Backup and restore on the database itself."""

    @pytest.fixture
    def kept(self, run: Run, own_folder: Path, settings: Any) -> Path:
        """A backup of one clinic with two patients and one file of a photograph."""
        clinic = people.clinic(code="kept")
        people.patient(clinic)
        people.patient(clinic, given_name="Zoë\t\\N", family_name='O\'Brien "Nan"')
        made.sealed_trail(batches=2, per_batch=4)
        made.line(77, NOW)
        photo = settings.PHOTO_DIR / "ab" / "abcd.original"
        photo.parent.mkdir(parents=True)
        photo.write_bytes(b"sealed" * 1000)
        file = own_folder / "kept.tar"
        code, out, _ = run("backup", file)
        assert code == 0
        assert "keys are NOT in it" in out
        return file

    def test_a_backup_does_not_hold_the_keys(self, kept: Path, settings: Any) -> None:
        data = kept.read_bytes()
        for path in (settings.MASTER_KEY_FILE, settings.TRAIL_KEY_FILE):
            assert Path(path).read_bytes().strip() not in data
        assert kept.stat().st_mode & 0o777 == 0o600
        assert AuditEvent.objects.filter(event="backup-made").count() == 1

    def test_it_comes_back_with_rows_photographs_and_trail(self, kept: Path, run: Run, settings: Any) -> None:
        Patient.objects.update(given_name="Lost")
        (settings.PHOTO_DIR / "ab" / "abcd.original").write_bytes(b"other")
        trail_actions.seal_waiting(at=NOW)
        code, out, err = run("restore", kept)
        assert (code, out) == (2, "")
        assert "--replace" in err
        assert set(Patient.objects.values_list("given_name", flat=True)) == {"Lost"}
        code, out, err = run("restore", kept, "--replace", "--json")
        assert (code, err) == (0, "")
        assert json.loads(out)["lines"] == 8
        assert set(Patient.objects.values_list("given_name", flat=True)) == {"Ada", "Zoë\t\\N"}
        assert (settings.PHOTO_DIR / "ab" / "abcd.original").read_bytes() == b"sealed" * 1000
        aside = Path(json.loads(out)["aside"])
        assert (aside / "photos" / "ab" / "abcd.original").read_bytes() == b"other"
        assert AuditEvent.objects.filter(event="backup-restored").count() == 1
        assert run("trail", "verify")[0] == 0
        new = people.patient(Clinic.objects.get())
        assert new.pk not in set(Patient.objects.exclude(pk=new.pk).values_list("pk", flat=True))

    def test_another_key_is_noticed_before_anything_is_touched(
        self, kept: Path, run: Run, settings: Any
    ) -> None:
        Path(settings.MASTER_KEY_FILE).unlink()
        Path(settings.MASTER_KEY_FILE).write_text("A" * 43 + "=\n")
        Path(settings.MASTER_KEY_FILE).chmod(0o600)
        code, _, err = run("restore", kept, "--replace")
        assert code == 2
        assert "another key for the photographs" in err
        assert Patient.objects.count() == 2

    def test_a_damaged_or_cut_backup_changes_nothing(self, kept: Path, run: Run, own_folder: Path) -> None:
        whole = kept.read_bytes()
        place = whole.index(b"sealed" * 3)
        damaged = {
            "damaged": whole[:place] + b"SEALED" + whole[place + 6 :],
            "cut": whole[: len(whole) // 2],
            "none": b"this is not a backup",
        }
        before = AuditEvent.objects.count()
        for name, data in damaged.items():
            file = own_folder / f"{name}.tar"
            file.write_bytes(data)
            code, _, err = run("restore", file, "--replace")
            assert code == 2, name
            assert "damaged" in err or "cut short" in err
        assert run("restore", own_folder / "missing.tar")[0] == 3
        assert AuditEvent.objects.count() == before
        assert not list(own_folder.glob("data/replaced-*"))
        assert Patient.objects.count() == 2

    def test_a_backup_whose_trail_was_cut_is_not_put_in_place(
        self, kept: Path, run: Run, own_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from needlework.clinic.queries import verification

        monkeypatch.setattr(verification, "has_seal", lambda _: False)
        before = made.anchor_file().read_bytes()
        code, _, err = run("restore", kept, "--replace")
        assert code == 2
        assert "does not end where its manifest says" in err
        assert made.anchor_file().read_bytes() == before
        assert Patient.objects.count() == 2
        assert (own_folder / "data" / "photos" / "ab" / "abcd.original").exists()

    def test_a_backup_is_never_written_over_a_file(self, kept: Path, run: Run) -> None:
        before = kept.read_bytes()
        code, _, err = run("backup", kept)
        assert code == 2
        assert "already something" in err
        assert kept.read_bytes() == before

    def test_nothing_is_restored_under_a_running_server(self, kept: Path, run: Run, settings: Any) -> None:
        from needlework.cli.serve import serving_lock

        with serving_lock(settings.DATA_DIR):
            code, _, err = run("restore", kept, "--replace")
        assert code == 2
        assert "Stop it first" in err


def test_a_server_with_its_keys_in_the_data_folder_does_not_start(tmp_path: Path) -> None:
    environment = {**os.environ, "NEEDLEWORK_DATA": str(tmp_path), "NEEDLEWORK_DEMONSTRATION": "no"}
    done = subprocess.run(
        [sys.executable, "-m", "needlework.cli", "serve", "--port", "1"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    assert "would lie in the data folder" in done.stderr
    assert "Traceback" not in done.stderr
