"""The four services as the command line starts them; loaded when they are needed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fastapi import FastAPI

from shared.service import Runtime, Worker


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One service's composition roots."""

    name: str
    create_runtime: Callable[..., Runtime[Any]]
    create_app: Callable[[Runtime[Any]], FastAPI]
    create_worker: Callable[..., Worker[Any]]


def entry(service: str) -> Entry:
    """The composition roots of a service."""
    place = f"services.{service}"
    return Entry(
        name=service,
        create_runtime=import_module(f"{place}.runtime").create_runtime,
        create_app=import_module(f"{place}.app").create_app,
        create_worker=import_module(f"{place}.worker").create_worker,
    )
