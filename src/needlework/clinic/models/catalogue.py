"""The catalogue of device models, loaded from the reference tables (needlework.clinic.reference)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from .rows import NAME_LENGTH


class DeviceModel(models.Model):
    """A model of roller, stamp or pen cartridge, the same for every clinic.

    Numbers are nullable: what the sources do not say stays unknown.
    """

    identifying: ClassVar[tuple[str, ...]] = ()

    OTHER = "other"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    maker = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(
        max_length=20,
        choices=[("roller", "Roller"), ("stamp", "Stamp"), ("pen", "Pen"), (OTHER, "Another device")],
    )
    unit_is = models.CharField(
        max_length=20, default="device"
    )  # what comes out of the packet: device, cartridge
    needles = models.PositiveIntegerField(null=True, blank=True)
    needle_mm_min = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    needle_mm_max = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    di = models.CharField(max_length=40, blank=True, default="")  # GTIN-14 where it is known
    assumptions = models.JSONField(default=list)  # names of the facts above which are assumed
    source = models.CharField(max_length=80)
    imported = models.BooleanField(default=False)  # from a public device record, not from the packaged table
    model_number = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    description = models.TextField(blank=True, default="")
    single_use = models.BooleanField(null=True, blank=True)  # as the public record says; empty: not stated
    sterile = models.BooleanField(null=True, blank=True)
    listed = models.BooleanField(default=True)  # false once the reference tables no longer carry it

    class Meta:
        indexes = [models.Index(fields=["di"], name="device_models_by_identifier")]

    def __str__(self) -> str:
        return self.name
