"""XML to a plain tree that knows its lines: no entities, no network, bounded depth and size.

defusedxml refuses entity declarations and external references; a document type alone, which editing programs
write, is allowed and not loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from soundscape.errors import TimelineError

MAX_DEPTH = 200
MAX_NODES = 5_000_000

_DECLARED = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_NATIVE = ("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1")


@dataclass(slots=True)
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def __bool__(self) -> bool:
        """An element is there, also when it has no children."""
        return True

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> Iterator[Node]:
        """Children of these names, in order."""
        return (child for child in self.children if child.tag in tags)

    def find(self, path: str) -> Node | None:
        """The first descendant along names separated by slashes."""
        node: Node | None = self
        for tag in path.split("/"):
            node = next(node.all(tag), None) if node else None
        return node

    def word(self, path: str, default: str = "") -> str:
        """The text of a descendant, stripped."""
        node = self.find(path)
        return node.text.strip() if node else default

    def walk(self, *tags: str) -> Iterator[Node]:
        """All descendants of these names, in order of the document."""
        stack = [self]
        while stack:
            node = stack.pop()
            if node is not self and node.tag in tags:
                yield node
            stack.extend(reversed(node.children))


class _Builder:
    """Receives what the parser finds; `line` is set by `parse`."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.nodes = 0
        self.expat: object = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = int(getattr(self.expat, "CurrentLineNumber", 0))
        node = Node(tag, attributes, line)
        self.nodes += 1
        if len(self.stack) >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise TimelineError(
                f"is nested more than {MAX_DEPTH} deep or has over {MAX_NODES:,} elements", line=line
            )
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, tag: str) -> None:
        del tag
        self.stack.pop()

    def data(self, text: str) -> None:
        if self.stack:
            self.stack[-1].text += text

    def close(self) -> Node | None:
        return self.root


def parse(data: bytes) -> Node:
    """The root element of a document.

    Raises
    ------
    TimelineError
        When it is not well-formed, declares entities, or is too deep or too large.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    builder = _Builder()
    try:
        parser = DefusedXMLParser(target=builder)
        builder.expat = parser.parser
        parser.feed(_native(data.lstrip()))
        root = parser.close()
    except ParseError as error:
        line, _ = error.position
        raise TimelineError(f"is not well-formed XML: {error}", line=line) from error
    except DefusedXmlException as error:
        raise TimelineError(f"declares XML entities, which are not read: {type(error).__name__}") from error
    except (ValueError, LookupError) as error:
        raise TimelineError(f"is not XML that can be read: {error}") from error
    if not isinstance(root, Node):
        raise TimelineError("has no XML element")
    return root


def _native(data: bytes) -> bytes:
    """The document in an encoding that the parser knows."""
    if (declared := _DECLARED.match(data)) and declared[1].decode().lower() not in _NATIVE:
        text = data[declared.end() :].decode(declared[1].decode(), errors="replace")
        return text.encode()
    return data
