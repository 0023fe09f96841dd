"""What a medical lead writes under the protocol pack."""

from __future__ import annotations

from typing import Any

from django import forms

from needlework.skin import packs
from needlework.skin.packs.rows import Rule

WHO = {"none": "Nobody", "prescriber": "A prescriber", "medical-lead": "The medical lead"}
VERDICT = {"care": "Take care", "wait": "Wait", "refuse": "Refuse"}


class BecauseForm(forms.Form):
    """A reason."""

    because = forms.CharField(
        label="Why?", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


class TightenForm(BecauseForm):
    """What is to be stricter about a rule. Offers nothing that would be looser."""

    verdict = forms.ChoiceField(label="It says", required=False)
    override_by = forms.ChoiceField(label="Who may override it", required=False)
    days = forms.IntegerField(label="Counts for", required=False, help_text="More days than it ships with.")
    field_order = ("verdict", "override_by", "days", "because")

    def __init__(self, *args: Any, rule: Rule, **options: Any) -> None:
        super().__init__(*args, **options)
        advisory = rule.status != "shipped default"
        graver = [
            (code, VERDICT[code])
            for code in packs.VERDICTS[packs.VERDICTS.index(rule.verdict) + (0 if advisory else 1) :]
            if code != "care"
        ]
        fewer = [(code, WHO[code]) for code in packs.OVERRIDES[packs.OVERRIDES.index(rule.override_by) + 1 :]]
        shipped = "Take care" if advisory else VERDICT[rule.verdict]
        self.fields["verdict"].choices = [("", f"As shipped: {shipped.lower()}"), *graver]  # type: ignore[attr-defined]
        self.fields["override_by"].choices = [  # type: ignore[attr-defined]
            ("", f"As shipped: {WHO[rule.override_by].lower()}"),
            *fewer,
        ]
        if not graver:
            del self.fields["verdict"]
        if not fewer:
            del self.fields["override_by"]
        if rule.days is None:
            del self.fields["days"]

    def changed(self) -> dict[str, Any]:
        """The facts as `actions.packs.tighten` takes them."""
        said = self.cleaned_data
        return {
            "verdict": said.get("verdict", ""),
            "override_by": said.get("override_by", ""),
            "days": said.get("days"),
            "because": said["because"],
        }


class CeilingForm(BecauseForm):
    """The clinic's own maximum of one product."""

    product = forms.CharField(widget=forms.HiddenInput)
    max_g = forms.DecimalField(
        label="Most for one adult",
        max_digits=5,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.1", "min": "0.1"}),
    )
    field_order = ("max_g", "because", "product")

    def __init__(self, *args: Any, code: str, **options: Any) -> None:
        options.setdefault("auto_id", f"{code}-%s")
        super().__init__(*args, **options)
