"""A message as it is shown to somebody who has not said why he must see all of it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from shared.contracts import exchange, province, queries
from shared.contracts.province import Wire
from shared.contracts.scope import ScopeItem
from shared.observability import redact
from shared.privacy import mask_name, mask_number
from shared.province.refs import names_a_person

_CONTRACTS = (province, queries, exchange)
_HIDDEN = "***"
_PRIVATE = frozenset({"value", "key"})
"""What is known about somebody, and the key under which names were sealed for a query."""
_DEEPEST = 12


def masked(payload: dict[str, Any], *, depth: int = 0) -> dict[str, Any]:
    """The payload with whatever is personal masked; of fields that no contract knows only the number is told."""
    known = _known_names()
    shown = {name: _shown(name, value, depth) for name, value in payload.items() if name in known}
    unknown = len(payload) - len(shown)
    return shown | {f"?{number}": _HIDDEN for number in range(1, unknown + 1)}


def masked_value(field: str, value: Any) -> Any:
    """One value at a path such as `certificates.0.holder_name`, masked likewise."""
    names = [part for part in field.split(".") if not part.isdecimal()]
    return _shown(names[-1], value, 0) if names and set(names) <= _known_names() else _HIDDEN


def _shown(name: str, value: Any, depth: int) -> Any:
    if value is None:
        return None
    if depth > _DEEPEST or name in _PRIVATE:
        return _HIDDEN
    if isinstance(value, dict):
        return _HIDDEN if names_a_person(name) else masked(value, depth=depth + 1)
    if isinstance(value, list):
        return [_shown(name, each, depth + 1) for each in value]
    if names_a_person(name):
        return mask_name(str(value)) if name.endswith("name") else mask_number(str(value))
    told = str(value)
    return value if (safe := redact(told)) == told else safe


@lru_cache(maxsize=1)
def _known_names() -> frozenset[str]:
    return frozenset(name for model in _models() for name in model.model_fields)


def _models() -> Iterator[type[BaseModel]]:
    yield ScopeItem
    for contract in _CONTRACTS:
        for model in vars(contract).values():
            if isinstance(model, type) and issubclass(model, Wire):
                yield model
