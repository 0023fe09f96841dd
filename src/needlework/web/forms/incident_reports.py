"""What the person who reports an incident to an authority adds."""

from __future__ import annotations

from typing import cast

from django import forms

from needlework.clinic.rules import incident_reports as rules
from needlework.clinic.rules.incident_reports import Said
from needlework.web.forms.dates import DateBoxes


def _codes(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=100)


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
    tests = forms.CharField(
        label="Tests and their results, with dates",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    history = forms.CharField(
        label="What else is known of the patient and bears on it",
        help_text="Earlier conditions, medicines, allergies, skin type.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    device_kept = forms.ChoiceField(
        label="Is the device kept for investigation?",
        help_text="Keep it, marked and apart, until the authority or the maker asks for it.",
        choices=list(rules.ANSWERS.items()),
        widget=forms.RadioSelect,
    )
    device_where = forms.CharField(
        label="Where the device is now",
        help_text="As in: in the locked drawer of room 2, or in the sharps container.",
        required=False,
        max_length=200,
    )
    returned_on = DateBoxes(label="Returned to its maker on", required=False)
    maker_told = forms.ChoiceField(
        label="Does the maker know?", choices=list(rules.ANSWERS.items()), widget=forms.RadioSelect
    )
    maker_told_on = DateBoxes(label="The maker was told on", required=False)
    maker_address = forms.CharField(
        label="Address of the maker",
        help_text="At least city and state or country, as it is printed on the packet.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )
    device_codes = _codes("Device problem", "IMDRF annex A, as in A0401; or the FDA's number.")
    component_codes = _codes("Component", "IMDRF annex G.")
    clinical_codes = _codes("Clinical signs", "IMDRF annex E, as in E1005; or the FDA's number.")
    impact_codes = _codes("Impact on health", "IMDRF annex F.")
    product_code = forms.CharField(
        label="Product code", help_text="The FDA's three letters.", required=False, max_length=3
    )
    facility_number = forms.CharField(
        label="Number of the user facility",
        help_text="Ten digits or letters; ten zeros until the FDA has given one.",
        required=False,
        max_length=10,
    )
    told_directly = forms.ChoiceField(
        label="Did you also write to the FDA yourself?",
        choices=list(rules.ANSWERS.items()),
        initial="not-known",
        required=False,
        widget=forms.RadioSelect,
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
    without = forms.BooleanField(label="What is missing is not known here", required=False)


class AcknowledgedForm(forms.Form):
    """The authority answered."""

    reference = forms.CharField(label="The authority's number", max_length=80)
