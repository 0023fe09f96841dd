"""The forms of products by batch: what came in, and which batch to trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules import batches as rules
from needlework.clinic.rules.batches import BatchState
from needlework.clinic.rules.wording import day

if TYPE_CHECKING:
    from needlework.clinic.models import Site
    from needlework.clinic.queries.batches import Held

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


class FromStockForm(forms.Form):
    """A batch of this site is one tap, and fills product, batch and expiry. What is not in stock is typed."""

    stock = forms.ChoiceField(
        label="From stock",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "This batch is not free any more. Choose another."},
    )

    def __init__(self, data: Any = None, *args: Any, held: Sequence[Held] = (), **options: Any) -> None:
        self.held = {str(each.row.public_id): each for each in held}
        super().__init__(self._filled(data), *args, **options)
        named = [(key, _said(each)) for key, each in self.held.items()]
        self.fields["stock"].choices = [*named, ("", "Another batch: type it below")]  # type: ignore[attr-defined]

    def _filled(self, data: Any) -> Any:
        chosen = None if data is None else self.held.get(data.get("stock", ""))
        if chosen is None:
            return data
        row, filled = chosen.row, data.copy()
        filled["product"] = row.product if row.product in rules.known_products() else OTHER
        filled["other"] = row.product
        filled["batch"] = row.batch
        filled["expires_on"] = row.expires_on.isoformat() if row.expires_on else ""
        return filled

    @property
    def types(self) -> bool:
        """Whether the fields to type in are shown open: nothing is in stock, or something was typed or refused."""
        wrong = any(name in self.errors for name in ("product", "other", "batch", "expires_on"))
        return not self.held or wrong or bool(self["batch"].value() and not self["stock"].value())


def _said(held: Held) -> str:
    opened = ", opened" if held.state is BatchState.OPENED else ""
    until = f", until {day(held.until)}" if held.until else ""
    return f"{rules.named(held.row)}{opened}{until}"


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
