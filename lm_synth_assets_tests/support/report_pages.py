"""Reading an HTML page as a tree, strictly: what a browser would have to mend is an error."""

import re
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

_VOID = {"meta", "link", "br", "hr", "img", "input"}
_INLINE = {"a", "code", "span", "strong"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tree = TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open, f"<{tag}/> closes itself, which only elements of a picture may"
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}> in line {self.getpos()[0]}"
        self.open.pop()
        self.tree.end(tag)
        if self.open and tag not in _INLINE:
            self.tree.data(" ")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.tree.data(data)
        else:
            assert not data.strip(), f"text outside of all elements: {data!r}"


def read(html: str) -> Element:
    """The tree of a page. Fails where an element is not closed in the order in which it was opened."""
    assert html.startswith("<!doctype html>\n")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader.tree.close()


def text(element: Element) -> str:
    """The text of an element and all in it, on one line."""
    return " ".join("".join(element.itertext()).split())


def labelled(page: Element, label: str) -> Element:
    """The one element with this label for who cannot see it."""
    (found,) = (element for element in page.iter() if element.get("aria-label") == label)
    return found


def rows(page: Element, label: str) -> list[dict[str, str]]:
    """The rows of the table in the region of this label, each cell by the header of its column."""
    header, *others = (list(map(text, row)) for row in labelled(page, label).iter("tr"))
    return [dict(zip(header, row, strict=True)) for row in others]


def section(page: Element, name: str) -> str:
    """All text of the section whose heading has this id."""
    (found,) = (element for element in page.iter("section") if element.get("aria-labelledby") == name)
    return text(found)


def without_command(page: bytes) -> bytes:
    """A page without the command that makes the data again, which names format and configuration file."""
    return re.sub(rb"lm-synth generate [^<]*", b"lm-synth generate", page)
