"""The forms of a count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from needlework.clinic.models import Site


class StartForm(forms.Form):
    """Which site is counted."""

    site = forms.ChoiceField(label="Site")

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]


class CountForm(forms.Form):
    """One scan, and how many packets look the same."""

    scan = forms.CharField(required=False, max_length=2000, strip=False)
    number = forms.IntegerField(
        label="Packets with this code",
        initial=1,
        min_value=1,
        max_value=1000,
        widget=forms.NumberInput(attrs={"min": 1, "max": 1000, "inputmode": "numeric"}),
    )
