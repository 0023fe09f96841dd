"""The other tests make the tables straight from the models; here the migrations make them, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CODE = """
import django, json
django.setup()
from django.core.management import call_command
from django.db import connection
from needlework.clinic.models import triggers
from needlework.config import startup
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
first = triggers.missing(connection)
print(json.dumps([first, list(startup.refusals())]))
"""


def test_the_migrations_make_the_tables_and_every_trigger(tmp_path: Path) -> None:
    environment = {**os.environ, "NEEDLEWORK_DATA": str(tmp_path), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[], []]
