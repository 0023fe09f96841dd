"""Counting the drawer: what was there when somebody looked, packet by packet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .rows import NAME_LENGTH, ClinicRow, Voidable, paired


class StockCount(ClinicRow, Voidable):
    """One count of one site. Closing it turns what differs from the record into facts, which `result` keeps."""

    identifying = ("started_by", "closed_by")

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="stock_counts")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=NAME_LENGTH)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    result = models.JSONField(
        default=list
    )  # lot by lot: expected, counted, and what became of the difference

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            paired(at="closed_at", by="closed_by", name="stock_count_closed_by_someone"),
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(closed_at=None, voided_at=None),
                name="one_stock_count_under_way_at_a_site",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "-started_at"], name="stock_counts_newest_first")]

    def __str__(self) -> str:
        return f"Count of {self.site}"


class CountedPacket(ClinicRow, Voidable):
    """Packets seen in a count: this very one (`unit`), or a number of one lot that carry no name of their own."""

    identifying = ("counted_by",)

    stock_count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="packets")
    unit = models.ForeignKey(
        "clinic.DeviceUnit", on_delete=models.PROTECT, related_name="counted", null=True, blank=True
    )
    model = models.ForeignKey("clinic.DeviceModel", on_delete=models.PROTECT, related_name="+")
    lot = models.CharField(max_length=40)
    expires_on = models.DateField()
    number = models.PositiveIntegerField(default=1)
    scanned = models.TextField(blank=True, default="")
    counted_at = models.DateTimeField()
    counted_by = models.CharField(max_length=NAME_LENGTH)

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["stock_count", "unit"],
                condition=Q(unit__isnull=False, voided_at=None),
                name="a_packet_is_counted_once",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & (Q(unit=None) | Q(number=1)), name="counted_packets_are_there"
            ),
        ]
        indexes = [models.Index(fields=["stock_count", "lot"], name="packets_of_a_stock_count")]

    def __str__(self) -> str:
        return f"{self.number} × lot {self.lot}"
