"""The diary. Two appointments cannot hold the same room, person or patient at the same time."""

from __future__ import annotations

from django.db import models

from .rows import NAME_LENGTH, ClinicRow, in_order, paired

SLOT_MINUTES = 5


class Appointment(ClinicRow):
    """A time kept for a patient with a practitioner in a room."""

    identifying = ("note",)

    CONSULTATION, TREATMENT, REVIEW = "consultation", "treatment", "review"

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="appointments")
    practitioner = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey("clinic.Room", on_delete=models.PROTECT, related_name="appointments")
    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="appointments")
    course = models.ForeignKey(
        "clinic.Course", on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    kind = models.CharField(
        max_length=20, choices=[(CONSULTATION, "Consultation"), (TREATMENT, "Treatment"), (REVIEW, "Review")]
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")
    booked_at = models.DateTimeField()
    booked_by = models.CharField(max_length=NAME_LENGTH)
    arrived_at = models.DateTimeField(null=True, blank=True)
    arrived_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    cancelled_because = models.TextField(blank=True, default="")
    no_show_at = models.DateTimeField(null=True, blank=True)
    no_show_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            paired(at="arrived_at", by="arrived_by", name="appointment_arrived_by_someone"),
            paired(at="cancelled_at", by="cancelled_by", name="appointment_cancelled_by_someone"),
            paired(at="no_show_at", by="no_show_by", name="appointment_no_show_by_someone"),
            in_order("booked_at", "cancelled_at", name="appointment_cancelled_after_booking"),
        ]
        indexes = [
            models.Index(fields=["clinic", "starts_at"], name="diary_of_a_clinic"),
            models.Index(fields=["patient", "starts_at"], name="appointments_of_a_patient"),
            models.Index(fields=["practitioner", "starts_at"], name="diary_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.patient}"


class Hold(models.Model):
    """Five minutes of a room, a practitioner and a patient. The unique constraints forbid double booking.

    Every appointment that stands holds all its five-minute slots; cancelling or moving lets them go.
    """

    identifying = ()

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="holds")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("clinic.Room", on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="+")
    slot_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "slot_at"], name="one_appointment_in_a_room_at_a_time"),
            models.UniqueConstraint(
                fields=["practitioner", "slot_at"], name="one_appointment_of_a_person_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["patient", "slot_at"], name="one_appointment_of_a_patient_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.slot_at}"
