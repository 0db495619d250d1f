"""What a request needs is put together on the event loop: a thread for each piece would cost more than the piece."""

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from cli.suite.database import SERVICES


def needed(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """What is called for a route before the route itself."""
    for each in dependant.dependencies:
        if each.call is not None:
            yield each.call
        yield from needed(each)


def waits_for_a_thread(call: Callable[..., Any]) -> bool:
    awaited = iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
    return not (awaited or isasyncgenfunction(call))


@pytest.mark.parametrize("service", SERVICES)
def test_no_dependency_of_a_service_is_called_in_a_thread(service: str) -> None:
    routers: tuple[APIRouter, ...] = import_module(f"services.{service}.app").ROUTERS
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    calls = {call for route in routes for call in needed(route.dependant)}
    assert calls
    assert {call for call in calls if waits_for_a_thread(call)} == set()


def test_a_class_and_a_plain_function_would_be() -> None:
    class Opened:
        """Made for a request."""

    def plain() -> None:
        """Made for a request."""

    assert waits_for_a_thread(Opened)
    assert waits_for_a_thread(plain)
