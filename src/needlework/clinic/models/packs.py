"""Which version of the protocol pack the clinic's medical lead has approved."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow


class PackApproval(ClinicRow):
    """A medical lead's name under one exact version of the protocol pack. Only ever added."""

    identifying = ("approved_by", "registration_number")

    version = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    approved_at = models.DateTimeField()
    approved_by = models.CharField(max_length=NAME_LENGTH)
    registration_number = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "content_hash"], name="pack_approved_once_in_a_clinic"),
            models.CheckConstraint(
                condition=~models.Q(registration_number=""), name="pack_approved_by_a_registered_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Protocol pack {self.version}"
