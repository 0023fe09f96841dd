"""The form of a review."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from needlework.clinic.rules import reviews as rules
from needlework.skin import scales


class ReviewForm(forms.Form):
    """Which review, the scores again, what the patient says, and what follows.

    `scored` are the (scale, area) pairs of the baseline; each becomes one number field.
    """

    stage = forms.ChoiceField(label="Which review", widget=forms.RadioSelect)
    patient_rating = forms.ChoiceField(
        label="The patient says it is", choices=rules.RATINGS, widget=forms.RadioSelect
    )
    conclusion = forms.ChoiceField(label="What follows", choices=rules.CONCLUSIONS, widget=forms.RadioSelect)
    note = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, stages: list[tuple[str, str]], scored: list[tuple[str, str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]
        self.scored = scored
        for scale, area, label in scored:
            row = scales.get(scale)
            self.fields[score_name(scale, area)] = forms.DecimalField(
                label=label,
                required=False,
                decimal_places=2,
                help_text=f"{row.score_min_points:g} to {row.score_max_points:g}. {'; '.join(row.anchors)}",
                widget=forms.NumberInput(
                    attrs={
                        "min": f"{row.score_min_points:g}",
                        "max": f"{row.score_max_points:g}",
                        "step": f"{row.step_points:g}",
                    }
                ),
                error_messages={"invalid": "Give a number."},
            )

    def score_fields(self) -> list[forms.BoundField]:
        """The number fields, in the order of the baseline."""
        return [self[score_name(scale, area)] for scale, area, _ in self.scored]

    def scores(self) -> list[tuple[str, str, Decimal]]:
        """What was scored; what was left empty is left out."""
        return [
            (scale, area, value)
            for scale, area, _ in self.scored
            if (value := self.cleaned_data.get(score_name(scale, area))) is not None
        ]


def score_name(scale: str, area: str) -> str:
    """The name of the field for one scale in one area."""
    return f"score_{scale}_{area}" if area else f"score_{scale}"
