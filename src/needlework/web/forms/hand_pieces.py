"""The forms about hand-pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from needlework.clinic.models import Site

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HandPieceForm(forms.Form):
    """The reusable part of a pen."""

    name = forms.CharField(label="Name", max_length=200)
    serial = forms.CharField(label="Serial number", max_length=80)
    site = forms.ChoiceField(label="Where it is")

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]


class CleaningForm(forms.Form):
    """How it was cleaned."""

    method = forms.CharField(label="How it was cleaned", max_length=200)


class ServicingForm(forms.Form):
    """When it was serviced, by whom, what was done, and when again."""

    serviced_on = forms.DateField(label="Serviced on", widget=DAY)
    serviced_by = forms.CharField(label="By", max_length=200, help_text="The person or the firm.")
    what = forms.CharField(label="What was done", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    next_due_on = forms.DateField(label="Next service due", required=False, widget=DAY)
