"""The forms of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules import incidents as rules
from needlework.skin import packs

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceUse, Treatment

SEVERITIES = [
    ("low", "Low: a nuisance"),
    ("moderate", "Moderate: needs treatment or watching"),
    ("high", "High: lasting harm, or hospital"),
]


class ReportForm(forms.Form):
    """What happened to a patient."""

    code = forms.ChoiceField(label="What happened", choices=[("", "Choose"), *rules.COMPLICATIONS.items()])
    treatment = forms.ChoiceField(label="After which treatment", required=False)
    area = forms.ChoiceField(label="Where", required=False)
    severity = forms.ChoiceField(label="How grave", choices=SEVERITIES, widget=forms.RadioSelect)
    happened_at = forms.DateTimeField(
        label="Since when",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    what = forms.CharField(label="In words", widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)

    def __init__(self, *args: Any, treatments: Sequence[Treatment], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [
            (str(row.public_id), f"{row.course.title}, treatment {row.number}, {row.opened_at:%d %b %Y}")
            for row in treatments
        ]
        self.fields["treatment"].choices = [("", "None of them, or not known"), *named]  # type: ignore[attr-defined]
        places = [(row.code, row.name) for row in packs.shipped().areas.values()]
        self.fields["area"].choices = [("", "No single area"), *places]  # type: ignore[attr-defined]


class SharpsForm(forms.Form):
    """A needle injury to staff."""

    code = forms.ChoiceField(
        label="What happened", choices=list(rules.SHARPS.items()), widget=forms.RadioSelect
    )
    severity = forms.ChoiceField(
        label="How grave", choices=SEVERITIES, widget=forms.RadioSelect, initial="moderate"
    )
    happened_at = forms.DateTimeField(
        label="When",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    packet = forms.ChoiceField(label="With which packet", required=False)
    what = forms.CharField(
        label="Who was hurt, with what, and what was done at once",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )

    def __init__(self, *args: Any, uses: Sequence[DeviceUse] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(use.public_id), use.unit.label) for use in uses]
        self.fields["packet"].choices = [("", "None of these, or not known"), *named]  # type: ignore[attr-defined]
        if len(named) == 1:
            self.fields["packet"].initial = named[0][0]


class CloseForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(
        label="How it ended",
        choices=rules.OUTCOMES,
        widget=forms.RadioSelect,
    )
    done = forms.CharField(label="What was done", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
