"""What changed from one pack to another, in words a medical lead can read before approving it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from needlework.skin.packs import FILES, OVERRIDES, VERDICTS, Pack


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `bearing` says what it does to safety: `looser` needs the closest look."""

    table: str
    code: str
    kind: Literal["added", "removed", "changed"]
    bearing: Literal["looser", "stricter", "other"]
    sentence: str


def diff(before: Pack, after: Pack) -> tuple[Difference, ...]:
    """Every change between two packs: what got looser first, then stricter, then the rest."""
    return diff_tables({table: getattr(before, table) for table in FILES}, after)


def diff_tables(before: Mapping[str, Mapping[str, Any]], after: Pack) -> tuple[Difference, ...]:
    """The same, where of the earlier pack only its tables are left (`snapshots.tables`)."""
    found = [
        difference for table in FILES for difference in _table(table, before[table], getattr(after, table))
    ]
    return tuple(sorted(found, key=lambda each: _BEARINGS.index(each.bearing)))


_BEARINGS: Final = ("looser", "stricter", "other")
_GUARDS: Final = ("rules", "bounds")
"""Tables whose rows stop something, so that one more is stricter and one less is looser."""
_CEILINGS: Final = ("max_g", "max_24h_g", "max_cm2", "max_minutes", "needle_mm_above")


def _table(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found: list[Difference] = []
    guards = table in _GUARDS
    for code in dict.fromkeys((*before, *after)):
        name = f"{table} {code}"
        if code not in after:
            found.append(
                Difference(table, code, "removed", "looser" if guards else "other", f"{name} is gone.")
            )
        elif code not in before:
            found.append(
                Difference(table, code, "added", "stricter" if guards else "other", f"{name} is new.")
            )
        else:
            found += _row(table, code, before[code], after[code])
    return found


def _row(table: str, code: str, before: Any, after: Any) -> list[Difference]:
    found: list[Difference] = []
    for column in fields(before):
        old, new = getattr(before, column.name), getattr(after, column.name)
        if old != new:
            sentence = f"{table} {code}: {column.name} was {_said(old)}, is {_said(new)}."
            found.append(Difference(table, code, "changed", _bearing(table, column.name, old, new), sentence))
    return found


def _bearing(table: str, column: str, old: Any, new: Any) -> Literal["looser", "stricter", "other"]:
    if column in ("verdict", "override_by") and None in (old, new):  # a snapshot from before the column
        return "other"
    if column == "verdict" and table in _GUARDS:
        return "stricter" if VERDICTS.index(new) > VERDICTS.index(old) else "looser"
    if column == "override_by":
        return "stricter" if OVERRIDES.index(new) > OVERRIDES.index(old) else "looser"
    if column == "days" and table == "rules":
        return "stricter" if (new or 0) > (old or 0) else "looser"
    if column == "status":
        return "stricter" if new == "shipped default" else "looser"
    if column in _CEILINGS:
        lower = new is not None and (old is None or new < old)
        return "stricter" if lower else "looser"
    return "other"


def _said(value: Any) -> str:
    if value is None or value == ():
        return "empty"
    if isinstance(value, tuple):
        return f"“{'; '.join(str(each) for each in value)}”"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"“{value}”" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    )
