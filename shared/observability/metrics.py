"""What operators watch, and the page Prometheus reads it from."""

from collections.abc import Mapping

from opentelemetry.metrics import Counter
from opentelemetry.metrics import _Gauge as Gauge
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.observability.tracing import Telemetry

EXPOSITION_CONTENT_TYPE = CONTENT_TYPE_LATEST

_LAG_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0)

_MONEY_UNBALANCED = "资金台账与申领、指令不符的金额 · By how much accounts differ from what they account for"

_DRIFT = "与省级名录不一致、尚未处理的账号 · Accounts other than the provincial register has them, undecided"
_STATISTICS_BEHIND = "统计未含最新变动的时间 · How long statistics have lacked what was done since"
_STATISTICS_DIFFER = (
    "统计发放金额与资金台账之差 · By how much statistics of money paid differ from the accounts"
)


class Metrics:
    """One service's instruments; build it once per telemetry. Gauges are `set`, counters `add`, lag `record`.

    Prometheus sees `njt_outbox_age_seconds`, `njt_outbox_published_total`, `njt_outbox_unroutable_total`,
    `njt_inbox_{handled,duplicate,held,parked}_total`, `njt_inbox_lag_seconds`, `njt_messages_parked`,
    `njt_money_unbalanced_fen`, `njt_terms_overdue`, `njt_province_intents_{owed,overdue,refused}`,
    `njt_province_numbers_missing`, `njt_province_paused`, `njt_province_key_file_broken`,
    `njt_province_{reconciled_behind_days,differences,reconciliations_unanswered}`,
    `njt_accounts_drift`, `njt_statistics_{behind_seconds,differ_fen}`. A gauge nobody has set yet is absent;
    counters start at nought.
    """

    def __init__(self, telemetry: Telemetry) -> None:  # budget: one instrument after the other
        self._meter = meter = telemetry.meter_provider.get_meter("ningjitong")
        self.outbox_age = meter.create_gauge(
            "njt.outbox.age", "s", "最早一条待发消息的等待时间 · Age of the oldest unpublished message"
        )
        self.outbox_published = self._counter(
            "outbox.published", "已确认发出的消息 · Messages confirmed by the broker"
        )
        self.outbox_unroutable = self._counter(
            "outbox.unroutable", "无人接收而退回的消息 · Messages returned unroutable"
        )
        self.inbox_handled = self._counter(
            "inbox.handled", "已办理的消息 · Messages whose effect is committed"
        )
        self.inbox_duplicate = self._counter(
            "inbox.duplicate", "重复而略过的消息 · Messages met before and passed over"
        )
        self.inbox_held = self._counter("inbox.held", "等待前序的消息 · Messages waiting for an earlier one")
        self.inbox_parked = self._counter(
            "inbox.parked", "转人工处理的消息 · Messages set aside for an operator"
        )
        self.inbox_lag = meter.create_histogram(
            "njt.inbox.lag",
            "s",
            "从发生到生效的时间 · Time from a fact to its effect here",
            explicit_bucket_boundaries_advisory=_LAG_SECONDS,
        )
        self.messages_parked = meter.create_gauge(
            "njt.messages.parked", description="待人工处理的消息 · Parked messages nobody has dealt with"
        )
        self._watch_business()

    def _watch_business(self) -> None:
        """What is measured of the services' own matters, by those that have them."""
        meter = self._meter
        self.money_unbalanced = meter.create_gauge("njt.money.unbalanced", "fen", _MONEY_UNBALANCED)
        self.terms_overdue = meter.create_gauge(
            "njt.terms.overdue", description="逾期未办的事项 · What is still undone past its time, by kind"
        )
        self.accounts_drift = meter.create_gauge("njt.accounts.drift", description=_DRIFT)
        self.statistics_behind = meter.create_gauge("njt.statistics.behind", "s", _STATISTICS_BEHIND)
        self.statistics_differ = meter.create_gauge("njt.statistics.differ", "fen", _STATISTICS_DIFFER)
        self.intents_owed = self._exchange_gauge(
            "intents.owed", "待省级回执的报送 · Reports the province has not answered"
        )
        self.intents_overdue = self._exchange_gauge(
            "intents.overdue",
            "多次查询仍无结果的报送 · Reports asked about so often that somebody should look",
        )
        self.intents_refused = self._exchange_gauge(
            "intents.refused", "被拒收、阻塞其通道的报送 · Refused reports that block their lanes"
        )
        self.numbers_missing = self._exchange_gauge(
            "numbers.missing", "已催要而未到的省级报文 · Provincial messages asked for that have not come"
        )
        self.province_paused = self._exchange_gauge("paused", "是否暂停交换 · Whether the exchange is paused")
        self.reconciled_behind = self._exchange_gauge(
            "reconciled_behind_days", "最早未对账日至今的天数 · Days since the first day not reconciled yet"
        )
        self.differences = self._exchange_gauge(
            "differences", "尚未消除的对账差异 · Differences found and not mended, by state"
        )
        self.reconciliations_unanswered = self._exchange_gauge(
            "reconciliations_unanswered", "多次询问仍无答复的对账 · Reconciliations nobody answers"
        )
        self.key_file_broken = self._exchange_gauge(
            "key.file.broken",
            "新密钥文件不可用，沿用旧密钥 · A changed key file cannot be used, former keys remain",
        )

    def published(self, count: int, *, unroutable: int) -> None:
        """A batch of the outbox went out."""
        self.outbox_published.add(count)
        self.outbox_unroutable.add(unroutable)

    def handled(self, queue: str, *, topic: str, lag_seconds: float) -> None:
        """A message's effect was committed, so long after the fact."""
        self.inbox_handled.add(1, {"queue": queue, "topic": topic})
        self.inbox_lag.record(lag_seconds, {"queue": queue})

    def duplicates(self, queue: str, count: int) -> None:
        self.inbox_duplicate.add(count, {"queue": queue})

    def held(self, queue: str, *, parked: bool) -> None:
        """A message was set aside: to be tried again, or for a person."""
        (self.inbox_parked if parked else self.inbox_held).add(1, {"queue": queue})

    def exchange(self, *, owed: int, overdue: int, refused: int, missing: int, paused: bool) -> None:
        """How the exchange with the province stands."""
        self.intents_owed.set(owed)
        self.intents_overdue.set(overdue)
        self.intents_refused.set(refused)
        self.numbers_missing.set(missing)
        self.province_paused.set(int(paused))

    def key_file(self, file: str, *, broken: bool) -> None:
        """Whether what a key file holds now can be used."""
        self.key_file_broken.set(int(broken), {"file": file})

    def reconciled(self, *, behind_days: int, differences: Mapping[str, int], unanswered: int) -> None:
        """How the reconciliation with the province stands; differences by state."""
        self.reconciled_behind.set(behind_days)
        for state, count in differences.items():
            self.differences.set(count, {"state": state})
        self.reconciliations_unanswered.set(unanswered)

    def _exchange_gauge(self, name: str, description: str) -> Gauge:
        return self._meter.create_gauge(f"njt.province.{name}", description=description)

    def overdue(self, kind: str, count: int) -> None:
        """So much of a kind is still undone past its time."""
        self.terms_overdue.set(count, {"kind": kind})

    def _counter(self, name: str, description: str) -> Counter:
        counter = self._meter.create_counter(f"njt.{name}", description=description)
        counter.add(0)  # an alert on a rate needs the series before the first event
        return counter


def exposition(telemetry: Telemetry) -> bytes:
    """The answer of `GET /metrics` (`EXPOSITION_CONTENT_TYPE`); empty if started without Prometheus."""
    return generate_latest(telemetry.registry)
