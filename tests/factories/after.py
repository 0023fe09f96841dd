"""What a photograph, a check-in or a review hangs on."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image

from needlework.clinic.models import Consultation, Patient, Staff

from .people import NOW


def consultation(of: Patient, by: Staff, **facts: object) -> Consultation:
    return Consultation.objects.create(
        **{
            "clinic": of.clinic,
            "patient": of,
            "practitioner": by,
            "purpose": "medical",
            "motive": "Old acne scars",
            "expectation": "A smoother cheek",
            "distress": "none",
            "skin_type": 3,
            "held_at": NOW - timedelta(days=7),
            "held_by": by.name,
            **facts,
        }
    )


def jpeg(
    width: int = 320, height: int = 240, *, exif: Image.Exif | None = None, colour: str = "tan"
) -> bytes:
    """A small picture of one colour, darker on its left half so that turning shows."""
    image = Image.new("RGB", (width, height), colour)
    image.paste("black", (0, 0, width // 4, height))
    out = BytesIO()
    image.save(out, "JPEG", **({"exif": exif} if exif is not None else {}))
    return out.getvalue()
