"""Policy releases and decisions made again, over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.interfaces import fresh_key
from tests.subsidy.builders import lathe
from tests.subsidy.claiming import Claimant
from tests.subsidy.releasing import ServedCity

DAY = timedelta(days=1)


def a_release(**changes: Any) -> dict[str, Any]:
    body = {
        "document": {"title": "测试文件", "number": "测试〔2024〕1号", "status": "cited"},
        "content": {
            "kind": "rates",
            "entries": [{"line": "B", "by_class": {"A": {"3": 2200}}, "effective_from": "2024-01-01"}],
        },
    }
    return body | changes


async def publish(city: ServedCity, body: dict[str, Any] | None = None, **who: Any) -> httpx.Response:
    return await city.client.post(
        "/v1/policy-releases", json=body or a_release(), headers=city.publisher(**who) | fresh_key()
    )


async def act(city: ServedCity, shown: httpx.Response, step: str, headers: dict[str, str]) -> httpx.Response:
    return await city.client.post(
        f"/v1/policy-releases/{shown.json()['id']}/{step}",
        headers=headers | {"If-Match": shown.headers["ETag"]},
    )


async def worked_out(city: ServedCity, published: httpx.Response) -> httpx.Response:
    """The release after its dry-run was asked for and the worker was at it."""
    asked = await act(city, published, "dry-run", city.publisher())
    assert asked.status_code == 202, asked.text
    await city.work_out()
    progress = await city.client.get(asked.headers["Location"], headers=city.reader())
    assert progress.json()["state"] == "ready", progress.text
    return await city.client.get(f"/v1/policy-releases/{published.json()['id']}", headers=city.reader())


async def test_a_release_goes_from_one_person_over_its_impact_to_another(served_city: ServedCity) -> None:
    city = served_city
    employer = await Claimant(city).on_record()  # type: ignore[arg-type]  # it opens units of work alike
    claim = await employer.claimed(lathe(3))
    (item,) = await employer.items(claim)
    published = await publish(city)
    assert (published.status_code, published.json()["state"]) == (201, "published")
    early = await act(city, published, "release", city.releaser())
    assert (early.status_code, early.json()["code"]) == (409, "NJT-SUB-1605")
    ready = await worked_out(city, published)
    assert ready.json()["dry_run"]["figures"]["total"]["more"] == 1
    own = await act(city, ready, "release", city.releaser(subject="publisher"))
    assert (own.status_code, own.json()["code"]) == (403, "NJT-SUB-1604")
    released = await act(city, ready, "release", city.releaser())
    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert released.json()["known_from"] == "2024-06-04"
    again = await act(city, released, "release", city.releaser())
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUB-1603")

    city.at += DAY
    number = item.certificate_number
    kept = await city.client.get(f"/v1/decisions/{number}", headers=city.reader())
    now = await city.client.get(
        f"/v1/decisions/{number}", params={"as_known_on": "2024-06-04"}, headers=city.reader()
    )
    then = await city.client.get(
        f"/v1/decisions/{number}", params={"as_known_on": "2024-06-03"}, headers=city.reader()
    )
    assert kept.json()["identical"] is then.json()["identical"] is True
    assert then.json()["again"] == then.json()["kept"]
    assert (now.json()["identical"], now.json()["again"]["amount_fen"]) == (False, 220_000)
    assert now.json()["kept"]["amount_fen"] == 200_000


async def test_a_decision_is_made_again_for_whoever_sees_the_claim_and_nobody_else(
    served_city: ServedCity,
) -> None:
    employer = await Claimant(served_city).on_record()  # type: ignore[arg-type]  # it opens units of work alike
    (number,) = await employer.certified(lathe(3))
    await employer.claims(number)
    seen = {}
    for who, organ, holder in (
        ("district", employer.organ, None),
        ("other district", "320102", None),
        ("employer", None, employer.uscc),
        ("other employer", None, "91320106MA00000021"),
    ):
        headers = served_city.reader(organ=organ, holder=holder)
        answer = await served_city.client.get(f"/v1/decisions/{number}", headers=headers)
        seen[who] = answer.status_code
    assert seen == {"district": 200, "other district": 404, "employer": 200, "other employer": 404}


async def test_what_is_to_come_is_not_known(served_city: ServedCity) -> None:
    answer = await served_city.client.get(
        "/v1/decisions/Y000032000001243000001",
        params={"as_known_on": "2024-06-04"},
        headers=served_city.reader(),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-SUB-1610")


async def test_releases_are_listed_and_read(served_city: ServedCity) -> None:
    first, second = (await publish(served_city)).json(), (await publish(served_city)).json()
    listed = await served_city.client.get("/v1/policy-releases", headers=served_city.reader())
    assert {each["id"] for each in listed.json()["items"]} == {first["id"], second["id"]}
    read = await served_city.client.get(f"/v1/policy-releases/{first['id']}", headers=served_city.reader())
    assert read.json() == first
    assert first["entries"] == [
        {
            "clause": None,
            "effective_from": "2024-01-01",
            "effective_to": None,
            "note": "",
            "line": "B",
            "flat": {},
            "by_class": {"A": {"3": 2200}},
            "uplifted_flat": {},
            "uplifted_by_class": {},
        }
    ]
    unknown = await served_city.client.get(f"/v1/policy-releases/{uuid4()}", headers=served_city.reader())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NJT-SUB-1601")


async def test_only_the_city_sees_what_is_not_released_and_whom_a_release_concerns(
    served_city: ServedCity,
) -> None:
    city = served_city
    published = await publish(city)
    path = f"/v1/policy-releases/{published.json()['id']}"
    others = [city.reader(organ="320115"), city.reader(organ=None, holder="91320106MA00000021")]
    for headers in others:
        assert (await city.client.get("/v1/policy-releases", headers=headers)).json()["items"] == []
        assert (await city.client.get(path, headers=headers)).json()["code"] == "NJT-SUB-1601"
    await act(city, await worked_out(city, published), "release", city.releaser())
    for headers in others:
        assert len((await city.client.get("/v1/policy-releases", headers=headers)).json()["items"]) == 1
        assert (await city.client.get(path, headers=headers)).json()["dry_run"] is None
    assert (await city.client.get(path, headers=city.reader())).json()["dry_run"] is not None


async def test_the_same_publication_sent_twice_is_one(served_city: ServedCity) -> None:
    headers = served_city.publisher() | fresh_key()
    ids = {
        (await served_city.client.post("/v1/policy-releases", json=a_release(), headers=headers)).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        (
            "shortage",
            {"id": "nj-2024", "title": "目录", "occupations": [{"edition": "2015", "code": "6-18-01-01"}]},
        ),
        ("parameters", {"key": "subsidy.claim_window_months", "value": 18, "unit": "months"}),
        ("uplifts", {"line": "A", "percent": 20, "levels": [3, 4], "clause": "NJ2024-UPLIFT"}),
    ],
)
async def test_every_kind_is_published(served_city: ServedCity, kind: str, entry: dict[str, Any]) -> None:
    content = {"kind": kind, "entries": [entry | {"effective_from": "2024-01-01"}]}
    clauses = [{"id": "NJ2024-UPLIFT", "zh": "上浮20%", "en": "20 %"}] if kind == "uplifts" else []
    answer = await publish(served_city, a_release(content=content, clauses=clauses))
    assert (answer.status_code, answer.json()["kind"]) == (201, kind)


async def test_a_faulty_release_is_refused_fault_by_fault(served_city: ServedCity) -> None:
    entries = [
        {"key": "subsidy.none", "value": 1, "unit": "count", "effective_from": "2024-01-01"},
        {
            "key": "subsidy.claim_window_months",
            "value": -1,
            "unit": "months",
            "effective_from": "2024-01-01",
        },
    ]
    answer = await publish(served_city, a_release(content={"kind": "parameters", "entries": entries}))
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-SUB-1602")
    assert [each.partition(":")[0] for each in answer.json()["extra"]["faults"]] == [
        "entries[0].key",
        "entries[1].value",
    ]


async def test_publishing_and_releasing_are_two_permissions_and_both_of_the_city(
    served_city: ServedCity,
) -> None:
    city = served_city
    released_only = await city.client.post(
        "/v1/policy-releases", json=a_release(), headers=city.releaser() | fresh_key()
    )
    assert (released_only.status_code, released_only.json()["code"]) == (403, "NJT-IDN-0403")
    district = await publish(city, organ="320115")
    assert (district.status_code, district.json()["code"]) == (403, "NJT-SUB-1607")
    published = await publish(city)
    for step, headers in (("release", city.publisher()), ("dry-run", city.releaser())):
        assert (await act(city, published, step, headers)).json()["code"] == "NJT-IDN-0403"
    unseen = await city.client.post(
        f"/v1/policy-releases/{published.json()['id']}/dry-run", headers=city.publisher()
    )
    assert unseen.status_code == 428
