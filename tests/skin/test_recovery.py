"""After a treatment: windows, redness and red flags."""

import csv
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.skin import packs, recovery
from needlework.skin.recovery import LEVELS, ClearedBetween, aftercare, redness, triage
from needlework.skin.screening import NO, YES, Answer, AnswerError
from needlework.skin.tables import UnknownCodeError
from tests.conftest import SHARED

PACK = packs.shipped()
ENDED = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Europe/London"))


def calm(hours: float, **changed: Answer) -> dict[str, Answer]:
    """A check-in with nothing unusual at that time; underscores stand for hyphens."""
    plain = {"redness": Answer(choice="none"), "pain": Answer(value=0)}
    answers = {question.code: plain.get(question.code, NO) for question in recovery.checkin_questions(hours)}
    return answers | {name.replace("_", "-"): answer for name, answer in changed.items()}


# --- windows ---


def ends(needle_mm: float, code: str) -> datetime:
    return next(
        window.ends_at for window in aftercare(ended_at=ENDED, needle_mm=needle_mm) if window.code == code
    )


def test_make_up_waits_a_day_after_short_needles_and_two_after_long_ones() -> None:
    assert ends(0.5, "make-up-short") == datetime(2026, 11, 25, 15, 0, tzinfo=ZoneInfo("Europe/London"))
    assert ends(1.5, "make-up-long") == datetime(2026, 11, 26, 15, 0, tzinfo=ZoneInfo("Europe/London"))
    assert "make-up-short" not in [window.code for window in aftercare(ended_at=ENDED, needle_mm=1.5)]


def test_windows_come_in_the_order_in_which_they_end() -> None:
    windows = aftercare(ended_at=ENDED, needle_mm=1.5)
    assert [window.ends_at for window in windows] == sorted(window.ends_at for window in windows)
    assert all(window.starts_at < window.ends_at and window.source for window in windows)


def test_a_window_keeps_its_hours_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 24, 15, 0, tzinfo=ZoneInfo("Europe/London"))  # summer time ends that night
    window = next(each for each in aftercare(ended_at=before, needle_mm=0.5) if each.code == "make-up-short")
    assert window.ends_at.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=24)
    assert (window.ends_at.hour, window.ends_at.day) == (14, 25)


def test_minoxidil_is_for_the_scalp_and_make_up_for_the_face() -> None:
    scalp = {window.code for window in aftercare(ended_at=ENDED, needle_mm=1.0, regions=["scalp"])}
    assert "minoxidil" in scalp
    assert "make-up-long" not in scalp
    both = {window.code for window in aftercare(ended_at=ENDED, needle_mm=1.0, regions=["face", "scalp"])}
    assert {"minoxidil", "make-up-long"} <= both


@pytest.mark.parametrize("needle_mm", [0, -1, 6, float("nan")])
def test_an_impossible_length_is_refused(needle_mm: float) -> None:
    with pytest.raises(ValueError, match="needle_mm"):
        aftercare(ended_at=ENDED, needle_mm=needle_mm)
    with pytest.raises(ValueError, match="needle_mm"):
        redness(needle_mm)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        aftercare(ended_at=datetime(2026, 11, 24, 15, 0), needle_mm=1.0)


# --- redness ---


@pytest.mark.parametrize(
    ("needle_mm", "median", "spread"),
    [(0.3, 12, 2.5), (0.5, 12, 2.5), (1.0, 36, 2), (1.5, 36, 2), (2.5, 60, 2), (3, 120, 1.6)],
)
def test_the_prior_of_redness_is_that_of_the_model(needle_mm: float, median: float, spread: float) -> None:
    """models.md section 5: medians 12, 36, 60 and 120 h, factors 2.5, 2, 2 and 1.6; exact."""
    expected = redness(needle_mm)
    assert expected.half_by_hours == pytest.approx(median)
    assert expected.nine_of_ten_by_hours == pytest.approx(median * spread**1.28155, rel=1e-4)
    low, high = expected.half_by_range_hours
    assert low == pytest.approx(median / 2**1.64485, rel=1e-4)
    assert high == pytest.approx(median * 2**1.64485, rel=1e-4)


def test_exact_records_are_learnt_as_the_closed_form_says() -> None:
    """mu = (mu0/v0 + sum x/s²)/(1/v0 + n/s²), the conjugate update of models.md section 5; grid within 0.1 %."""
    hours = [20.0, 30.0, 55.0, 41.0]
    learnt = redness(1.5, [ClearedBetween(each, each) for each in hours])
    v0, s2 = log(2) ** 2, log(2) ** 2
    precision = 1 / v0 + len(hours) / s2
    mu = (log(36) / v0 + sum(log(each) for each in hours) / s2) / precision
    assert learnt.half_by_hours == pytest.approx(exp(mu), rel=1e-3)
    assert learnt.half_by_range_hours[1] == pytest.approx(exp(mu + 1.64485 / sqrt(precision)), rel=1e-3)
    assert learnt.recoveries == 4


def test_narrow_intervals_teach_almost_what_exact_hours_teach() -> None:
    exact = redness(1.5, [ClearedBetween(48, 48)] * 5).half_by_hours
    narrow = redness(1.5, [ClearedBetween(47, 49)] * 5).half_by_hours
    assert narrow == pytest.approx(exact, rel=0.01)


def test_still_red_when_last_seen_lengthens_and_early_clearing_shortens() -> None:
    prior = redness(1.5).half_by_hours
    assert redness(1.5, [ClearedBetween(72, None)] * 3).half_by_hours > prior
    assert redness(1.5, [ClearedBetween(0, 12)] * 3).half_by_hours < prior


def test_records_make_the_half_surer() -> None:
    few, many = (redness(1.5, [ClearedBetween(24, 48)] * count).half_by_range_hours for count in (2, 40))
    assert many[1] / many[0] < few[1] / few[0]


@pytest.mark.parametrize("record", [ClearedBetween(-1, 3), ClearedBetween(5, 3), ClearedBetween(0, 0)])
def test_impossible_records_are_refused(record: ClearedBetween) -> None:
    with pytest.raises(ValueError, match="recoveries"):
        redness(1.5, [record])


def test_redness_is_said_in_plain_words() -> None:
    assert redness(1.5).sentence == "Half of people are clear by 36 hours, nine of ten by 4 days."


# --- red flags: research id, hours since, changed answers, level, flag ---

FLAGS: list[tuple[str, float, dict[str, Answer], str, str]] = [
    ("RF001", 24, {"redness": Answer(choice="pink")}, "self-care", "redness-expected"),
    ("RF001", 169, {"redness": Answer(choice="pink")}, "call-clinic", "pink-lasting"),
    ("RF001", 71, {"redness": Answer(choice="red")}, "self-care", "redness-red"),
    ("RF001", 73, {"redness": Answer(choice="red")}, "call-clinic", "redness-lasting"),
    ("RF002", 24, {"eye_swelling": YES}, "self-care", "eye-swelling"),
    ("RF003", 6, {"bleeding": YES}, "call-clinic", "bleeding-first"),
    ("RF003", 30, {"bleeding": YES}, "same-day", "bleeding-late"),
    ("RF004", 48, {"bruise": YES}, "self-care", "bruise"),
    ("RF005", 48, {"dry": YES}, "self-care", "dry"),
    ("RF006", 48, {"itch": YES}, "call-clinic", "contact"),
    ("RF007", 400, {"dark_marks": YES}, "call-clinic", "dark-marks"),
    ("RF008", 400, {"lines": YES}, "call-clinic", "tram-track"),
    ("RF009", 100, {"papules": YES}, "same-day", "granuloma"),
    ("RF010", 200, {"papules": YES}, "same-day", "granuloma"),
    ("RF011", 900, {"papules": YES}, "same-day", "granuloma"),
    ("RF012", 60, {"papules": YES}, "same-day", "granuloma"),
    ("RF013", 48, {"blisters": YES}, "same-day", "herpes"),
    ("RF014", 48, {"spreading": YES}, "same-day", "infection"),
    ("RF015", 24, {"numb_weak": YES}, "same-day", "nerve"),
    ("RF015", 700, {"numb_weak": YES}, "call-clinic", "nerve-late"),
    ("RF016", 24, {"device_worry": YES}, "same-day", "device"),
    ("RF017", 48, {"nodes": YES}, "call-clinic", "nodes"),
    ("RF018", 2, {"numbing_signs": YES}, "emergency", "toxicity-early"),
    ("RF019", 1, {"collapse": YES}, "emergency", "toxicity-late"),
    ("RF020", 5, {"blue_lips": YES}, "emergency", "methaemoglobin"),
    ("RF022", 5, {"eye": YES}, "emergency", "eye"),
    ("RF024", 800, {"raised_scar": YES}, "call-clinic", "raised-scar"),
    ("RF025", 800, {"raised_scar": YES}, "call-clinic", "raised-scar"),
    ("RF026", 24, {"device_worry": YES}, "same-day", "device"),
]

LEFT_OUT = {
    "RF021": "Seen under the cream in the clinic, not by the patient afterwards; the 30 minutes are in dosing.",
    "RF023": "Not read in a source; strong pain and parallel lines are flags of their own.",
    "RF027": "Not read in a source; swelling and spreading redness are flags of their own.",
    "RF028": "Not read in a source; dark marks are a flag of their own.",
}


@pytest.mark.parametrize(("research", "hours", "changed", "level", "flag"), FLAGS)
def test_a_red_flag_of_the_research_is_raised(
    research: str, hours: float, changed: dict[str, Answer], level: str, flag: str
) -> None:
    result = triage(calm(hours, **changed), hours_since=hours)
    assert result.level == level
    assert flag in [each.code for each in result.flags]
    assert research in PACK.red_flags[flag].research


def test_every_red_flag_of_the_research_is_covered_or_listed() -> None:
    table = SHARED / "domain" / "red_flags.csv"
    if not table.exists():
        pytest.skip("The research beside the repository (../shared/domain) is missing.")
    with table.open(encoding="utf-8", newline="") as opened:
        wanted = {row["id"] for row in csv.DictReader(opened)}
    assert wanted - {case[0] for case in FLAGS} == set(LEFT_OUT)


@pytest.mark.parametrize("hours", [0.5, 6, 24, 48, 100, 300, 1000])
def test_a_calm_checkin_is_self_care(hours: float) -> None:
    result = triage(calm(hours), hours_since=hours)
    assert (result.level, result.unanswered) == ("self-care", ())


def test_urgent_advice_stands_alone() -> None:
    result = triage(calm(5, blue_lips=YES, itch=YES, pain=Answer(value=8)), hours_since=5)
    assert result.level == "emergency"
    assert result.advice_patient == "Call 999 now."
    assert "contact dermatitis" in result.advice_staff
    levels = [LEVELS.index(flag.level) for flag in result.flags]
    assert levels == sorted(levels, reverse=True)


@pytest.mark.parametrize("answer", [Answer("unknown"), Answer()])
def test_what_is_not_known_never_reassures(answer: Answer) -> None:
    result = triage(calm(48, spreading=answer), hours_since=48)
    assert (result.level, result.unanswered) == ("call-clinic", ("spreading",))
    assert "call the clinic" in result.advice_patient


def test_a_question_left_out_never_reassures() -> None:
    assert triage({}, hours_since=48).level == "call-clinic"


def test_a_fit_after_the_usual_window_is_still_an_emergency() -> None:
    result = triage(calm(200) | {"collapse": YES}, hours_since=200)
    assert result.level == "emergency"


@pytest.mark.parametrize(
    ("pain", "hours", "level"),
    [(2, 6, "self-care"), (5, 6, "self-care"), (5, 30, "call-clinic"), (8, 6, "same-day")],
)
def test_pain_is_judged_by_its_hour(pain: float, hours: float, level: str) -> None:
    assert triage(calm(hours, pain=Answer(value=pain)), hours_since=hours).level == level


def test_bad_checkins_are_refused() -> None:
    with pytest.raises(AnswerError, match="pain: 11 is outside 0 to 10"):
        triage(calm(5, pain=Answer(value=11)), hours_since=5)
    with pytest.raises(AnswerError, match="redness: “purple” is not one of none, pink"):
        triage(calm(5, redness=Answer(choice="purple")), hours_since=5)
    with pytest.raises(AnswerError, match="before the treatment ended"):
        triage({}, hours_since=-1)
    with pytest.raises(UnknownCodeError, match="Did you mean itch"):
        triage({"itchy": YES}, hours_since=5)


@pytest.mark.parametrize(("jurisdiction", "number"), [("gb", "999"), ("us", "911"), ("eu", "112")])
def test_the_emergency_number_is_that_of_the_country(jurisdiction: packs.Jurisdiction, number: str) -> None:
    pack = PACK.tailored(jurisdiction=jurisdiction)
    result = triage(calm(1, collapse=YES), hours_since=1, pack=pack)
    assert result.advice_patient == f"Call {number} now."


def test_a_triage_is_a_json_object() -> None:
    said = recovery.triage_json(triage(calm(48, itch=YES), hours_since=48))
    assert said["level"] == "call-clinic"
    assert {"flag": "contact", "level": "call-clinic", "source": ["chu-2021"]} in said["flags"]


yes_no = st.sampled_from([question.code for question in PACK.checkin.values() if question.type == "yes_no"])


@settings(deadline=None)
@given(hours=st.floats(0, 8000), already=st.sets(yes_no, max_size=4), one=yes_no)
def test_one_more_yes_is_never_less_urgent(hours: float, already: set[str], one: str) -> None:
    answers = calm(hours) | dict.fromkeys(already, YES)
    before = triage(answers | {one: NO}, hours_since=hours)
    after = triage(answers | {one: YES}, hours_since=hours)
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)
