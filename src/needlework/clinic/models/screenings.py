"""Health histories: what the patient answered, and what the rules found in it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class History(ClinicRow, Voidable):
    """One complete set of answers. Later answers are a new history; the old one stays."""

    identifying = ("answers",)

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="histories")
    answers = models.JSONField()  # {question code: {"answer": ..., "date": ..., ...}}, see skin.screening
    pack_version = models.CharField(max_length=40)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=NAME_LENGTH)
    answered_on = models.CharField(
        max_length=20, choices=[("own-phone", "Own phone"), ("clinic", "In the clinic")]
    )

    class Meta(Voidable.Meta):
        indexes = [models.Index(fields=["patient", "-answered_at"], name="histories_of_a_patient")]

    def __str__(self) -> str:
        return f"History of {self.patient}"


class Finding(ClinicRow):
    """What a rule found in a history on the day it was answered, with the rule's source.

    The override, where a rule allows one, stands on the same row, with its person and reason.
    """

    identifying = ()

    history = models.ForeignKey(History, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=80)
    scope = models.CharField(max_length=20)  # treatment, area, anaesthetic
    verdict = models.CharField(max_length=10)  # refuse, wait, care
    until = models.DateField(null=True, blank=True)
    areas = models.JSONField(default=list)
    override_by = models.CharField(max_length=20)  # none, prescriber, medical-lead
    because = models.TextField()
    source = models.TextField()
    pack_version = models.CharField(max_length=40)
    overridden_at = models.DateTimeField(null=True, blank=True)
    overridden_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    overridden_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            paired(at="overridden_at", by="overridden_by", name="finding_overridden_by_someone"),
            models.CheckConstraint(
                condition=Q(overridden_at=None) | ~Q(override_by="none") & ~Q(overridden_because=""),
                name="finding_overridden_only_where_the_rule_allows",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.rule}"


class Reconfirmation(ClinicRow):
    """On the day, the patient said again that the history is still true. Only ever added."""

    identifying = ("confirmed_by",)

    history = models.ForeignKey(History, on_delete=models.PROTECT, related_name="reconfirmations")
    treatment = models.ForeignKey(
        "clinic.Treatment", on_delete=models.PROTECT, related_name="reconfirmations"
    )
    examination = models.JSONField(
        default=dict
    )  # what the practitioner saw today, in the same shape as answers
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        indexes = [models.Index(fields=["treatment", "-confirmed_at"], name="reconfirmations_by_treatment")]

    def __str__(self) -> str:
        return f"History reconfirmed for {self.treatment}"
