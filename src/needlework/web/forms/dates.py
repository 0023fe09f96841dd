"""Dates as people write them: three boxes, so that a phone shows digits and nobody scrolls to 1956."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

MONTHS = tuple(date(2000, month, 1).strftime("%B") for month in range(1, 13))


class ThreeBoxes(forms.MultiWidget):
    """Day, month, year."""

    template_name = "forms/three_boxes.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, autocomplete: str = "") -> None:
        digits = {"inputmode": "numeric", "class": "short"}
        lengths = {"day": 2, "month": 9, "year": 4}  # "September" is read too
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(
                attrs={
                    **digits,
                    "maxlength": length,
                    "aria-label": name.capitalize(),
                    "placeholder": name.capitalize(),
                    "autocomplete": f"{autocomplete}-{name}" if autocomplete else "off",
                }
            )
            for name, length in lengths.items()
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: date | str | None) -> list[Any]:
        """A date in its three boxes."""
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = None
        return [value.day, value.month, value.year] if value else ["", "", ""]


class DateBoxes(forms.MultiValueField):
    """A date typed as day, month, year. Month names are read too."""

    widget = ThreeBoxes

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", ThreeBoxes())
        parts = tuple(forms.CharField(required=False) for _ in range(3))
        super().__init__(fields=parts, require_all_fields=False, **options)

    def clean(self, value: Any) -> date | None:
        """The date. Says what is wrong with what was typed."""
        typed = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not any(typed):
            if self.required:
                raise forms.ValidationError("Give day, month and year.")
            return None
        day, month, year = typed
        named = [
            n
            for n, name in enumerate(MONTHS, 1)
            if len(month) >= 3 and name.lower().startswith(month.lower())
        ]
        if not (day.isdecimal() and (month.isdecimal() or named) and year.isdecimal()):
            raise forms.ValidationError("Give day, month and year in digits, for example 12 4 1988.")
        if len(year) != 4:
            raise forms.ValidationError("Give the year with four digits, for example 1988.")
        try:
            return date(int(year), named[0] if named else int(month), int(day))
        except (ValueError, OverflowError):
            raise forms.ValidationError(f"There is no such day as {day[:9]} {month[:9]} {year}.") from None
