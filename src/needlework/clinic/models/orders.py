"""A prescriber's order: what may be put on, how much of it, in which course."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable


class AnaestheticOrder(ClinicRow, Voidable):
    """A prescriber orders a numbing product for a course. A changed order is a new one; the old one is withdrawn."""

    identifying = ("because", "ordered_by", "registration_number")

    course = models.ForeignKey("clinic.Course", on_delete=models.PROTECT, related_name="orders")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="orders")
    product = models.CharField(max_length=60)
    max_g = models.DecimalField(max_digits=5, decimal_places=1)  # the most for one treatment
    because = models.TextField()  # why this product
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=NAME_LENGTH)
    registration_number = models.CharField(max_length=80)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(registration_number="") & ~Q(because=""),
                name="anaesthetic_ordered_by_a_prescriber",
            ),
            models.CheckConstraint(condition=Q(max_g__gt=0), name="anaesthetic_order_has_grams"),
            models.UniqueConstraint(
                fields=["course", "product"],
                condition=Q(voided_at=None),
                name="anaesthetic_ordered_once_in_a_course",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, up to {self.max_g} g"
