"""The clinic's own labels: what a sticker on a packet says, so that this packet is told from its neighbours."""

from __future__ import annotations

from typing import Final

OWN_LABEL: Final = "91"
"""GS1's element for a company's internal use. It stands alone where the product has no known GTIN."""
