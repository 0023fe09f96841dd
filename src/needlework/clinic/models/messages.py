"""The outbox: what is to be sent to people, written in the same transaction as the reason for it."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow


class Message(ClinicRow):
    """One e-mail, waiting or sent."""

    identifying = ("to", "subject", "body")

    patient = models.ForeignKey(
        "clinic.Patient", on_delete=models.PROTECT, related_name="messages", null=True, blank=True
    )
    to = models.EmailField()
    subject = models.CharField(max_length=NAME_LENGTH)
    body = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=NAME_LENGTH)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(
        null=True, blank=True
    )  # the last time; the next try waits longer each time
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(sent_at=None), name="messages_waiting"),
            models.Index(fields=["patient", "-written_at"], name="messages_of_a_patient"),
        ]

    def __str__(self) -> str:
        return self.subject
