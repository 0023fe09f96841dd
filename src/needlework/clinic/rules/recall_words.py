"""What patients of a recall are told: plain words which promise nothing and frighten nobody, and say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .wording import day, listed

SUBJECT = "Please call {clinic} about your visit"
BODY = """Dear {patient},

You came to us on {days}. {what}

This letter does not say that anything is wrong with you or with {thing}. We want you to know, and we want to hear how your skin is.

What to do:
Call us on {phone}, and say that you are calling about notice {reference}. We will ask you a few questions and answer yours. You may bring somebody with you if you would rather come in.
{advice}Call us at once if you see redness that spreads, pus, blisters or growing pain, or if you have a fever. If you have trouble breathing or pass out, call the emergency number: 999 in the United Kingdom, 112 elsewhere in Europe.

Please do not throw anything away that we gave you for your skin until we have spoken.

{clinic}
{phone}"""

PACKET = (
    "A device was used for you then that comes out of a sealed packet. {sender} has asked clinics to check certain "
    "packets of this device, and our record says that yours was one of them."
)
PRODUCT = (
    "This was put on your skin then: {products}. {sender} has asked clinics to check certain batches of it, and our "
    "record says that yours came from one of them."
)


def letter(
    *,
    patient: str,
    clinic: str,
    phone: str,
    sender: str,
    reference: str,
    advice: str,
    treated_on: Sequence[date],
    products: Sequence[str] = (),
    packet: bool = True,
) -> tuple[str, str]:
    """Subject and body of the letter or message to one patient, about a packet, about products, or about both."""
    said = [PACKET.format(sender=sender)] if packet or not products else []
    if products:
        said.append(PRODUCT.format(products=listed(list(dict.fromkeys(products))), sender=sender))
    body = BODY.format(
        what="\n\n".join(said),
        thing="what was used" if products else "your packet",
        patient=patient,
        clinic=clinic,
        phone=phone,
        reference=reference,
        advice=f"{advice.strip()}\n" if advice.strip() else "",
        days=listed([day(on) for on in dict.fromkeys(treated_on)]) or "an earlier day",
    )
    return SUBJECT.format(clinic=clinic), body
