"""What was done to one area: passes by direction with what rolls or glides, presses with a stamp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.lesions import KINDS
from needlework.skin import delivery, packs
from needlework.skin.delivery import Strokes
from needlework.web.lesion_map import place

from .treatments import FactForm

if TYPE_CHECKING:
    from uuid import UUID

    from needlework.clinic.models import DeviceUse, Lesion

#: direction [°], and how it is said in the room
DIRECTIONS = {0: "Along", 90: "Across", 45: "One diagonal", 135: "Other diagonal"}


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: with a stamp, `total` is the presses on the lesion that was pressed most."""

    stamps: bool
    total: int
    strokes: Strokes
    pressed: list[tuple[Lesion, int]]

    @property
    def spots(self) -> list[tuple[float, float, int]]:
        """Where the stamp was pressed, and how often."""
        return [(float(lesion.x), float(lesion.y), count) for lesion, count in self.pressed]


def counter(most: int) -> forms.NumberInput:
    """A number that is tapped up and down."""
    return forms.NumberInput(attrs={"min": 0, "max": most, "inputmode": "numeric"})


class AreaForm(FactForm):
    """What was done to one area. Which counters there are follows from the packets that are open."""

    area = forms.ChoiceField(label="Area")
    indication = forms.ChoiceField(label="What is treated")
    needle_mm = forms.DecimalField(
        label="Needle length",
        max_digits=4,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.05", "min": "0"}),
    )
    endpoint = forms.ChoiceField(
        label="Endpoint reached", choices=list(rules.ENDPOINTS.items()), widget=forms.RadioSelect
    )
    device_use = forms.ChoiceField(label="Packet", required=False)
    note = forms.CharField(label="Note", required=False, max_length=500)

    def __init__(
        self, *args: Any, uses: Sequence[DeviceUse], lesions: Sequence[Lesion] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        pack = packs.shipped()
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (row.code, row.name) for row in pack.areas.values() if not row.inside_orbital_rim
        ]
        self.fields["indication"].choices = [(row.code, row.name) for row in pack.indications.values()]  # type: ignore[attr-defined]
        named = [(str(use.public_id), use.unit.label) for use in uses]
        self.fields["device_use"].choices = named  # type: ignore[attr-defined]
        if len(uses) == 1:
            self.fields["device_use"].widget = forms.HiddenInput()
            self.fields["device_use"].initial = str(uses[0].public_id)
        self.several = len(uses) > 1
        self.uses = {str(use.public_id): use for use in uses}
        self.lesions = {lesion.public_id: lesion for lesion in lesions}
        kinds = {use.unit.model.kind for use in uses} or {"roller"}
        self.rolls, self.presses = kinds != {"stamp"}, "stamp" in kinds
        if self.rolls:
            for direction, label in DIRECTIONS.items():
                self.fields[f"passes_{direction}"] = forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=60, widget=counter(60)
                )
        if self.presses:
            self.fields["passes"] = forms.IntegerField(
                label="Presses on the same place",
                required=False,
                min_value=0,
                max_value=200,
                widget=counter(200),
            )
            for number, lesion in enumerate(lesions, start=1):
                self.fields[self._name(lesion.public_id)] = forms.IntegerField(
                    label=f"{number}. {KINDS[lesion.kind]}, {place(lesion.x, lesion.y)}",
                    required=False,
                    min_value=0,
                    max_value=200,
                    widget=counter(200),
                )

    @staticmethod
    def _name(lesion: UUID) -> str:
        return f"presses_{lesion}"

    def by_direction(self) -> list[forms.BoundField]:
        """The counters of the directions, in the order of the usual star."""
        return [self[f"passes_{direction}"] for direction in DIRECTIONS] if self.rolls else []

    def by_lesion(self) -> list[forms.BoundField]:
        """The counters of the lesions."""
        return [self[self._name(lesion)] for lesion in self.lesions] if self.presses else []

    def counts(self, said: Mapping[str, Any]) -> Counts:
        """What the counters say, of a form that was sent or of one that was filled in beforehand."""
        use = self.uses.get(str(said.get("device_use") or ""))
        stamps = self.presses if use is None else use.unit.model.kind == "stamp"
        if not stamps:
            shares = ((direction, _number(said.get(f"passes_{direction}"))) for direction in DIRECTIONS)
            strokes = tuple((direction, count) for direction, count in shares if count)
            return Counts(False, sum(count for _direction, count in strokes), strokes, [])
        each = ((lesion, _number(said.get(self._name(key)))) for key, lesion in self.lesions.items())
        pressed = [(lesion, count) for lesion, count in each if count]
        most = max((count for _lesion, count in pressed), default=_number(said.get("passes")))
        return Counts(True, most, (), pressed)

    def clean(self) -> dict[str, Any]:
        """At least one pass, or one press."""
        cleaned = super().clean() or {}
        counts = self.counts(cleaned)
        if not self.errors and not counts.total:
            if counts.stamps:
                self.add_error("passes", "Say how often the stamp was pressed.")
            else:
                self.add_error("passes_0", "Say how many passes there were, in at least one direction.")
        return cleaned


def _number(said: object) -> int:
    """A count as it was typed; what is none counts as nothing."""
    text = str(said or "")
    return int(text) if text.isdecimal() else 0


def planned_counts(passes: int) -> dict[str, int]:
    """The counters of a plan: its passes spread over the usual directions, and as presses."""
    spread = {f"passes_{direction}": count for direction, count in delivery.evenly(passes)}
    return {f"passes_{direction}": 0 for direction in DIRECTIONS} | spread | {"passes": passes}
