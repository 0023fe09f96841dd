"""The forms of recalls: the notice, the count, the closing, and a try to reach somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules import notices

from .batches import OTHER

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceModel

MOST_TEXT = 400_000


def _text(label: str, length: int = 200, **facts: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=length, **facts)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NoticeForm(forms.Form):
    """A notice: who sent it and why, and which packets it means, typed or as a file."""

    reference = forms.CharField(
        label="Reference number", max_length=80, help_text="As printed on the notice."
    )
    sender = forms.CharField(label="Who sent it", max_length=200, help_text="The maker, or an authority.")
    received_at = forms.DateTimeField(
        label="When it came in",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text="The clock runs from here.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="As the notice puts it.",
    )
    advice = _text(
        "What patients should do beside calling",
        2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Goes into letters and messages. The medical lead words it.",
    )
    maker = _text("Maker")
    model = forms.ChoiceField(label="Model", required=False)
    product = forms.ChoiceField(
        label="Product", required=False, help_text="Cream, serum or make-up: then the lots are its batches."
    )
    other = _text("Its name, if it is not in the list", 60)
    di = _text("Identifiers", 2000, help_text="GTIN or HIBC. Several are separated by commas.")
    lots = _text(
        "Lots or batches", MOST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), help_text="One on each line."
    )
    serials = _text(
        "Serial numbers",
        MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One on each line, or a range: SN100 to SN120.",
    )
    made_from = _day("Made from")
    made_to = _day("Made to")
    expires_from = _day("Expires from")
    expires_to = _day("Expires to")
    notice = forms.FileField(
        label="The notice as a file",
        required=False,
        help_text="CSV or JSON with columns such as maker, model, di, lot, serial, expires from, expires to.",
    )
    rows = _text("Rows of the notice", notices.MOST_BYTES, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(
        self,
        *args: Any,
        models: Sequence[DeviceModel],
        products: Sequence[tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["product"].choices = [("", "None"), *products, (OTHER, "Another product")]  # type: ignore[attr-defined]
        named = [(row.code, f"{row.name} ({row.maker})" if row.maker else row.name) for row in models]
        self.fields["model"].choices = [("", "Any, or not in the list"), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """It is a device or a product; what is not in the list has a name."""
        said = dict(super().clean() or {})
        if said.get("product") and said.get("model"):
            self.add_error("product", "Choose a model or a product. Name the others in the rows of a file.")
        if said.get("product") == OTHER and not str(said.get("other", "")).strip():
            self.add_error("other", "Write its name.")
        return said

    def lines(self) -> list[notices.Line]:
        """What the typed fields and the rows of the file mean together. Raises NoticeNotRead."""
        said = self.cleaned_data
        typed = {
            "di": said["di"],
            "lot": said["lots"],
            "serial": said["serials"],
            "device": said["model"],
            "product": said["other"] if said["product"] == OTHER else said["product"],
            **{
                name: said[name].isoformat()
                for name in ("made_from", "made_to", "expires_from", "expires_to")
                if said[name]
            },
        }
        asked = {name: value.strip() for name, value in typed.items() if value.strip()}
        found = notices.read(said["rows"].encode()) if said["rows"].strip() else []
        if asked or not found:
            maker = {"maker": said["maker"].strip()} if said["maker"].strip() else {}
            found = [*notices.of_rows([("What you typed", {**maker, **asked})]), *found]
        return found


class DrillForm(forms.Form):
    """Which lot to practise on."""

    lot = forms.ChoiceField(label="Lot", widget=forms.RadioSelect)

    def __init__(self, *args: Any, lots: Sequence[tuple[str, str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lot"].choices = [  # type: ignore[attr-defined]
            (f"{code} {lot}", f"{name}, lot {lot}") for code, name, lot in lots
        ]


class CountForm(forms.Form):
    """How many packets lie there."""

    counted = forms.IntegerField(
        label="Packets found",
        min_value=0,
        widget=forms.NumberInput(attrs={"min": 0, "inputmode": "numeric"}),
        help_text="In all drawers and at all sites together.",
    )


class CloseRecallForm(forms.Form):
    """What became of it."""

    done = forms.CharField(
        label="What was done",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What became of the packets, and what the clinic has learnt.",
    )


class AttemptForm(forms.Form):
    """How a try to reach somebody went."""

    how = forms.ChoiceField(
        label="How",
        choices=[
            ("phone", "By telephone"),
            ("letter", "By letter"),
            ("email", "By e-mail"),
            ("person", "In person"),
            ("other", "Otherwise"),
        ],
        widget=forms.RadioSelect,
        initial="phone",
    )
    state = forms.ChoiceField(
        label="How it went",
        choices=[
            ("tried", "Tried, not reached"),
            ("reached", "Reached: the patient knows"),
            ("closed", "Closed: nothing more can or need be done"),
        ],
        widget=forms.RadioSelect,
    )
    note = _text("Note", 2000, widget=forms.Textarea(attrs={"rows": 2}), help_text="Needed when you close.")


class TraceForm(forms.Form):
    """Which lot."""

    lot = forms.CharField(label="Lot", max_length=40)
    di = _text("Identifier", 40, help_text="The GTIN, if you have it.")
    serial = _text("Serial number", 40)
