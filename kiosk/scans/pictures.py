"""Pages out of an uploaded file: PDF, PNG, JPEG or TIFF, told apart by their first bytes, opened only within limits."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import ScanUnreadable

Gray = NDArray[np.uint8]
"""Grey picture, height × width, 0 black to 255 white."""

MOST_FILE_BYTES: Final = 40 * 1024 * 1024
MOST_PIXELS: Final = 60_000_000
"""A page of A4 at 600 dpi has 35 million; a telephone's largest picture 50."""
MOST_PAGES: Final = 100
_LONGEST_SIDE: Final = 3600
"""A4 at 300 dpi. More tells nothing more about a pen's stroke and costs time."""
_MAGIC: Final = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"II*\0": "tiff", b"MM\0*": "tiff"}


def find_kind(content: bytes) -> str | None:
    """What a file is by its first bytes; its name and the sender's word do not count.

    >>> find_kind(b"%PDF-1.7"), find_kind(b"GIF89a")
    ('pdf', None)
    """
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)


def open_pages(content: bytes) -> Iterator[Gray]:
    """The pages of a file, one after the other, grey, no longer than 300 dpi needs.

    Raises ScanUnreadable: "size", "kind" before anything is decoded; "pages", "damaged" while it is.
    """
    if len(content) > MOST_FILE_BYTES:
        raise ScanUnreadable("size")
    kind = find_kind(content)
    if kind is None:
        raise ScanUnreadable("kind")
    return _open_pdf(content) if kind == "pdf" else _open_picture(content, kind)


def _open_pdf(content: bytes) -> Iterator[Gray]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise ScanUnreadable("damaged") from None
    try:
        if len(document) > MOST_PAGES:
            raise ScanUnreadable("pages")
        for number in range(len(document)):
            try:
                page = document[number]
                longest = max(page.get_size())
                if not 72 <= longest <= 14_400:
                    raise ScanUnreadable("size")
                # A page of any size comes out as large as A4 at 300 dpi: what it holds is one picture of a sheet.
                picture = page.render(scale=3508 / longest, grayscale=True).to_numpy()
            except pypdfium2.PdfiumError:
                raise ScanUnreadable("damaged") from None
            yield np.ascontiguousarray(picture.reshape(picture.shape[:2]), dtype=np.uint8)
    finally:
        document.close()


def _open_picture(content: bytes, kind: str) -> Iterator[Gray]:
    from PIL import Image, UnidentifiedImageError

    try:
        # Naming the format keeps every other decoder out; the size stands in the head and is looked at before a pixel is decoded.
        with Image.open(BytesIO(content), formats=[kind.upper()]) as picture:
            n_frames = getattr(picture, "n_frames", 1)
            if n_frames > MOST_PAGES:
                raise ScanUnreadable("pages")
            for number in range(n_frames):
                picture.seek(number)
                if picture.width * picture.height > MOST_PIXELS:
                    raise ScanUnreadable("size")
                share = _LONGEST_SIDE / max(picture.size)
                frame = picture.convert("RGBA").convert("RGB").convert("L") if "A" in picture.getbands() else picture.convert("L")
                if share < 1:
                    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
                    frame = frame.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
                yield np.asarray(frame, dtype=np.uint8)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        raise ScanUnreadable("damaged") from None
