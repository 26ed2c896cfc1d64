"""A YAML 1.2 file as plain values, with the line of every field, so that an error can point at it.

The node graph is read instead of the constructed document: it keeps the line of every value, what was written
("1.10" is not 1.1), and both halves of a repeated key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from survey_forms.errors import FileProblem

Path = tuple[str | int, ...]
"""The way to a field: ``("factors", 0, "code")``."""

_TAG: Final = "tag:yaml.org,2002:"
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file; ``lines`` and ``written`` are keyed by path. ``written`` has the scalars as typed."""

    content: dict[str, object]
    lines: Mapping[Path, int]
    written: Mapping[Path, str]

    def line_of(self, path: Path) -> int:
        """The line of a field, or of the nearest thing around it when the field is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def path_name(path: Path) -> str | None:
    """A path as a person reads it; None for the file as a whole.

    >>> path_name(("factors", 0, "criteria", 1, "code"))
    'factors[0].criteria[1].code'
    """
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name or None


def read_document(text: str, file: str, complaint: type[FileProblem]) -> Document:
    """Read one YAML mapping. Lists become tuples; `no` and `yes` stay text, as YAML 1.2 has it.

    Raises ``complaint`` with file, line and field for broken YAML, a repeated key, an alias, a key that is no text, a
    value that is neither text, number, true, false nor empty, or a file that is no mapping.
    """
    reader = _Reader(file, complaint)
    root = reader.compose(text)
    if not isinstance(root, MappingNode):
        raise complaint(file, 1, None, "the file must be a list of keys and values, such as “series: an-my-2023”")
    content = reader.mapping(root, ())
    return Document(content, reader.lines, reader.written)


class _Reader:
    def __init__(self, file: str, complaint: type[FileProblem]) -> None:
        self.file = file
        self.complaint = complaint
        self.lines: dict[Path, int] = {}
        self.written: dict[Path, str] = {}
        self._met: set[int] = set()

    def compose(self, text: str) -> Node | None:
        try:
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = None if mark is None else mark.line + 1
            problem = str(error.problem or error.context)
            raise self.complaint(self.file, line, None, f"this is not YAML ({problem}); mend the line") from error
        except YAMLError as error:
            problem = "this is not YAML: it holds a character that is not allowed"
            raise self.complaint(self.file, None, None, problem) from error
        except RecursionError as error:
            raise self.complaint(self.file, None, None, "lists are nested too deeply; see the format") from error
        return node

    def fail(self, path: Path, line: int, problem: str) -> FileProblem:
        return self.complaint(self.file, line, path_name(path), problem)

    def value(self, node: Node, path: Path, line: int) -> object:
        # An alias hands out the same node twice, perhaps inside itself; a form gains nothing from that.
        if id(node) in self._met:
            raise self.fail(path, line, "refers to another part of the file (*); write it out instead")
        self._met.add(id(node))
        self.lines[path] = line
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return tuple(self.value(item, (*path, index), item.start_mark.line + 1) for index, item in enumerate(node.value))
        return self.scalar(node, path, line)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise self.fail(path, line, "a key must be a text")
            key = str(key_node.value)
            if key_node.tag != f"{_TAG}str":
                raise self.fail((*path, key), line, f"the key {key} must stand in quotes, for it is not read as text")
            if key in content:
                first = self.lines[(*path, key)]
                raise self.fail((*path, key), line, f"the key stands here a second time, first in line {first}; keep one of them")
            content[key] = self.value(value_node, (*path, key), line)
        return content

    def scalar(self, node: Node, path: Path, line: int) -> object:
        written = str(node.value)
        self.written[path] = written
        match str(node.tag).removeprefix(_TAG):
            case "str":
                return written
            case "null":
                return None
            case "bool":
                return written.lower() == "true"
            case "int" if _WHOLE_NUMBER.fullmatch(written):
                return int(written)
            case "float" if re.fullmatch(r"[-+0-9.eE]+", written):
                return float(written)
            case "int" | "float":
                raise self.fail(path, line, f"{written} is no plain number; write it in digits, or in quotes as text")
            case _:
                raise self.fail(path, line, f"{written} is not read as text; put it in quotes")
