"""The forms of the stock room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.skin.label_drawings import SHEETS

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceModel, DeviceUnit, Site


class ReceiveForm(forms.Form):
    """A delivery: scanned, or typed from the packet."""

    site = forms.ChoiceField(label="Where it is put")
    scan = forms.CharField(required=False, max_length=2000, strip=False, widget=forms.HiddenInput)
    read_by = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    model = forms.ChoiceField(label="Model")
    lot = forms.CharField(label="Lot", max_length=40, help_text="Printed beside LOT.")
    expires_on = forms.DateField(
        label="Expires",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Beside the hourglass. Where only a month is printed, its last day.",
    )
    quantity = forms.IntegerField(
        label="Packets",
        initial=1,
        widget=forms.NumberInput(attrs={"min": 1, "max": 1000, "inputmode": "numeric"}),
    )
    serials = forms.CharField(
        label="Serial numbers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One on each line, if the packets have them.",
    )
    supplier = forms.CharField(label="Supplier", required=False, max_length=200)

    def __init__(
        self, *args: Any, sites: Sequence[Site], models: Sequence[DeviceModel], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]
        named = [(row.code, f"{row.name} ({row.maker})" if row.maker else row.name) for row in models]
        self.fields["model"].choices = [("", "Choose the model on the packet"), *named]  # type: ignore[attr-defined]

    def clean_serials(self) -> list[str]:
        """One serial number on each line."""
        return [line.strip() for line in str(self.cleaned_data["serials"]).splitlines() if line.strip()]


class BecauseForm(forms.Form):
    """Why."""

    because = forms.CharField(label="Reason", max_length=500)


class LabelForm(forms.Form):
    """The clinic's own label."""

    label = forms.CharField(
        label="Clinic label", max_length=40, required=False, help_text="Left empty, one is made."
    )


class LabelsForm(forms.Form):
    """Which packets get a sticker, and what is in the printer."""

    units = forms.MultipleChoiceField(label="Packets", widget=forms.CheckboxSelectMultiple)
    sheet = forms.ChoiceField(label="Labels", choices=[(code, sheet.name) for code, sheet in SHEETS.items()])
    start = forms.IntegerField(
        label="First free label of the sheet",
        initial=1,
        min_value=1,
        max_value=99,
        help_text="Row by row, from the upper left.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, units: Sequence[DeviceUnit], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["units"].choices = [  # type: ignore[attr-defined]
            (str(unit.public_id), _placed(unit, number)) for number, unit in enumerate(units, start=1)
        ]
        self.fields["units"].initial = [str(unit.public_id) for unit in units if not unit.clinic_label]


class SeveralForm(forms.Form):
    """Several packets moved to another site, or thrown away."""

    units = forms.MultipleChoiceField(label="Packets", widget=forms.CheckboxSelectMultiple)
    do = forms.ChoiceField(
        label="What is done with them",
        choices=[("move", "Move them to another site"), ("discard", "Discard them")],
        widget=forms.RadioSelect,
    )
    site = forms.ChoiceField(label="To which site", required=False)
    because = forms.CharField(label="Why they are discarded", required=False, max_length=500)

    def __init__(
        self, *args: Any, units: Sequence[DeviceUnit], sites: Sequence[Site], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["units"].choices = [  # type: ignore[attr-defined]
            (str(unit.public_id), _placed(unit, number)) for number, unit in enumerate(units, start=1)
        ]
        sited = [(str(row.public_id), row.name) for row in sites]
        self.fields["site"].choices = [("", "Choose the site"), *sited]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Moving wants a site."""
        said = dict(super().clean() or {})
        if said.get("do") == "move" and not said.get("site"):
            self.add_error("site", "Choose where they go.")
        return said


def _placed(unit: DeviceUnit, number: int) -> str:
    named = f"Label {unit.clinic_label}" if unit.clinic_label else f"Packet {number}"
    return f"{f'Serial {unit.serial}' if unit.serial else named}, {unit.site.name}"


class LevelForm(forms.Form):
    """Below how many packets a site is warned."""

    site = forms.ChoiceField(label="Site")
    fewest = forms.IntegerField(
        label="Warn below",
        min_value=0,
        max_value=1000,
        help_text="Packets in date. 0 never warns.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """To which site."""

    site = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]
