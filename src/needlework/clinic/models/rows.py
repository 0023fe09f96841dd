"""What every row of the record has: a clinic, a public name, and, where it is clinical, a way to be voided."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

NAME_LENGTH = 200


class ClinicRow(models.Model):
    """A row that belongs to one clinic and is named in addresses by a random id."""

    #: the columns which identify a person; every model states its own (tests/house checks it)
    identifying: ClassVar[tuple[str, ...]] = ()

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Voidable(models.Model):
    """A clinical row is never deleted: it is voided, by someone, for a reason, and stays readable."""

    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    voided_because = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by="", voided_because="")
                | (Q(voided_at__isnull=False) & ~Q(voided_by="") & ~Q(voided_because="")),
                name="%(class)s_voided_by_someone_for_a_reason",
            )
        ]


def paired(*, at: str, by: str, name: str) -> models.CheckConstraint:
    """A moment and its person come together or not at all."""
    return models.CheckConstraint(
        condition=Q(**{f"{at}__isnull": True, by: ""}) | (Q(**{f"{at}__isnull": False}) & ~Q(**{by: ""})),
        name=name,
    )


def in_order(earlier: str, later: str, *, name: str) -> models.CheckConstraint:
    """`later` is empty, or not before `earlier`."""
    return models.CheckConstraint(
        condition=Q(**{f"{later}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)}), name=name
    )
