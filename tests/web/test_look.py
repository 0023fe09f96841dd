"""The look is held together: drawings, icons, components, guide and policy agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

import needlework.web
from needlework.skin import anatomy

WEB = Path(needlework.web.__file__).parent
TEMPLATES = WEB / "templates"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "design.md"


@pytest.fixture
def gallery_page(client: Client) -> str:
    with override_settings(ROOT_URLCONF="tests.web.gallery"):
        response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def _templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def test_the_gallery_shows_every_component() -> None:
    shown = (TEMPLATES / "gallery.html").read_text()
    used_by_bases = "".join(path.read_text() for path in TEMPLATES.glob("base*.html"))
    missing = [
        path.stem
        for path in sorted((TEMPLATES / "cotton").glob("*.html"))
        if f"<c-{path.stem.replace('_', '-')}" not in shown + used_by_bases
    ]
    assert missing == ["icon"]  # written as plain HTML throughout, as the guide advises


def test_the_guide_names_every_component() -> None:
    guide = GUIDE.read_text()
    names = [path.stem.replace("_", "-") for path in sorted((TEMPLATES / "cotton").glob("*.html"))]
    assert [name for name in names if f"`<c-{name}>`" not in guide] == []


def test_a_page_holds_nothing_which_the_security_policy_forbids(gallery_page: str) -> None:
    tags = re.findall(r"<[a-z][^>]*>", gallery_page)
    assert [tag for tag in tags if re.search(r"\s(style|on[a-z]+)=", tag)] == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", gallery_page) == []
    assert "<style" not in gallery_page


def test_what_was_typed_is_shown_as_text(gallery_page: str) -> None:
    assert "&lt;b&gt;bold&lt;/b&gt;" in gallery_page
    assert "<b>bold</b>" not in gallery_page


def test_every_control_of_the_gallery_has_a_label(gallery_page: str) -> None:
    labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', gallery_page))
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", gallery_page)
    free = [
        control
        for control in controls
        if 'type="hidden"' not in control
        and "aria-label" not in control
        and not (
            re.search(r'\sid="([^"]+)"', control) and re.search(r'\sid="([^"]+)"', control)[1] in labelled
        )  # type: ignore[index]
        and "checkbox" not in control  # of a map: inside its label
    ]
    assert free == []


def test_an_error_is_tied_to_its_field(gallery_page: str) -> None:
    field = re.search(r'<input[^>]*id="wrong_name"[^>]*>', gallery_page)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="wrong_name_helptext wrong_name_error"' in field[0]
    assert 'id="wrong_name_error"' in gallery_page


def test_every_icon_a_template_names_is_on_the_sheet() -> None:
    sheet = (TEMPLATES / "icons.html").read_text()
    drawn = set(re.findall(r'<symbol id="i-([a-z-]+)"', sheet))
    named = set()
    for path in _templates():
        text = path.read_text()
        if path.name != "icons.html":
            named |= set(re.findall(r"#i-([a-z-]+)\"", text)) | set(re.findall(r'\sicon="([a-z-]+)"', text))
    assert named - drawn == set()


def test_every_area_of_the_science_is_drawn_and_no_other() -> None:
    drawn = set()
    for path in (TEMPLATES / "maps").glob("*.html"):
        drawn |= set(re.findall(r'data-area="([a-z-]+)"', path.read_text()))
    assert drawn == {area.code for area in anatomy.areas()}


def test_left_on_the_map_is_the_patients_left() -> None:
    front = (TEMPLATES / "maps" / "body_front.html").read_text()
    back = (TEMPLATES / "maps" / "body_back.html").read_text()

    def first_x(drawing: str, area: str) -> float:
        found = re.search(rf'data-area="{area}" d="M([0-9.]+)', drawing)
        assert found is not None
        return float(found[1])

    assert first_x(front, "thigh-left") > 150 > first_x(front, "thigh-right")
    assert first_x(back, "thigh-left") < 150 < first_x(back, "thigh-right")


def test_every_style_sheet_is_imported_once() -> None:
    folder = WEB / "static" / "css"
    imported = re.findall(r'@import url\("([a-z]+\.css)"\)', (folder / "needlework.css").read_text())
    assert sorted(imported) == sorted(
        path.name for path in folder.glob("*.css") if path.name != "needlework.css"
    )


def test_every_colour_stands_among_the_tokens() -> None:
    allowed = {"tokens.css", "photo.css", "map.css", "entry.css", "print.css", "button.css"}
    folder = WEB / "static" / "css"
    strays = [
        path.name
        for path in folder.glob("*.css")
        if path.name not in allowed and re.search(r"oklch\((?!from)|#[0-9a-f]{3,8}\b", path.read_text())
    ]
    assert strays == []


def test_every_script_is_reached_from_the_one_a_page_links() -> None:
    folder = WEB / "static" / "js"
    reached = {"needlework.js"}
    waiting = ["needlework.js"]
    while waiting:
        for name in re.findall(r'(?:import|from) "\./([a-z]+\.js)"', (folder / waiting.pop()).read_text()):
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    assert reached == {path.name for path in folder.glob("*.js")}
