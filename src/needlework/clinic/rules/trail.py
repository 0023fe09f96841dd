"""How the trail is sealed: what of a line is hashed, how seals are chained, and what an anchor line says.

Everything here is a pure function of bytes; see docs/decisions/0002-trail.md for why it is built so.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count, groupby
from json.encoder import encode_basestring_ascii as quoted

BEFORE_THE_FIRST = "0" * 64
#: the columns of a line, in the order in which they are hashed
COLUMNS = (
    "id", "clinic", "at", "actor", "actor_role", "actor_id", "event", "about", "about_id", "patient", "detail",
)  # fmt: skip


def message(row: Sequence[object]) -> bytes:
    """The canonical JSON of every column of one line, as the database gives it back as text."""
    try:
        key, clinic, at, actor, role, actor_id, event, about, about_id, patient, detail = row
        return (
            f"[{key},{clinic},{quoted(at)},{quoted(actor)},{quoted(role)},"  # type: ignore[arg-type]
            f"{'null' if actor_id is None else quoted(actor_id)},{quoted(event)},{quoted(about)},"  # type: ignore[arg-type]
            f"{'null' if about_id is None else quoted(about_id)},"  # type: ignore[arg-type]
            f"{'null' if patient is None else quoted(patient)},{quoted(detail)}]"  # type: ignore[arg-type]
        ).encode()
    except TypeError:  # a column holds what it never holds when the program wrote it
        return json.dumps([repr(value) for value in row]).encode()


def seal(key: bytes, previous: str, row: Sequence[object]) -> str:
    """The seal of one line after the seal before it: HMAC-SHA256, in hexadecimal."""
    return hmac.digest(key, previous.encode() + message(row), "sha256").hex()


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers, short: "1-60,62"."""
    parts = []
    places = count()
    for _, group in groupby(numbers, key=lambda number: number - next(places)):
        run = list(group)
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ",".join(parts)


def spans(text: str) -> list[tuple[int, int]]:
    """The ranges as pairs of first and last. Raises ValueError unless they ascend and are as short as can be."""
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        pair = (int(first), int(last if dash else first))
        if pair[1] < pair[0] + bool(dash) or (found and pair[0] <= found[-1][1] + 1):
            raise ValueError("the lines are not ascending ranges")
        found.append(pair)
    return found


def numbers(text: str) -> Iterator[int]:
    """The numbers of the ranges, one by one. Raises ValueError."""
    for first, last in spans(text):
        yield from range(first, last + 1)


@dataclass(frozen=True, slots=True)
class Anchor:
    """One line of the anchor file: a batch of lines that was sealed together."""

    batch: int  # 1, 2, 3, without a gap
    first: int  # the position of its first seal
    count: int
    events: str  # the lines, as ranges of their ids
    head: str  # the seal of the last of them
    at: str  # when it was sealed, ISO 8601 in UTC
    mac: str = ""  # over all of this and the mac of the line before

    @property
    def last(self) -> int:
        """The position of its last seal."""
        return self.first + self.count - 1

    @property
    def highest(self) -> int:
        """The highest id among its lines (ids ascend within a batch)."""
        return int(self.events.replace(",", "-").rsplit("-", 1)[-1])

    @property
    def sealed_at(self) -> datetime:
        """When it was sealed."""
        return datetime.fromisoformat(self.at)

    def signature(self, key: bytes, previous: str) -> str:
        """What its mac has to be after the line before it."""
        return hmac.digest(key, f"anchor {previous} {self._body()}".encode(), "sha256").hex()

    def signed(self, key: bytes, previous: str) -> Anchor:
        """The same line with its mac."""
        return Anchor(**{**asdict(self), "mac": self.signature(key, previous)})

    def _body(self) -> str:
        facts = asdict(self)
        del facts["mac"]
        return json.dumps(facts, sort_keys=True, separators=(",", ":"))

    def as_text(self) -> str:
        """As it stands in the file, with its line end."""
        return json.dumps(asdict(self), separators=(",", ":")) + "\n"

    @staticmethod
    def from_text(text: str) -> Anchor:
        """Read back. Raises ValueError for anything that is not such a line."""
        try:
            facts = json.loads(text)
            line = Anchor(**facts)
            datetime.fromisoformat(line.at)
            if not all(type(number) is int for number in (line.batch, line.first, line.count)):
                raise ValueError("numbers are not numbers")
            if line.count != sum(last - first + 1 for first, last in spans(line.events)):
                raise ValueError("the count is another")
        except (TypeError, KeyError, AttributeError) as wrong:
            raise ValueError(str(wrong)) from wrong
        return line
