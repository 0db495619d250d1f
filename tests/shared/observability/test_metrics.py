"""What Prometheus reads: every instrument by name, and one service's numbers never in another's page."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.observability import Metrics, Telemetry, TelemetrySettings, exposition, start_telemetry


@pytest.fixture
def filing() -> Iterator[Telemetry]:
    telemetry = start_telemetry("filing", TelemetrySettings(), prometheus=True)
    yield telemetry
    telemetry.shutdown()


@pytest.fixture
def accounts() -> Iterator[Telemetry]:
    telemetry = start_telemetry("accounts", TelemetrySettings(), prometheus=True)
    yield telemetry
    telemetry.shutdown()


def samples(telemetry: Telemetry) -> dict[str, float]:
    """Every sample of the page by name; buckets apart."""
    families = text_string_to_metric_families(exposition(telemetry).decode())
    return {
        sample.name: sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def test_every_instrument_is_on_the_page_with_its_value(filing: Telemetry) -> None:
    metrics = Metrics(filing)
    metrics.outbox_age.set(1.5)
    metrics.outbox_published.add(100)
    metrics.outbox_unroutable.add(1)
    metrics.inbox_handled.add(90)
    metrics.inbox_duplicate.add(5)
    metrics.inbox_held.add(3)
    metrics.inbox_parked.add(2)
    metrics.inbox_lag.record(0.004)
    metrics.inbox_lag.record(0.5)
    metrics.messages_parked.set(7)
    metrics.intents_owed.set(8)
    metrics.intents_overdue.set(9)
    page = samples(filing)
    assert {name: value for name, value in page.items() if name.startswith("njt_")} == {
        "njt_outbox_age_seconds": 1.5,
        "njt_outbox_published_total": 100,
        "njt_outbox_unroutable_total": 1,
        "njt_inbox_handled_total": 90,
        "njt_inbox_duplicate_total": 5,
        "njt_inbox_held_total": 3,
        "njt_inbox_parked_total": 2,
        "njt_inbox_lag_seconds_count": 2,
        "njt_inbox_lag_seconds_sum": 0.504,
        "njt_messages_parked": 7,
        "njt_province_intents_owed": 8,
        "njt_province_intents_overdue": 9,
    }


def test_lag_has_buckets_around_ten_milliseconds(filing: Telemetry) -> None:
    Metrics(filing).inbox_lag.record(0.009)
    page = exposition(filing).decode()
    assert 'njt_inbox_lag_seconds_bucket{le="0.005",service_name="njt-filing"} 0.0' in page
    assert 'njt_inbox_lag_seconds_bucket{le="0.01",service_name="njt-filing"} 1.0' in page


def test_a_gauge_keeps_its_value_from_one_reading_to_the_next(filing: Telemetry) -> None:
    metrics = Metrics(filing)
    metrics.outbox_age.set(3)
    assert samples(filing)["njt_outbox_age_seconds"] == 3
    assert samples(filing)["njt_outbox_age_seconds"] == 3
    metrics.outbox_age.set(0)
    assert samples(filing)["njt_outbox_age_seconds"] == 0


def test_counters_start_at_nought_and_gauges_when_first_set(filing: Telemetry) -> None:
    Metrics(filing)
    page = samples(filing)
    assert page["njt_inbox_parked_total"] == 0
    assert "njt_outbox_age_seconds" not in page


def test_two_services_in_one_process_do_not_share_numbers(filing: Telemetry, accounts: Telemetry) -> None:
    Metrics(filing).outbox_published.add(1)
    Metrics(accounts).outbox_published.add(20)
    assert samples(filing)["njt_outbox_published_total"] == 1
    assert samples(accounts)["njt_outbox_published_total"] == 20
    assert b'service_name="njt-accounts"' not in exposition(filing)
    assert b'service_name="njt-accounts"' in exposition(accounts)


def test_without_prometheus_the_page_is_empty_and_the_instruments_still_work() -> None:
    telemetry = start_telemetry("subsidy", TelemetrySettings(), prometheus=False)
    Metrics(telemetry).outbox_published.add(1)
    assert exposition(telemetry) == b""
    telemetry.shutdown()
