"""Products by batch: what may be put on the skin, what may be received, and what the facts of a batch say.

Product and batch are compared however they are written: capitals and blanks around them tell nothing apart.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from needlework.clinic.errors import (
    BadInput,
    BatchArrivedExpired,
    BatchDiscarded,
    BatchExpired,
    BatchHeldByRecall,
    BatchNotSetAside,
    BatchOpenTooLong,
    BatchRecalled,
    BatchSetAside,
)
from needlework.clinic.models import ProductBatch, Recall
from needlework.skin import packs

from . import why_not, wording
from .devices import EXPIRES_SOON

BATCH_LENGTH: Final = 40
PRODUCT_LENGTH: Final = 60
MOST_CONTAINERS: Final = 1000
MOST_MONTHS: Final = 60


class BatchState(StrEnum):
    """Where a batch stands, read off its facts."""

    IN_DATE = "in-date"
    OPENED = "opened"
    EXPIRED = "expired"
    SET_ASIDE = "set-aside"
    RECALLED = "recalled"
    DISCARDED = "discarded"


def state(row: ProductBatch, *, on: date) -> BatchState:
    """The state of a batch on a day."""
    if row.discarded_at is not None:
        return BatchState.DISCARDED
    if row.recall_id is not None:
        return BatchState.RECALLED
    if row.quarantined_at is not None:
        return BatchState.SET_ASIDE
    until = lasts_until(row)
    if until is not None and until < on:
        return BatchState.EXPIRED
    return BatchState.OPENED if row.opened_on is not None else BatchState.IN_DATE


def lasts_until(row: ProductBatch) -> date | None:
    """The last day on which it may be used: as printed, or so many months after opening, whichever comes first."""
    days = [row.expires_on, _opened_until(row)]
    return min((on for on in days if on is not None), default=None)


def _opened_until(row: ProductBatch) -> date | None:
    if row.opened_on is None or row.use_within_months is None:
        return None
    years, month = divmod(row.opened_on.month - 1 + row.use_within_months, 12)
    year = row.opened_on.year + years
    return date(year, month + 1, min(row.opened_on.day, monthrange(year, month + 1)[1]))


def expires_soon(row: ProductBatch, *, on: date) -> bool:
    """Whether its last day lies within the next sixty."""
    until = lasts_until(row)
    return until is not None and on <= until < on + EXPIRES_SOON


# --- names -----------------------------------------------------------------------------------------------
def known_products() -> dict[str, str]:
    """Code and name of every numbing cream and topical of the pack."""
    pack = packs.shipped()
    creams = {code: row.name for code, row in pack.anaesthetics.items()}
    return creams | {code: row.name for code, row in pack.topicals.items()}


def product_code(product: str) -> str:
    """The pack's code of a product that was named by its code or its name; any other name as it was written.

    >>> product_code(" Emla cream 5 % "), product_code("EMLA"), product_code("Mineral  powder")
    ('emla', 'emla', 'Mineral powder')
    """
    named = " ".join(product.split())
    wanted = named.casefold()
    rows = known_products().items()
    return next((code for code, name in rows if wanted in {code.casefold(), name.casefold()}), named)


def same_product(one: str, other: str) -> bool:
    """Whether two names mean one product.

    >>> same_product("emla", "EMLA Cream 5 %"), same_product("Mineral powder", "mineral powder ")
    (True, True)
    >>> same_product("emla", "lmx4")
    False
    """
    return product_code(one).casefold() == product_code(other).casefold()


def numbing() -> frozenset[str]:
    """The codes of the pack's numbing creams: those are medicines, and have an expiry."""
    return frozenset(packs.shipped().anaesthetics)


def named(row: ProductBatch) -> str:
    """A batch in words: "EMLA Cream 5 %, batch BX4471"."""
    return f"{wording.product(row.product)}, batch {row.batch}"


def _names(row: ProductBatch) -> dict[str, str]:
    return {"product": wording.product(row.product), "batch": row.batch}


# --- putting it on ---------------------------------------------------------------------------------------
def check_usable(rows: Sequence[ProductBatch], *, site_id: int, on: date) -> None:
    """What the stock knows of one batch does not speak against putting it on the skin.

    A recall of one row means the batch, wherever it stands. Else the rows of this site decide, or those of other
    sites where it has none, and one that is free is enough. A batch that nobody received is not judged here.
    Raises BatchRecalled, BatchDiscarded, BatchSetAside, BatchExpired or BatchOpenTooLong.
    """
    for row in rows:
        check_not_recalled(row)
    here = [row for row in rows if row.site_id == site_id] or rows
    problems = [why_not(_check_free, row, on=on) for row in here]
    if problems and all(problems):
        kept = [problem for problem in problems if not isinstance(problem, BatchDiscarded)]
        raise next(problem for problem in (*kept, *problems) if problem is not None)


def check_not_called_back(product: str, batch: str, recalls: Sequence[Recall]) -> None:
    """No open recall means the batch, in stock or not. Raises BatchRecalled."""
    for recall in recalls:
        raise BatchRecalled(product=wording.product(product), batch=batch, reference=recall.reference)


def check_not_recalled(row: ProductBatch) -> None:
    """Raises BatchRecalled."""
    if row.recall is not None:
        raise BatchRecalled(**_names(row), reference=row.recall.reference)


def _check_free(row: ProductBatch, *, on: date) -> None:
    check_there(row)
    if row.quarantined_at is not None:
        raise BatchSetAside(**_names(row), because=row.quarantined_because.rstrip("."))
    if row.expires_on is not None and row.expires_on < on:
        raise BatchExpired(**_names(row), day=wording.day(row.expires_on))
    until = _opened_until(row)
    if until is not None and until < on and row.opened_on is not None:
        raise BatchOpenTooLong(
            **_names(row),
            opened=wording.day(row.opened_on),
            months=row.use_within_months,
            day=wording.day(until),
        )


# --- keeping it ------------------------------------------------------------------------------------------
def check_there(row: ProductBatch) -> None:
    """It was not thrown away. Raises BatchDiscarded."""
    if row.discarded_at is not None:
        raise BatchDiscarded(**_names(row), because=row.discarded_because.rstrip("."))


def check_freeable(row: ProductBatch) -> None:
    """Set aside, and by no recall that is still open. Raises BatchDiscarded, BatchNotSetAside, BatchHeldByRecall."""
    check_there(row)
    if row.quarantined_at is None:
        raise BatchNotSetAside(**_names(row))
    if row.recall is not None:
        raise BatchHeldByRecall(**_names(row), reference=row.recall.reference)


def check_arrival(
    *,
    product: str,
    batch: str,
    expires_on: date | None,
    use_within_months: int | None,
    containers: int,
    on: date,
) -> None:
    """What arrives has a name and a batch, and is in date; a numbing cream has a date. Raises BadInput,
    BatchArrivedExpired.
    """
    if not 0 < len(product) <= PRODUCT_LENGTH:
        raise BadInput(because="Choose the product, or write its name.", at_field="product")
    if not 0 < len(batch) <= BATCH_LENGTH:
        raise BadInput(
            because="Give the batch number printed on the tube, bottle or sachet.", at_field="batch"
        )
    if not 1 <= containers <= MOST_CONTAINERS:
        raise BadInput(because=f"How many came lies between 1 and {MOST_CONTAINERS}.", at_field="containers")
    if use_within_months is not None and not 1 <= use_within_months <= MOST_MONTHS:
        raise BadInput(
            because=f"The months after opening lie between 1 and {MOST_MONTHS}.", at_field="use_within_months"
        )
    if expires_on is None:
        if product in numbing():
            raise BadInput(
                because="Give the expiry date on the tube: numbing cream is a medicine and has one.",
                at_field="expires_on",
            )
        return
    if expires_on < on:
        raise BatchArrivedExpired(batch=batch, day=wording.day(expires_on))
    if expires_on.year > on.year + 20:
        raise BadInput(
            because=f"No product lasts until {expires_on.year}. Give the date beside the hourglass or after EXP.",
            at_field="expires_on",
        )
