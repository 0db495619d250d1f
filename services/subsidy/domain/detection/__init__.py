"""What looks wrong, by comparing what is on record with the policy's limits (N3.3). Nothing here refuses anything."""

from collections.abc import Mapping

from services.subsidy.domain.signal import SignalKind

LIMITS: Mapping[SignalKind, tuple[str, ...]] = {
    SignalKind.SHARED_ACCOUNT: ("risk.account_claimants",),
    SignalKind.PENSIONER: ("subsidy.claim_window_months",),
    SignalKind.STUDENT: ("subsidy.claim_window_months",),
    SignalKind.DISPATCHED_WITHOUT_CONTRACT: ("subsidy.claim_window_months",),
    SignalKind.UNDER_AGE: ("risk.min_age",),
    SignalKind.MANY_CERTIFICATES: ("risk.person_certificates", "risk.person_window_days"),
    SignalKind.ISSUED_BEFORE_EVALUATED: ("result.publicity_days", "risk.held_near_days"),
    SignalKind.OUT_OF_SCOPE: (),
    SignalKind.SERIAL_GAP: ("risk.gap_min", "risk.gap_patience_days"),
    SignalKind.SERIAL_DUPLICATE: (),
    SignalKind.PASS_RATE: ("risk.min_candidates", "risk.pass_rate_high", "risk.pass_rate_low"),
}
"""By which values of the policy each is found."""
