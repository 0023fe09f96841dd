"""The demonstration clinic as its stories see it: who works there, where, and what day it is."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from needlework.clinic.models import Clinic, Room, Site, Staff
from needlework.clinic.queries.staff import actor
from needlework.clinic.who import Actor


@dataclass
class House:
    """The clinic in which the lives are lived: its people by key, its sites, rooms, and a seeded chance."""

    clinic: Clinic
    staff: dict[str, Staff]
    sites: list[Site]
    rooms: list[Room]
    chance: random.Random
    today: date

    def when(self, days: int, clock: str = "10:00") -> datetime:
        """A moment so many days from today (earlier days are negative), by the clinic's clock."""
        hours, minutes = clock.split(":")
        on = self.today + timedelta(days=days)
        zone = ZoneInfo(self.clinic.time_zone)
        return datetime(on.year, on.month, on.day, int(hours), int(minutes), tzinfo=zone)

    def as_(self, key: str) -> Actor:
        """A member of staff as one who acts."""
        return actor(self.staff[key])
