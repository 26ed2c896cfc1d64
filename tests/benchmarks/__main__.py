"""`python -m tests.benchmarks [section …]`: run the sections named, or all, and print one table each."""

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Row, describe_machine

FOLDER = Path(__file__).parent


def main() -> None:
    """Every module beside this one that has a `run` is a section."""
    sections = {found.name: module for found in pkgutil.iter_modules([str(FOLDER)]) if (module := _section(found.name)) is not None}
    wanted = sys.argv[1:] or list(sections)
    unknown = [name for name in wanted if name not in sections]
    if unknown:
        sys.exit(f"there is no section {', '.join(unknown)}; there are {', '.join(sections)}")
    print(describe_machine(), flush=True)
    for name in wanted:
        print(f"\n## {name}\n{(sections[name].__doc__ or '').strip()}\n", flush=True)
        _print_table(sections[name].run())


def _section(name: str) -> Any:
    if name.startswith("__"):
        return None
    module = importlib.import_module(f"tests.benchmarks.{name}")
    return module if hasattr(module, "run") else None


def _print_table(rows: list[Row]) -> None:
    cells = [("N", "work", "way", "figure", "compared")] + [(f"{row.n:,}", row.work, row.way, row.figure, row.compared) for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(5)]
    for line in cells:
        print(
            "  ".join(
                text.rjust(width) if place in (0, 3) else text.ljust(width)
                for place, (text, width) in enumerate(zip(line, widths, strict=True))
            )
        )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
