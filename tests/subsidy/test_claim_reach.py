"""What of claims and payment exists for whom."""

from typing import Any

from shared.clock import StoryClock
from tests.interfaces import fresh_key
from tests.subsidy.desk import ACCOUNT, Desk, approved, opened

ELSEWHERE: tuple[tuple[str, str, Any], ...] = (
    ("get", "/v1/claims/{claim}", None),
    ("get", "/v1/claims/{claim}/items", None),
    ("get", "/v1/claims/{claim}/objections", None),
    ("get", "/v1/claims/{claim}/errors.xlsx", None),
    ("get", "/v1/claims/{claim}/trial", None),
    ("post", "/v1/claims/{claim}/submission", None),
    ("post", "/v1/claims/{claim}/withdrawal", None),
    ("post", "/v1/claims/{claim}/review", {"approve": True}),
    ("post", "/v1/claims/{claim}/approval", {}),
    ("post", "/v1/claims/{claim}/items/{item}/exclusion", {"reason": "x"}),
    ("post", "/v1/claims/{claim}/items/{item}/check", {"passed": True}),
    ("post", "/v1/claim-items/{item}/objections", {"text": "x", "channel": "phone"}),
    ("get", "/v1/payment-batches/{batch}", None),
    ("get", "/v1/payment-batches/{batch}/orders", None),
    ("get", "/v1/payment-batches/{batch}/file.csv", None),
    ("get", "/v1/payment-batches/{batch}/file.xlsx", None),
    ("post", "/v1/payment-batches/{batch}/release", None),
    ("post", "/v1/payment-batches/{batch}/cancellation", None),
)


async def test_what_belongs_to_a_district_does_not_exist_for_another(desk: Desk, story: StoryClock) -> None:
    claim = await opened(desk)
    await desk.make(f"/v1/payees/{desk.employer.key}", desk.own, ACCOUNT)
    await approved(desk, story, claim)
    batch = await desk.make("/v1/payment-batches", desk.accountant(), {})
    keys = {"claim": claim["id"], "item": claim["items"][0]["id"], "batch": batch["id"]}
    for reach in ({"organ": "320106"}, {"holder": "91320106MA00000026"}, {}):
        who = desk.interfaces.bearer(**reach) | fresh_key() | {"If-Match": '"1"'}
        for method, path, body in ELSEWHERE:
            answer = await desk.client.request(method, path.format(**keys), headers=who, json=body)
            assert answer.status_code == 404, f"{reach} {path}: {answer.text}"
    listed = await desk.read("/v1/ledger/balances", desk.interfaces.bearer(organ="320118"))
    assert not [each for each in listed["items"] if each["organ"] != "320118"]
