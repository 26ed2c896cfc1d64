"""Reading a page as its reader does: visible text, tables, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient

_VOID = frozenset({"meta", "link", "input", "br", "rect", "line", "circle", "path"})


@dataclass
class Element:
    """One element with its attributes and what stands inside."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: "list[Element | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Element]":
        """This element and all below."""
        yield self
        for part in self.inside:
            if isinstance(part, Element):
                yield from part.walk()

    def find(self, tag: str, of_class: str = "") -> "list[Element]":
        """Elements of a tag, and of a class if one is named."""
        return [e for e in self.walk() if e.tag == tag and (not of_class or of_class in e.attributes.get("class", "").split())]

    @property
    def text(self) -> str:
        """The text with ordinary single spaces."""
        return " ".join(re.sub(r"\s+", " ", "".join(self._texts())).split())

    def _texts(self) -> Iterator[str]:
        for part in self.inside:
            if isinstance(part, str):
                yield part
            elif part.tag not in ("script", "style"):
                yield from (*part._texts(), " " if part.tag in ("td", "th", "p", "li", "br", "tr", "span") else "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Element:
    """The page as a tree; an element that is not closed fails the test."""
    reader = _Reader()
    reader.feed(html)
    assert [e.tag for e in reader.open] == ["page"]
    return reader.open[0]


def get(client: FlaskClient, address: str, status: int = 200) -> Element:
    """Open a page and check what every page must be: well-formed, Vietnamese, without inline scripts or styles."""
    answer = client.get(address)
    assert answer.status_code == status, answer.status
    page = read(answer.text)
    assert page.find("html")[0].attributes["lang"] == "vi"
    assert len(page.find("h1")) == 1
    for element in page.walk():
        assert not any(name == "style" or name.startswith("on") for name in element.attributes), element.attributes
        if element.tag == "script" and "src" not in element.attributes:
            assert element.attributes["type"] == "application/json"
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    return page
