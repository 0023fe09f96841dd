"""What the person who reports an incident to an authority adds."""

from __future__ import annotations

from typing import cast

from django import forms

from needlework.clinic.rules import incident_reports as rules
from needlework.clinic.rules.incident_reports import Said


class MakeForm(forms.Form):
    """What the record does not know."""

    authority = forms.ChoiceField(label="To whom", choices=rules.AUTHORITIES, widget=forms.RadioSelect)
    event = forms.ChoiceField(
        label="What is reported", choices=list(rules.TYPES.items()), widget=forms.RadioSelect
    )
    outcomes = forms.MultipleChoiceField(
        label="Outcome for the patient",
        choices=list(rules.OUTCOMES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    what = forms.CharField(
        label="What happened",
        help_text="It leaves the clinic. Write “the patient”, never a name.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
    )
    done = forms.CharField(
        label="What was done about it",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    device_kept = forms.ChoiceField(
        label="Is the device kept for investigation?",
        help_text="Keep it, marked and apart, until the authority or the maker asks for it.",
        choices=list(rules.ANSWERS.items()),
        widget=forms.RadioSelect,
    )
    maker_told = forms.ChoiceField(
        label="Does the maker know?", choices=list(rules.ANSWERS.items()), widget=forms.RadioSelect
    )

    @property
    def said(self) -> Said:
        """What was filled in, without the authority."""
        return cast(Said, {name: value for name, value in self.cleaned_data.items() if name != "authority"})


class SentForm(forms.Form):
    """It was sent."""

    reference = forms.CharField(
        label="The authority's number, if there is one yet", required=False, max_length=80
    )


class AcknowledgedForm(forms.Form):
    """The authority answered."""

    reference = forms.CharField(label="The authority's number", max_length=80)
