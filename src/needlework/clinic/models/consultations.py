"""Consultations: what was seen and said, and the concerns found, area by area."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable


class Consultation(ClinicRow, Voidable):
    """One examination by a practitioner."""

    identifying = ("motive", "expectation", "notes", "examination")

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="consultations")
    practitioner = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="consultations")
    appointment = models.ForeignKey(
        "clinic.Appointment", on_delete=models.PROTECT, related_name="consultations", null=True, blank=True
    )
    purpose = models.CharField(max_length=10, choices=[("medical", "Medical"), ("cosmetic", "Cosmetic")])
    motive = models.TextField()  # why the patient wants it, in their words
    expectation = models.TextField()  # what they expect of it
    distress = models.CharField(
        max_length=10,
        choices=[("none", "No concern"), ("some", "Some concern"), ("refer", "Refer before treating")],
    )  # does the concern weigh out of proportion
    skin_type = models.PositiveSmallIntegerField()
    examination = models.JSONField(default=dict)  # the practitioner's own findings, in the shape of answers
    notes = models.TextField(blank=True, default="")
    held_at = models.DateTimeField()
    held_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(skin_type__range=(1, 6)), name="consultation_skin_type_one_to_six"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-held_at"], name="consultations_of_a_patient")]

    def __str__(self) -> str:
        return f"Consultation of {self.patient}"


class Concern(ClinicRow, Voidable):
    """One indication in one area: "atrophic acne scars, left cheek"."""

    identifying = ("note",)

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="concerns")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="concerns")
    indication = models.CharField(max_length=60)
    area = models.CharField(max_length=60)
    note = models.TextField(blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["consultation", "indication", "area"],
                condition=Q(voided_at=None),
                name="concern_once_in_a_consultation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indication}, {self.area}"


class Score(ClinicRow, Voidable):
    """One scale scored for one patient at one visit; its area where the scale has one."""

    identifying = ()

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="scores")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="scores", null=True, blank=True
    )
    review = models.ForeignKey(
        "clinic.Review", on_delete=models.PROTECT, related_name="scores", null=True, blank=True
    )
    scale = models.CharField(max_length=60)
    area = models.CharField(max_length=60, blank=True, default="")
    value = models.DecimalField(max_digits=7, decimal_places=2)
    scored_at = models.DateTimeField()
    scored_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(consultation__isnull=False, review=None)
                | Q(consultation=None, review__isnull=False),
                name="score_belongs_to_one_visit",
            ),
        ]
        indexes = [models.Index(fields=["patient", "scale", "scored_at"], name="scores_of_a_patient")]

    def __str__(self) -> str:
        return f"{self.scale} {self.value}"
