"""Recalls: what a maker's notice names, the packets it catches, and the patients to be told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from .rows import NAME_LENGTH, ClinicRow, in_order, paired


class Recall(ClinicRow):
    """One notice of a maker or an authority, or a drill on an invented one. Open until everybody is reached."""

    identifying = ()

    REAL, DRILL = "real", "drill"

    kind = models.CharField(max_length=10, choices=[(REAL, "Recall"), (DRILL, "Drill")])
    reference = models.CharField(max_length=80)  # the number printed on the notice
    sender = models.CharField(max_length=NAME_LENGTH)
    reason = models.TextField()
    advice = models.TextField(blank=True, default="")  # what patients are asked to do, beside calling
    received_at = models.DateTimeField()  # when the notice reached the clinic: the clock runs from here
    received_by = models.CharField(max_length=NAME_LENGTH)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=NAME_LENGTH)
    counted_at = models.DateTimeField(null=True, blank=True)  # the drawers were gone through
    counted_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    counted = models.PositiveIntegerField(null=True, blank=True)  # packets found in the drawers
    expected = models.PositiveIntegerField(null=True, blank=True)  # packets that should have lain there then
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    done = models.TextField(blank=True, default="")  # what became of the packets, and what was learnt

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "sender", "reference"],
                condition=Q(kind="real"),
                name="one_recall_for_a_notice",
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(sender="") & ~Q(reason=""), name="recall_says_who_and_why"
            ),
            models.CheckConstraint(
                condition=Q(counted_at=None, counted=None, expected=None)
                | Q(counted_at__isnull=False, counted__isnull=False, expected__isnull=False),
                name="recall_counted_in_numbers",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, done="") | Q(closed_at__isnull=False) & ~Q(done=""),
                name="recall_closed_with_an_account",
            ),
            paired(at="counted_at", by="counted_by", name="recall_counted_by_someone"),
            paired(at="closed_at", by="closed_by", name="recall_closed_by_someone"),
            in_order("received_at", "opened_at", name="recall_opened_after_the_notice"),
            in_order("opened_at", "closed_at", name="recall_closed_after_opening"),
        ]
        indexes = [
            models.Index(fields=["clinic", "-opened_at"], name="recalls_newest_first"),
            models.Index(fields=["clinic"], condition=Q(closed_at=None), name="recalls_open"),
        ]

    @property
    def is_drill(self) -> bool:
        """Held for practice: it sets nothing aside and nobody is contacted."""
        return self.kind == Recall.DRILL

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class RecallLine(ClinicRow):
    """One line of a notice: which packets, or which batch of a product, it means. What a line leaves out, it does not
    ask for. Only ever added.
    """

    identifying = ()

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="lines")
    maker = models.CharField(max_length=NAME_LENGTH, blank=True, default="")  # as the notice writes it
    device = models.CharField(max_length=NAME_LENGTH, blank=True, default="")  # as the notice writes it
    model = models.ForeignKey(
        "clinic.DeviceModel", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    product = models.CharField(max_length=60, blank=True, default="")  # cream, serum: then `lot` is its batch
    di = models.CharField(max_length=40, blank=True, default="")
    lot = models.CharField(max_length=40, blank=True, default="")
    serial_from = models.CharField(max_length=40, blank=True, default="")
    serial_to = models.CharField(max_length=40, blank=True, default="")
    made_from_on = models.DateField(null=True, blank=True)
    made_to_on = models.DateField(null=True, blank=True)
    expires_from_on = models.DateField(null=True, blank=True)
    expires_to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(lot="") | ~Q(di="") | Q(model__isnull=False), name="recall_line_names_packets"
            ),
            models.CheckConstraint(
                condition=Q(product="") | ~Q(lot=""), name="recall_line_of_a_product_names_a_batch"
            ),
            models.CheckConstraint(
                condition=Q(serial_from="", serial_to="") | ~Q(serial_from="") & ~Q(serial_to=""),
                name="recall_line_serials_have_ends",
            ),
        ]
        indexes = [
            models.Index(F("clinic"), Upper("lot"), condition=~Q(product=""), name="recall_lines_of_a_batch")
        ]

    def __str__(self) -> str:
        parts = (self.maker, self.device, self.di, self.lot and f"lot {self.lot}")
        return ", ".join(part for part in parts if part)


class RecalledUnit(ClinicRow):
    """A packet that a notice means, in the drawer or long used. Only ever added."""

    identifying = ()

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="units", db_index=False)
    unit = models.ForeignKey("clinic.DeviceUnit", on_delete=models.PROTECT, related_name="recalled")
    found_at = models.DateTimeField()  # later than the opening for what was delivered afterwards
    found_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "unit"], name="unit_once_in_a_recall")]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.recall_id}"


class RecalledBatch(ClinicRow):
    """A batch in stock that a notice means, in the cupboard or long discarded. Only ever added."""

    identifying = ()

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="batches", db_index=False)
    batch = models.ForeignKey("clinic.ProductBatch", on_delete=models.PROTECT, related_name="recalled")
    found_at = models.DateTimeField()  # later than the opening for what was delivered afterwards
    found_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "batch"], name="batch_once_in_a_recall")]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.recall_id}"


class RecallContact(ClinicRow):
    """One patient on whom a recalled packet or product was used, and how far the clinic has come in reaching them."""

    identifying = ()

    TO_CONTACT, TRIED, REACHED, CLOSED = "to-contact", "tried", "reached", "closed"

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="contacts", db_index=False)
    patient = models.ForeignKey("clinic.Patient", on_delete=models.PROTECT, related_name="recall_contacts")
    state = models.CharField(
        max_length=10,
        choices=[(TO_CONTACT, "To contact"), (TRIED, "Tried"), (REACHED, "Reached"), (CLOSED, "Closed")],
        default=TO_CONTACT,
    )  # as the latest attempt left it
    tries = models.PositiveSmallIntegerField(default=0)
    found_at = models.DateTimeField()
    found_by = models.CharField(max_length=NAME_LENGTH)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recall", "patient"], name="patient_once_in_a_recall"),
            paired(at="changed_at", by="changed_by", name="recall_contact_changed_by_someone"),
        ]
        indexes = [models.Index(fields=["recall", "state", "id"], name="contacts_of_a_recall")]

    def __str__(self) -> str:
        return f"{self.patient_id} in {self.recall_id}: {self.state}"


class RecallAttempt(ClinicRow):
    """One try to reach a patient, and how it went. Only ever added."""

    identifying = ("note",)

    contact = models.ForeignKey(RecallContact, on_delete=models.PROTECT, related_name="attempts")
    state = models.CharField(
        max_length=10,
        choices=[
            (RecallContact.TRIED, "Tried"),
            (RecallContact.REACHED, "Reached"),
            (RecallContact.CLOSED, "Closed"),
        ],
    )
    how = models.CharField(
        max_length=10,
        choices=[
            ("phone", "By telephone"),
            ("letter", "By letter"),
            ("email", "By e-mail"),
            ("person", "In person"),
            ("other", "Otherwise"),
        ],
    )
    note = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.get_how_display().lower()}"
