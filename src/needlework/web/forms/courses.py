"""A plan: one row for each area, and what holds for the whole course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from needlework.clinic.queries.courses import AnaestheticChoice, Draught
from needlework.clinic.rules.courses import PlannedArea

if TYPE_CHECKING:
    from django.forms import BoundField

    from needlework.clinic.models import DeviceModel
    from needlework.skin.packs.rows import Topical


@dataclass(frozen=True, slots=True)
class RowPart:
    """One row on the page: its fields, the protocol's ranges, and what the bounds said."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "device",
        "needle_mm",
        "passes",
        "endpoint",
        "target_per_cm2",
        "beside",
        "leave_out",
    )

    number: int
    area: str
    title: str
    needle_range: str
    passes_range: str
    note: str
    thin_evidence: bool
    device: BoundField
    needle_mm: BoundField
    passes: BoundField
    endpoint: BoundField
    target_per_cm2: BoundField
    beside: BoundField
    leave_out: BoundField


class PlanForm(forms.Form):
    """Prefilled from the protocol (or the current version), every figure editable."""

    treatments_planned = forms.IntegerField(label="Number of treatments", min_value=1, max_value=20)
    interval_days = forms.IntegerField(label="Time between treatments", min_value=1, max_value=365)
    note = forms.CharField(
        label="Reason",
        help_text="Needed where the plan leaves the usual range.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )

    def __init__(
        self,
        *args: Any,
        draught: Draught,
        devices: Sequence[DeviceModel],
        anaesthetics: Sequence[AnaestheticChoice],
        topicals: Sequence[Topical],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.draught = draught
        self.barred = [choice for choice in anaesthetics if choice.reason]
        offered = [(choice.product.code, choice.product.name) for choice in anaesthetics if not choice.reason]
        self.fields["anaesthetic"] = forms.ChoiceField(
            choices=[("", "None"), *offered], required=False, widget=forms.RadioSelect, label="Numbing cream"
        )
        self.fields["combined_with"] = forms.MultipleChoiceField(
            choices=[
                (row.code, f"{row.name} (prescriber only)" if row.under_needles == "prescriber" else row.name)
                for row in topicals
            ],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            label="What goes with it",
        )
        choices = [("", "Choose a device"), *((device.code, device.name) for device in devices)]
        for number in range(len(draught.rows)):
            name = f"row-{number}"
            self.fields[f"{name}-device"] = forms.ChoiceField(choices=choices, label="Device")
            self.fields[f"{name}-needle_mm"] = forms.DecimalField(
                label="Needle length",
                min_value=Decimal("0.05"),
                max_value=Decimal(5),
                decimal_places=2,
                widget=forms.NumberInput(attrs={"step": "0.05", "inputmode": "decimal"}),
            )
            self.fields[f"{name}-passes"] = forms.IntegerField(label="Passes", min_value=1, max_value=60)
            self.fields[f"{name}-endpoint"] = forms.CharField(label="Stop at", max_length=60)
            self.fields[f"{name}-target_per_cm2"] = forms.IntegerField(
                label="Target density",
                required=False,
                help_text="Only if the clinic has one of its own: no trial knows a best one.",
                widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
            )
            self.fields[f"{name}-beside"] = forms.ChoiceField(
                choices=[("", "No other device"), *choices[1:]],
                label="Draw beside it",
                required=False,
                help_text="To compare two devices. It is not kept with the plan.",
            )
            self.fields[f"{name}-leave_out"] = forms.BooleanField(label="Leave this area out", required=False)
            row = draught.rows[number].row
            for part in ("device", "needle_mm", "passes", "endpoint", "target_per_cm2"):
                self.initial.setdefault(f"{name}-{part}", getattr(row, part))
        self.initial.setdefault("treatments_planned", draught.treatments_planned)
        self.initial.setdefault("interval_days", draught.interval_days)
        self.initial.setdefault("combined_with", list(draught.combined_with))

    def clean(self) -> dict[str, Any]:
        """A row that is left out need not be filled in."""
        cleaned = super().clean() or {}
        for number in range(len(self.draught.rows)):
            if cleaned.get(f"row-{number}-leave_out"):
                for part in ("device", "needle_mm", "passes", "endpoint", "target_per_cm2", "beside"):
                    self.errors.pop(f"row-{number}-{part}", None)
        return cleaned

    def numbered(self) -> list[tuple[int, PlannedArea]]:
        """The rows which can be read, with their place on the page; those left out are missing."""
        rows: list[tuple[int, PlannedArea]] = []
        for number, proposed in enumerate(self.draught.rows):
            said = {
                part: self.cleaned_data.get(f"row-{number}-{part}")
                for part in ("device", "needle_mm", "passes", "endpoint", "leave_out")
            }
            leave_out = said.pop("leave_out")
            if not leave_out and all(value not in (None, "") for value in said.values()):
                target = self.cleaned_data.get(f"row-{number}-target_per_cm2")
                facts: dict[str, Any] = {**said, "target_per_cm2": target}
                rows.append((number, PlannedArea(proposed.row.area, proposed.row.indication, **facts)))
        return rows

    def beside(self, number: int) -> str:
        """The code of the device that is to be drawn beside a row's own; empty for none."""
        name = f"row-{number}-beside"
        return str((self.cleaned_data if self.is_bound else self.initial).get(name) or "")

    def row_parts(self) -> list[RowPart]:
        """The rows as the page shows them."""
        return [
            RowPart(
                number=number,
                area=proposed.row.area,
                title=f"{proposed.area}: {proposed.indication.lower()}",
                needle_range=proposed.needle_range,
                passes_range=proposed.passes_range,
                note=proposed.note,
                thin_evidence=proposed.thin_evidence,
                **{part: self[f"row-{number}-{part}"] for part in RowPart.FIELDS},
            )
            for number, proposed in enumerate(self.draught.rows)
        ]


class CloseForm(forms.Form):
    """How the course ended."""

    outcome = forms.ChoiceField(
        choices=[
            ("completed", "Completed"),
            ("stopped-patient", "Stopped at the patient’s wish"),
            ("stopped-clinic", "Stopped by the clinic"),
        ],
        widget=forms.RadioSelect,
        label="How did it end?",
    )
    note = forms.CharField(
        label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
