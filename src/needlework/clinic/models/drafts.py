"""Drafts: what was typed and not yet sent, so that nothing typed is lost."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """The unsent content of one form, about one subject, of one person. Removed when the form is sent."""

    identifying: ClassVar[tuple[str, ...]] = ("fields",)

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(
        "clinic.Staff", on_delete=models.CASCADE, related_name="drafts", null=True, blank=True
    )
    patient = models.ForeignKey(
        "clinic.Patient", on_delete=models.CASCADE, related_name="drafts", null=True, blank=True
    )  # set when the patient types on their own phone
    form = models.CharField(max_length=40)
    subject = models.UUIDField()
    fields = models.JSONField(default=dict)  # {name: [values as typed]}
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "form", "subject"],
                condition=Q(staff__isnull=False),
                name="one_draft_of_staff",
            ),
            models.UniqueConstraint(
                fields=["patient", "form", "subject"],
                condition=Q(patient__isnull=False),
                name="one_draft_of_patient",
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=False, patient=None) | Q(staff=None, patient__isnull=False),
                name="draft_belongs_to_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.form}"
