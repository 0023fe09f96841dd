"""Legal GS1 labels, made at random from a seed: any element of the dictionary, in any order, in any company it bears."""

import random
import string
from collections.abc import Callable

from needlework.skin.udi import checks, elements
from needlework.skin.udi.label import LabelRefused

KEYS = ("01", "01", "01", "01", "01", "01", "00", "8006", "8010", "253", "255", "8003", "8018", "414", "03")
"""What a label may be about; mostly products."""

SCANNERS = ("]d2", "]C1", "]Q3", "]e0", "\x1d", "^", "")
"""What comes before the elements: symbology identifiers, an FNC1, GS1's notation for it, or nothing."""


def make(dice: random.Random, *, most: int = 6) -> dict[str, str]:
    """The elements of a legal label: a key and up to `most` others with the companions they need, shuffled."""
    wanted = [dice.choice(KEYS)]
    known = elements.dictionary()
    pool = dice.choice((("10", "11", "17", "21", "30", "240"), tuple(known)))
    wanted += dice.sample(pool, k=min(len(pool), dice.randint(0, most)))
    chosen: dict[str, str] = {}
    for ai in wanted:
        trial = {**chosen, ai: ""}
        for _ in range(6):  # each round adds what the last one still lacked
            lacking = _lacking(trial)
            if not lacking:
                break
            trial |= dict.fromkeys(dice.choice(lacking), "")
        if _bears(trial):
            chosen = trial
    order = list(chosen) or ["01"]
    dice.shuffle(order)
    made = {ai: value(dice, ai) for ai in order}
    if "8030" in made:  # a signature wants the serial number that these keys may leave away
        for ai in {"253", "255", "8003"} & set(made):
            made[ai] = made[ai][: known[ai].shortest] + "7"
    return made


def _lacking(trial: dict[str, str]) -> list[list[str]]:
    known = elements.dictionary()
    for ai in trial:
        for simple, rest, _ in known[ai].needs:
            met = not simple.isdisjoint(trial) or any(
                all(one.among(trial, but=ai) for one in way) for way in rest
            )
            if not met:
                ways = [[one] for one in sorted(simple)]
                ways += [[_any_of(one) for one in way] for way in rest]
                return ways
    return []


def _any_of(companions: elements.Companions) -> str:
    whole = sorted(companions.whole)
    return (
        whole[0]
        if whole
        else next(ai for ai in elements.dictionary() if ai.startswith(companions.beginnings))
    )


def _bears(trial: dict[str, str]) -> bool:
    try:
        elements.check_companions(dict.fromkeys(trial, "x" * 40))
    except LabelRefused:
        return False
    return True


def value(dice: random.Random, ai: str) -> str:
    """A legal value for an element."""
    element = elements.dictionary()[ai]
    text = ""
    for part in element.parts:
        if part.optional and (not text or dice.random() < 0.5):
            break
        text += _part(dice, part)
    return text


def _part(dice: random.Random, part: elements._Part) -> str:
    cset, *rest = part.checks
    length = dice.randint(part.shortest, part.longest)
    for check in rest:
        if check in MAKERS:
            return MAKERS[check](dice, length)
    return _characters(dice, CHARACTERS[cset], length)


def _characters(dice: random.Random, characters: str, length: int) -> str:
    return "".join(dice.choices(characters, k=length))


CHARACTERS: dict[checks.Check, str] = {
    checks.check_digits: string.digits,
    checks.check_cset82: checks.CSET82,
    checks.check_cset39: string.digits + string.ascii_uppercase + "#-/",
    checks.check_cset64: string.ascii_letters + string.digits + "-_",
}


def _number(dice: random.Random, length: int) -> str:
    body = _characters(dice, string.digits, length - 1)
    return body + checks.check_digit(body)


def _key_with_pair(dice: random.Random, length: int) -> str:
    body = _characters(dice, string.digits, 5) + _characters(dice, checks.CSET82, max(0, length - 8)) + "x"
    return body + checks.check_pair(body)


def _prefixed(dice: random.Random, length: int) -> str:
    return _characters(dice, string.digits, 4) + _characters(
        dice, "0123456789ABCDEFXYZ-/", max(0, length - 4)
    )


def _day(dice: random.Random, length: int) -> str:
    year = "20" * (length == 8) + f"{dice.randint(0, 99):02}"
    return f"{year}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"


def _day_or_month(dice: random.Random, length: int) -> str:
    day = _day(dice, length)
    return day[:-2] + "00" if dice.random() < 0.2 else day


def _pieces(dice: random.Random, length: int) -> str:
    total = dice.randint(1, 99)
    return f"{dice.randint(1, total):02}{total:02}"


def _one_of(*values: str) -> Callable[[random.Random, int], str]:
    return lambda dice, _: dice.choice(values)


MAKERS: dict[checks.Check, Callable[[random.Random, int], str]] = {
    checks.check_csum: _number,
    checks.check_csumalpha: _key_with_pair,
    checks.check_gcppos1: _prefixed,
    checks.CHECKS["yymmdd"]: _day,
    checks.CHECKS["yymmd0"]: _day_or_month,
    checks.CHECKS["yyyymmdd"]: _day,
    checks.check_hh: lambda dice, _: f"{dice.randint(0, 23):02}",
    checks.check_mi: lambda dice, _: f"{dice.randint(0, 59):02}",
    checks.check_ss: lambda dice, _: f"{dice.randint(0, 59):02}",
    checks.check_hhmi: lambda dice, _: f"{dice.randint(0, 23):02}{dice.randint(0, 59):02}",
    checks.check_zero: _one_of("0"),
    checks.check_nonzero: lambda dice, length: _characters(dice, "123456789", length),
    checks.check_nozeroprefix: lambda dice, length: "7" + _characters(dice, string.digits, length - 1),
    checks.check_yesno: _one_of("0", "1"),
    checks.check_winding: _one_of("0", "1", "9"),
    checks.check_hyphen: _one_of("-"),
    checks.check_importeridx: _one_of("A", "-", "7"),
    checks.check_iso3166: _one_of("826", "250", "528"),
    checks.check_iso3166999: _one_of("826", "999"),
    checks.check_iso3166alpha2: _one_of("GB", "FR"),
    checks.check_iso4217: _one_of("826", "978"),
    checks.check_iso5218: _one_of("0", "1", "2", "9"),
    checks.check_mediatype: _one_of("01", "10", "80"),
    checks.check_packagetype: _one_of("1A", "BX", "RB1"),
    checks.check_iban: _one_of("GB82WEST12345698765432", "DE89370400440532013000"),
    checks.check_latitude: lambda dice, _: f"{dice.randint(0, 1800000000):010}",
    checks.check_longitude: lambda dice, _: f"{dice.randint(0, 3600000000):010}",
    checks.check_pieceoftotal: _pieces,
    checks.check_posinseqslash: _one_of("1/1", "2/3"),
    checks.check_pcenc: _one_of("Rose%20Lane", "Karlsson", "100%25"),
    checks.CHECKS["couponcode"]: _one_of("012345612345611110123", "01234561234561111012310110123990000"),
    checks.CHECKS["couponposoffer"]: _one_of("001234561234560123456", "101234561234561123456" + "7"),
}
"""A maker for every check that more than the kind of characters decides."""


def as_scanned(made: dict[str, str], scanner: str) -> str:
    """What a scanner sends for these elements."""
    text = elements.join(made)
    return scanner + (text.replace("\x1d", "^") if scanner == "^" else text)


def as_printed(made: dict[str, str]) -> str:
    """The text under the barcode."""
    return "".join(f"({ai})" + value.replace("(", r"\(") for ai, value in made.items())
