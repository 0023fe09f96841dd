"""Consents. Every row here is only ever added: a trigger refuses to change or remove one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .rows import NAME_LENGTH, ClinicRow


class ConsentText(ClinicRow):
    """One exact version of what the patient is shown."""

    identifying = ()

    version = models.CharField(max_length=40)
    title = models.CharField(max_length=NAME_LENGTH)
    body = models.TextField()  # paragraphs divided by empty lines
    statements = models.JSONField(default=list)  # [[code, sentence], ...]: each must be ticked
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "version"], name="consent_text_version_once_in_a_clinic"
            )
        ]
        indexes = [models.Index(fields=["clinic", "-published_at"], name="consent_texts_newest_first")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class Consent(ClinicRow):
    """Stage 1: the patient's signature under one text, for one plan. The reflection period runs from it."""

    identifying = ("signed_by", "signature")

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="consents")
    plan = models.ForeignKey("clinic.Plan", on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    text_sha256 = models.CharField(max_length=64)
    shown_at = models.DateTimeField()
    understood = models.JSONField()  # the statements ticked
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=NAME_LENGTH)
    signature = models.TextField(blank=True, default="")  # an SVG path; empty when the name was typed
    signed_on = models.CharField(
        max_length=20,
        choices=[("own-phone", "Own phone"), ("clinic", "The clinic's device"), ("paper", "Paper")],
    )
    reflected_at = models.DateTimeField()  # the end of the reflection period
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_at__lte=F("signed_at")), name="consent_shown_before_signed"
            ),
            models.CheckConstraint(
                condition=Q(reflected_at__gte=F("signed_at")), name="consent_reflection_after_signing"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("reflected_at")), name="consent_expires_after_reflection"
            ),
        ]
        indexes = [models.Index(fields=["plan", "-signed_at"], name="consents_of_a_plan")]

    def __str__(self) -> str:
        return f"Consent of {self.patient}"


class Withdrawal(ClinicRow):
    """The patient took the consent back. No reason is asked for; one may be kept."""

    identifying = ("withdrawn_by", "because")

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=NAME_LENGTH)
    because = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"Withdrawal of {self.consent}"


class DayConsent(ClinicRow):
    """Stage 2, the patient's half: on the day, the consent is confirmed once more."""

    identifying = ("confirmed_by", "signature")

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="days")
    treatment = models.ForeignKey("clinic.Treatment", on_delete=models.PROTECT, related_name="day_consents")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=NAME_LENGTH)
    signature = models.TextField(blank=True, default="")
    confirmed_on = models.CharField(
        max_length=20,
        choices=[("own-phone", "Own phone"), ("clinic", "The clinic's device"), ("paper", "Paper")],
    )

    class Meta:
        indexes = [models.Index(fields=["treatment"], name="day_consents_of_a_treatment")]

    def __str__(self) -> str:
        return f"{self.consent}, confirmed on the day"


class Countersignature(ClinicRow):
    """Stage 2, the other half: the person who treats signs beside the patient."""

    identifying = ()

    day = models.ForeignKey(DayConsent, on_delete=models.PROTECT, related_name="countersignatures")
    staff = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="countersignatures")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "staff"], name="countersigned_once_by_a_person")
        ]

    def __str__(self) -> str:
        return f"Countersigned by {self.staff}"
