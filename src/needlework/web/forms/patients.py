"""What is asked when a patient is registered or changed."""

from __future__ import annotations

from typing import Any

from django import forms

from needlework.clinic.errors import PossibleDuplicate

from .dates import DateBoxes

SEXES = [("f", "Female"), ("m", "Male"), ("x", "Another, or not said")]


class PatientForm(forms.Form):
    """Name, birth date and how to reach the person."""

    given_name = forms.CharField(max_length=200, required=False, label="Given name")
    family_name = forms.CharField(max_length=200, required=False, label="Family name")
    known_as = forms.CharField(max_length=200, required=False, label="Likes to be called")
    born_on = DateBoxes(label="Born on")
    sex = forms.ChoiceField(
        choices=SEXES,
        initial="x",
        widget=forms.RadioSelect,
        label="Sex",
        help_text="Chooses the table of skin thickness, nothing else.",
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        label="Phone",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        max_length=254,
        required=False,
        label="E-mail",
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off", "autocapitalize": "none"}),
    )
    address = forms.CharField(
        max_length=1000, required=False, label="Address", widget=forms.Textarea(attrs={"rows": 3})
    )
    postcode = forms.CharField(max_length=16, required=False, label="Postcode")
    not_duplicate_because = forms.CharField(
        max_length=500,
        required=False,
        label="Why this is another person",
        widget=forms.TextInput(attrs={"placeholder": "for example: twin sister"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("given_name", "family_name", "known_as", "postcode"):
            self.fields[name].widget.attrs.update(autocomplete="off", spellcheck="false")
        self.candidates: tuple[Any, ...] = ()

    def offer(self, error: PossibleDuplicate) -> None:
        """Show who is registered already, and ask for the reason."""
        self.candidates = tuple(error.facts["candidates"])  # type: ignore[arg-type]


class VoidForm(forms.Form):
    """A reason."""

    because = forms.CharField(max_length=500, label="Why this record is taken out")
