"""Patients, what they are found by, and the links that let them in on their own phone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class Patient(ClinicRow, Voidable):
    """A person whom the clinic treats or may treat."""

    identifying = (
        "number",
        "given_name",
        "family_name",
        "known_as",
        "born_on",
        "phone",
        "email",
        "address",
        "postcode",
        "sort_name",
    )

    number = models.CharField(max_length=20)  # the clinic's own, printed on paper
    given_name = models.CharField(max_length=NAME_LENGTH)
    family_name = models.CharField(max_length=NAME_LENGTH)
    known_as = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    born_on = models.DateField()
    sex = models.CharField(
        max_length=1, choices=[("f", "Female"), ("m", "Male"), ("x", "Another or not said")], default="x"
    )  # chooses the skin thickness table; nothing else
    phone = models.CharField(max_length=40, blank=True, default="")  # E.164
    email = models.EmailField(blank=True, default="")
    address = models.TextField(blank=True, default="")
    postcode = models.CharField(max_length=16, blank=True, default="")
    skin_type = models.PositiveSmallIntegerField(null=True, blank=True)  # Fitzpatrick 1-6, as last examined
    allergies = models.TextField(blank=True, default="")  # as the latest history says, shown on every page
    sort_name = models.CharField(max_length=2 * NAME_LENGTH)  # folded and romanised, for the list
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=NAME_LENGTH)
    not_duplicate_because = models.TextField(blank=True, default="")  # why a warning was overruled

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(fields=["clinic", "number"], name="patient_number_once_in_a_clinic"),
            models.CheckConstraint(
                condition=Q(skin_type__isnull=True) | Q(skin_type__range=(1, 6)),
                name="patient_skin_type_one_to_six",
            ),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="patient_can_be_reached"),
        ]
        indexes = [
            models.Index(fields=["clinic", "sort_name", "id"], name="patients_by_name"),
            models.Index(fields=["clinic", "born_on"], name="patients_by_birth_date"),
            models.Index(fields=["clinic", "-registered_at"], name="patients_newest_first"),
        ]

    @property
    def name(self) -> str:
        """The name as it is shown."""
        return f"{self.given_name} {self.family_name}".strip()

    def __str__(self) -> str:
        return self.name


class SearchKey(models.Model):
    """One thing a patient is found by: a folded word of the name, or the tail of a phone number.

    A search is a range scan over `key`: the same speed at a hundred patients and at a hundred thousand. The
    key is kept as bytes, because both databases order bytes alike whatever their language settings.
    """

    identifying = ("key",)

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="search_keys", db_index=False)
    key = models.BinaryField()  # UTF-8

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "key", "patient"], name="search_keys_in_order"),
            models.Index(fields=["patient", "key"], name="search_keys_of_a_patient"),
        ]

    def __str__(self) -> str:
        return bytes(self.key).decode()


class PatientLink(ClinicRow):
    """A link (or QR code) which lets one patient do one thing on their own phone, for a while.

    The token itself is never stored. The patient also gives their birth date; after a few wrong ones the
    link is closed.
    """

    identifying = ()

    HISTORY, CONSENT, RECONFIRM, CHECK_IN, RESULTS, WITNESS = (
        "history",
        "consent",
        "reconfirm",
        "check-in",
        "results",
        "witness",
    )

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(
        max_length=20,
        choices=[
            (HISTORY, "Answer the health questions"),
            (CONSENT, "Read and sign the consent"),
            (RECONFIRM, "Confirm the consent on the day"),
            (CHECK_IN, "Say how the skin is doing"),
            (RESULTS, "See own results"),
            (WITNESS, "Confirm the sealed packet"),
        ],
    )
    about = models.UUIDField(null=True, blank=True)  # the plan, treatment or check-in it is for
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta:
        constraints = [paired(at="closed_at", by="closed_by", name="patient_link_closed_by_someone")]
        indexes = [models.Index(fields=["patient", "purpose"], name="links_of_a_patient")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.patient})"
