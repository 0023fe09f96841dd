"""The trail: one line for everything done and everything read. Only ever added (triggers).

A line has no foreign keys, so it outlives what it describes. The seals beside the lines chain them with a
keyed hash in the order in which the sealer found them committed; see docs/decisions on the trail.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditEvent(models.Model):
    """One line: who did what to what, when."""

    identifying: ClassVar[tuple[str, ...]] = ("actor", "detail", "patient")

    clinic = models.BigIntegerField()  # Clinic.pk, without a foreign key
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True)  # the public id of the person; None for a program
    event = models.CharField(max_length=60)
    about = models.CharField(max_length=60)  # the kind of thing
    about_id = models.UUIDField(null=True)
    patient = models.UUIDField(null=True)  # the public id of the patient concerned
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "-at", "-id"], name="trail_newest_first"),
            models.Index(fields=["patient", "-at"], name="trail_of_a_patient"),
            models.Index(fields=["about_id", "-at"], name="trail_of_a_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor}: {self.event}"


class TrailSeal(models.Model):
    """The place of one line in the chain."""

    identifying: ClassVar[tuple[str, ...]] = ()

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3, without a gap
    event = models.BigIntegerField(unique=True)  # AuditEvent.pk, without a foreign key
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Seal {self.position}"
