"""What goes with the photograph of a dye roll."""

from __future__ import annotations

from typing import Any

from django import forms

from needlework.clinic.rules.hands import rollers
from needlework.skin import hands


def _devices() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in rollers()]


def _pixels(label: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        min_value=0,
        max_value=100_000,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class RollForm(forms.Form):
    """The roller, and two points whose distance is known. The photograph itself is read by the view."""

    device = forms.ChoiceField(label="Roller", choices=_devices)
    photo = forms.FileField(
        label="Photograph of the sheet",
        help_text="From straight above, in even light, with a ruler beside the dots.",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    mm = forms.FloatField(
        label="Distance between the two points",
        min_value=5,
        max_value=500,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    x1, y1 = _pixels("First point, from the left"), _pixels("First point, from the top")
    x2, y2 = _pixels("Second point, from the left"), _pixels("Second point, from the top")
    pitch_mm = forms.FloatField(
        label="Distance at which the strokes were meant to lie",
        help_text="Leave empty for strokes edge to edge.",
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both points, whole."""
        found = super().clean() or {}
        if not self.errors and any(found.get(name) is None for name in ("x1", "y1", "x2", "y2")):
            raise forms.ValidationError("Mark two points in the picture whose distance you know.")
        return found

    @property
    def scale(self) -> hands.TwoPoints:
        """The two points as a mark of the scale."""
        said = self.cleaned_data
        return hands.TwoPoints((said["x1"], said["y1"]), (said["x2"], said["y2"]), said["mm"])
