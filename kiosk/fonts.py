"""Where the DejaVu fonts lie that every document embeds: inside the installed matplotlib wheel."""

from importlib.util import find_spec
from pathlib import Path

from kiosk.errors import SlipError


def dejavu_folder() -> Path:
    """The folder of DejaVuSans.ttf, found without importing matplotlib (which takes most of a second)."""
    spec = find_spec("matplotlib")
    for package in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(package) / "mpl-data" / "fonts" / "ttf"
        if (folder / "DejaVuSans.ttf").is_file():
            return folder
    raise SlipError("The DejaVu fonts were not found in the matplotlib package; install the project again with its dependencies.")
