"""The questions of a check-in, as a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from needlework.skin.packs.rows import CheckinQuestion

YES_NO = (("yes", "Yes"), ("no", "No"), ("unknown", "I am not sure"))


class CheckInForm(forms.Form):
    """One field for each question that is asked so long after a treatment, and room for the patient's own words."""

    words = forms.CharField(
        label="Is there anything you want to tell us?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, questions: Iterable[CheckinQuestion], for_staff: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = tuple(questions)
        fields: dict[str, forms.Field] = {}
        for question in self.questions:
            text = question.text_staff if for_staff else question.text_patient
            fields[question.code] = _field(question, text)
        self.fields = {**fields, "words": self.fields["words"]}

    def answers(self) -> dict[str, dict[str, object]]:
        """What was said, in the shape of needlework.skin.screening; what was left open is left out."""
        said: dict[str, dict[str, object]] = {}
        for question in self.questions:
            value = self.cleaned_data.get(question.code)
            if value in (None, ""):
                continue
            key = {"yes_no": "answer", "choice": "choice", "number": "value"}[question.type]
            said[question.code] = {key: value}
        return said


def _field(question: CheckinQuestion, text: str) -> forms.Field:
    if question.type == "number":
        low, high = question.number_min or 0, question.number_max or 10
        return forms.IntegerField(
            label=text,
            min_value=low,
            max_value=high,
            required=False,
            error_messages={
                "invalid": f"Give a whole number from {low} to {high}.",
                "min_value": f"The lowest is {low}.",
                "max_value": f"The highest is {high}.",
            },
        )
    choices = (
        YES_NO if question.type == "yes_no" else [(each, each.capitalize()) for each in question.choices]
    )
    return forms.ChoiceField(
        label=text,
        choices=choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the answers."},
    )


class SeenForm(forms.Form):
    """What was done about a check-in."""

    note = forms.CharField(label="What was done", required=False, widget=forms.Textarea(attrs={"rows": 2}))
