"""Reads a page as a browser without scripts would: its form, its hidden fields, its buttons."""

from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Page(HTMLParser):
    """One HTML page: heading, the fields its form would post, the names of its radio buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.lang = ""
        self.heading = ""
        self.fields: dict[str, str] = {}
        self.radios: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str]] = []
        self._inside: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert "style" not in given, f"a style attribute on <{tag}> would be refused by the content policy"
        assert not any(name.startswith("on") for name in given), f"an inline handler on <{tag}>"
        if tag == "script":
            assert given.get("src") or given.get("type") == "application/json", "an inline script would be refused"
        if tag == "html":
            self.lang = given["lang"]
        if tag == "h1":
            self._inside = "h1"
        if tag == "textarea":
            self._inside = given["name"]
            self.fields[given["name"]] = ""
        if tag == "button" and "name" in given:
            self.buttons.append((given["name"], given["value"]))
        if tag != "input":
            return
        if given.get("type") == "radio":
            self.radios.setdefault(given["name"], []).append(given["value"])
        if given.get("type") not in ("radio", "checkbox") or "checked" in given:
            assert given["name"] not in self.fields, f"{given['name']} stands twice on the page"
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._inside is not None:
            self.fields[self._inside] = self.fields[self._inside].removeprefix("\n")  # as every browser does
        if tag in ("h1", "textarea"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "h1":
            self.heading += data.replace("\u00a0", " ")
        elif self._inside is not None:
            self.fields[self._inside] += data


def read(answer: TestResponse) -> Page:
    """The page of an answer."""
    return Page(answer.get_data(as_text=True))


def press(client: FlaskClient, page: Page, name: str, value: str, **filled: str) -> TestResponse:
    """Post a page's form by one of its buttons, with some fields filled in."""
    fields = {key.replace("__", "-"): text for key, text in filled.items()}
    return client.post("/rate", data={**page.fields, **fields, name: value})
