"""Draws the common form controls by hand: a page of sixty questions spends its time on the patient, not on
the templates of its checkboxes. The HTML is Django's own, character for character but for white space; what is
not drawn here falls back to Django's templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


def _text(value: object) -> str:
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _attributes(widget: Widget) -> str:
    parts = []
    for name, value in widget["attrs"].items():
        if value is True:
            parts.append(f" {conditional_escape(name)}")
        elif value is not False:
            parts.append(f' {conditional_escape(name)}="{_text(value)}"')
    return "".join(parts)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget)}>'


def _option_input(widget: Widget) -> str:
    drawn = _input(widget)
    if not widget["wrap_label"]:
        return drawn
    id_ = widget["attrs"].get("id")
    tied = f' for="{_text(id_)}"' if id_ else ""
    return f"<label{tied}>{drawn} {conditional_escape(widget['label'])}</label>"


def _choices(widget: Widget) -> str:
    attributes = widget["attrs"]
    id_ = f' id="{_text(attributes["id"])}"' if attributes.get("id") else ""
    class_ = f' class="{_text(attributes["class"])}"' if attributes.get("class") else ""
    parts = [f"<div{id_}{class_}>"]
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f"<div><label>{conditional_escape(group)}</label>")
        parts += [f"<div>{_option_input(option)}</div>" for option in options]
        if group:
            parts.append("</div>")
    parts.append("</div>")
    return "".join(parts)


def _select(widget: Widget) -> str:
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        for option in options:
            value, label = _text(option["value"]), conditional_escape(option["label"])
            parts.append(f'<option value="{value}"{_attributes(option)}>{label}</option>')
        if group:
            parts.append("</optgroup>")
    parts.append("</select>")
    return "".join(parts)


def _textarea(widget: Widget) -> str:
    words = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{words}</textarea>'


_INPUTS = ("checkbox", "date", "email", "file", "hidden", "number", "password", "tel", "text", "time", "url")
_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in _INPUTS},
    "django/forms/widgets/radio.html": _choices,
    "django/forms/widgets/checkbox_select.html": _choices,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}


class Renderer(DjangoTemplates):
    """What FORM_RENDERER names."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """The HTML of one control."""
        draw = _DRAWN.get(template_name)
        if draw is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308  Django's own templates
        return mark_safe(draw(context["widget"]))  # noqa: S308  every value above is escaped
