"""A scar to be marked: what kind it is, and in which square of the area's grid it lies."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from needlework.clinic.rules.lesions import KINDS
from needlework.web.lesion_map import COLUMNS, ROWS, middle


class LesionForm(forms.Form):
    """One mark. Its place is a square of the grid, so it needs neither a mouse nor a steady finger."""

    kind = forms.ChoiceField(label="Kind", choices=list(KINDS.items()), widget=forms.RadioSelect)
    column = forms.ChoiceField(
        label="Column, from the left of the drawing", choices=[(name, name) for name in COLUMNS]
    )
    row = forms.TypedChoiceField(
        label="Row, from its top", choices=[(name, str(name)) for name in ROWS], coerce=int
    )

    def place(self) -> dict[str, Decimal]:
        """The middle of the square, as the record keeps it."""
        x, y = middle(self.cleaned_data["column"], self.cleaned_data["row"])
        return {"x": x, "y": y}
