"""The record, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """One app, one migration history."""

    name = "needlework.clinic"
    label = "clinic"
    verbose_name = "Clinic record"
