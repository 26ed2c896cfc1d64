"""A test of a page asserts what it waited for: a page read once inside an assert may still be arriving when the machine is busy."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
READS = {
    *("all_inner_texts", "all_text_contents", "bounding_box", "evaluate_all", "get_attribute", "inner_html", "inner_text"),
    *("input_value", "is_checked", "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible", "text_content"),
}
PAGES = {"page", "phone", "tablet", "office"}


def find_early_reads(source: str) -> list[str]:
    """`line: name` of every assert that reads a page's elements itself, instead of by `expect(...)` or after `wait_until(...)`."""
    asserts = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    return [f"{node.lineno}: {name}" for node in asserts for name in _reads_in(node.test)]


def _reads_in(test: ast.expr) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute) and node.attr == "url" and isinstance(node.value, ast.Name) and node.value.id in PAGES:
            yield "url"  # an address the page's script writes is told to us a moment later
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        # A text counts something, a locator counts itself.
        if name in READS or (name == "count" and not node.args):
            yield name


def test_no_assert_reads_a_page_that_may_still_be_arriving() -> None:
    drives_pages = [
        path
        for path in (
            *(ROOT / "tests" / "browser").rglob("*.py"),
            *(ROOT / "tests" / "kiosk").rglob("*.py"),
            *(ROOT / "tests" / "faults").rglob("*.py"),
        )
        if "playwright" in path.read_text(encoding="utf-8") or "tests.browser" in path.read_text(encoding="utf-8")
    ]
    assert len(drives_pages) > 10
    found = [f"{path.relative_to(ROOT)}:{each}" for path in drives_pages for each in find_early_reads(path.read_text(encoding="utf-8"))]
    assert found == [], "wait for it: expect(locator).to_…, or tests.browser.patience.wait_until"


@pytest.mark.parametrize(
    ("line", "n_found"),
    [
        pytest.param('assert page.locator(".strip").evaluate_all("…")', 1, id="all strips at once"),
        pytest.param('assert page.locator("input:checked").count() == 0', 1, id="none there yet"),
        pytest.param('assert "x" in page.inner_text("h1")', 1, id="the title before"),
        pytest.param("assert code not in phone.url", 1, id="an address about to change"),
        pytest.param('expect(page.locator("input:checked")).to_have_count(0)', 0, id="waited for"),
        pytest.param('assert html.count("</script>") == 2', 0, id="a text"),
    ],
)
def test_an_early_read_is_found(line: str, n_found: int) -> None:
    assert len(find_early_reads(line)) == n_found
