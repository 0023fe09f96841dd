"""The clinic's own figures, with their denominators. Small numbers stay numbers: below five there is no per cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from needlework.clinic.models import Clinic, Course, Incident, Review, Treatment
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor

LEAST = 5  # below this a share says more about chance than about the clinic
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of the share.

    The interval is Wilson's (J Am Stat Assoc 1927;22:209-212). `low` and `high` are None below five.
    """

    what: str
    count: int
    of: int
    low: float | None
    high: float | None

    @property
    def words(self) -> str:
        """ "12 of 40 (30 %; 18 to 45 %)", or "2 of 3" where there are too few."""
        said = f"{self.count} of {self.of}"
        if self.low is None or self.high is None:
            return said
        return f"{said} ({100 * self.count / self.of:.0f} %; {100 * self.low:.0f} to {100 * self.high:.0f} %)"


@dataclass(frozen=True, slots=True)
class Results:
    """What happened in a year."""

    since: date
    treatments: int
    stopped: Share
    courses_ended: int
    completed: Share
    reviewed: Share
    ratings: list[Share]
    complications: Share
    by_kind: list[tuple[str, int]]

    @property
    def shares(self) -> list[Share]:
        """The shares of courses and treatments, in reading order."""
        return [self.completed, self.reviewed, self.stopped]

    @property
    def rule_of_three(self) -> str:
        """How high the rate may be although nothing was seen: three over the number, at 95 %.

        Hanley and Lippman-Hand, JAMA 1983;249:1743-1745.
        """
        return f"{100 * min(1.0, 3 / self.treatments):.1f} %" if self.treatments else "anything"


def share(what: str, count: int, of: int) -> Share:
    """A share with its interval.

    >>> share("x", 2, 3).words
    '2 of 3'
    >>> share("x", 12, 40).words
    '12 of 40 (30 %; 18 to 45 %)'
    """
    if of < LEAST:
        return Share(what, count, of, None, None)
    p, z2 = count / of, _Z95**2
    centre = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z95 / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return Share(what, count, of, max(0.0, centre - half), min(1.0, centre + half))


def of_clinic(by: Actor, *, on: date, days: int = 365) -> Results:
    """The figures of the last year. Voided rows are left out; everything else counts. Raises NotAllowed."""
    check_may(by, Act.SEE_RESULTS)
    clinic = Clinic.objects.get(pk=by.clinic_id)
    since = on - timedelta(days=days)
    begin = datetime.combine(since, datetime.min.time(), ZoneInfo(clinic.time_zone))
    done = Treatment.objects.filter(
        clinic_id=by.clinic_id, voided_at=None, started_at__gte=begin, opened_at__gte=begin
    ).aggregate(all=Count("pk"), stopped=Count("pk", filter=Q(stopped_at__isnull=False)))
    ended = Counter(
        Course.objects.filter(clinic_id=by.clinic_id, voided_at=None, closed_at__gte=begin).values_list(
            "outcome", flat=True
        )
    )
    reviewed = (
        Course.objects.filter(clinic_id=by.clinic_id, voided_at=None, closed_at__gte=begin)
        .filter(reviews__voided_at=None, reviews__isnull=False)
        .distinct()
        .count()
    )
    said = Counter(
        Review.objects.filter(clinic_id=by.clinic_id, voided_at=None, held_at__gte=begin).values_list(
            "patient_rating", flat=True
        )
    )
    incidents = Incident.objects.filter(
        clinic_id=by.clinic_id,
        voided_at=None,
        kind__in=[Incident.COMPLICATION, Incident.RED_FLAG],
        happened_at__gte=begin,
    )
    kinds = Counter(incidents.values_list("code", flat=True))
    touched = incidents.filter(treatment__isnull=False).values("treatment").distinct().count()
    all_ended, all_said = sum(ended.values()), sum(said.values())
    return Results(
        since=since,
        treatments=done["all"],
        stopped=share("Treatments stopped early", done["stopped"], done["all"]),
        courses_ended=all_ended,
        completed=share("Courses completed as planned", ended["completed"], all_ended),
        reviewed=share("Ended courses with at least one review", reviewed, all_ended),
        ratings=[
            share(str(label), said[code], all_said)
            for code, label in Review._meta.get_field("patient_rating").choices or ()
        ],
        complications=share("Treatments with a complication or red flag", touched, done["all"]),
        by_kind=kinds.most_common(),
    )
