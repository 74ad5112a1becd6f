"""Frozen values as JSON: what crosses the border between the reader's process and the worker's.

A line is an object with a "type" (the class's name) and the class's fields.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any

from model import types as values

NAMES = {cls.__name__: cls for cls in vars(values).values() if dataclasses.is_dataclass(cls) and isinstance(cls, type)}


def pack(value: object) -> str:
    """One value as one line of JSON, without its line end."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def unpack(line: str) -> Any:
    """The value that `pack` wrote. Raises ValueError for a type that is not in `model.types`."""
    fields = json.loads(line)
    name = fields.pop("type", None) if isinstance(fields, dict) else None
    if name not in NAMES:
        raise ValueError(f"unknown value {name!r}; known: {', '.join(sorted(NAMES))}")
    return _build(NAMES[name], fields)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _build(hint: Any, plain: Any) -> Any:
    """`plain` as the type `hint`: dataclasses, tuples and optional values, nothing else."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{name: _build(hints[name], v) for name, v in plain.items() if name != "type"})
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        items = [arguments[0]] * len(plain) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(item, v) for item, v in zip(items, plain, strict=True))
    if origin in (typing.Union, types.UnionType):
        present = next(a for a in arguments if a is not type(None))
        return None if plain is None else _build(present, plain)
    return plain
