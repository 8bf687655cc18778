"""The data of `soundscape.model` to JSON and back, checked against its types."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


_adapters: dict[Any, Any] = {}


def adapter(kind: Any) -> Any:
    """The pydantic adapter of a type, which takes longer to make than to use."""
    if kind not in _adapters:
        from pydantic import TypeAdapter

        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_json(value: object, *, indent: int | None = 2) -> str:
    """Canonical JSON text of a dataclass of the model; the same value gives the same text."""
    text: bytes = adapter(value.__class__).dump_json(value, indent=indent)
    return text.decode()


def to_data(value: object) -> Any:
    """A dataclass of the model as plain dictionaries, lists, numbers and strings."""
    return adapter(value.__class__).dump_python(value, mode="json")


def from_json(kind: type[T], text: str | bytes) -> T:
    """The dataclass that `to_json` wrote; raises ValueError when the text is none."""
    value: T = adapter(kind).validate_json(text)
    return value
