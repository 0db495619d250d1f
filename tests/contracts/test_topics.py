"""Every announcement has a name that says whose it is, and somebody who listens."""

import re
from importlib import import_module

import pytest

from cli.suite.database import SERVICES
from shared.contracts import EVENTS, Event
from shared.messaging.bus import Queue

PUBLISHED = {
    topic: event for topic, event in EVENTS.items() if event.__module__.startswith("shared.contracts.")
}


@pytest.fixture(scope="module")
def queues() -> dict[str, Queue]:
    """What each service listens to, computed from its own table of subscriptions."""
    return {
        service: import_module(f"services.{service}.subscriptions").subscriptions.queue(service)
        for service in SERVICES
    }


@pytest.mark.parametrize("topic", sorted(PUBLISHED))
def test_every_announcement_is_listened_to_by_another_service(topic: str, queues: dict[str, Queue]) -> None:
    publisher = topic.partition(".")[0]
    listeners = {service for service, queue in queues.items() if topic in queue.routing_keys}
    assert listeners - {publisher}, f"nobody hears {topic}: the relay would keep it for ever"


@pytest.mark.parametrize("event", PUBLISHED.values(), ids=str)
def test_a_topic_names_its_publisher_what_happened_and_its_version(event: type[Event]) -> None:
    publisher = event.__module__.rpartition(".")[2]
    assert publisher in SERVICES
    assert re.fullmatch(rf"{publisher}\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", event.topic)
    assert event.stream.startswith(f"{publisher}.")


def test_a_listener_hears_whole_streams(queues: dict[str, Queue]) -> None:
    for service, queue in queues.items():
        streams = {EVENTS[topic].stream for topic in queue.routing_keys}
        whole = {topic for topic, event in EVENTS.items() if event.stream in streams}
        assert queue.routing_keys == whole, service


def test_every_queue_is_the_services_own(queues: dict[str, Queue]) -> None:
    assert {service: queue.name for service, queue in queues.items()} == {
        service: f"njt.{service}.events" for service in SERVICES
    }
