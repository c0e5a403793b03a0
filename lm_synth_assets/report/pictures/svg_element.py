"""An SVG document of matplotlib made an element of a page: nothing in it meets what else is on the page."""

import re
from xml.etree import ElementTree

from lm_synth_assets.report.pictures.style import INK, shown

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LONG_NUMBER = re.compile(r"\d+\.\d{3,}")


def element_of(document: str, name: str, title: str, description: str) -> str:
    """The `svg` element of a document, with a title and a description for who does not see it.

    It has no size of its kept, but proportions; ids begin with `name`; what is drawn in ink has the colour of
    the page's text, and text its font.
    """
    root = ElementTree.fromstring(document)
    _leave_out_sheets(root)
    used = _referred_to(root)
    for node in root.iter():
        node.tag = node.tag.removeprefix(f"{{{_SVG}}}")
        node.text, node.tail = (node.text if node.tag == "text" else None), None
        node.attrib = _attributes(node.attrib, name, used)
    root.attrib = {
        "xmlns": _SVG,
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        # What matplotlib says in a style sheet, which would hold for the whole page.
        "style": "stroke-linejoin: round; stroke-linecap: butt",
    }
    for tag, text in (("desc", description), ("title", title)):
        element = ElementTree.Element(tag, id=f"{name}-{tag}")
        element.text = shown(text)
        root.insert(0, element)
    return ElementTree.tostring(root, encoding="unicode")


def _leave_out_sheets(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in parent.findall(f"{{{_SVG}}}style"):
            parent.remove(child)


def _referred_to(root: ElementTree.Element) -> set[str]:
    """The ids that anything refers to."""
    values = [(key, value) for node in root.iter() for key, value in node.attrib.items()]
    by_link = {value.removeprefix("#") for key, value in values if key == _HREF}
    return by_link | {given for _, value in values for given in _REFERENCE.findall(value)}


def _attributes(given: dict[str, str], name: str, used: set[str]) -> dict[str, str]:
    attributes = {}
    for key, value in given.items():
        if key == "id":
            if value in used:
                attributes["id"] = f"{name}-{value}"
        elif key == _HREF:
            attributes["href"] = f"#{name}-{value.removeprefix('#')}"
        elif key == "style":
            kept = [part for part in value.split("; ") if not part.startswith("font-family")]
            attributes["style"] = _located("; ".join(kept), name).replace(INK, "currentColor")
        elif not value.startswith("rotate(-0 "):
            attributes[key] = _LONG_NUMBER.sub(
                lambda number: f"{float(number[0]):.2f}", _located(value, name)
            )
    return attributes


def _located(value: str, name: str) -> str:
    return _REFERENCE.sub(rf"url(#{name}-\1)", value)
