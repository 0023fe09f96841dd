"""Documents given to patients, kept exactly as they were given."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow


class Document(ClinicRow):
    """A summary or an aftercare sheet. Only ever added."""

    identifying = ("content",)

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="documents")
    course = models.ForeignKey(
        "clinic.Course", on_delete=models.PROTECT, related_name="documents", null=True, blank=True
    )
    treatment = models.ForeignKey(
        "clinic.Treatment", on_delete=models.PROTECT, related_name="documents", null=True, blank=True
    )
    kind = models.CharField(
        max_length=20, choices=[("aftercare", "Aftercare sheet"), ("summary", "Summary of the course")]
    )
    title = models.CharField(max_length=NAME_LENGTH)
    content = models.JSONField()  # the facts it states; the page and the print are drawn from them
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        indexes = [models.Index(fields=["patient", "-made_at"], name="documents_of_a_patient")]

    def __str__(self) -> str:
        return self.title
