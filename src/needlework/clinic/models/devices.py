"""Device units: every packet that came into the house, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from .rows import NAME_LENGTH, ClinicRow, Voidable, in_order, paired


class Delivery(ClinicRow):
    """Packets of one model and one lot that arrived together."""

    identifying = ()

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="deliveries")
    model = models.ForeignKey("clinic.DeviceModel", on_delete=models.PROTECT, related_name="deliveries")
    lot = models.CharField(max_length=40)
    expires_on = models.DateField()
    quantity = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=NAME_LENGTH)
    supplier = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    found_in = models.ForeignKey(
        "clinic.StockCount", on_delete=models.PROTECT, related_name="finds", null=True, blank=True
    )  # a count found them in the drawer: nobody had entered their arrival

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="delivery_of_at_least_one")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.model} lot {self.lot}"


class DeviceUnit(ClinicRow):
    """One sealed packet. It serves one treatment, or it is discarded; it is never free again.

    `serial` comes from the label, `clinic_label` from our own sticker; with either the proof of single use
    is the item itself, with neither it is the count of the lot.
    """

    identifying = ()

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="units")
    model = models.ForeignKey("clinic.DeviceModel", on_delete=models.PROTECT, related_name="units")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="units", null=True, blank=True
    )
    di = models.CharField(max_length=40, blank=True, default="")
    lot = models.CharField(max_length=40)
    serial = models.CharField(max_length=40, blank=True, default="")
    clinic_label = models.CharField(max_length=40, blank=True, default="")
    expires_on = models.DateField()
    scanned = models.TextField(blank=True, default="")  # the label as it was read, untouched
    typed = models.BooleanField(default=False)  # entered by hand, not scanned
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)  # taken for a treatment; see DeviceUse
    opened_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    quarantined_at = models.DateTimeField(null=True, blank=True)
    quarantined_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    quarantined_because = models.TextField(blank=True, default="")
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    discarded_because = models.TextField(blank=True, default="")
    recall = models.ForeignKey(
        "clinic.Recall", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )  # the open recall that holds it; every recall it ever belonged to stands in RecalledUnit

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recall=None) | Q(quarantined_at__isnull=False), name="recalled_unit_is_set_aside"
            ),
            models.UniqueConstraint(
                fields=["clinic", "di", "lot", "serial"],
                condition=~Q(serial=""),
                name="one_unit_for_a_serial_number",
            ),
            models.UniqueConstraint(
                fields=["clinic", "clinic_label"],
                condition=~Q(clinic_label=""),
                name="one_unit_for_a_clinic_label",
            ),
            models.CheckConstraint(condition=~Q(lot=""), name="unit_has_a_lot"),
            paired(at="opened_at", by="opened_by", name="unit_opened_by_someone"),
            paired(at="quarantined_at", by="quarantined_by", name="unit_quarantined_by_someone"),
            paired(at="discarded_at", by="discarded_by", name="unit_discarded_by_someone"),
        ]
        indexes = [
            models.Index(fields=["clinic", "lot", "di"], name="units_of_a_lot"),
            models.Index(fields=["clinic", "model", "expires_on", "id"], name="units_of_a_model"),
            models.Index(
                fields=["clinic", "lot", "expires_on", "id"],
                condition=Q(opened_at=None, discarded_at=None),
                name="units_in_stock",
            ),
            models.Index(
                fields=["clinic", "model", "site", "expires_on"],
                condition=Q(opened_at=None, quarantined_at=None, discarded_at=None),
                name="usable_units_of_a_model",
            ),
            models.Index(F("clinic"), Upper("lot"), F("lot"), name="units_of_a_lot_however_written"),
            models.Index(fields=["recall"], condition=Q(recall__isnull=False), name="units_held_by_a_recall"),
        ]

    @property
    def proof(self) -> str:
        """`item` when this very packet can be told from its neighbours, else `count`."""
        return "item" if self.serial or self.clinic_label else "count"

    @property
    def label(self) -> str:
        """The packet as it is named in sentences."""
        name = f"{self.model.name} (lot {self.lot}"
        if self.serial:
            name += f", serial {self.serial}"
        return name + ")"

    def __str__(self) -> str:
        return self.label


class StockLevel(ClinicRow):
    """Below how many packets in date a site wants to be warned about a model."""

    identifying = ("set_by",)

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="stock_levels")
    model = models.ForeignKey("clinic.DeviceModel", on_delete=models.PROTECT, related_name="stock_levels")
    fewest = models.PositiveSmallIntegerField()  # 0: never warn
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "model"], name="one_stock_level_for_a_model_at_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.fewest} × {self.model} at {self.site}"


class HandPiece(ClinicRow, Voidable):
    """The reusable part of a pen. Never a unit: it has a serial number, a cleaning and a service record."""

    identifying = ()

    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="hand_pieces")
    name = models.CharField(max_length=NAME_LENGTH)
    serial = models.CharField(max_length=80)
    out_of_use_at = models.DateTimeField(null=True, blank=True)  # no cartridge may be opened for it
    out_of_use_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    out_of_use_because = models.TextField(blank=True, default="")

    class Meta(Voidable.Meta):
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(fields=["clinic", "serial"], name="one_hand_piece_for_a_serial_number"),
            paired(at="out_of_use_at", by="out_of_use_by", name="hand_piece_out_of_use_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.serial})"


class Cleaning(ClinicRow):
    """A hand-piece was cleaned. Only ever added."""

    identifying = ("cleaned_by",)

    hand_piece = models.ForeignKey(HandPiece, on_delete=models.PROTECT, related_name="cleanings")
    cleaned_at = models.DateTimeField()
    cleaned_by = models.CharField(max_length=NAME_LENGTH)
    method = models.CharField(max_length=NAME_LENGTH)

    def __str__(self) -> str:
        return f"{self.hand_piece} cleaned"


class Servicing(ClinicRow):
    """A hand-piece was serviced. Only ever added."""

    identifying = ("serviced_by", "recorded_by")

    hand_piece = models.ForeignKey(HandPiece, on_delete=models.PROTECT, related_name="servicings")
    serviced_on = models.DateField()
    serviced_by = models.CharField(max_length=NAME_LENGTH)  # the person or the firm
    what = models.TextField()
    next_due_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [in_order("serviced_on", "next_due_on", name="next_service_after_the_last")]
        indexes = [
            models.Index(fields=["hand_piece", "-serviced_on", "-id"], name="servicings_of_a_hand_piece")
        ]

    def __str__(self) -> str:
        return f"{self.hand_piece} serviced"
