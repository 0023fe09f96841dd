"""What a manager fills in, and what everybody sets for themself."""

from __future__ import annotations

from typing import Any

from django import forms

from needlework.clinic.rules.clinics import JURISDICTIONS, time_zones
from needlework.clinic.who import STAFF_ROLES

from .dates import DateBoxes

DEVICES = [("", "Does not apply"), ("roller", "Roller"), ("stamp", "Stamp"), ("pen", "Pen")]
PROOFS = [
    ("registration", "Professional registration"),
    ("licence", "Licence to practise"),
    ("indemnity", "Indemnity insurance"),
    ("training", "Training on a type of device"),
]


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in time_zones()]


class HoursField(forms.CharField):
    """Hours, divided by commas."""

    def to_python(self, value: Any) -> Any:
        """The hours as numbers."""
        parts = [part.strip() for part in str(value or "").replace(";", ",").split(",") if part.strip()]
        if any(not part.isdecimal() or len(part) > 5 for part in parts):
            raise forms.ValidationError("Give hours divided by commas, for example 24, 72, 168.")
        return [int(part) for part in parts]

    def prepare_value(self, value: Any) -> Any:
        """The hours as text."""
        return ", ".join(str(hour) for hour in value) if isinstance(value, list) else value


class ClinicForm(forms.Form):
    """The clinic's own facts."""

    name = forms.CharField(label="Name of the clinic", max_length=200)
    phone = forms.CharField(
        label="Phone for patients", max_length=40, help_text="Shown on every page on a patient's phone."
    )
    email = forms.EmailField(label="E-mail", required=False)
    country = forms.CharField(
        label="Country",
        max_length=2,
        help_text="Two letters. A phone number without a country is read as one of it.",
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=_zones)
    jurisdiction = forms.ChoiceField(
        label="Law",
        choices=[(code, name) for code, (name, _law) in JURISDICTIONS.items()],
        help_text="Selects the rows of the protocol pack and the emergency number. Only the medical lead changes it.",
    )
    reflection_hours = forms.IntegerField(label="Reflection period after signing the consent")
    consent_valid_days = forms.IntegerField(label="A consent stays valid for")
    checkin_hours = HoursField(
        label="Check-ins", help_text="Hours after the end of a treatment, divided by commas."
    )
    auto_lock_minutes = forms.IntegerField(label="Lock a screen nobody touches after")

    def __init__(self, *args: Any, chooses_law: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not chooses_law:
            del self.fields["jurisdiction"]


class SiteForm(forms.Form):
    """One more address."""

    name = forms.CharField(label="Name", max_length=200)
    address = forms.CharField(
        label="Address", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=_zones)
    premises_licence = forms.CharField(label="Premises licence", required=False, max_length=80)


class RoomForm(forms.Form):
    """One more room."""

    name = forms.CharField(label="Name of the room", max_length=80)


class StaffForm(forms.Form):
    """A person's account."""

    name = forms.CharField(label="Name", max_length=200)
    role = forms.ChoiceField(label="Role", choices=[(role.value, role.label) for role in STAFF_ROLES])
    registration_number = forms.CharField(
        label="Registration number",
        required=False,
        max_length=80,
        help_text="As the register writes it, for example NMC 12A3456E. Who has one may prescribe.",
    )
    treats = forms.BooleanField(label="Has a column in the diary", required=False)


class NewStaffForm(StaffForm):
    """A new account."""

    email = forms.EmailField(label="E-mail address")
    field_order = ("name", "email", "role", "registration_number", "treats")


class CredentialForm(forms.Form):
    """Proof, until a date."""

    kind = forms.ChoiceField(label="What", choices=PROOFS)
    device_kind = forms.ChoiceField(label="Type of device", choices=DEVICES, required=False)
    issuer = forms.CharField(label="Issued by", max_length=200)
    number = forms.CharField(label="Number", max_length=80)
    valid_from = DateBoxes(label="Valid from")
    expires_on = DateBoxes(label="Until")


class ReasonForm(forms.Form):
    """A reason."""

    because = forms.CharField(label="Why?", max_length=500)


class PinForm(forms.Form):
    """A new PIN, proved by the password."""

    pin = forms.CharField(
        label="New PIN",
        help_text="Six digits. Not 123456.",
        max_length=6,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-no-draft": ""}
        ),
    )
    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
