"""The demonstration clinic can be filled at any hour, also on a day on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from needlework.clinic import reference
from needlework.clinic.demo import story
from needlework.clinic.who import Actor, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hour", [0, 23])
def test_the_story_holds_at_any_hour_of_the_day(hour: int) -> None:
    at = datetime(2026, 3, 29, hour, 40, tzinfo=UTC)  # the day on which British clocks go forward
    reference.load_devices(by=Actor("Operator", Role.PROGRAM, 0), at=at - timedelta(days=500))
    assert story.fill(at=at).pk
