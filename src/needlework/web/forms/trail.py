"""What of the trail is wanted."""

from __future__ import annotations

from typing import Any

from django import forms

from needlework.clinic.queries import trail as queries


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TrailForm(forms.Form):
    """Everything may be left empty."""

    person = forms.CharField(label="Part of a name", max_length=100, required=False)
    patient = forms.CharField(label="Patient number", max_length=40, required=False)
    event = forms.ChoiceField(label="What", required=False)
    since = _day("From")
    until = _day("To")
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        assert isinstance(field, forms.ChoiceField)
        names = sorted((event.replace("-", " ").capitalize(), event) for event in queries.events())
        field.choices = [("", "Everything"), *((event, name) for name, event in names)]

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        given = super().clean() or {}
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "The last day lies before the first. Change one of them.")
        return given
