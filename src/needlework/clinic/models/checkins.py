"""Check-ins: the patient says how the skin is doing, hours and days after a treatment."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class CheckIn(ClinicRow, Voidable):
    """One check-in, due at a time; answered, triaged and seen by the clinic."""

    identifying = ("answers", "worry", "seen_note")

    treatment = models.ForeignKey("clinic.Treatment", on_delete=models.PROTECT, related_name="checkins")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="checkins")
    due_at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    worry = models.TextField(blank=True, default="")
    level = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[
            ("self-care", "As expected"),
            ("call-clinic", "To be called"),
            ("same-day", "To be seen the same day"),
            ("emergency", "Emergency"),
        ],
    )
    flags = models.JSONField(default=list)  # the red flags raised: rule id and sentence
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    seen_note = models.TextField(blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            paired(at="answered_at", by="answered_by", name="checkin_answered_by_someone"),
            paired(at="seen_at", by="seen_by", name="checkin_seen_by_someone"),
            models.UniqueConstraint(fields=["treatment", "due_at"], name="checkin_once_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["patient", "due_at"], name="checkins_of_a_patient"),
            models.Index(fields=["treatment"], name="checkins_of_a_treatment"),
            models.Index(
                fields=["clinic", "answered_at"],
                condition=models.Q(answered_at__isnull=False, seen_at=None, voided_at=None),
                name="checkins_to_be_seen",
            ),
        ]

    def __str__(self) -> str:
        return f"Check-in of {self.patient}"
