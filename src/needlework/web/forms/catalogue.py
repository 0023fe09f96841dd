"""A file of public device records."""

from __future__ import annotations

from django import forms

from needlework.skin.gudid import LARGEST


class RecordsForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label="File of device records",
        help_text="CSV or JSON, as the public device registers give them out (GUDID, openFDA).",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json"}),
    )

    def clean_file(self) -> bytes:
        """Its bytes, unless there are too many."""
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST:
            raise forms.ValidationError(
                "The file is larger than 50 MB: cut it down to the devices of the clinic."
            )
        return bytes(sent.read())
