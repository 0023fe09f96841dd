"""What is asked when a time is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.rules.appointments import moment

if TYPE_CHECKING:
    from needlework.clinic.models import Course, Room, Staff

KINDS = [("consultation", "Consultation"), ("treatment", "Treatment"), ("review", "Review")]
LENGTHS = (10, 15, 20, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes"
    whole = f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{whole} {rest} minutes" if rest else whole


class TimeForm(forms.Form):
    """When, with whom, where. Times are times at the site of the room."""

    on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
    )
    minutes = forms.TypedChoiceField(
        label="Length", coerce=int, choices=[(n, _length(n)) for n in LENGTHS], initial=30
    )
    practitioner = forms.ChoiceField(label="With")
    room = forms.ChoiceField(label="Room")

    def __init__(
        self, *args: Any, practitioners: Sequence[Staff], rooms: Sequence[Room], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._practitioners = {str(one.public_id): one for one in practitioners}
        self._rooms = {str(one.public_id): one for one in rooms}
        several = len({one.site_id for one in rooms}) > 1
        self.fields["practitioner"] = forms.ChoiceField(
            label="With", choices=[(code, one.name) for code, one in self._practitioners.items()]
        )
        self.fields["room"] = forms.ChoiceField(
            label="Room",
            choices=[(code, str(one) if several else one.name) for code, one in self._rooms.items()],
        )

    def clean_practitioner(self) -> Staff:
        """The person behind the choice."""
        return self._practitioners[self.cleaned_data["practitioner"]]

    def clean_room(self) -> Room:
        """The room behind the choice."""
        return self._rooms[self.cleaned_data["room"]]

    def time(self) -> tuple[datetime, datetime]:
        """Start and end as moments. Raises NoSuchTime."""
        zone = self.cleaned_data["room"].site.time_zone
        starts_at = moment(self.cleaned_data["on"], self.cleaned_data["starts"], zone)
        return starts_at, starts_at + timedelta(minutes=self.cleaned_data["minutes"])


class BookingForm(TimeForm):
    """A new appointment."""

    kind = forms.ChoiceField(label="For", choices=KINDS, widget=forms.RadioSelect, initial="consultation")
    course = forms.ChoiceField(label="Course", required=False)
    note = forms.CharField(
        label="Note for the diary",
        required=False,
        max_length=500,
        help_text="Everybody who sees the diary can read it: nothing clinical here.",
    )
    field_order = ("kind", "on", "starts", "minutes", "practitioner", "room", "course", "note")

    def __init__(self, *args: Any, courses: Sequence[Course], **options: Any) -> None:
        super().__init__(*args, **options)
        self._courses = {str(one.public_id): one for one in courses}
        if courses:
            self.fields["course"] = forms.ChoiceField(
                label="Course",
                required=False,
                choices=[("", "None"), *((code, one.title) for code, one in self._courses.items())],
            )
        else:
            del self.fields["course"]
        self.order_fields(self.field_order)

    def clean_course(self) -> Course | None:
        """The course behind the choice."""
        return self._courses.get(self.cleaned_data["course"])


class CancelForm(forms.Form):
    """A reason."""

    because = forms.CharField(max_length=500, label="Why is it cancelled?")
