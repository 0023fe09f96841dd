"""Why a photograph is taken out of use."""

from __future__ import annotations

from django import forms


class TakeOutForm(forms.Form):
    """A reason."""

    because = forms.CharField(
        max_length=500, label="Why is it taken out?", help_text="For example: it shows somebody else."
    )
