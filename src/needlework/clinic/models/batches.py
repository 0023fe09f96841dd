"""Cream, serum, hydrating products and make-up in the cupboards: what came in of which batch, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from .rows import NAME_LENGTH, ClinicRow, paired


class ProductBatch(ClinicRow):
    """Tubes, bottles or sachets of one product, one batch and one expiry at one site. How many are left nobody counts.

    `product` is a code of the protocol pack, or the name that was written. Some cosmetics print no expiry but the
    months they keep after opening; then the day counts on which the one in use was opened.
    """

    identifying = ()

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="batches")
    product = models.CharField(max_length=60)
    batch = models.CharField(max_length=40)
    expires_on = models.DateField(null=True, blank=True)
    use_within_months = models.PositiveSmallIntegerField(null=True, blank=True)  # once it is opened
    containers = models.PositiveIntegerField()  # that ever came in
    di = models.CharField(max_length=40, blank=True, default="")
    scanned = models.TextField(blank=True, default="")  # the label as it was read, untouched
    typed = models.BooleanField(default=False)  # entered by hand, not scanned
    supplier = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    received_at = models.DateTimeField()  # the first of it
    received_by = models.CharField(max_length=NAME_LENGTH)
    opened_on = models.DateField(null=True, blank=True)  # the one in use now
    opened_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    quarantined_at = models.DateTimeField(null=True, blank=True)
    quarantined_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    quarantined_because = models.TextField(blank=True, default="")
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    discarded_because = models.TextField(blank=True, default="")
    recall = models.ForeignKey(
        "clinic.Recall", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )  # the open recall that holds it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("site"),
                Upper("product"),
                Upper("batch"),
                F("expires_on"),
                condition=Q(discarded_at=None, expires_on__isnull=False),
                name="a_batch_stands_once_at_a_site",
            ),
            models.UniqueConstraint(
                F("site"),
                Upper("product"),
                Upper("batch"),
                condition=Q(discarded_at=None, expires_on=None),
                name="a_batch_without_expiry_stands_once_at_a_site",
            ),
            models.CheckConstraint(
                condition=~Q(product="") & ~Q(batch=""), name="batch_has_product_and_number"
            ),
            models.CheckConstraint(condition=Q(containers__gte=1), name="batch_of_at_least_one"),
            models.CheckConstraint(
                condition=Q(use_within_months=None) | Q(use_within_months__range=(1, 60)),
                name="batch_keeps_some_months_once_opened",
            ),
            models.CheckConstraint(
                condition=Q(recall=None) | Q(quarantined_at__isnull=False), name="recalled_batch_is_set_aside"
            ),
            paired(at="opened_on", by="opened_by", name="batch_opened_by_someone"),
            paired(at="quarantined_at", by="quarantined_by", name="batch_quarantined_by_someone"),
            paired(at="discarded_at", by="discarded_by", name="batch_discarded_by_someone"),
        ]
        indexes = [
            models.Index(F("clinic"), Upper("batch"), name="stock_of_a_batch"),
            models.Index(
                fields=["clinic", "site", "expires_on"],
                condition=Q(discarded_at=None),
                name="batches_in_stock",
            ),
            models.Index(fields=["clinic", "di"], condition=~Q(di=""), name="batches_of_an_identifier"),
            models.Index(
                fields=["recall"], condition=Q(recall__isnull=False), name="batches_held_by_a_recall"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.containers} × {self.product} batch {self.batch}"
