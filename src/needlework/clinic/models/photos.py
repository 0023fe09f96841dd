"""Photographs: kept as received but encrypted; only derived pictures are ever shown."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable


class Photo(ClinicRow, Voidable):
    """One photograph. The files lie encrypted in the photo folder, named after `public_id`."""

    identifying = ("note",)

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="photos")
    consultation = models.ForeignKey(
        "clinic.Consultation", on_delete=models.PROTECT, related_name="photos", null=True, blank=True
    )
    treatment = models.ForeignKey(
        "clinic.Treatment", on_delete=models.PROTECT, related_name="photos", null=True, blank=True
    )
    checkin = models.ForeignKey(
        "clinic.CheckIn", on_delete=models.PROTECT, related_name="photos", null=True, blank=True
    )
    review = models.ForeignKey(
        "clinic.Review", on_delete=models.PROTECT, related_name="photos", null=True, blank=True
    )
    view = models.CharField(
        max_length=20,
        choices=[
            ("front", "Front"),
            ("left", "Left side"),
            ("right", "Right side"),
            ("left-oblique", "Left, half turned"),
            ("right-oblique", "Right, half turned"),
            ("scalp", "Scalp"),
            ("close", "Close up"),
            ("body", "Body"),
        ],
    )
    area = models.CharField(max_length=60, blank=True, default="")
    note = models.TextField(blank=True, default="")
    sha256 = models.CharField(max_length=64)  # of the file as received
    format = models.CharField(max_length=10)  # JPEG, PNG, WEBP, HEIF
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()  # upright
    height = models.PositiveIntegerField()
    wrapped_key = models.BinaryField()  # the photograph's own key, wrapped by the master key
    master_key_id = models.CharField(max_length=16)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    Q(consultation__isnull=False, treatment=None, checkin=None, review=None)
                    | Q(consultation=None, treatment__isnull=False, checkin=None, review=None)
                    | Q(consultation=None, treatment=None, checkin__isnull=False, review=None)
                    | Q(consultation=None, treatment=None, checkin=None, review__isnull=False)
                ),
                name="photo_belongs_to_one_visit",
            ),
        ]
        indexes = [models.Index(fields=["patient", "view", "taken_at"], name="photos_of_a_patient")]

    def __str__(self) -> str:
        return f"{self.get_view_display()} of {self.patient}"
