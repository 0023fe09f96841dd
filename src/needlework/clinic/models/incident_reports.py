"""What was reported to an authority about an incident, and how far it got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, in_order, paired


class IncidentReport(ClinicRow):
    """One report. What it says stays as it was made; a correction is a further report of the same incident."""

    identifying = ("content",)

    YELLOW_CARD, MEDWATCH = "mhra-yellow-card", "fda-medwatch"

    incident = models.ForeignKey("clinic.Incident", on_delete=models.PROTECT, related_name="reports")
    authority = models.CharField(
        max_length=20,
        choices=[
            (YELLOW_CARD, "MHRA Yellow Card (device)"),
            (MEDWATCH, "FDA MedWatch (3500A, user facility)"),
        ],
    )
    number = models.PositiveSmallIntegerField()  # 1 for the first of an incident, then its follow-ups
    content = models.JSONField()  # facts, and the form's sections; the patient by a code, never by name
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # the authority answered
    acknowledged_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")  # who noted it
    reference = models.CharField(max_length=80, blank=True, default="")  # the authority's number

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="report_number_once_for_an_incident"),
            paired(at="sent_at", by="sent_by", name="report_sent_by_someone"),
            paired(at="acknowledged_at", by="acknowledged_by", name="report_answer_noted_by_someone"),
            in_order("sent_at", "acknowledged_at", name="report_answered_after_sending"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(sent_at__isnull=False) & ~Q(reference=""),
                name="report_answer_has_a_reference",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "-made_at"], name="reports_of_a_clinic")]

    @property
    def state(self) -> str:
        """not-sent, sent or acknowledged."""
        if self.acknowledged_at is not None:
            return "acknowledged"
        return "not-sent" if self.sent_at is None else "sent"

    def __str__(self) -> str:
        return f"{self.get_authority_display()}, report {self.number}"
