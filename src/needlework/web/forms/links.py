"""The patient says who they are."""

from __future__ import annotations

from django import forms

from .dates import DateBoxes, ThreeBoxes


class BirthDateForm(forms.Form):
    """The one question before a link opens."""

    born_on = DateBoxes(label="When were you born?", widget=ThreeBoxes(autocomplete="bday"))
