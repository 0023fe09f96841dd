"""The forms of products by batch: what came in, and which batch to trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from needlework.clinic.models import Site

OTHER = "other"


class BatchForm(forms.Form):
    """The number printed on the tube or sachet."""

    batch = forms.CharField(label="Batch", max_length=40, help_text="As it is printed on the tube or sachet.")


class ProductForm(forms.Form):
    """Which product: one of the list, or a name that is written."""

    product = forms.ChoiceField(label="Product")
    other = forms.CharField(label="Its name, if it is not in the list", required=False, max_length=60)

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", "Choose the product"), *products, (OTHER, "Another product")]
        self.fields["product"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is not in the list has a name."""
        said = dict(super().clean() or {})
        if said.get("product") == OTHER and not str(said.get("other", "")).strip():
            self.add_error("other", "Write its name.")
        return said

    def named(self) -> str:
        """The product's code, or the name that was written."""
        said = str(self.cleaned_data["product"])
        return str(self.cleaned_data["other"]).strip() if said == OTHER else said


class ReceiveProductForm(ProductForm):
    """Tubes, bottles or sachets of one batch: scanned, or typed from what is printed on them."""

    site = forms.ChoiceField(label="Where it is put")
    scan = forms.CharField(required=False, max_length=2000, strip=False, widget=forms.HiddenInput)
    read_by = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    batch = forms.CharField(label="Batch", max_length=40, help_text="Printed beside LOT, or on the crimp.")
    expires_on = forms.DateField(
        label="Expires",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Beside EXP or the hourglass. Where only a month is printed, its last day; empty where nothing is.",
    )
    use_within_months = forms.IntegerField(
        label="Keeps after opening",
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "max": 60, "inputmode": "numeric"}),
        help_text="The number in the open jar: 12 M is 12 months.",
    )
    containers = forms.IntegerField(
        label="Tubes, bottles or sachets",
        initial=1,
        widget=forms.NumberInput(attrs={"min": 1, "max": 1000, "inputmode": "numeric"}),
    )
    supplier = forms.CharField(label="Supplier", required=False, max_length=200)

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]
