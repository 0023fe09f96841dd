"""The form of a treatment written up afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules import treatments as rules
from needlework.skin.punctures import STAR
from needlework.web.templatetags.show import area_name

if TYPE_CHECKING:
    from needlework.clinic.models import PlanArea, Site, Staff

DATE_AND_TIME = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DATE_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


class LateForm(forms.Form):
    """A treatment written up afterwards: when, who, which packet, what was done area by area."""

    practitioner = forms.ChoiceField(label="Who treated")
    site = forms.ChoiceField(label="Where")
    happened_at = forms.DateTimeField(label="Started", widget=DATE_AND_TIME, input_formats=DATE_FORMATS)
    ended_at = forms.DateTimeField(label="Ended", widget=DATE_AND_TIME, input_formats=DATE_FORMATS)
    scan = forms.CharField(
        label="Packet",
        required=False,  # a photograph of it comes as a file
        max_length=2000,
        strip=False,
        help_text="Scan it, or type its lot, serial number or clinic label.",
    )
    pain = forms.IntegerField(
        label="Pain, 0 to 10, if it was noted", required=False, min_value=0, max_value=10
    )
    redness = forms.ChoiceField(
        label="Redness, if it was noted", required=False, choices=[("", "Not noted"), *rules.REDNESS.items()]
    )
    sharps_container = forms.CharField(
        label="Sharps container, if it was noted", required=False, max_length=60
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    because = forms.CharField(label="Why it is written up late", max_length=500)

    def __init__(
        self,
        *args: Any,
        planned: Sequence[PlanArea],
        people: Sequence[Staff],
        sites: Sequence[Site],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.planned = planned
        self.fields["practitioner"].choices = [(str(row.public_id), row.name) for row in people]  # type: ignore[attr-defined]
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]
        for row in planned:
            self.fields[f"passes-{row.pk}"] = forms.IntegerField(
                label=f"{area_name(row.area)}: passes",
                required=False,
                min_value=0,
                max_value=200,
                help_text=f"Planned: {row.passes}. Left empty, it was not treated.",
            )
            self.fields[f"needle-{row.pk}"] = forms.DecimalField(
                label=f"{area_name(row.area)}: needle length",
                max_digits=4,
                decimal_places=2,
                initial=rules.mm(row.needle_mm),
                required=False,
            )
            self.fields[f"strokes-{row.pk}"] = forms.CharField(
                label=f"{area_name(row.area)}: passes by direction",
                required=False,
                max_length=40,
                help_text="If they were noted: along, across, and on the two diagonals, as in 4, 4, 4, 3.",
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Passes, needle length and passes by direction, area by area."""
        return [
            (self[f"passes-{row.pk}"], self[f"needle-{row.pk}"], self[f"strokes-{row.pk}"])
            for row in self.planned
        ]

    def clean(self) -> dict[str, Any]:
        """Passes by direction are whole numbers, and together the passes of the area."""
        cleaned = super().clean() or {}
        for row in self.planned:
            name, passes = f"strokes-{row.pk}", cleaned.get(f"passes-{row.pk}") or 0
            counts = [part.strip() for part in str(cleaned.get(name) or "").split(",") if part.strip()]
            if len(counts) > len(STAR) or not all(count.isdecimal() for count in counts):
                self.add_error(name, "Give up to four whole numbers joined by commas, as in 4, 4, 4, 3.")
                continue
            strokes = tuple(
                (int(direction), int(count))
                for direction, count in zip(STAR, counts, strict=False)
                if int(count)
            )
            if strokes and sum(count for _direction, count in strokes) != passes:
                self.add_error(name, f"Together these are not the {passes} passes of the area.")
            cleaned[name] = strokes
        return cleaned
