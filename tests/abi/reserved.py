#!/usr/bin/env python3
"""reserved.py OLD NEW OLD-OUT NEW-OUT

Takes reserved members out of two descriptions of an interface (abidw's XML), so that abidiff compares the rest: members
called "reserved" from both, and from NEW also what stands where OLD has a reserved member. A reserved member may come
into use, whole or in part, as long as all else stays where it is and the struct keeps its size.
"""

import sys
import xml.etree.ElementTree as ElementTree
from typing import Iterator

Element = ElementTree.Element
Span = tuple[int, int]  # from, to; in bits


def sizes(root: Element) -> dict[str, int]:
    """The size of each type, by its id; 0 for what is opaque. What a typedef stands for may come after it."""
    known: dict[str, int] = {}
    waiting = {}
    for element in root.iter():
        name = element.get("id", "")
        if element.get("size-in-bits", "").isdigit():
            known[name] = int(element.get("size-in-bits", ""))
        elif element.tag in ("typedef-decl", "qualified-type-def"):
            waiting[name] = element.get("type-id", "")
        elif element.tag == "pointer-type-def":
            known[name] = 64
    for name in waiting:
        at = name
        while at in waiting:
            at = waiting[at]
        known[name] = known.get(at, 0)
    return known


def members(struct: Element) -> Iterator[tuple[Element, str, int, str]]:
    """Each member of a struct: its element, name, offset and type."""
    for element in struct.findall("data-member"):
        variable = element.find("var-decl")
        assert variable is not None
        offset = int(element.get("layout-offset-in-bits", ""))
        yield element, variable.get("name", ""), offset, variable.get("type-id", "")


def structs(root: Element) -> Iterator[Element]:
    return (element for element in root.iter("class-decl") if element.find("data-member") is not None)


def main() -> None:
    old, new = ElementTree.parse(sys.argv[1]), ElementTree.parse(sys.argv[2])
    old_sizes, new_sizes = sizes(old.getroot()), sizes(new.getroot())
    spans: dict[str, list[Span]] = {}
    for struct in structs(old.getroot()):
        for element, name, offset, kind in list(members(struct)):
            if name == "reserved":
                spans.setdefault(struct.get("name", ""), []).append((offset, offset + old_sizes[kind]))
                struct.remove(element)
    for struct in structs(new.getroot()):
        free = spans.get(struct.get("name", ""), [])
        for element, name, offset, kind in list(members(struct)):
            end = offset + new_sizes[kind]
            if name == "reserved" or any(start <= offset and end <= stop for start, stop in free):
                struct.remove(element)
    old.write(sys.argv[3])
    new.write(sys.argv[4])


if __name__ == "__main__":
    main()
