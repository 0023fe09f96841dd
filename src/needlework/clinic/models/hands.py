"""How practitioners roll: what their dye rolls said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable


class HandCalibration(ClinicRow, Voidable):
    """One photographed dye roll of one person, read. The picture itself is not kept: the sheet is on paper.

    A spread and its degrees of freedom are empty where the sheet was not enough; `not_enough` says why.
    """

    identifying = ()

    staff = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="hand_calibrations")
    device = models.CharField(max_length=60)  # the roller that was used: a code of the catalogue
    sha256 = models.CharField(max_length=64)  # of the photograph as received
    mm_per_px = models.FloatField()
    dots = models.PositiveIntegerField()
    area_cm2 = models.FloatField()
    count_per_cm2 = models.FloatField()
    count_low_per_cm2 = models.FloatField()
    count_high_per_cm2 = models.FloatField()
    evenness = models.JSONField(
        default=dict
    )  # by cell size [mm]: value, low, high of the deviation over the mean
    strokes = models.PositiveIntegerField()
    angle_sd_deg = models.FloatField(null=True, blank=True)
    angle_freedom = models.PositiveIntegerField(null=True, blank=True)
    lateral_sd_mm = models.FloatField(null=True, blank=True)
    lateral_freedom = models.PositiveIntegerField(null=True, blank=True)
    not_enough = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    measured_at = models.DateTimeField()
    measured_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["staff", "sha256"], condition=Q(voided_at=None), name="one_reading_of_a_dye_roll"
            ),
            models.CheckConstraint(
                condition=Q(angle_sd_deg=None, angle_freedom=None)
                | Q(
                    angle_sd_deg__isnull=False,
                    angle_freedom__isnull=False,
                    angle_sd_deg__range=(0, 90),
                    angle_freedom__gte=1,
                ),
                name="hand_angle_with_its_freedom",
            ),
            models.CheckConstraint(
                condition=Q(lateral_sd_mm=None, lateral_freedom=None)
                | Q(
                    lateral_sd_mm__isnull=False,
                    lateral_freedom__isnull=False,
                    lateral_sd_mm__range=(0, 200),
                    lateral_freedom__gte=1,
                ),
                name="hand_sideways_with_its_freedom",
            ),
        ]
        indexes = [models.Index(fields=["staff", "-measured_at"], name="hands_of_a_person")]

    def __str__(self) -> str:
        return f"Dye roll of {self.staff}"
