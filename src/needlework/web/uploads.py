"""Files which people send."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from needlework.clinic.errors import PhotoNotReadable
from needlework.skin.photos.develop import MAX_BYTES, TOO_LARGE


def photo_bytes(request: HttpRequest, name: str) -> bytes:
    """The photograph sent under a name, or nothing when none was chosen.

    Raises PhotoNotReadable for a file that is too large, before it is read into memory.
    """
    sent = request.FILES.get(name)
    if not isinstance(sent, UploadedFile):
        return b""
    if (sent.size or 0) > MAX_BYTES:
        raise PhotoNotReadable(because=TOO_LARGE)
    return bytes(sent.read())
