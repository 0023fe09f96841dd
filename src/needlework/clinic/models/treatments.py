"""Treatments: one sitting, what was used and what was done. Once signed, nothing here changes (triggers)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from .rows import NAME_LENGTH, ClinicRow, Voidable, in_order, paired


class Treatment(ClinicRow, Voidable):
    """One sitting. Its status is read off its moments, never typed in."""

    identifying = ("note", "aftercare_note")

    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="treatments")
    course = models.ForeignKey("clinic.Course", on_delete=models.PROTECT, related_name="treatments")
    plan = models.ForeignKey("clinic.Plan", on_delete=models.PROTECT, related_name="treatments")
    number = models.PositiveSmallIntegerField()  # in the course: 1, 2, 3
    practitioner = models.ForeignKey("clinic.Staff", on_delete=models.PROTECT, related_name="treatments")
    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="treatments")
    appointment = models.ForeignKey(
        "clinic.Appointment", on_delete=models.PROTECT, related_name="treatments", null=True, blank=True
    )
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=NAME_LENGTH)
    pack_version = models.CharField(max_length=40, blank=True, default="")  # which rules let it start
    findings = models.JSONField(
        default=list
    )  # rules that found something at the start, and who let it through
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    stopped_because = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    pain = models.PositiveSmallIntegerField(null=True, blank=True)  # 0 to 10, said by the patient
    redness = models.CharField(max_length=20, blank=True, default="")
    sharps_container = models.CharField(max_length=60, blank=True, default="")
    aftercare_at = models.DateTimeField(null=True, blank=True)
    aftercare_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    aftercare_note = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    recorded_late_at = models.DateTimeField(null=True, blank=True)  # set when written up after the event
    recorded_late_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    recorded_late_because = models.TextField(blank=True, default="")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    signer = models.ForeignKey(
        "clinic.Staff", on_delete=models.PROTECT, related_name="signed_treatments", null=True, blank=True
    )

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            paired(at="started_at", by="started_by", name="treatment_started_by_someone"),
            paired(at="stopped_at", by="stopped_by", name="treatment_stopped_by_someone"),
            paired(at="finished_at", by="finished_by", name="treatment_finished_by_someone"),
            paired(at="aftercare_at", by="aftercare_by", name="treatment_aftercare_by_someone"),
            paired(at="recorded_late_at", by="recorded_late_by", name="treatment_recorded_late_by_someone"),
            paired(at="signed_at", by="signed_by", name="treatment_signed_by_someone"),
            in_order("started_at", "finished_at", name="treatment_finished_after_starting"),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(started_at__isnull=False),
                name="treatment_finished_only_if_started",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None)
                | Q(finished_at__isnull=False, aftercare_at__isnull=False)
                | Q(stopped_at__isnull=False, aftercare_at__isnull=False),
                name="treatment_signed_only_after_aftercare",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signer=None) | Q(signed_at__isnull=False, signer__isnull=False),
                name="treatment_signed_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(pain=None) | Q(pain__lte=10), name="treatment_pain_zero_to_ten"
            ),
            models.UniqueConstraint(
                fields=["course", "number"],
                condition=Q(voided_at=None),
                name="treatment_number_once_in_a_course",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-opened_at"], name="treatments_of_a_patient"),
            models.Index(fields=["clinic", "-opened_at"], name="treatments_newest_first"),
            models.Index(
                fields=["clinic", "opened_at"],
                condition=Q(signed_at=None, voided_at=None),
                name="treatments_unsigned",
            ),
            models.Index(fields=["plan"], name="treatments_of_a_plan"),
        ]

    def __str__(self) -> str:
        return f"Treatment {self.number} of {self.patient}"


class DeviceUse(ClinicRow, Voidable):
    """A packet was taken for a treatment. The constraint is the last word, whoever writes.

    A voided use still holds its unit: the needles have been out of the packet. Only "scanned in error,
    packet still sealed", confirmed by a second person, gives it back.
    """

    identifying = ("witnessed_by",)

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="device_uses")
    unit = models.ForeignKey("clinic.DeviceUnit", on_delete=models.PROTECT, related_name="uses")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="device_uses")
    hand_piece = models.ForeignKey(
        "clinic.HandPiece", on_delete=models.PROTECT, related_name="uses", null=True, blank=True
    )  # the reusable part of a pen
    lot = models.CharField(max_length=40)  # as the label said that day; recalls look here
    di = models.CharField(max_length=40, blank=True, default="")
    used_at = models.DateTimeField()
    used_by = models.CharField(max_length=NAME_LENGTH)
    scanned = models.TextField(blank=True, default="")
    read_by = models.CharField(
        max_length=10,
        blank=True,
        default="",
        choices=[("camera", "read by camera"), ("wedge", "scanned"), ("typed", "typed by hand")],
    )  # how the label came in
    witness = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[
            ("seen", "Patient saw it opened, on the clinic's device"),
            ("own-phone", "Patient confirmed on their own phone"),
            ("declined", "Patient did not wish to look"),
        ],
    )
    witnessed_at = models.DateTimeField(null=True, blank=True)
    witnessed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    returned_confirmed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit"], condition=Q(returned_at=None), name="device_unit_in_one_treatment"
            ),
            paired(at="witnessed_at", by="witnessed_by", name="device_use_witnessed_by_someone"),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by="", returned_confirmed_by="")
                | Q(returned_at__isnull=False)
                & ~Q(returned_by="")
                & ~Q(returned_confirmed_by="")
                & ~Q(returned_by=F("returned_confirmed_by")),
                name="device_unit_returned_only_by_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["treatment"], name="device_uses_of_a_treatment"),
            models.Index(
                fields=["clinic", "lot", "patient", "di"],
                condition=Q(returned_at=None),
                name="patients_of_a_lot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in treatment {self.treatment_id}"


class TreatmentArea(ClinicRow, Voidable):
    """What was done to one area."""

    identifying = ("note",)

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="areas")
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="treated_areas")
    device_use = models.ForeignKey(DeviceUse, on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(max_length=60)
    indication = models.CharField(max_length=60)
    needle_mm = models.DecimalField(max_digits=4, decimal_places=2)
    passes = models.PositiveSmallIntegerField()
    directions = models.PositiveSmallIntegerField(default=1)
    strokes = models.JSONField(default=list)  # direction in degrees and its passes; empty where not noted
    endpoint = models.CharField(max_length=60, blank=True, default="")  # the endpoint reached
    note = models.TextField(blank=True, default="")
    treated_at = models.DateTimeField()
    treated_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(condition=Q(needle_mm__gt=0), name="treated_with_a_needle_length"),
            models.CheckConstraint(condition=Q(passes__range=(1, 200)), name="treated_with_passes"),
            models.CheckConstraint(condition=Q(directions__range=(1, 8)), name="treated_in_directions"),
        ]
        indexes = [
            models.Index(fields=["treatment"], name="areas_of_a_treatment"),
            models.Index(fields=["patient", "area", "-treated_at"], name="last_treatment_of_an_area"),
        ]

    def __str__(self) -> str:
        return f"{self.area}, {self.passes} passes"


class AnaestheticApplication(ClinicRow, Voidable):
    """Cream on, and cream off."""

    identifying = ()

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="anaesthetics")
    product = models.CharField(max_length=60)
    batch = models.CharField(max_length=40)
    expires_on = models.DateField()
    grams = models.DecimalField(max_digits=6, decimal_places=2)
    area_cm2 = models.DecimalField(max_digits=7, decimal_places=1)
    areas = models.JSONField(default=list)
    occluded = models.BooleanField(default=False)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1)
    limits = models.JSONField(default=list)  # what the dose check said, limit by limit
    order = models.ForeignKey(
        "clinic.AnaestheticOrder", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )  # whose order it followed
    pack_version = models.CharField(max_length=40, blank=True, default="")  # which limits judged it
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=NAME_LENGTH)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(condition=Q(grams__gt=0), name="cream_has_a_mass"),
            models.CheckConstraint(condition=Q(area_cm2__gt=0), name="cream_has_an_area"),
            paired(at="removed_at", by="removed_by", name="cream_removed_by_someone"),
            in_order("applied_at", "removed_at", name="cream_removed_after_applying"),
        ]
        indexes = [
            models.Index(fields=["treatment"], name="creams_of_a_treatment"),
            models.Index(F("clinic"), Upper("batch"), name="creams_of_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.grams} g {self.product}"


class TopicalUse(ClinicRow, Voidable):
    """A serum, a hydrating product, mineral make-up: put on before, during or after, with its batch."""

    identifying = ()

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="topicals")
    product = models.CharField(max_length=60)
    batch = models.CharField(max_length=40)
    expires_on = models.DateField(null=True, blank=True)
    stage = models.CharField(
        max_length=10, choices=[("before", "Before"), ("during", "During"), ("after", "After")]
    )
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        indexes = [
            models.Index(fields=["treatment"], name="topicals_of_a_treatment"),
            models.Index(F("clinic"), Upper("batch"), name="topicals_of_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, batch {self.batch}"


class Amendment(ClinicRow):
    """What is added to a signed treatment. The signed text stays as it was. Only ever added."""

    identifying = ("text",)

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="amendments")
    text = models.TextField()
    because = models.TextField()
    amended_at = models.DateTimeField()
    amended_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(because=""), name="amendment_says_what_and_why")
        ]

    def __str__(self) -> str:
        return f"Amendment to {self.treatment}"
