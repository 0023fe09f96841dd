"""People who work in the clinic: their log-in, role and credentials, and the tablets they use."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from needlework.clinic.who import STAFF_ROLES

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class StaffAccounts(BaseUserManager["Staff"]):
    """Finds an account whatever the capitals in the address."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """The account of this e-mail address."""
        return self.get(email__iexact=username)


class Staff(AbstractBaseUser):
    """A member of staff: one account, one clinic, one role."""

    identifying: ClassVar[tuple[str, ...]] = ("email", "name", "registration_number")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="staff")
    email = models.EmailField(unique=True)  # kept in lower case
    name = models.CharField(max_length=NAME_LENGTH)
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in STAFF_ROLES])
    registration_number = models.CharField(
        max_length=80, blank=True, default=""
    )  # "GMC 1234567": may prescribe
    treats = models.BooleanField(default=False)  # has a column in the diary
    pin_hash = models.CharField(max_length=200, blank=True, default="")
    pin_failures = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = StaffAccounts()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_for_an_email")]
        indexes = [models.Index(fields=["clinic", "name"], name="staff_of_a_clinic")]

    def __str__(self) -> str:
        return self.name


class Credential(ClinicRow, Voidable):
    """Proof that someone may do something, until a date: registration, licence, indemnity, training."""

    identifying = ("number",)

    REGISTRATION, LICENCE, INDEMNITY, TRAINING = "registration", "licence", "indemnity", "training"

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(
        max_length=20,
        choices=[
            (REGISTRATION, "Professional registration"),
            (LICENCE, "Licence to practise"),
            (INDEMNITY, "Indemnity insurance"),
            (TRAINING, "Training on a type of device"),
        ],
    )
    device_kind = models.CharField(max_length=20, blank=True, default="")  # training only: roller, stamp, pen
    issuer = models.CharField(max_length=NAME_LENGTH)
    number = models.CharField(max_length=80)
    valid_from = models.DateField()
    expires_on = models.DateField()

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("valid_from")),
                name="credential_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="training") & ~models.Q(device_kind="")
                | ~models.Q(kind="training") & models.Q(device_kind=""),
                name="credential_training_names_a_device_kind",
            ),
        ]
        indexes = [models.Index(fields=["staff", "kind", "expires_on"], name="credentials_of_a_person")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class TabletLogin(ClinicRow):
    """A full log-in on one device, which lets the same person come back there with a PIN."""

    identifying = ()

    device_hash = models.CharField(max_length=64)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="tablet_logins")
    full_login_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True, blank=True)
    forgotten_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device_hash", "staff"], name="one_login_line_per_person_and_device"
            ),
            paired(at="forgotten_at", by="forgotten_by", name="tablet_login_forgotten_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} on a shared device"
