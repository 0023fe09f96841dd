"""What a course and its plan must hold to."""

from __future__ import annotations

from needlework.clinic.errors import CourseClosed
from needlework.clinic.models import Course

from .wording import day, local_day


def check_open(course: Course) -> None:
    """Raises CourseClosed."""
    if course.closed_at is not None:
        raise CourseClosed(closed_on=day(local_day(course.closed_at, course.clinic.time_zone)))
