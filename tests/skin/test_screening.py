"""Answers into findings. Every default row of the research is a case here, by its id."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from needlework.skin import packs, screening
from needlework.skin.screening import (
    NO,
    YES,
    Answer,
    AnswerError,
    Override,
    OverrideError,
    from_json,
    screen,
    to_json,
)
from needlework.skin.tables import UnknownCodeError
from tests.conftest import SHARED
from tests.factories.histories import FACE, ON, healthy

DONT_KNOW = Answer("unknown")


def ago(days: int, *areas: str) -> Answer:
    return Answer("yes", date=ON - timedelta(days=days), areas=areas or None)


def here(*areas: str) -> Answer:
    return Answer("yes", areas=areas or FACE)


def test_a_healthy_adult_is_clear() -> None:
    result = screen(healthy(), on=ON, areas=FACE)
    assert (result.verdict, result.findings, result.unanswered) == ("clear", (), ())
    assert dict(result.by_area) == {"cheek-left": "clear", "cheek-right": "clear"}
    assert result.treatable


# research id, answer that sets it off, rule, verdict over all, wait until
CASES: list[tuple[str, dict[str, Answer], str, str, int | None]] = [
    ("CI001", {"isotretinoin": ago(0), "isotretinoin_now": YES}, "isotretinoin-now", "refuse", None),
    ("CI002", {"isotretinoin": ago(100)}, "isotretinoin-recent", "wait", 80),
    ("CI010", {"active_acne": here()}, "active-acne", "wait", None),
    ("CI013", {"cold_sore_now": here()}, "cold-sore-now", "wait", None),
    ("CI014", {"cold_sores_ever": YES}, "cold-sores-ever", "care", None),
    ("CI018", {"sun": ago(3)}, "sun", "wait", 11),
    ("CI022", {"filler": ago(13)}, "filler", "wait", 1),
    ("CI026", {"toxin": ago(2)}, "toxin", "wait", 12),
    ("CI030", {"laser_light": ago(20)}, "laser-light", "wait", 1),
    ("CI031", {"laser_resurfacing": ago(80)}, "laser-resurfacing", "wait", 4),
    ("CI032", {"deep_peel": ago(89)}, "deep-peel", "wait", 1),
    ("CI033", {"peel": ago(29)}, "peel", "wait", 1),
    ("CI034", {"surgery": ago(300)}, "surgery", "wait", 65),
    ("CI036", {"new_scar": ago(300)}, "new-scar", "wait", 65),
    ("CI038", {"burn_scar_young": here()}, "burn-scar-young", "wait", None),
    ("CI039", {"radiotherapy": ago(10)}, "radiotherapy", "wait", 80),
    ("CI040", {"cancer_treatment": YES}, "cancer-treatment", "refuse", None),
    ("CI042", {"pregnancy": YES}, "pregnancy", "refuse", None),
    ("CI044", {"breastfeeding": YES}, "breastfeeding", "refuse", None),
    ("CI046", {"blood_thinners": YES}, "blood-thinners", "care", None),
    ("CI050", {"bleeding_disorder": YES}, "bleeding-disorder", "refuse", None),
    ("CI052", {"keloid": YES}, "keloid", "refuse", None),
    ("CI055", {"skin_cancer": here()}, "skin-cancer", "refuse", None),
    ("CI057", {"sun_patches": here()}, "sun-patches", "wait", None),
    ("CI058", {"raised_mole": here()}, "raised-mole", "wait", None),
    ("CI061", {"immune_medicine": YES}, "immunosuppression", "wait", None),
    ("CI064", {"skin_infection": here()}, "skin-infection", "wait", None),
    ("CI065", {"diabetes": YES, "diabetes_uncontrolled": YES}, "diabetes-uncontrolled", "wait", None),
    ("CI067", {"rosacea": here()}, "rosacea", "wait", None),
    ("CI069", {"eczema_psoriasis": here()}, "eczema-psoriasis", "wait", None),
    ("CI071", {"connective_tissue": YES}, "connective-tissue", "wait", None),
    ("CI074", {"metal_allergy": YES}, "metal-allergy", "refuse", None),
    ("CI094", {"heart": YES}, "heart", "care", None),
    ("CI095", {"skin_broken": here()}, "skin-broken", "refuse", None),
    ("CI096", {"swollen_bruised": here()}, "swollen-bruised", "wait", None),
    ("CI097", {"tattoo": here()}, "tattoo", "wait", None),
    ("CI098", {"piercing": here()}, "piercing", "care", None),
    ("CI101", {"age": Answer(value=17)}, "under-18", "refuse", None),
    ("CI103", {"skin_type": Answer(choice="6")}, "skin-type-dark", "care", None),
    ("CI104", {"skin_actives": ago(6)}, "skin-actives", "wait", 1),
    ("CI109", {"hair_removal": ago(4)}, "hair-removal", "wait", 1),
    ("CI110", {"product_reaction": YES}, "product-reaction", "care", None),
    ("CI112", {"clots": YES}, "tranexamic-thrombosis", "care", None),
    ("CI113", {"appearance_worry": YES}, "appearance-worry", "care", None),
    ("CI113", {"unlikely_benefit": YES}, "unlikely-benefit", "refuse", None),
    ("CI114", {"slow_healing": YES}, "slow-healing", "care", None),
]

# about the anaesthetic: the treatment itself stays as it was
NUMBING: list[tuple[str, dict[str, Answer], str, str]] = [
    ("CI045", {"pregnancy": YES}, "pregnancy-anaesthetic", "pregnancy"),
    ("CI077", {"allergy_anaesthetic": YES}, "allergy-anaesthetic", "allergy-any"),
    ("CI078", {"allergy_ester": YES}, "allergy-ester", "allergy-ester"),
    ("CI079", {"allergy_parabens": YES}, "allergy-parabens", "allergy-parabens"),
    ("CI081", {"methaemoglobinaemia": YES}, "methaemoglobinaemia", "methaemoglobinaemia"),
    ("CI083", {"g6pd": YES}, "g6pd", "g6pd-deficiency"),
    ("CI084", {"methb_medicine": YES}, "methb-medicine", "methb-medicine"),
    ("CI085", {"rhythm_medicine": YES}, "rhythm-medicine", "class-iii-antiarrhythmic"),
    ("CI087", {"beta_blocker": YES}, "beta-blocker", "beta-blocker-cimetidine"),
    ("CI088", {"liver_disease": YES}, "liver-disease", "liver-disease"),
    ("CI089", {"cholinesterase": YES}, "cholinesterase", "pseudocholinesterase-deficiency"),
    ("CI091", {"epilepsy": YES}, "epilepsy-anaesthetic", "epilepsy"),
    ("CI093", {"eczema_ever": YES}, "eczema-anaesthetic", "atopic-dermatitis"),
]

ELSEWHERE = {
    "CI099": "Concerns the plan: test_protocols.py, the orbital rim.",
    "CI100": "Concerns the plan: test_protocols.py, more than 1.5 mm on the face.",
    "CI111": "Concerns the product: test_protocols.py, what may lie under the needles.",
}


@pytest.mark.parametrize(("research", "changed", "rule", "verdict", "days"), CASES, ids=[c[0] for c in CASES])
def test_a_default_row_of_the_research_is_found(
    research: str, changed: dict[str, Answer], rule: str, verdict: str, days: int | None
) -> None:
    result = screen(healthy(**changed), on=ON, areas=FACE)
    (finding,) = [finding for finding in result.findings if finding.rule == rule]
    assert result.verdict == verdict
    assert finding.until == (None if days is None else ON + timedelta(days=days))
    assert research in packs.shipped().rules[rule].research
    assert finding.because
    assert finding.source


@pytest.mark.parametrize(("research", "changed", "rule", "condition"), NUMBING, ids=[c[0] for c in NUMBING])
def test_a_row_about_the_anaesthetic_bars_creams_and_not_needling(
    research: str, changed: dict[str, Answer], rule: str, condition: str
) -> None:
    result = screen(healthy(**changed), on=ON, areas=FACE)
    finding = next(finding for finding in result.findings if finding.rule == rule)
    assert finding.scope == "anaesthetic"
    assert condition in result.conditions
    assert research in packs.shipped().rules[rule].research
    others = [each for each in result.findings if each.scope != "anaesthetic"]
    assert result.treatable == all(each.verdict == "care" for each in others)


def test_every_default_row_of_the_research_is_covered_or_listed() -> None:
    table = SHARED / "domain" / "contraindications.csv"
    if not table.exists():
        pytest.skip("The research beside the repository (../shared/domain) is missing.")
    with table.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    wanted = {row["id"] for row in rows if row["verified"] == "yes" and row["suggested_default"] == "yes"}
    tested = {case[0] for case in (*CASES, *NUMBING)}
    assert wanted - tested == set(ELSEWHERE)
    pack = packs.shipped()
    cited = {
        code
        for table in (pack.rules, pack.bounds, pack.topicals, pack.conditions)
        for row in table.values()
        for code in row.research
    }
    assert {row["id"] for row in rows} <= cited | set(pack.alternatives)


@pytest.mark.parametrize(
    "rule", [rule.code for rule in packs.shipped().rules.values() if rule.when == "within"]
)
def test_a_wait_ends_on_the_day_it_names(rule: str) -> None:
    row = packs.shipped().rules[rule]
    assert row.days is not None
    answers = healthy() | {row.question: ago(row.days - 1)}
    before = screen(answers, on=ON, areas=FACE)
    assert next(each.until for each in before.findings if each.rule == rule) == ON + timedelta(days=1)
    after = screen(answers, on=ON + timedelta(days=1), areas=FACE)
    assert rule not in [each.rule for each in after.findings]


def test_under_18_is_counted_from_the_year_18() -> None:
    assert screen(healthy(age=Answer(value=18)), on=ON).verdict == "clear"
    assert screen(healthy(age=Answer(value=17.9)), on=ON).verdict == "refuse"


def test_the_rule_for_under_22_holds_in_the_united_states_only() -> None:
    young = healthy(age=Answer(value=20))
    assert screen(young, on=ON).verdict == "clear"
    assert screen(young, on=ON, pack=packs.shipped().tailored(jurisdiction="us")).verdict == "care"


def test_a_mole_stops_its_area_and_not_the_others() -> None:
    result = screen(healthy(raised_mole=here("cheek-left")), on=ON, areas=FACE)
    assert dict(result.by_area) == {"cheek-left": "wait", "cheek-right": "clear"}
    assert result.verdict == "wait"
    assert result.findings[0].areas == ("cheek-left",)


def test_a_mole_elsewhere_stops_nothing_that_is_asked_about() -> None:
    result = screen(healthy(raised_mole=here("abdomen")), on=ON, areas=FACE)
    assert (result.verdict, result.findings) == ("clear", ())


def test_a_mole_without_a_place_stops_every_area() -> None:
    result = screen(healthy(raised_mole=YES), on=ON, areas=FACE)
    assert set(result.by_area.values()) == {"wait"}


def test_without_areas_every_named_one_counts() -> None:
    result = screen(healthy(raised_mole=here("nose"), filler=ago(1, "chin")), on=ON)
    assert dict(result.by_area) == {"nose": "wait", "chin": "wait"}
    assert result.verdict == "wait"


STOPS = sorted(
    {
        rule.question
        for rule in packs.shipped().rules.values()
        if rule.verdict != "care" and rule.scope != "anaesthetic" and rule.status == "shipped default"
    }
)


@pytest.mark.parametrize("question", STOPS)
def test_a_stop_that_is_not_known_or_not_answered_never_passes(question: str) -> None:
    condition = next(iter(packs.shipped().questions[question].shown_when), "")
    opener = {condition.split("=")[0]: ago(400)} if condition and not condition.startswith("region") else {}
    asked = healthy() | opener
    unanswered = {code: answer for code, answer in asked.items() if code != question}
    for answers in (unanswered, asked | {question: DONT_KNOW}, asked | {question: Answer()}):
        result = screen(answers, on=ON, areas=FACE)
        assert result.verdict == "incomplete"
        assert question in result.unanswered
        assert not result.treatable
        assert set(result.by_area.values()) == {"incomplete"}


def test_nothing_answered_is_incomplete_and_lists_everything_shown() -> None:
    result = screen({}, on=ON, areas=FACE)
    assert result.verdict == "incomplete"
    assert set(result.unanswered) == {question.code for question in screening.shown({}, areas=FACE)}


def test_a_yes_without_its_date_is_incomplete_and_says_why() -> None:
    result = screen(healthy(filler=YES), on=ON, areas=FACE)
    assert (result.verdict, result.unanswered) == ("incomplete", ("filler",))
    assert [(finding.rule, finding.until) for finding in result.findings] == [("filler", None)]


def test_what_is_not_known_about_numbing_bars_the_cream_and_leaves_needling_open() -> None:
    result = screen(healthy(allergy_ester=DONT_KNOW, g6pd=None), on=ON, areas=FACE)
    assert result.treatable
    assert "allergy-ester" in result.conditions
    assert result.unanswered_about_numbing == ("g6pd",)
    assert result.unanswered == ("g6pd",)


def test_what_is_not_known_about_an_advisory_is_told() -> None:
    result = screen(healthy(blood_thinners=DONT_KNOW), on=ON, areas=FACE)
    assert (result.verdict, [finding.rule for finding in result.findings]) == ("care", ["blood-thinners"])


def test_refuse_goes_before_incomplete_before_wait_before_care() -> None:
    care = healthy(cold_sores_ever=YES)
    wait = care | {"filler": ago(1)}
    incomplete = {code: answer for code, answer in wait.items() if code != "keloid"}
    refuse = incomplete | {"pregnancy": YES}
    verdicts = [screen(answers, on=ON, areas=FACE).verdict for answers in (care, wait, incomplete, refuse)]
    assert verdicts == ["care", "wait", "incomplete", "refuse"]


def test_a_question_appears_only_when_it_matters() -> None:
    def codes(answers: Mapping[str, Answer], *areas: str) -> set[str]:
        return {question.code for question in screening.shown(answers, areas=areas)}

    assert "isotretinoin-now" not in codes({"isotretinoin": NO}, "nose")
    assert "isotretinoin-now" in codes({"isotretinoin": YES}, "nose")
    assert "cold-sores-ever" in codes({}, "nose")
    assert "cold-sores-ever" not in codes({}, "abdomen")
    assert "cold-sores-ever" in codes({})


def test_an_answer_to_a_question_that_is_not_shown_means_nothing() -> None:
    result = screen(healthy(isotretinoin_now=YES, cold_sores_ever=YES), on=ON, areas=("abdomen",))
    assert (result.verdict, result.findings) == ("clear", ())


def test_an_override_lets_a_finding_through_and_keeps_its_reason() -> None:
    override = Override("prescriber", "Low dose, ended 5 months ago; agreed with the patient.")
    result = screen(
        healthy(isotretinoin=ago(150)), on=ON, areas=FACE, overrides={"isotretinoin-recent": override}
    )
    assert result.verdict == "care"
    assert result.treatable
    assert result.findings[0].overridden == override
    assert result.stops == ()


def test_an_override_says_nothing_about_what_is_still_open() -> None:
    override = Override("prescriber", "Agreed.")
    result = screen(healthy(filler=YES), on=ON, areas=FACE, overrides={"filler": override})
    assert result.verdict == "incomplete"


@pytest.mark.parametrize(
    ("changed", "rule", "override", "wrong"),
    [
        ({"pregnancy": YES}, "pregnancy", Override("medical-lead", "She insists."), "nobody may override"),
        ({"age": Answer(value=16)}, "under-18", Override("medical-lead", "Mature."), "nobody may override"),
        ({"filler": ago(1)}, "filler", Override("medical-lead", "Fine."), "only a prescriber"),
        ({"keloid": YES}, "keloid", Override("prescriber", "Fine."), "only a medical-lead"),
        ({"filler": ago(1)}, "filler", Override("prescriber", "  "), "say why"),
    ],
)
def test_an_override_that_the_rule_does_not_allow_is_refused(
    changed: dict[str, Answer], rule: str, override: Override, wrong: str
) -> None:
    with pytest.raises(OverrideError, match=wrong):
        screen(healthy(**changed), on=ON, areas=FACE, overrides={rule: override})


def test_an_override_of_what_found_nothing_is_ignored() -> None:
    result = screen(healthy(), on=ON, overrides={"pregnancy": Override("prescriber", "Left over.")})
    assert result.verdict == "clear"


def test_a_signed_row_and_a_tightened_one_act() -> None:
    signed = packs.shipped().tailored(signed=["product-reaction"])
    assert screen(healthy(product_reaction=YES), on=ON, pack=signed).verdict == "refuse"
    tight = packs.shipped().tailored(tightened={"filler": packs.Tightening(days=180)})
    result = screen(healthy(filler=ago(100)), on=ON, pack=tight)
    assert result.findings[0].until == ON + timedelta(days=80)
    assert result.pack == tight.id != packs.shipped().id


@pytest.mark.parametrize(
    ("code", "answer", "wrong"),
    [
        ("filler", Answer("yes", date=ON + timedelta(days=1)), r"2026-11-25 is after 2026-11-24"),
        ("filler", Answer("yes", date=date(1950, 1, 1)), r"before the patient was born"),
        ("age", Answer(value=-1), r"-1 cannot be right\. Give a number from 0 to 120"),
        ("age", Answer(value=1985), r"1985 cannot be right"),
        ("age", Answer(value=float("nan")), r"nan cannot be right"),
        ("skin-type", Answer(choice="7"), r"“7” is not one of 1, 2, 3, 4, 5, 6"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_by_name(code: str, answer: Answer, wrong: str) -> None:
    with pytest.raises(AnswerError, match=wrong) as caught:
        screen(healthy() | {code: answer}, on=ON)
    assert caught.value.question == code


def test_strange_codes_list_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="Did you mean pregnancy"):
        screen({"pregnant": NO}, on=ON)
    with pytest.raises(UnknownCodeError, match="cheek-left"):
        screen({}, on=ON, areas=["cheek left"])
    with pytest.raises(UnknownCodeError, match="cheek-left"):
        screen(healthy(filler=ago(1, "cheeks-left")), on=ON)


def test_answers_come_from_json() -> None:
    said = {
        "filler": {"answer": "yes", "date": "2026-11-20", "areas": ["nose"], "text": "hyaluronic"},
        "age": {"value": 42},
        "skin-type": {"choice": "3"},
    }
    assert from_json(said) == {
        "filler": Answer("yes", date=date(2026, 11, 20), areas=("nose",), text="hyaluronic"),
        "age": Answer(value=42.0),
        "skin-type": Answer(choice="3"),
    }


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ([], "answers: should be an object"),
        ({"age": 42}, 'age: should be an object like {"answer": "no"}'),
        ({"age": {"value": "42"}}, "age: value “42” is not a number"),
        ({"age": {"value": True}}, "age: value “True” is not a number"),
        ({"age": {"years": 42}}, "age: “years” is not one of answer, value"),
        ({"keloid": {"answer": "maybe"}}, "keloid: answer “maybe” is not one of yes, no, unknown"),
        ({"keloid": {"answer": True}}, "keloid: answer “True” is not one of"),
        ({"filler": {"date": "24.11.2026"}}, "filler: date “24.11.2026” is not a day like 2026-01-31"),
        ({"filler": {"date": 20261124}}, "filler: date should be a text"),
        ({"filler": {"areas": "nose"}}, "filler: areas should be a list"),
        ({"filler": {"areas": [1]}}, "filler: areas should be a list"),
        ({"filler": {"text": 1}}, "filler: text should be a text"),
    ],
)
def test_json_of_another_shape_is_refused_by_name(said: object, wrong: str) -> None:
    with pytest.raises(AnswerError, match=wrong.replace("{", r"\{")):
        from_json(said)


def test_a_screening_is_one_json_object_of_the_agreed_shape() -> None:
    override = Override("prescriber", "Agreed.")
    said = to_json(
        screen(
            healthy(filler=ago(1, "cheek-left"), keloid=None),
            on=ON,
            areas=FACE,
            overrides={"filler": override},
        )
    )
    assert set(said) == {"pack", "findings", "unanswered", "by_area", "verdict"}
    assert said["unanswered"] == ["keloid"]
    assert said["by_area"] == {"cheek-left": "incomplete", "cheek-right": "incomplete"}
    (finding,) = said["findings"]
    assert finding.pop("overridden") == {"by": "prescriber", "reason": "Agreed."}
    assert set(finding) == {"rule", "scope", "verdict", "until", "areas", "override_by", "because", "source"}
    assert finding["until"] == "2026-12-07"


def test_the_questions_say_all_that_an_answers_file_needs() -> None:
    said = {question["code"]: question for question in screening.questions_json()}
    assert said["age"]["type"] == "number"
    assert said["age"]["range"] == [0, 120]
    assert said["skin-type"]["choices"] == ["1", "2", "3", "4", "5", "6"]
    assert said["filler"]["wants"] == ["date", "areas"]
    assert said["pregnancy"]["rules"] == ["pregnancy", "pregnancy-anaesthetic"]
    assert said["suspicious-lesion"]["type"] == "practitioner"
    assert {"yes_no", "number", "choice", "practitioner"} == {question["type"] for question in said.values()}


def test_the_rules_of_a_question_are_those_in_force() -> None:
    assert [rule.code for rule in screening.rules_of("age")] == ["under-18"]
    with pytest.raises(UnknownCodeError, match="Did you mean age"):
        screening.rules_of("ages")
