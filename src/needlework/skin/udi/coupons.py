"""The inner structure of North American coupons, AI (8110) and (8112). A coupon is no device, but GS1 judges it so.

Each field is read in turn from a `_Strip`; a `_Torn` carries GS1's name of the first thing that is wrong. Source: GS1
US, North American Coupon Application Guideline (8110); GS1 AI (8112) Coupon Data Specification.
"""

from needlework.skin.udi import dates


class _Torn(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Strip:
    """Digits that are torn off from the left."""

    def __init__(self, digits: str) -> None:
        self.left = digits

    def __bool__(self) -> bool:
        return bool(self.left)

    def take(self, length: int, torn: str) -> str:
        """The next `length` digits; `torn` names the error if there are fewer."""
        if len(self.left) < length:
            raise _Torn(torn)
        taken, self.left = self.left[:length], self.left[length:]
        return taken

    def digit(self, allowed: str, *, missing: str, invalid: str) -> int:
        """The next digit, one of `allowed`."""
        taken = self.take(1, missing)
        if taken not in allowed:
            raise _Torn(invalid)
        return int(taken)

    def field(self, name: str, allowed: str, *, plus: int, none: int | None = None) -> None:
        """A field whose length comes before it: a digit of `allowed`, to which `plus` is added; `none` means no field."""
        long = self.digit(
            allowed, missing=f"coupon-missing-{name}-vli", invalid=f"coupon-invalid-{name}-length"
        )
        if long != none:
            self.take(long + plus, f"coupon-truncated-{name}")

    def opens(self, mark: str) -> bool:
        """Whether an optional part with this mark comes next; the mark is taken off."""
        if not self.left.startswith(mark):
            return False
        self.left = self.left[1:]
        return True


def check_couponcode(value: str) -> str | None:
    """`None` for a complete coupon of AI (8110), or GS1's name of what is wrong with it."""
    if not (value.isascii() and (value == "" or value.isdigit())):
        return "non-digit-character"
    try:
        _read_couponcode(_Strip(value))
    except _Torn as torn:
        return torn.code
    return None


def check_couponposoffer(value: str) -> str | None:
    """`None` for a complete coupon of AI (8112), or GS1's name of what is wrong with it."""
    if not (value.isascii() and (value == "" or value.isdigit())):
        return "non-digit-character"
    strip = _Strip(value)
    try:
        strip.digit("01", missing="coupon-missing-format-code", invalid="coupon-invalid-format-code")
        strip.field("funder", "0123456", plus=6)
        strip.take(6, "coupon-truncated-offer-code")
        strip.field("serial-number", "0123456789", plus=6)
        _read_end(strip)
    except _Torn as torn:
        return torn.code
    return None


def _read_end(strip: _Strip) -> None:
    if strip:
        raise _Torn("coupon-excess-data")


def _read_couponcode(strip: _Strip) -> None:
    strip.field("gcp", "0123456", plus=6)
    strip.take(6, "coupon-truncated-offer-code")
    strip.field("save-value", "12345", plus=0)
    _read_purchase(strip, "1st")
    if strip.opens("1"):
        strip.digit(
            "0123",
            missing="coupon-missing-additional-purchase-rules-code",
            invalid="coupon-invalid-additional-purchase-rules-code",
        )
        _read_purchase(strip, "2nd")
        strip.field("2nd-purchase-gcp", "01234569", plus=6, none=9)
    if strip.opens("2"):
        _read_purchase(strip, "3rd")
        strip.field("3rd-purchase-gcp", "01234569", plus=6, none=9)
    _read_dates(strip)
    if strip.opens("5"):
        strip.field("serial-number", "0123456789", plus=6)
    if strip.opens("6"):
        strip.field("retailer-gcp-or-gln", "1234567", plus=6)
    if strip.opens("9"):
        _read_terms(strip)
    _read_end(strip)


def _read_purchase(strip: _Strip, which: str) -> None:
    strip.field(f"{which}-purchase-requirement", "12345", plus=0)
    strip.digit(
        "012349",
        missing=f"coupon-missing-{which}-purchase-requirement-code",
        invalid=f"coupon-invalid-{which}-purchase-requirement-code",
    )
    strip.take(3, f"coupon-truncated-{which}-purchase-family-code")


def _read_dates(strip: _Strip) -> None:
    expires = ""
    if strip.opens("3"):
        expires = strip.take(6, "coupon-too-short-for-expiration-date")
        if dates.check_yymmdd(expires):
            raise _Torn("coupon-invalid-exipiration-date")  # GS1 spells it so
    if strip.opens("4"):
        starts = strip.take(6, "coupon-too-short-for-start-date")
        if dates.check_yymmdd(starts):
            raise _Torn("coupon-invalid-start-date")
        if expires and starts > expires:
            raise _Torn("coupon-expiration-before-start")


def _read_terms(strip: _Strip) -> None:
    for name, allowed in (
        ("save-value-code", "01256"),
        ("save-value-applies-to-item", "012"),
        ("store-coupon-flag", "0123456789"),
        ("dont-multiply-flag", "01"),
    ):
        strip.digit(allowed, missing=f"coupon-missing-{name}", invalid=f"coupon-invalid-{name}")
