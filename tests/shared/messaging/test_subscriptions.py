"""What a service listens to follows from the table of its handlers."""

import pytest

from shared.messaging.bus import EVENTS_EXCHANGE
from shared.messaging.subscriptions import Subscriptions
from tests.shared.messaging.tallies import Counted, Echoed, Remarked, Work, count


def test_listening_to_one_fact_of_a_stream_means_hearing_the_whole_stream() -> None:
    subscriptions = Subscriptions[Work]()
    subscriptions.on(Counted, count)
    queue = subscriptions.queue("tests")
    assert (queue.name, queue.dead) == ("njt.tests.events", "njt.tests.events.dead")
    assert queue.exchange == EVENTS_EXCHANGE
    assert queue.routing_keys == {Counted.topic, Remarked.topic}
    assert Echoed.topic not in queue.routing_keys
    assert subscriptions.streams == {"tests.tally"}


def test_a_fact_has_one_handler() -> None:
    subscriptions = Subscriptions[Work]()
    subscriptions.on(Counted, count)
    with pytest.raises(ValueError, match="already has a handler"):
        subscriptions.on(Counted, count)
    assert subscriptions.handler(Counted.topic) is count
    assert subscriptions.handler(Remarked.topic) is None


def test_a_service_that_listens_to_nothing_has_an_unbound_queue() -> None:
    assert Subscriptions[Work]().queue("tests").routing_keys == frozenset()
