"""Keys are replaced while everything runs; a file that cannot be used leaves the former keys in force."""

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.contracts.dialect import Algorithm
from shared.province.dialect import SAMPLE
from shared.province.keys.rotation import KeyFile, PeerKeys
from shared.province.keys.signing import KeyFileError, KeyRing, Signer, read_public_keys, read_signer
from shared.service.correspondence import Correspondence
from tests.shared.province.certificates import Office
from tests.shared.province.letters import ACCEPTED, DONE, Province
from tests.shared.province.service import City
from tests.shared.province.tongues import OTHER, new_pem, new_signer

both = pytest.mark.parametrize("algorithm", list(Algorithm))


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def publish(path: Path, *signers: Signer) -> None:
    """Put a file of these keys in place at once, as a careful operator does."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({key: told for each in signers for key, told in each.public().items()}))
    fresh.replace(path)


@both
def test_a_key_that_is_not_known_is_looked_for_at_once(
    tmp_path: Path, seconds: Seconds, algorithm: Algorithm
) -> None:
    path, old, new = tmp_path / "peers.json", new_signer(algorithm), new_signer(algorithm)
    publish(path, old)
    keys = PeerKeys(KeyFile(path, KeyRing.from_file, seconds=seconds))
    assert keys.find(new.key_id) is None
    publish(path, old, new)
    found = keys.find(new.key_id)
    assert found is not None
    assert found.holds(b"content", new.sign(b"content"))
    assert keys.find(old.key_id) is not None


def test_a_key_that_was_taken_out_is_gone_within_a_second(tmp_path: Path, seconds: Seconds) -> None:
    path, old, new = (tmp_path / "peers.json", *(new_signer(Algorithm.ED25519) for _ in range(2)))
    publish(path, old, new)
    keys = PeerKeys(KeyFile(path, KeyRing.from_file, seconds=seconds))
    publish(path, new)
    seconds.at += 0.9
    assert keys.find(old.key_id) is not None
    seconds.at += 0.1
    assert keys.find(old.key_id) is None


def test_a_file_that_has_not_changed_is_not_read_again(tmp_path: Path, seconds: Seconds) -> None:
    path, reads = tmp_path / "peers.json", list[Path]()
    publish(path, new_signer(Algorithm.ED25519))

    def read(each: Path) -> KeyRing:
        reads.append(each)
        return KeyRing.from_file(each)

    file = KeyFile(path, read, seconds=seconds)
    for _ in range(5):
        seconds.at += 1
        file.current(at_once=True)
    assert reads == [path]


@pytest.mark.parametrize(
    "broken", [b"", b"{", b'{"k": "AAAA"}', None], ids=["empty", "half", "no key", "gone"]
)
def test_a_broken_file_leaves_the_former_keys_in_force_until_it_is_mended(
    tmp_path: Path, seconds: Seconds, broken: bytes | None
) -> None:
    path, old, new = (tmp_path / "peers.json", *(new_signer(Algorithm.ED25519) for _ in range(2)))
    publish(path, old)
    told: list[str | None] = []
    keys = PeerKeys(KeyFile(path, KeyRing.from_file, tell=told.append, seconds=seconds))
    path.unlink() if broken is None else path.write_bytes(broken)
    with capture_logs() as logs:
        for _ in range(3):
            seconds.at += 1
            assert keys.find(old.key_id) is not None
    assert [each["log_level"] for each in logs] == ["warning"]
    assert "peers.json" in str(logs)
    publish(path, new)
    seconds.at += 1
    assert keys.find(new.key_id) is not None
    assert keys.find(old.key_id) is None
    first, problem, last = told
    assert (first, last) == (None, None)
    assert problem is not None
    assert " · " in problem


def test_a_file_that_was_broken_and_is_put_back_as_it_was_is_in_order_again(
    tmp_path: Path, seconds: Seconds
) -> None:
    path, kept = tmp_path / "peers.json", tmp_path / "kept"
    publish(path, new_signer(Algorithm.ED25519))
    told: list[str | None] = []
    file = KeyFile(path, KeyRing.from_file, tell=told.append, seconds=seconds)
    path.rename(kept)
    file.current(at_once=True)
    kept.rename(path)
    file.current(at_once=True)
    assert [each is None for each in told] == [True, False, True]


@both
def test_our_own_key_is_replaced_by_another_of_the_same_algorithm_only(
    tmp_path: Path, seconds: Seconds, algorithm: Algorithm
) -> None:
    path = tmp_path / "filing.pem"
    path.write_bytes(new_pem(algorithm))
    file = KeyFile(path, partial(read_signer, algorithm=algorithm), seconds=seconds)
    old = file.current()
    (another,) = set(Algorithm) - {algorithm}
    for content in (new_pem(another), b"", new_pem(algorithm)[:60]):
        path.write_bytes(content)
        seconds.at += 1
        assert file.current() is old
    path.write_bytes(new_pem(algorithm))
    seconds.at += 1
    assert file.current().key_id != old.key_id


@both
def test_what_is_no_key_of_the_dialects_algorithm_is_refused_at_the_start(
    tmp_path: Path, algorithm: Algorithm
) -> None:
    path = tmp_path / "filing.pem"
    (another,) = set(Algorithm) - {algorithm}
    for content in (new_pem(another), b"", b"-----BEGIN PRIVATE KEY-----"):
        path.write_bytes(content)
        with pytest.raises(KeyFileError, match=r"filing\.pem .* · "):
            read_signer(path, algorithm)
    with pytest.raises(KeyFileError, match=r"none\.pem .* · .*FileNotFoundError"):
        read_signer(tmp_path / "none.pem", algorithm)


@pytest.mark.parametrize(
    "told",
    [
        {"key": "AAAA"},
        {"algorithm": "ed25519"},
        {"algorithm": "sm2-sm3"},
        {"algorithm": "rsa"},
        {"from": "2026-01-01T00:00:00"},
        {"until": "soon"},
        {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_key_with_faults_in_what_is_said_of_it_is_refused(tmp_path: Path, told: dict[str, str]) -> None:
    ((key_id, plain),) = new_signer(Algorithm.SM2_SM3).public().items()
    faulty = {"algorithm": told["algorithm"]} if told.get("algorithm") == "sm2-sm3" else plain | told
    path = tmp_path / "peers.json"
    path.write_text(json.dumps({key_id: faulty}))
    with pytest.raises(KeyFileError, match=r"peers\.json .* · .*until"):
        KeyRing.from_file(path)


def test_a_key_that_is_told_twice_is_refused(tmp_path: Path) -> None:
    path, told = tmp_path / "peers.json", json.dumps(new_signer(Algorithm.ED25519).public())
    path.write_text(told[:-1] + "," + told[1:])
    with pytest.raises(KeyFileError):
        KeyRing.from_file(path)


def test_where_keys_have_no_window_none_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "former.json"
    publish(path, new_signer(Algorithm.SM2_SM3))
    with pytest.raises(KeyFileError, match=r"former\.json .* · "):
        read_public_keys(path)


async def test_the_province_replaces_its_key_and_nothing_is_started_again(
    city: City, tmp_path: Path, seconds: Seconds
) -> None:
    path, following = tmp_path / "peers.json", Province()
    publish(path, city.province.signer)
    city.consumer = city.ear(PeerKeys(KeyFile(path, KeyRing.from_file, seconds=seconds)))
    first, second = city.province.write(), following.write()
    await city.take(first)
    publish(path, following.signer)
    await city.take(second)
    assert [(await city.answer(each))[-2:] for each in (first, second)] == [[ACCEPTED, DONE]] * 2
    third = city.province.write()
    await city.take(third)
    assert [each.reason_code for each in await city.answer(third)] == ["SIGNATURE"]


async def test_a_process_signs_by_the_dialects_algorithm_and_follows_its_key_file(
    office: Office, tmp_path: Path
) -> None:
    runtime, pem, peers = office.runtime, tmp_path / "subsidy.pem", tmp_path / "peers.json"
    pem.write_bytes(new_pem(Algorithm.SM2_SM3))
    publish(peers, new_signer(Algorithm.SM2_SM3))
    told = {"dialect_file": OTHER, "signing_key_file": pem, "peer_keys_file": peers}
    province = runtime.settings.province.model_copy(update=told)
    runtime.settings = runtime.settings.model_copy(update={"province": province})
    correspondence = Correspondence(runtime)
    signer = correspondence.signer()
    assert KeyRing(signer.public()).holds(signer.key_id, b"content", signer.sign(b"content"))
    assert [each["algorithm"] for each in signer.public().values()] == ["sm2-sm3"]
    assert broken_files(office) == 0
    pem.write_bytes(b"")
    peers.write_text("{")
    async with asyncio.timeout(5):
        while broken_files(office) < 2:
            correspondence.look_at_keys()
            await asyncio.sleep(0.1)
    assert correspondence.signer().key_id == signer.key_id
    wrong = province.model_copy(update={"dialect_file": SAMPLE})
    runtime.settings = runtime.settings.model_copy(update={"province": wrong})
    with pytest.raises(KeyFileError, match=r"subsidy\.pem"):
        Correspondence(runtime)


def broken_files(office: Office) -> float:
    """How many key files Prometheus is told to be broken."""
    return sum(
        sample.value
        for family in office.runtime.telemetry.registry.collect()
        for sample in family.samples
        if sample.name == "njt_province_key_file_broken"
    )
