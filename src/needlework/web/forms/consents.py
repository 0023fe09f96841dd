"""Reading and signing: the statements, the name, the signature; and the words of a new text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from needlework.clinic.models import ConsentText


class SignForm(forms.Form):
    """Stage 1: every statement ticked, and a name."""

    signature = forms.CharField(
        required=False, max_length=60_000, widget=forms.HiddenInput, label="Signature"
    )
    signed_by = forms.CharField(required=False, max_length=200, label="Your full name")

    def __init__(self, *args: Any, text: ConsentText, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["understood"] = forms.MultipleChoiceField(
            choices=[(code, sentence) for code, sentence in text.statements],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            label="Tick what you agree with",
        )


class ConfirmForm(forms.Form):
    """Stage 2: on the day, once more."""

    signature = forms.CharField(
        required=False, max_length=60_000, widget=forms.HiddenInput, label="Signature"
    )
    signed_by = forms.CharField(required=False, max_length=200, label="Your full name")


class WithdrawForm(forms.Form):
    """Taking it back; a reason is never asked for, one may be given."""

    because = forms.CharField(
        required=False, max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 2})
    )


class TextForm(forms.Form):
    """A new version of the consent text."""

    version = forms.CharField(max_length=40, label="Version", help_text="For example 2026-2.")
    title = forms.CharField(max_length=200, label="Title")
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 24}),
        max_length=100_000,
        help_text="Paragraphs are divided by an empty line. A line that begins with ## is a heading.",
    )
    statements = forms.CharField(
        label="Statements to tick",
        widget=forms.Textarea(attrs={"rows": 9}),
        max_length=10_000,
        help_text="One on each line: a short code, a colon, the sentence.",
    )

    def clean_statements(self) -> list[tuple[str, str]]:
        """Pairs of code and sentence."""
        pairs = []
        for line in str(self.cleaned_data["statements"]).splitlines():
            if not line.strip():
                continue
            code, colon, sentence = line.partition(":")
            if not colon or not code.strip() or not sentence.strip():
                raise forms.ValidationError(f"“{line[:60]}” is not a code, a colon and a sentence.")
            pairs.append((code.strip(), sentence.strip()))
        return pairs
