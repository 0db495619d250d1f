"""What no single entry can see: references that lead nowhere, overlapping values, undecided combinations."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, product
from typing import Any

from shared.policy.money import RateTable, ShortageList, Uplift
from shared.policy.occupations import Chain, OccupationEntry
from shared.policy.organs import Organ, OrganKind
from shared.policy.pack import SECTIONS, Pack, Placed, Problem
from shared.policy.parameters import Parameter
from shared.policy.provenance import Clause, Document, Provenance
from shared.policy.routing import Exclusion, Precondition, RoutingRow
from shared.policy.rubric import Rubric
from shared.policy.terms import Attribute, Audience, Category, Status
from shared.values import Occupation

_TIERS = {OrganKind.PROVINCE: 0, OrganKind.CITY: 1, OrganKind.DISTRICT: 2, OrganKind.PARK: 2}
_DATED = (Parameter, RateTable, Uplift, ShortageList, Rubric)


def inconsistencies(pack: Pack) -> Iterator[Problem]:
    """Yield every problem between entries; a check rests while what it looks up could not be read whole."""
    return chain.from_iterable(check(pack) for check in _CHECKS)


def _names_twice(pack: Pack) -> Iterator[Problem]:
    for section in SECTIONS:
        seen: set[tuple[Any, ...]] = set()
        for placed in pack.placed(section.model) if section.unique else ():
            name = tuple(getattr(placed.entry, field) for field in section.name)
            if name in seen:
                yield placed.problem("重复 · appears twice")
            seen.add(name)


def _documents(pack: Pack) -> Iterator[Problem]:
    if not pack.is_whole(Document):
        return
    known = {document.id for document in pack.entries(Document)}
    for clause in pack.placed(Clause):
        if clause.entry.document not in known:
            yield clause.problem(_no_document(clause.entry.document), at="document")
    for placed in pack:
        sources = {value.source for value in placed.entry.values()}
        sources |= {placed.entry.region_source} if isinstance(placed.entry, Organ) else set()
        for source in sorted(sources - known):
            yield placed.problem(_no_document(source), at="source")


def _clauses(pack: Pack) -> Iterator[Problem]:
    if not pack.is_whole(Clause):
        return
    documents = {clause.id: clause.document for clause in pack.entries(Clause)}
    for placed in pack:
        for value in placed.entry.values():
            if value.clause is None:
                continue
            if value.clause not in documents:
                yield placed.problem(f"条款“{value.clause}”不在条款表内 · no such clause", at="clause")
            elif value.status is Status.NOTICE and documents[value.clause] != value.source:
                yield placed.problem(
                    f"条款“{value.clause}”不属于所引文件 · not of the document cited", at="clause"
                )
        for clause in sorted(set(_cited(placed)) - documents.keys()):
            yield placed.problem(f"条款“{clause}”不在条款表内 · no such clause", at="basis")


def _cited(placed: Placed[Any]) -> Iterator[str]:
    """The clauses a refusal rests on or points to."""
    if isinstance(placed.entry, Exclusion):
        yield from placed.entry.basis
    if isinstance(placed.entry, Exclusion | Precondition):
        yield from (alternative.clause for alternative in placed.entry.alternatives)


def _overlaps(pack: Pack) -> Iterator[Problem]:
    for model in _DATED:
        series: defaultdict[tuple[str, ...], list[tuple[Placed[Any], Provenance]]] = defaultdict(list)
        for placed in pack.placed(model):
            for value in placed.entry.values():
                series[value.series].append((placed, value))
        for values in series.values():
            for (first, one), (second, other) in combinations(values, 2):
                if one.overlaps(other):
                    name = " ".join(other.series)
                    yield second.problem(
                        f"{name} 与 {first.key} 生效日期重叠 · is in force at the same time as {first.key}",
                        at="effective_from",
                    )


def _parents(pack: Pack) -> Iterator[Problem]:
    if not pack.is_whole(Organ):
        return
    organs = {organ.code: organ for organ in pack.entries(Organ)}
    for placed in pack.placed(Organ):
        organ = placed.entry
        if organ.kind is OrganKind.PROVINCE and organ.parent is None:
            continue
        above = organs.get(organ.parent or "")
        if above is None:
            yield placed.problem(f"上级机关“{organ.parent}”不存在 · no such parent organ", at="parent")
        elif _TIERS[above.kind] >= _TIERS[organ.kind]:
            yield placed.problem(f"“{organ.parent}”不是上级 · is not on a higher tier", at="parent")


def _streets(pack: Pack) -> Iterator[Problem]:
    """N2.0: each institution has exactly one responsible organ, so each street has."""
    holders = Counter(street for organ in pack.entries(Organ) for street in organ.jurisdiction)
    for placed in pack.placed(Organ):
        for street in sorted(street for street in placed.entry.jurisdiction if holders[street] > 1):
            yield placed.problem(f"街道 {street} 属于多个机关 · belongs to several organs", at="jurisdiction")


def _references(pack: Pack) -> Iterator[Problem]:
    chains = {chain.id for chain in pack.entries(Chain)}
    for occupation in pack.placed(OccupationEntry) if pack.is_whole(Chain) else ():
        for chain_id in sorted(set(occupation.entry.chains) - chains):
            yield occupation.problem(f"产业链“{chain_id}”不存在 · no such chain", at="chains")
    catalogue = {entry.occupation for entry in pack.entries(OccupationEntry)}
    for shortage in pack.placed(ShortageList) if pack.is_whole(OccupationEntry) else ():
        for value in shortage.entry.values():
            if value.occupation not in catalogue:
                name = " ".join(value.series)
                yield shortage.problem(f"职业 {name} 不在目录内 · not in the catalogue", at="occupations")


def _lineage(pack: Pack) -> Iterator[Problem]:
    """An occupation continues others of the catalogue, and never itself."""
    if not pack.is_whole(OccupationEntry):
        return
    before = {entry.occupation: entry.succeeds for entry in pack.entries(OccupationEntry)}
    for placed in pack.placed(OccupationEntry):
        for target in placed.entry.succeeds:
            if target not in before:
                name = f"{target.edition} {target.code}"
                yield placed.problem(f"所续职业 {name} 不在目录内 · not in the catalogue", at="succeeds")
        if placed.entry.occupation in _ancestors(placed.entry.occupation, before):
            yield placed.problem("职业沿革成环 · the occupation continues itself", at="succeeds")


def _ancestors(
    occupation: Occupation, before: Mapping[Occupation, tuple[Occupation, ...]]
) -> frozenset[Occupation]:
    found: set[Occupation] = set()
    waiting = list(before[occupation])
    while waiting:
        ancestor = waiting.pop()
        if ancestor not in found:
            found.add(ancestor)
            waiting.extend(before.get(ancestor, ()))
    return frozenset(found)


def _combinations(pack: Pack) -> Iterator[Problem]:
    """Every category and audience is decided, once."""
    if not pack.is_whole(RoutingRow, Exclusion):
        return
    places: Iterable[Placed[Any]] = (*pack.placed(RoutingRow), *pack.placed(Exclusion))
    decided: dict[tuple[Category, Audience], Placed[Any]] = {}
    for placed in places:
        for pair in sorted(placed.entry.covers()):
            if pair in decided:
                yield placed.problem(
                    f"{'/'.join(pair)} 已由 {decided[pair].key} 决定 · is decided there already"
                )
            decided.setdefault(pair, placed)
    for category, audience in product(Category, Audience):
        if (category, audience) not in decided:
            yield Problem("routing.toml", "rows", f"{category}/{audience} 未作规定 · is left undecided")


def _attributes(pack: Pack) -> Iterator[Problem]:
    """An attribute that a row requires needs a reason for those who lack it."""
    if not pack.is_whole(Precondition):
        return
    explained: set[Attribute] = {precondition.attribute for precondition in pack.entries(Precondition)}
    for row in pack.placed(RoutingRow):
        for attribute in sorted(row.entry.requires - explained):
            yield row.problem(f"前提 {attribute} 没有说明 · is not explained", at="requires")


def _no_document(document: str) -> str:
    return f"文件“{document}”不在文件表内 · no such document"


_CHECKS = (
    _names_twice,
    _documents,
    _clauses,
    _overlaps,
    _parents,
    _streets,
    _references,
    _lineage,
    _combinations,
    _attributes,
)
