"""Single scars as marked in an area: where each lies, seen again from visit to visit, and how often it was pressed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, in_order, paired

LESION_KINDS = [
    ("ice-pick", "Ice-pick scar"),
    ("boxcar", "Boxcar scar"),
    ("rolling", "Rolling scar"),
    ("pock", "Pock mark"),
]


class Lesion(ClinicRow, Voidable):
    """One small scar. It stays marked until somebody no longer sees it, or it was marked in error."""

    identifying = ()

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="lesions")
    area = models.CharField(max_length=60)
    kind = models.CharField(
        max_length=20,
        choices=LESION_KINDS,
    )
    x = models.DecimalField(max_digits=4, decimal_places=3)  # share of the way from the left of the drawing
    y = models.DecimalField(max_digits=4, decimal_places=3)  # and from its top
    marked_at = models.DateTimeField()
    marked_by = models.CharField(max_length=NAME_LENGTH)
    gone_at = models.DateTimeField(null=True, blank=True)  # no longer seen
    gone_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(x__range=(0, 1), y__range=(0, 1)), name="lesion_inside_its_drawing"
            ),
            paired(at="gone_at", by="gone_by", name="lesion_gone_by_someone"),
            in_order("marked_at", "gone_at", name="lesion_gone_after_marking"),
        ]
        indexes = [models.Index(fields=["patient", "area"], name="lesions_of_an_area")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.area}"


class LesionPresses(ClinicRow):
    """How often a stamp was pressed on one lesion, as part of what was done to its area. Only ever added."""

    identifying = ()

    treatment = models.ForeignKey("clinic.Treatment", on_delete=models.PROTECT, related_name="+")
    treated = models.ForeignKey("clinic.TreatmentArea", on_delete=models.PROTECT, related_name="presses")
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="presses")
    presses = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["treated", "lesion"], name="lesion_once_in_an_entry"),
            models.CheckConstraint(condition=Q(presses__range=(1, 200)), name="lesion_pressed"),
        ]

    def __str__(self) -> str:
        return f"{self.presses} presses on {self.lesion_id}"
