"""Looking at what waits: a chunk in each transaction, each kind of subject in its own way."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import structlog

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.detection.holders import OF_PEOPLE, Dossier
from services.subsidy.domain.detection.records import (
    pass_rate,
    serial_duplicates,
    serial_gap,
    series_subject,
    shared_account,
)
from services.subsidy.domain.evaluation import Evaluation, Sitting
from services.subsidy.domain.fact import Tie
from services.subsidy.domain.look import LookKind
from services.subsidy.domain.serials import Series
from services.subsidy.domain.signal import SignalKind, digest_of, whose
from services.subsidy.handlers.looks import watch_series
from services.subsidy.handlers.signals import settle, settle_signs
from services.subsidy.handlers.work import Work
from services.subsidy.holders import unsealed
from shared.policy import Audience
from shared.privacy import Undecipherable
from shared.values import CertificateNumber, CitizenId, InvalidCitizenId, StationCode

LOOKS_A_CHUNK = 500
_CHUNKS_AT_ONCE = 10
"""So that what is decided and asked for meanwhile does not wait long for a million certificates to be looked at."""

log = structlog.get_logger(__name__)


async def looks_due(work: Work) -> Sequence[UUID]:
    """An id for each chunk to be looked at now."""
    count = await work.looks.count_due(at=work.at, most=LOOKS_A_CHUNK * _CHUNKS_AT_ONCE)
    return [work.new_id() for _ in range(-(-count // LOOKS_A_CHUNK))]


async def look(_chunk: UUID, work: Work) -> int:
    """Take the next subjects away and look at each once; how many there were."""
    subjects = defaultdict[LookKind, list[str]](list)
    taken = await work.looks.take(at=work.at, most=LOOKS_A_CHUNK)
    for each in taken:
        subjects[each.kind].append(each.subject)
    await _look_at_people([bytes.fromhex(each) for each in subjects[LookKind.PERSON]], work)
    for subject in subjects[LookKind.SERIES]:
        station, _, year = subject.partition("/")
        await _look_at_series(StationCode(station), int(year), work)
    for subject in subjects[LookKind.SITTING]:
        await _look_at_sitting(Sitting.parse(subject), work)
    for subject in subjects[LookKind.ACCOUNT]:
        await _look_at_account(bytes.fromhex(subject), work)
    return len(taken)


async def _look_at_people(holders: Sequence[bytes], work: Work) -> None:
    if not holders:
        return
    certificates = await work.records.certificates_of(holders)
    facts = await work.records.facts_of(holders)
    declared = await work.records.declared(holders, Tie.DISPATCHED_WITHOUT)
    every = [each for held in certificates.values() for each in held]
    institutions = {each.institution_id for each in every}
    schools = {key for key in institutions if await _is_school(key, work)}
    held = defaultdict[UUID, list[Evaluation]](list)
    for evaluation in await work.evaluations.of_institutions(institutions):
        held[evaluation.institution_id].append(evaluation)
    dossiers = (
        Dossier(
            digest=digest_of(holder),
            certificates=own,
            facts=facts.get(holder, ()),
            born=_birthday(own[0], work),
            declared=declared,
            schools=schools,
            held=held,
        )
        for holder, own in certificates.items()
    )
    signs = [
        sign
        for each in dossiers
        for detect in OF_PEOPLE.values()
        for sign in detect(each, work.policy, work.today)
    ]
    await settle_signs(signs, [each.number for each in every], OF_PEOPLE.keys(), work)


async def _is_school(institution_id: UUID, work: Work) -> bool:
    return (await work.institutions.get(institution_id)).audience is Audience.OWN_STUDENTS


def _birthday(certificate: Certificate, work: Work) -> date | None:
    """The holder's where the number is a citizen's; none where what is kept was altered, which is logged."""
    try:
        number = unsealed(work.cipher, certificate.id, certificate.holder).id
        return CitizenId.parse(number, on=certificate.issued_on).birth_date
    except InvalidCitizenId:
        return None
    except Undecipherable:
        log.exception("holder cannot be read", certificate=str(certificate.id))
        return None


async def _look_at_series(station: StationCode, year: int, work: Work) -> None:
    patience = timedelta(days=work.policy.days("risk.gap_patience_days", work.today))
    settled = await work.records.highest_serials(station, year, issued_by=work.today - patience)
    key, young = (station, year), []
    for series in await work.certificates.series(station, year):
        last = await _numbered(key, series, (series.last,), work)
        if not last or not last[0].evaluated_here:
            continue
        below = settled.get(series.level, 0)
        found = serial_gap(key, series, whose(last[0]), work.policy, settled=below, on=work.today)
        await settle(SignalKind.SERIAL_GAP, series_subject(key, series), found, work)
        doubled = await _numbered(key, series, series.duplicated, work)
        signs = serial_duplicates(key, series, doubled)
        await settle_signs(signs, [each.number for each in doubled], (SignalKind.SERIAL_DUPLICATE,), work)
        if any(gap.last >= below for gap in series.gaps):
            young.append(last[0])
    await watch_series(young, work, after=patience)


async def _numbered(
    key: tuple[StationCode, int], series: Series, serials: Sequence[int], work: Work
) -> Sequence[Certificate]:
    """The certificates of these serials."""
    head = f"{key[0]}{key[1] % 100:02d}{series.level.value}"
    return await work.certificates.all_numbered([CertificateNumber(f"{head}{each:06d}") for each in serials])


async def _look_at_sitting(sitting: Sitting, work: Work) -> None:
    held = await work.evaluations.at(sitting)
    if not held:
        return
    found = pass_rate(held, await work.records.certified_at(sitting), work.policy, work.today)
    signal = await settle(SignalKind.PASS_RATE, str(sitting), found, work)
    if signal is not None and found is not None:
        await work.signals.keep_sitting(signal, sitting)


async def _look_at_account(account: bytes, work: Work) -> None:
    digest, kind = digest_of(account), SignalKind.SHARED_ACCOUNT
    found = shared_account(digest, await work.records.users_of(account), work.policy, work.today)
    for each, sights in found:
        signal = await settle(kind, each.subject, each, work)
        if signal is not None:
            await work.signals.keep_signs(signal, sights)
    told = {each.subject for each, _ in found}
    for signal in await work.signals.beginning(kind, f"{digest}/"):
        if signal.subject not in told:
            await settle(kind, signal.subject, None, work)
