"""Areas of face and body."""

import pytest

from needlework.skin import anatomy
from needlework.skin.tables import UnknownCodeError


@pytest.mark.parametrize(
    "code",
    [
        "forehead",
        "glabella",
        "temple-left",
        "cheek-left",
        "cheek-right",
        "nose",
        "upper-lip",
        "chin",
        "neck",
        "scalp",
        "jawline-right",
        "decolletage",
        "abdomen",
        "thigh-left",
        "buttock-right",
        "upper-arm-left",
        "hand-right",
        "back",
    ],
)
def test_the_areas_a_clinic_names_are_there(code: str) -> None:
    area = anatomy.get(code)
    assert area.code == code
    assert area.name_patient[0].isupper()


def test_every_left_has_a_right() -> None:
    lefts = {area.code.removesuffix("-left") for area in anatomy.areas() if area.side == "left"}
    rights = {area.code.removesuffix("-right") for area in anatomy.areas() if area.side == "right"}
    assert lefts == rights
    assert lefts


@pytest.mark.parametrize(
    ("area", "sex", "total"),
    [("forehead", "f", 1.06), ("forehead", "m", 1.39), ("neck", "f", 1.16), ("nose", "m", 1.23)],
)
def test_thickness_is_that_of_the_ultrasound_study(area: str, sex: str, total: float) -> None:
    """BMC Med Imaging 2022;22:113, table 2 (ZN001 to ZN016), exact to the printed digit."""
    skin = anatomy.thickness(area, "f" if sex == "f" else "m")
    assert skin is not None
    assert skin.total_mm == pytest.approx(total, abs=0.005)


def test_without_a_sex_the_thinner_skin_counts() -> None:
    assert anatomy.thickness("forehead") == anatomy.thickness("forehead", "f")
    assert anatomy.thickness("neck") == anatomy.thickness("neck", "f")


def test_unmeasured_skin_has_no_thickness() -> None:
    assert anatomy.thickness("abdomen", "f") is None
    assert anatomy.thickness("abdomen") is None


def test_the_face_is_assumed_to_measure_200_cm2_and_a_body_has_no_assumed_size() -> None:
    face = [area.code for area in anatomy.areas() if area.surface_assumed_cm2 is not None]
    assert anatomy.surface_assumed(face) == 200
    assert anatomy.surface_assumed(["nose", "nose"]) == anatomy.get("nose").surface_assumed_cm2
    assert anatomy.surface_assumed(["nose", "abdomen"]) is None
    assert anatomy.surface_assumed([]) is None


def test_a_strange_area_lists_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="Did you mean forehead"):
        anatomy.get("fore-head")
