"""Incidents: deviations, complications and injuries. Each tells the medical lead."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class Incident(ClinicRow, Voidable):
    """Something went otherwise than it should have."""

    identifying = ("what", "done", "outcome")

    DEVIATION, COMPLICATION, RED_FLAG, SHARPS = "deviation", "complication", "red-flag", "sharps"

    kind = models.CharField(
        max_length=20,
        choices=[
            (DEVIATION, "Deviation from the rules"),
            (COMPLICATION, "Complication"),
            (RED_FLAG, "Red flag in a check-in"),
            (SHARPS, "Sharps injury to staff"),
        ],
    )
    code = models.CharField(max_length=60)  # which rule was passed by, or which complication
    patient = models.ForeignKey(
        "clinic.Patient", on_delete=models.PROTECT, related_name="incidents", null=True, blank=True
    )
    treatment = models.ForeignKey(
        "clinic.Treatment", on_delete=models.PROTECT, related_name="incidents", null=True, blank=True
    )
    unit = models.ForeignKey(
        "clinic.DeviceUnit", on_delete=models.PROTECT, related_name="incidents", null=True, blank=True
    )
    checkin = models.ForeignKey(
        "clinic.CheckIn", on_delete=models.PROTECT, related_name="incidents", null=True, blank=True
    )
    area = models.CharField(max_length=60, blank=True, default="")
    severity = models.CharField(
        max_length=10, choices=[("low", "Low"), ("moderate", "Moderate"), ("high", "High")]
    )
    what = models.TextField()  # what happened, and for a deviation why
    happened_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=NAME_LENGTH)
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # the medical lead has read it
    acknowledged_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    done = models.TextField(blank=True, default="")  # what was done about it
    outcome = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[
            ("resolved", "Resolved"),
            ("resolved-marks", "Resolved, with marks left"),
            ("continuing", "Continuing elsewhere"),
            ("no-harm", "No harm"),
        ],
    )

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            paired(at="acknowledged_at", by="acknowledged_by", name="incident_acknowledged_by_someone"),
            paired(at="closed_at", by="closed_by", name="incident_closed_by_someone"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False) & ~Q(outcome="") & ~Q(done=""),
                name="incident_closed_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "-opened_at"],
                condition=Q(closed_at=None, voided_at=None),
                name="incidents_open",
            ),
            models.Index(fields=["patient", "-happened_at"], name="incidents_of_a_patient"),
            models.Index(fields=["treatment"], name="incidents_of_a_treatment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.code}"


class IncidentStep(ClinicRow):
    """A step that an incident calls for was done, or why it was not. Only ever added."""

    identifying = ("taken_by", "note")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    code = models.CharField(max_length=20)
    done = models.BooleanField()
    note = models.TextField(blank=True, default="")
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "code"], name="step_of_an_incident_once"),
            models.CheckConstraint(
                condition=Q(done=True) | ~Q(note=""), name="step_left_out_only_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.incident}"
