"""Reviews: the clinic assesses the result at six weeks, three and six months."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow, Voidable


class Review(ClinicRow, Voidable):
    """One assessment of a course. When it is due is derived from the last treatment."""

    identifying = ("note",)

    course = models.ForeignKey("clinic.Course", on_delete=models.PROTECT, related_name="reviews")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="reviews")
    practitioner = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="reviews")
    stage = models.CharField(
        max_length=20,
        choices=[
            ("six-weeks", "Six weeks"),
            ("three-months", "Three months"),
            ("six-months", "Six months"),
            ("extra", "Extra"),
        ],
    )
    patient_rating = models.CharField(
        max_length=20,
        choices=[
            ("much-better", "Much better"),
            ("better", "Better"),
            ("same", "About the same"),
            ("worse", "Worse"),
            ("much-worse", "Much worse"),
        ],
    )
    conclusion = models.CharField(
        max_length=20,
        choices=[
            ("continue", "Continue the course"),
            ("change", "Change the plan"),
            ("finish", "Finish the course"),
            ("stop", "Stop, and look into it"),
        ],
    )
    note = models.TextField(blank=True, default="")
    held_at = models.DateTimeField()
    held_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["course", "stage"],
                condition=models.Q(voided_at=None) & ~models.Q(stage="extra"),
                name="review_stage_once_in_a_course",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-held_at"], name="reviews_of_a_patient")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} review of {self.patient}"
