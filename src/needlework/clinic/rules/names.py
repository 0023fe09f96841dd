"""Names as they are compared: without accents and capitals, and in Latin letters too."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from anyascii import anyascii

TITLES = {"dr", "prof", "mr", "mrs", "ms", "miss"}
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Accents, capitals and width taken away: "Zoë" and "ZOE" are "zoe". Other scripts stay what they are."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def romanise(text: str) -> str:
    """The same in Latin letters: "Наталья" is "natalya"."""
    return fold(anyascii(unicodedata.normalize("NFC", text)))


def words(text: str) -> list[str]:
    """The folded words: "O'Brien-Łukasz" is o, brien, łukasz. Apostrophes also join: obrien."""
    folded = fold(text)
    found = _WORD.findall(folded)
    joined = _WORD.findall(folded.replace("'", "").replace("\u2019", ""))
    return list(dict.fromkeys(found + joined))


def spellings(*names: str) -> set[str]:
    """Every word a name is found by: folded as written, and in Latin letters.

    Names written without a space between family and given name (Chinese, Japanese, Korean) are also found as
    one word, either way round.
    """
    found: set[str] = set()
    for name in names:
        found.update(words(name))
        found.update(words(anyascii(unicodedata.normalize("NFC", name))))
        # "Xiao Ming" typed as one word
        found.add("".join(_WORD.findall(romanise(name))))
    parts = ["".join(_WORD.findall(fold(name))) for name in names[:2] if name]
    if len(parts) == 2 and not "".join(parts).isascii():
        latin = [romanise(part) for part in parts]
        found.update({"".join(parts), "".join(parts[::-1]), "".join(latin), "".join(latin[::-1])})
    found.discard("")
    return {word[:60] for word in found}


def sort_name(given_name: str, family_name: str) -> str:
    """What a list is sorted by: family name, then given name, in Latin letters."""
    return " ".join(_WORD.findall(romanise(f"{family_name} {given_name}")))[:400]


def initials(name: str) -> str:
    """First letters of the first and the last word of a name, titles left out."""
    parts = [word for word in name.split() if word[0].isalpha() and word.casefold().strip(".") not in TITLES]
    return "".join(word[0] for word in parts[:1] + parts[1:][-1:]).upper()


def distance(a: str, b: str) -> int:
    """Letters to add, drop, change or swap to turn one word into the other (Damerau 1964, restricted)."""
    if a == b:
        return 0
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


def close(a: str, b: str) -> bool:
    """Two names that may be one, written down by two people: a slip, or a short form (Rob, Robert)."""
    if not a or not b:
        return True
    short, long = sorted((a, b), key=len)
    if long.startswith(short) and len(short) >= 1:
        return True
    return distance(a, b) <= (1 if len(short) < 4 else 2 if len(short) < 8 else 3)


def same_person(a: tuple[str, str], b: tuple[str, str]) -> bool:
    """Whether two (given, family) names may be one person's: either way round, in any script."""
    one, other = (tuple("".join(_WORD.findall(romanise(part))) for part in name) for name in (a, b))
    straight = close(one[0], other[0]) and close(one[1], other[1])
    crossed = close(one[0], other[1]) and close(one[1], other[0])
    return straight or crossed


def near_dates(born_on: date) -> set[date]:
    """The days a birth date may have been written down as: within five weeks, the month or the year (by one or
    ten) wrong, day and month exchanged."""
    year, month, day = born_on.year, born_on.month, born_on.day
    written = [(year, n, day) for n in range(1, 13)]
    written += [(year + n, month, day) for n in (-10, -1, 1, 10)]
    written.append((year, day, month))
    around = {born_on + timedelta(days=n) for n in range(-35, 36)}
    return around | {found for parts in written if (found := _date(*parts)) is not None}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
