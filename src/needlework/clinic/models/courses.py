"""Courses and their plans. A changed plan is a new version; the old ones stay readable."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class Course(ClinicRow, Voidable):
    """Several treatments towards one aim."""

    identifying = ("outcome_note",)

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="courses")
    consultation = models.ForeignKey("clinic.Consultation", on_delete=models.PROTECT, related_name="courses")
    title = models.CharField(max_length=NAME_LENGTH)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=NAME_LENGTH)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    outcome = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[
            ("completed", "Completed"),
            ("stopped-patient", "Stopped at the patient's wish"),
            ("stopped-clinic", "Stopped by the clinic"),
        ],
    )
    outcome_note = models.TextField(blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            paired(at="closed_at", by="closed_by", name="course_closed_by_someone"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="course_closed_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-opened_at"], name="courses_of_a_patient")]

    def __str__(self) -> str:
        return self.title


class Plan(ClinicRow):
    """One version of what is meant to be done. Only ever added: a change is the next version."""

    identifying = ("note",)

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    treatments_planned = models.PositiveSmallIntegerField()
    interval_days = models.PositiveSmallIntegerField()
    anaesthetic = models.CharField(max_length=60, blank=True, default="")  # product code; empty means none
    combined_with = models.JSONField(default=list)  # product codes that go with it
    expectation = models.JSONField(default=dict)  # the sentence and evidence grade shown, per indication
    findings = models.JSONField(default=list)  # what the bounds said when it was made
    note = models.TextField(blank=True, default="")
    pack_version = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "version"], name="plan_version_once_in_a_course"),
            models.CheckConstraint(
                condition=Q(treatments_planned__range=(1, 20)), name="plan_of_one_to_twenty_treatments"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course.title}, plan {self.version}"


class PlanArea(ClinicRow):
    """What the plan says for one area."""

    identifying = ()

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(max_length=60)
    indication = models.CharField(max_length=60)
    device_model = models.ForeignKey("clinic.DeviceModel", on_delete=models.PROTECT, related_name="+")
    needle_mm = models.DecimalField(max_digits=4, decimal_places=2)
    passes = models.PositiveSmallIntegerField()
    endpoint = models.CharField(max_length=60)
    target_per_cm2 = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # only where the clinic wants one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "area", "indication"], name="area_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(needle_mm__gt=0, needle_mm__lte=3), name="plan_needle_at_most_3_mm"
            ),
            models.CheckConstraint(condition=Q(passes__range=(1, 60)), name="plan_of_one_to_sixty_passes"),
            models.CheckConstraint(
                condition=Q(target_per_cm2=None) | Q(target_per_cm2__range=(1, 5000)),
                name="plan_target_of_one_to_five_thousand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.device_model} {self.needle_mm} mm"
