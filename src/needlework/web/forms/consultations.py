"""A consultation: what is said and seen, and area by area what is to be treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.queries import consultations as queries
from needlework.clinic.queries import screenings as screening_queries

from .screenings import Asked, answers_of, main_field

if TYPE_CHECKING:
    from django.forms import BoundField

    from needlework.clinic.models import Patient
    from needlework.skin.packs.rows import Area, Scale

PURPOSES = [("medical", "Medical: a scar or a condition"), ("cosmetic", "Cosmetic: how the skin looks")]
DISTRESS = [
    ("none", "In proportion"),
    ("some", "Some concern: talk it over, go slowly"),
    ("refer", "Out of proportion: refer before treating"),
]


@dataclass(frozen=True, slots=True)
class AreaPart:
    """One chosen area on the page."""

    area: Area
    concerns: BoundField
    note: BoundField


@dataclass(frozen=True, slots=True)
class ScalePart:
    """One scale that can be scored, with the meaning of its scores."""

    scale: Scale
    field: BoundField


class ConsultationForm(forms.Form):
    """The fields for areas and scales follow what is chosen."""

    purpose = forms.ChoiceField(choices=PURPOSES, widget=forms.RadioSelect, label="Purpose")
    motive = forms.CharField(
        label="Why does the patient want this?",
        help_text="In the patient’s own words.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    expectation = forms.CharField(
        label="What does the patient expect?", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    distress = forms.ChoiceField(
        choices=DISTRESS, widget=forms.RadioSelect, label="How much does it weigh on the patient?"
    )
    skin_type = forms.TypedChoiceField(
        choices=[(str(number), f"{number} · {words}") for number, words in queries.SKIN_TYPES],
        coerce=int,
        widget=forms.RadioSelect,
        label="Skin type (Fitzpatrick)",
    )
    notes = forms.CharField(
        label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20000
    )

    def __init__(self, *args: Any, patient: Patient, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer = queries.offer(patient)
        self._areas = {area.code: area for area in self.offer.areas}
        self.fields["areas"] = forms.MultipleChoiceField(
            choices=[(area.code, area.name) for area in self.offer.areas if not area.inside_orbital_rim],
            label="Areas",
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one area."},
        )
        self.chosen = [code for code in self._areas if code in self._values("areas")]
        for code in self.chosen:
            region = self._areas[code].region
            self.fields[f"concern-{code}"] = forms.MultipleChoiceField(
                choices=[(row.code, row.name) for row in self.offer.indications if region in row.regions],
                label=self._areas[code].name,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": "Choose what is to be treated here, or take the area off."},
            )
            self.fields[f"note-{code}"] = forms.CharField(required=False, max_length=2000, label="Note")
        self.scales = self._scales()
        for scale in self.scales:
            self.fields[f"score-{scale.code}"] = forms.DecimalField(
                required=False,
                min_value=Decimal(str(scale.score_min_points)),
                max_value=Decimal(str(scale.score_max_points)),
                label=scale.name,
                help_text=f"{scale.score_min_points:g} to {scale.score_max_points:g}, {scale.direction}. "
                + "; ".join(scale.anchors),
                widget=forms.NumberInput(attrs={"step": f"{scale.step_points:g}", "inputmode": "decimal"}),
            )
        self.examined = screening_queries.all_questions(patient, examined=True)
        for question in self.examined:
            self.fields[question.code] = main_field(question, for_patient=False)
            self.fields[question.code].required = True
            if "areas" in question.wants:
                choices = [(code, self._areas[code].name) for code in self.chosen]
                self.fields[f"{question.code}-areas"] = forms.MultipleChoiceField(
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    label="If yes, where?",
                    help_text="Nothing chosen means everywhere.",
                )

    def _values(self, name: str) -> list[str]:
        if self.is_bound:
            held: Any = self.data
            return list(held.getlist(name)) if hasattr(held, "getlist") else list(held.get(name, []))
        value = self.initial.get(name, [])
        return [value] if isinstance(value, str) else list(value)

    def _scales(self) -> list[Scale]:
        wanted = {code for area in self.chosen for code in self._values(f"concern-{area}")}
        return [scale for scale in self.offer.scales if wanted & set(scale.indications)]

    def map(self) -> list[dict[str, object]]:
        """The areas as the map and the list beside it show them."""
        return [
            {
                "code": area.code,
                "label": area.name,
                "checked": area.code in self.chosen,
                "forbidden": area.inside_orbital_rim,
                "why": "never needled" if area.inside_orbital_rim else "",
            }
            for area in self.offer.areas
        ]

    def area_parts(self) -> list[AreaPart]:
        """The chosen areas."""
        return [
            AreaPart(self._areas[code], self[f"concern-{code}"], self[f"note-{code}"]) for code in self.chosen
        ]

    def scale_parts(self) -> list[ScalePart]:
        """The scales that fit what is to be treated."""
        return [ScalePart(scale, self[f"score-{scale.code}"]) for scale in self.scales]

    def examined_parts(self) -> list[Asked]:
        """The practitioner's own questions."""
        return [
            Asked(
                question,
                self[question.code],
                (self[f"{question.code}-areas"],) if f"{question.code}-areas" in self.fields else (),
                "",
            )
            for question in self.examined
        ]

    def examination(self) -> dict[str, dict[str, Any]]:
        """In the shape of answers."""
        return answers_of(self.examined, self.cleaned_data)

    def concerns(self) -> list[tuple[str, str, str]]:
        """Indication, area, note."""
        return [
            (indication, area, self.cleaned_data.get(f"note-{area}", ""))
            for area in self.chosen
            for indication in self.cleaned_data.get(f"concern-{area}", [])
        ]

    def scores(self) -> list[tuple[str, str, Decimal]]:
        """Scale, area, value; only those that were scored."""
        said = [(scale.code, self.cleaned_data.get(f"score-{scale.code}")) for scale in self.scales]
        return [(code, "", value) for code, value in said if value is not None]


class BaselineForm(forms.Form):
    """Photographs before the first treatment, one for each view."""

    def __init__(self, *args: Any, views: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in views:
            self.fields[f"view-{code}"] = forms.FileField(
                required=False,
                label=name,
                widget=forms.FileInput(attrs={"accept": "image/*"}),
                allow_empty_file=True,
            )

    def clean(self) -> dict[str, Any]:
        """At least one."""
        cleaned = super().clean() or {}
        if not any(cleaned.values()) and not self.errors:
            raise forms.ValidationError("Choose at least one photograph.")
        return cleaned
