"""Which batch of cream, serum or make-up to trace."""

from __future__ import annotations

from django import forms


class BatchForm(forms.Form):
    """The number printed on the tube or sachet."""

    batch = forms.CharField(label="Batch", max_length=40, help_text="As it is printed on the tube or sachet.")
