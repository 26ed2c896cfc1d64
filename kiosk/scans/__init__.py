"""Marks read from scanned or photographed paper forms. Needs the extra `[omr]`; its libraries are imported only where a page is read."""

from importlib.util import find_spec
from typing import Final

REASONS: Final = ("kind", "size", "damaged", "pages", "number", "numbers", "corners", "print")
"""Why a file or page is not read: a file of another kind, too large, damaged, of too many pages; a page without a number, with two
different numbers, without its four corner squares, or that does not lie on the form its number names."""

_LIBRARIES: Final = ("cv2", "zxingcpp", "pypdfium2", "PIL")


def is_installed() -> bool:
    """Whether the libraries of the extra `[omr]` are there."""
    return all(find_spec(name) is not None for name in _LIBRARIES)
