"""The record, as Django sees it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class ClinicConfig(AppConfig):
    """One app, one migration history."""

    name = "needlework.clinic"
    label = "clinic"
    verbose_name = "Clinic record"

    def ready(self) -> None:
        """The guarding triggers step aside for a migration and are back after it."""
        pre_migrate.connect(_lift, sender=self)
        post_migrate.connect(_install, sender=self)


def _lift(*, using: str, plan: list[Any], **_: Any) -> None:
    # SQLite refuses to rename a table while a trigger elsewhere names one that is being rebuilt
    from .models import triggers

    if plan:
        triggers.remove(connections[using])


def _install(*, using: str, **_: Any) -> None:
    from .models import triggers

    triggers.install(connections[using])
