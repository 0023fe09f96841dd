"""The controls drawn by hand are Django's own."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.web.forms.drawing import Renderer

CHOICES = [("", "—"), ("a<b", "A & B"), ("group <1>", [("c", "C"), ("d", '"D"')])]
WIDGETS: list[forms.Widget] = [
    forms.TextInput(attrs={"data-x": '<"&', "required": True, "disabled": False, "maxlength": 5}),
    forms.NumberInput(attrs={"step": "any"}),
    forms.DateInput(attrs={"type": "date"}),
    forms.EmailInput(),
    forms.PasswordInput(),
    forms.HiddenInput(),
    forms.CheckboxInput(),
    forms.FileInput(),
    forms.ClearableFileInput(),
    forms.Textarea(attrs={"rows": 3, "class": mark_safe("a &amp; b")}),
    forms.Select(choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.RadioSelect(choices=CHOICES, attrs={"class": "inline"}),
    forms.CheckboxSelectMultiple(choices=CHOICES),
    forms.SplitDateTimeWidget(),
]


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r">\s+", ">", re.sub(r"\s+<", "<", html)))


VALUES: list[object] = [None, "", "a<b", 'x"y', "<script>", 0, 2.5, True, date(2026, 11, 24), ["c", "d"]]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_control_is_what_django_would_draw(widget: forms.Widget) -> None:
    values = [None] if isinstance(widget, forms.SplitDateTimeWidget) else VALUES
    for value in values:
        for attrs in (None, {"id": "id_x", "aria-invalid": "true"}):
            wanted = widget.render("na&me", value, attrs, DjangoTemplates())
            assert _plain(widget.render("na&me", value, attrs, Renderer())) == _plain(wanted)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(min_size=1))
def test_whatever_is_typed_is_shown_as_text(typed: str, label: str) -> None:
    for widget in (forms.TextInput(), forms.Textarea(), forms.RadioSelect(choices=[(typed, label)])):
        drawn = widget.render("answer", typed, {"id": "id_x"}, Renderer())
        assert _plain(drawn) == _plain(widget.render("answer", typed, {"id": "id_x"}, DjangoTemplates()))
