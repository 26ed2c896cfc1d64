"""The lists a filter bar is made of, as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a heading; without one they stand by themselves."""

    choices: tuple[Choice, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """One list of the form. The first entry of value "" is the default."""

    name: str
    label: str
    chosen: str
    groups: tuple[Group, ...]

    @property
    def is_changed(self) -> bool:
        """Whether something other than the default is chosen."""
        return bool(self.chosen)

    @property
    def chosen_name(self) -> str:
        """The chosen entry in words; what the list does not hold stands as it is."""
        names = (choice.name for group in self.groups for choice in group.choices if choice.value == self.chosen)
        return next(names, self.chosen)

    @property
    def sentence(self) -> str:
        """Label and choice as the context line says them; where both name the same thing it is said once."""
        label, name = self.label.lower(), self.chosen_name
        if name.lower().startswith(label):
            return name
        return f"{label.removesuffix(' giờ')} {name}" if name.endswith("giờ") else f"{label} {name}"


@dataclass(frozen=True, slots=True)
class Section:
    """Filters that belong together, under a heading."""

    title: str
    filters: tuple[Filter, ...]


EVERYTHING: Final = Group((Choice("", "Tất cả"),))


def as_group(pairs: Iterable[tuple[str, str]]) -> Group:
    """Entries from values and names."""
    return Group(tuple(Choice(value, name) for value, name in pairs))
