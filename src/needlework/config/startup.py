"""What must be in order before the server starts. Each check is a sentence for the operator.

They are Django system checks under the tag `startup`, run by `needlework serve` and once more by the WSGI
door itself, so that another server in front of it is held to the same.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

TAG = "startup"


def check_database(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """The tables are those of this version, and every guarding trigger is in place."""
    from needlework.clinic.models import triggers  # this module is loaded before the models are

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [
            checks.Error(
                "The database is not yet that of this version. Make a backup and run `needlework migrate`.",
                id="startup.migrations",
            )
        ]
    gone = triggers.missing(connection)
    if gone:
        return [
            checks.Error(
                f"The database has lost {len(gone)} of its guards against changed records ({gone[0]}). "
                "Find out who removed them, then run `needlework migrate` to put them back.",
                id="startup.triggers",
            )
        ]
    return []


def check_keys(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Outside demonstration mode the keys lie elsewhere than the data, readable by their owner only."""
    found: list[checks.CheckMessage] = []
    for name, value, path in (
        ("MASTER", settings.MASTER_KEY, settings.MASTER_KEY_FILE),
        ("TRAIL", settings.TRAIL_KEY, settings.TRAIL_KEY_FILE),
    ):
        if not value:
            found += _check_key_file(name, Path(path))
    return found


def _check_key_file(name: str, path: Path) -> list[checks.CheckMessage]:
    variable = f"NEEDLEWORK_{name}_KEY_FILE"
    what = "that protects the photographs" if name == "MASTER" else "that seals the trail"
    inside = path.resolve().is_relative_to(settings.DATA_DIR)
    if inside and not settings.DEMONSTRATION:
        return [
            checks.Error(
                f"The key {what} would lie in the data folder ({path}): whoever steals the disk would hold "
                f"both. Set {variable} to a file elsewhere, and run `needlework setup` to make it.",
                id=f"startup.{name.lower()}-key-place",
            )
        ]
    if not path.exists():
        if settings.DEMONSTRATION:
            return []  # made on first use
        return [
            checks.Error(
                f"The key {what} is missing ({path}). Put it back from your copy with `needlework key import`; "
                "a new installation makes it with `needlework setup`.",
                id=f"startup.{name.lower()}-key-missing",
            )
        ]
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & 0o077:
        return [
            checks.Error(
                f"The key {what} can be read by others ({path} has mode {mode:o}). Run `chmod 600 {path}`.",
                id=f"startup.{name.lower()}-key-mode",
            )
        ]
    return []


class Startup(AppConfig):
    """Has no tables; it only brings the checks."""

    name = "needlework.config"
    label = "startup"

    def ready(self) -> None:
        """Run only when asked for by their tag: `migrate` itself must work without triggers."""
        for check in (check_keys, check_database):
            checks.register(check, TAG, deploy=True)


def refusals() -> Sequence[str]:
    """Why the server may not start, as sentences. Empty when it may."""
    found = checks.run_checks(tags=[TAG], include_deployment_checks=True)
    return [message.msg for message in found if message.is_serious()]
