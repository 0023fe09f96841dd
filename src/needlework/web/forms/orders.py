"""What a prescriber writes into an order."""

from __future__ import annotations

from typing import Any

from django import forms

from .packs import BecauseForm


class OrderForm(BecauseForm):
    """A prescriber's order of a numbing product for a course."""

    product = forms.ChoiceField(label="Product")
    max_g = forms.DecimalField(
        label="Most for one treatment",
        max_digits=5,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.1", "min": "0.1"}),
    )
    field_order = ("product", "max_g", "because")

    def __init__(self, *args: Any, products: list[tuple[str, str]], **options: Any) -> None:
        options.setdefault("auto_id", "order_%s")
        super().__init__(*args, **options)
        self.fields["product"].choices = [("", "Choose the product"), *products]  # type: ignore[attr-defined]
