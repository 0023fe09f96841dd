"""Clinics, their sites and rooms."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from .rows import NAME_LENGTH, ClinicRow


class Clinic(models.Model):
    """The legal operator, and the boundary: nothing crosses from one clinic into another."""

    identifying: ClassVar[tuple[str, ...]] = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    phone = models.CharField(max_length=40)
    email = models.EmailField(blank=True, default="")
    jurisdiction = models.CharField(max_length=20, default="england")
    time_zone = models.CharField(max_length=60, default="Europe/London")
    country = models.CharField(max_length=2, default="GB")  # how a phone number without a country is read
    reflection_hours = models.PositiveIntegerField(default=48)
    consent_valid_days = models.PositiveIntegerField(default=365)
    checkin_hours = models.JSONField(default=list)  # hours after the end of a treatment, ascending
    auto_lock_minutes = models.PositiveIntegerField(default=5)
    pack_own = models.JSONField(default=dict)  # what its medical lead made of the pack, from models/packs.py

    def __str__(self) -> str:
        return self.name


class Site(ClinicRow):
    """One address of the clinic."""

    identifying = ()

    name = models.CharField(max_length=NAME_LENGTH)
    address = models.TextField(blank=True, default="")
    time_zone = models.CharField(max_length=60, default="Europe/London")
    premises_licence = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="site_name_once_in_a_clinic")]

    def __str__(self) -> str:
        return self.name


class Room(ClinicRow):
    """A room in which people are seen."""

    identifying = ()

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_name_once_at_a_site")]

    def __str__(self) -> str:
        return f"{self.name}, {self.site.name}"
