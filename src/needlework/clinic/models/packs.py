"""Which version of the protocol pack the clinic's medical lead has approved, and what they made of it.

Signatures, tightened rules and ceilings are only ever added: of the rows about one thing the latest counts. What they
amount to stands ready on the clinic (`Clinic.pack_own`), so that no page asks for them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow


class PackApproval(ClinicRow):
    """A medical lead's name under one exact version of the protocol pack. Only ever added."""

    identifying = ("approved_by", "registration_number")

    version = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    tables = models.JSONField(default=dict)  # the rows approved, to compare a later version with
    approved_at = models.DateTimeField()
    approved_by = models.CharField(max_length=NAME_LENGTH)
    registration_number = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "content_hash"], name="pack_approved_once_in_a_clinic"),
            models.CheckConstraint(
                condition=~models.Q(registration_number=""), name="pack_approved_by_a_registered_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Protocol pack {self.version}"


class PackDecision(ClinicRow):
    """What a medical lead made of one row of the pack: who, when, and in which version they read it."""

    row_hash = models.CharField(
        max_length=64
    )  # of the row as it was read: another wording wants another look
    pack_version = models.CharField(max_length=40)
    because = models.TextField(blank=True, default="")
    ended = models.BooleanField(default=False)  # this entry takes back the ones before it
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=NAME_LENGTH)
    registration_number = models.CharField(max_length=80)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(registration_number=""), name="%(class)s_by_a_registered_person"
            ),
            models.CheckConstraint(
                condition=Q(ended=False) | ~Q(because=""), name="%(class)s_ended_with_reason"
            ),
        ]


class PackRowSignature(PackDecision):
    """The medical lead answers for a row which acts only when signed. Only ever added."""

    identifying = ("decided_by", "registration_number")

    table = models.CharField(max_length=40)
    code = models.CharField(max_length=80)

    class Meta(PackDecision.Meta):
        indexes = [models.Index(fields=["clinic", "table", "code"], name="signatures_of_a_pack_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.code}"


class PackTightening(PackDecision):
    """A rule as this clinic reads it: stricter than shipped, never looser. Only ever added."""

    identifying = ("decided_by", "registration_number")

    rule = models.CharField(max_length=80)
    verdict = models.CharField(max_length=10, blank=True, default="")  # empty means as shipped
    override_by = models.CharField(max_length=20, blank=True, default="")
    days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(PackDecision.Meta):
        constraints = [
            *PackDecision.Meta.constraints,
            models.CheckConstraint(condition=~Q(because=""), name="pack_tightened_for_a_reason"),
            models.CheckConstraint(
                condition=Q(ended=True, verdict="", override_by="", days=None)
                | Q(ended=False) & (~Q(verdict="") | ~Q(override_by="") | Q(days__isnull=False)),
                name="pack_tightening_says_what_is_stricter",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "rule"], name="tightenings_of_a_rule")]

    def __str__(self) -> str:
        return self.rule


class PackCeiling(PackDecision):
    """The clinic's own maximum of a numbing product, hard from then on. Only ever added."""

    identifying = ("decided_by", "registration_number")

    product = models.CharField(max_length=60)
    max_g = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)

    class Meta(PackDecision.Meta):
        constraints = [
            *PackDecision.Meta.constraints,
            models.CheckConstraint(condition=~Q(because=""), name="pack_ceiling_for_a_reason"),
            models.CheckConstraint(
                condition=Q(ended=True, max_g=None) | Q(ended=False, max_g__gt=0),
                name="pack_ceiling_has_grams",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "product"], name="ceilings_of_a_product")]

    def __str__(self) -> str:
        return f"{self.product}: {self.max_g} g"
