"""How much cream: the ceilings of the licences, the mass limit, and who must not have which product."""

import csv
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from needlework.skin import dosing, packs
from needlework.skin.dosing import Dose, DoseError, dose, lidocaine_limit_mg, mass_mg
from needlework.skin.tables import UnknownCodeError
from tests.conftest import SHARED

PACK = packs.shipped()
OWN = {code: 30.0 for code, row in PACK.anaesthetics.items() if row.clinic_sets_max}
"""A clinic whose medical lead has set 30 g for every product whose licence sets nothing."""


def give(product: str = "emla", grams: float = 10, **other: Any) -> Dose:
    """An ordinary use on the face of an adult of 70 kg, unless said otherwise."""
    row = PACK.anaesthetics.get(product)
    usual = {"area_cm2": 200, "minutes": (row.min_minutes if row else None) or 30, "weight_kg": 70, "age": 35}
    return dose(product, grams, **(usual | other))


# research id, product, the limit, its value, used within, used beyond
CEILINGS: list[tuple[str, str, str, float, dict[str, Any], dict[str, Any]]] = [
    ("AN002", "emla", "grams", 60, {"grams": 60, "area_cm2": 600}, {"grams": 60.5, "area_cm2": 600}),
    ("AN002", "emla", "area", 600, {"area_cm2": 600}, {"area_cm2": 601}),
    ("AN002", "emla", "minutes", 300, {"minutes": 300}, {"minutes": 301}),
    ("AN021", "lmx4", "area", 900, {"area_cm2": 900}, {"area_cm2": 901}),
    ("AN021", "lmx4", "minutes", 60, {"minutes": 60}, {"minutes": 61}),
    ("AN026", "ametop", "grams", 5, {"grams": 5, "area_cm2": 150}, {"grams": 5.5, "area_cm2": 150}),
    ("AN026", "ametop", "area", 150, {"grams": 3, "area_cm2": 150}, {"grams": 3, "area_cm2": 151}),
    (
        "AN026",
        "ametop",
        "grams-24h",
        7,
        {"grams": 3, "area_cm2": 90, "already": [("ametop", 4)]},
        {"grams": 4, "area_cm2": 90, "already": [("ametop", 4)]},
    ),
    (
        "AN027",
        "ametop",
        "minutes",
        45,
        {"grams": 3, "area_cm2": 90, "minutes": 45},
        {"grams": 3, "area_cm2": 90, "minutes": 46},
    ),
    ("AN029", "ametop", "grams", 5, {"grams": 5, "area_cm2": 150}, {"grams": 6, "area_cm2": 150}),
    ("AN031", "pliaglis", "grams", 52, {"grams": 52, "area_cm2": 400}, {"grams": 52.5, "area_cm2": 400}),
    ("AN031", "pliaglis", "minutes", 30, {"minutes": 30}, {"minutes": 31}),
    ("AN032", "pliaglis", "area", 400, {"area_cm2": 400}, {"area_cm2": 401}),
]

NOT_COVERED = {
    "AN003": "Child.",
    "AN004": "Child.",
    "AN005": "Child.",
    "AN006": "Child.",
    "AN014": "Child.",
    "AN015": "Child.",
    "AN016": "Child.",
    "AN017": "Child.",
    "AN022": "Child.",
    "AN023": "Child.",
    "AN028": "Child.",
    "AN035": "No ceiling but a refusal: test_over_the_counter_products_above_four_per_cent_are_refused.",
}
"""Children are out of scope: under 18 is refused whatever the product."""


@pytest.mark.parametrize(("research", "product", "code", "value", "within", "beyond"), CEILINGS)
def test_a_licensed_ceiling_is_hard(
    research: str, product: str, code: str, value: float, within: dict[str, Any], beyond: dict[str, Any]
) -> None:
    inside, outside = (give(product, **case, clinic_max_g=OWN) for case in (within, beyond))
    limit = inside.limit(code)
    assert limit is not None
    assert (limit.value, limit.hard) == (value, True)
    assert limit.source
    assert inside.allowed
    assert not outside.allowed
    assert research in PACK.anaesthetics[product].research


def test_every_hard_ceiling_of_the_research_is_covered_or_listed() -> None:
    table = SHARED / "domain" / "anaesthetics.csv"
    if not table.exists():
        pytest.skip("The research beside the repository (../shared/domain) is missing.")
    with table.open(encoding="utf-8", newline="") as opened:
        hard = {row["id"] for row in csv.DictReader(opened) if row["max_is_hard_limit"] == "yes"}
    assert hard - {case[0] for case in CEILINGS} == set(NOT_COVERED)


def test_nobody_under_18_is_given_any_product() -> None:
    for product in PACK.anaesthetics:
        young = give(product, grams=1, age=17, prescriber_order=True, clinic_max_g=OWN)
        assert not young.allowed
        assert any("Adults from 18 only" in sentence for sentence in young.refusals)
        assert young.most_g is None


def test_over_the_counter_products_above_four_per_cent_are_refused() -> None:
    """AN035: no order and no ceiling of the clinic changes it."""
    result = give("otc-high-strength", 1, prescriber_order=True, clinic_max_g={"otc-high-strength": 50})
    assert not result.allowed
    assert "above 4 % lidocaine" in result.refusals[0]


@pytest.mark.parametrize("product", sorted(OWN))
def test_a_product_without_a_maximum_waits_for_the_clinics_own(product: str) -> None:
    before = give(product, 5)
    assert not before.allowed
    assert "medical lead enters" in before.refusals[0]
    after = give(product, 6, clinic_max_g={product: 6})
    assert after.allowed
    assert (limit := after.limit("grams")) is not None
    assert (limit.value, limit.hard) == (6, True)
    assert not give(product, 6.1, clinic_max_g={product: 6}).allowed


def test_the_clinics_own_ceiling_only_lowers_one_of_the_licence() -> None:
    assert give("emla", 60, area_cm2=600, clinic_max_g={"emla": 100}).most_g == 60
    assert not give("emla", 60, area_cm2=600, clinic_max_g={"emla": 50}).allowed


@pytest.mark.parametrize(
    ("product", "grams"),
    [
        ("compounded-23-7", 1.1739),
        ("compounded-30", 0.9),
        ("compounded-6-6", 4.5),
        ("compounded-blt-20-6-4", 4.5),
    ],
)
def test_an_unlicensed_product_needs_an_order_and_stays_within_the_mass_limit(
    product: str, grams: float
) -> None:
    """60 kg: 270 mg of lidocaine; 23 % is 1.17 g, as models.md section 4 prints 1.2 g."""
    case: dict[str, Any] = {"weight_kg": 60, "minutes": 30, "area_cm2": 50}
    assert not give(product, grams, **case).allowed
    ordered = give(product, grams, **case, prescriber_order=True)
    assert ordered.allowed
    limit = ordered.limit("lidocaine")
    assert limit is not None
    assert (limit.value, limit.hard) == (270, True)
    assert not give(product, grams + 0.1, **case, prescriber_order=True).allowed


@pytest.mark.parametrize(("percent", "grams"), [(2.5, 10.8), (4, 6.8), (5, 5.4), (15, 1.8), (23, 1.2)])
def test_the_grams_of_60_kilograms_are_those_of_the_model(percent: float, grams: float) -> None:
    """models.md section 4: grams allowed at 60 kg (270 mg), printed to one digit."""
    assert lidocaine_limit_mg(60) / mass_mg(percent, 1) == pytest.approx(grams, abs=0.051)


@pytest.mark.parametrize(("kilograms", "milligrams"), [(50, 225), (60, 270), (66.67, 300), (100, 300)])
def test_the_mass_limit_is_four_and_a_half_milligrams_per_kilogram_up_to_300(
    kilograms: float, milligrams: float
) -> None:
    assert lidocaine_limit_mg(kilograms) == pytest.approx(milligrams, abs=0.05)


def test_on_intact_skin_the_mass_is_a_figure_and_no_alert() -> None:
    result = give("emla", 60, area_cm2=600, weight_kg=60)
    limit = result.limit("lidocaine")
    assert limit is not None
    assert (limit.used, limit.value, limit.hard, limit.exceeded) == (1500, 270, False, True)
    assert result.allowed
    assert not any("idocaine" in warning for warning in result.warnings)


@pytest.mark.parametrize("product", PACK.anaesthetics)
def test_nothing_goes_on_once_the_needles_have_touched_the_skin(product: str) -> None:
    """AN038, AN046: needled skin absorbs fast and unpredictably; no order changes it."""
    result = give(product, 0.5, needled=True, prescriber_order=True, clinic_max_g=OWN)
    assert not result.allowed
    assert any("needled skin" in sentence for sentence in result.refusals)
    limit = result.limit("lidocaine")
    assert limit is None or limit.hard


@pytest.mark.parametrize(
    ("condition", "barred", "spared"),
    [
        ("allergy-ester", ["ametop", "pliaglis", "compounded-blt-20-6-4"], ["emla", "lmx4"]),
        ("allergy-amide", ["emla", "lmx4", "pliaglis"], ["ametop"]),
        ("allergy-parabens", ["pliaglis"], ["emla", "ametop", "lmx4"]),
        ("allergy-propylene-glycol", ["lmx4"], ["emla", "ametop", "pliaglis"]),
        ("allergy-any", ["emla", "lmx4", "ametop", "pliaglis"], []),
        ("methaemoglobinaemia", ["emla", "compounded-blt-20-6-4"], ["lmx4", "ametop", "pliaglis"]),
        ("g6pd-deficiency", ["emla"], ["lmx4", "ametop", "pliaglis"]),
        ("methb-medicine", ["emla"], ["lmx4", "ametop", "pliaglis"]),
        ("pseudocholinesterase-deficiency", ["ametop", "pliaglis"], ["emla", "lmx4"]),
        ("pregnancy", ["emla", "lmx4", "ametop", "pliaglis"], []),
        ("breastfeeding", ["emla", "lmx4", "ametop", "pliaglis"], []),
        ("liver-disease", ["emla", "lmx4", "ametop", "pliaglis"], []),
        ("broken-skin", ["emla", "lmx4", "ametop", "pliaglis"], []),
    ],
)
def test_a_condition_bars_the_matching_products_and_spares_the_others(
    condition: str, barred: list[str], spared: list[str]
) -> None:
    def result(product: str) -> Dose:
        return give(product, 2, area_cm2=60, conditions=[condition], clinic_max_g=OWN)

    assert not any(result(product).allowed for product in barred)
    assert all(result(product).allowed for product in spared)
    assert PACK.conditions[condition].because in " ".join(result(barred[0]).refusals)


def test_what_a_prescriber_may_order_becomes_a_warning_and_what_nobody_may_stays() -> None:
    ordered = give("emla", 2, conditions=["g6pd-deficiency"], prescriber_order=True)
    assert ordered.allowed
    assert "G6PD" in ordered.warnings[0]
    assert not give("emla", 2, conditions=["methaemoglobinaemia"], prescriber_order=True).allowed


@pytest.mark.parametrize(
    "condition",
    [
        "class-iii-antiarrhythmic",
        "beta-blocker-cimetidine",
        "kidney-disease",
        "antiarrhythmic",
        "allergy-sulfonamide",
        "other-anaesthetic-today",
    ],
)
def test_a_caution_warns(condition: str) -> None:
    result = give("lmx4", 5, conditions=[condition], clinic_max_g=OWN)
    assert result.allowed
    assert PACK.conditions[condition].because in result.warnings[0]


def test_epilepsy_warns_of_tetracaine_only() -> None:
    assert give("ametop", 2, area_cm2=60, conditions=["epilepsy"]).warnings
    assert not give("emla", 30, conditions=["epilepsy"]).warnings


def test_atopic_skin_has_lidocaine_with_prilocaine_for_30_minutes() -> None:
    """AN007, AN008."""
    result = give("emla", 10, minutes=31, conditions=["atopic-dermatitis"])
    assert not result.allowed
    assert result.latest_removal_minutes == 30
    assert give("emla", 10, minutes=30, conditions=["atopic-dermatitis"]).allowed
    assert give("lmx4", 10, minutes=60, conditions=["atopic-dermatitis"], clinic_max_g=OWN).allowed


@pytest.mark.parametrize("condition", ["heart-disease", "frail", "cyp3a4-inhibitor"])
def test_half_of_the_mass_limit_holds_for_some(condition: str) -> None:
    assert give("compounded-6-6", 2, conditions=[condition], prescriber_order=True).lidocaine_max_mg == 150
    assert give("compounded-6-6", 2, prescriber_order=True).lidocaine_max_mg == 300
    assert give("compounded-6-6", 2, weight_kg=49, prescriber_order=True).lidocaine_max_mg == pytest.approx(
        110.25
    )
    liver = give("compounded-6-6", 2, conditions=["liver-disease"], prescriber_order=True)
    assert (liver.allowed, liver.lidocaine_max_mg) == (True, 150)


def test_the_same_product_adds_up() -> None:
    assert give("emla", 30, area_cm2=600, already=[("emla", 30)]).allowed
    assert not give("emla", 30.5, area_cm2=600, already=[("emla", 30)]).allowed
    assert give("emla", 20, area_cm2=600, already=[("emla", 20), ("emla", 10)]).most_g == 30


def test_several_products_add_up_as_shares_of_their_ceilings() -> None:
    half = give("emla", 30, area_cm2=600, already=[("pliaglis", 26)])
    assert half.allowed
    assert (limit := half.limit("combined")) is not None
    assert limit.used == pytest.approx(1.0)
    assert not give("emla", 31, area_cm2=600, already=[("pliaglis", 26)]).allowed
    assert give("emla", 10, area_cm2=600, already=[("pliaglis", 26)]).most_g == pytest.approx(30)


def test_an_earlier_product_without_a_ceiling_counts_by_its_lidocaine() -> None:
    result = give("emla", 30, area_cm2=600, weight_kg=60, already=[("lmx4", 3.375)])
    assert (limit := result.limit("combined")) is not None
    assert limit.used == pytest.approx(0.5 + 135 / 270)


def test_lidocaine_adds_up_over_products_and_is_hard_as_soon_as_one_is_unlicensed() -> None:
    result = give("emla", 10, weight_kg=60, already=[("compounded-30", 0.5)])
    assert (limit := result.limit("lidocaine")) is not None
    assert limit.hard
    assert limit.used == pytest.approx(250 + 150)
    assert not result.allowed


def test_the_timer_knows_onset_and_latest_removal() -> None:
    result = give("emla", 10)
    assert (result.onset_minutes, result.latest_removal_minutes) == (60, 300)
    assert "Wipe all of it off" in result.removal


def test_warnings_tell_what_no_licence_forbids() -> None:
    assert "too short" in give("emla", 10, minutes=30).warnings[0]
    assert "more than the usual 1.5 g" in give("emla", 60, area_cm2=200).warnings[0]
    assert "not covered" in give("pliaglis", 20, occluded=True).warnings[0]
    assert "is an estimate" in give("emla", 20, area_assumed=True).warnings[0]
    assert give("emla", 20).warnings == ()


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("grams", -1, "0.1 to 200"),
        ("grams", 0, "0.1 to 200"),
        ("grams", 5000, "1000 mg are 1 g"),
        ("grams", float("nan"), "0.1 to 200"),
        ("area_cm2", 0, "a face is about 200"),
        ("area_cm2", 1e9, "1 to 20000"),
        ("minutes", 0, "1 to 600"),
        ("minutes", 100000, "1 to 600"),
        ("weight_kg", 11, "1 stone is 6.35 kg"),
        ("weight_kg", 70000, "30 to 350"),
        ("age", -3, "0 to 120"),
        ("age", 1985, "full years"),
    ],
)
def test_a_figure_that_cannot_be_right_names_its_field_and_range(field: str, value: float, hint: str) -> None:
    with pytest.raises(DoseError, match=field) as caught:
        give(**{field: value})  # type: ignore[arg-type]
    assert hint in str(caught.value)
    assert caught.value.field == field


def test_strange_codes_and_bad_amounts_are_refused() -> None:
    with pytest.raises(UnknownCodeError, match="Did you mean emla"):
        give("elma")
    with pytest.raises(UnknownCodeError, match="Did you mean emla"):
        give(already=[("elma", 3)])
    with pytest.raises(UnknownCodeError, match="pregnancy"):
        give(conditions=["pregnant"])
    with pytest.raises(DoseError, match="already: emla: -3"):
        give(already=[("emla", -3)])
    with pytest.raises(DoseError, match=r"clinic_max_g: lmx4: 0 is no ceiling"):
        give("lmx4", clinic_max_g={"lmx4": 0})


def test_a_dose_is_one_json_object_of_the_agreed_shape() -> None:
    said = dosing.dose_json(give("emla", 70, area_cm2=600))
    assert said["allowed"] is False
    assert {"limit", "value", "unit", "used", "hard", "source"} == set(said["limits"][0])
    assert said["limits"][0] | {"source": []} == {
        "limit": "grams",
        "value": 60,
        "unit": "g",
        "used": 70,
        "hard": True,
        "source": [],
    }
    assert said["warnings"] == []
    assert said["most_g"] == 60


products = st.sampled_from(sorted(PACK.anaesthetics))
grams = st.floats(0.1, 100)


@settings(deadline=None)
@given(
    product=products,
    less=grams,
    more=st.floats(0, 99),
    weight=st.floats(40, 120),
    before=st.lists(st.tuples(products, grams), max_size=2),
)
def test_more_cream_is_never_more_allowed(
    product: str, less: float, more: float, weight: float, before: list[tuple[str, float]]
) -> None:
    case: dict[str, Any] = {
        "weight_kg": weight,
        "already": before,
        "clinic_max_g": OWN,
        "prescriber_order": True,
    }
    small, large = (give(product, g, **case) for g in (less, less + more))
    assert small.allowed or not large.allowed
    assert small.most_g == pytest.approx(large.most_g)


@settings(deadline=None)
@given(
    product=products,
    amount=grams,
    conditions=st.lists(st.sampled_from(sorted(PACK.conditions)), unique=True),
    one=st.sampled_from(sorted(PACK.conditions)),
)
def test_one_more_condition_is_never_more_allowed(
    product: str, amount: float, conditions: list[str], one: str
) -> None:
    fewer = give(product, amount, conditions=conditions, clinic_max_g=OWN)
    more = give(product, amount, conditions=[*conditions, one], clinic_max_g=OWN)
    assert fewer.allowed or not more.allowed


@settings(deadline=None)
@example(product="ametop", weight=40.0, before=[("compounded-6-6", 1.0), ("emla", 2.0)])
@given(
    product=products,
    weight=st.floats(40, 120),
    before=st.lists(st.tuples(products, st.floats(0.1, 5)), max_size=2),
)
def test_the_most_that_is_named_is_allowed_and_a_little_more_is_not(
    product: str, weight: float, before: list[tuple[str, float]]
) -> None:
    case: dict[str, Any] = {
        "weight_kg": weight,
        "already": before,
        "clinic_max_g": OWN,
        "prescriber_order": True,
        "area_cm2": 100,
    }
    most = give(product, 1, **case).most_g
    if most is not None and 0.1 <= most <= 190:
        assert give(product, most, **case).allowed
        assert not give(product, most + 0.05, **case).allowed
