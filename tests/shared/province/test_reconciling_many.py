"""Many acts of one bucket: parted until those that differ are left, and found by either side."""

from uuid import uuid4

from sqlalchemy import text

from shared.contracts.province import payload_digest
from shared.persistence.security import enter_everywhere
from shared.province.reconciling.comparing import Kind, place_of
from tests.shared.province.letters import REPORTED, START
from tests.shared.province.reconciling import DAY, TwoBooks, found


async def test_thirty_thousand_acts_of_one_bucket_are_parted_until_those_that_differ_are_left(
    books: TwoBooks,
) -> None:
    lost, other, only = await many(books, 30_000)
    done = await books.reconciled()
    assert (done.differing, done.ours, done.theirs) == (3, 30_000, 30_000)
    assert done.asked < 2 + 3 * 3
    kinds = {each.business_key: each.kind for each in await found(books.city)}
    assert kinds == {lost: Kind.MISSING_THERE, other: Kind.OTHER_CONTENT, only: Kind.MISSING_HERE}
    differences = await books.exchange.province.reconcile("filing", DAY, timeout=20)
    assert {each.business_key for each in differences} == {lost, other, only}


async def test_a_province_that_lost_everything_is_told_of_every_act(books: TwoBooks) -> None:
    await many(books, 3_000)
    books.there("DELETE FROM act")
    done = await books.reconciled()
    assert (done.differing, done.ours, done.theirs) == (3_000, 3_000, 0)
    assert done.asked == 1 + 1 + 16


async def many(books: TwoBooks, count: int) -> tuple[str, str, str]:
    """So many acts of one bucket on both sides; of them one is lost there, one is other there, one is only there."""
    keys = [f"filing:{number}" for number in range(count)]
    organ = "320102"
    lost, other, only = keys[7], keys[count // 2], "filing:none"
    payload = {"organ": organ}
    digest = payload_digest(payload)
    async with books.city.engine.connect() as connection, connection.begin():
        await enter_everywhere(connection)
        await connection.execute(
            text("""
                INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts,
                                             at, organ, place)
                SELECT gen_random_uuid(), :code, key, 'many', number, '{}', :digest, 'done', 1, :at, :organ,
                       left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 4)
                FROM unnest(CAST(:keys AS text[])) WITH ORDINALITY AS told (key, number)
            """),
            {"code": REPORTED, "keys": keys, "digest": digest, "at": START, "organ": organ},
        )
    rows = [
        (key, str(uuid4()), "0" * 64 if key == other else digest.hex(), place_of(key), organ, str(DAY))
        for key in [*keys, only]
        if key != lost
    ]
    books.store.db.executemany(
        "INSERT INTO act (code, business_key, message_id, digest, place, organ, day, service, ok, lane, sequence)"
        " VALUES ('FILING_REPORTED', ?, ?, ?, ?, ?, ?, 'filing', 1, 'many', 1)",
        rows,
    )
    return lost, other, only
