"""The documents of a case: handed in as files, taken back, looked at (N2.8)."""

from dataclasses import replace

from services.filing.domain.filing import Filing
from services.filing.domain.materials import NotHandedIn, PledgeStands, check_issued
from services.filing.domain.terms import Material
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.work import Work


async def check_material(command: OnFiling, material: Material, work: Work) -> None:
    """Raises what `hand_in_material` would, and changes nothing: a file is kept only when it will be taken."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    _hand_in(replace(filing), material, work)


async def hand_in_material(command: OnFiling, material: Material, work: Work) -> Filing:
    """Add a file that is kept already, or replace one; raises PledgeStands while that document is pledged."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    _hand_in(filing, material, work)
    return filing


async def take_material_back(command: OnFiling, kind: str, work: Work) -> Filing:
    """Take a file out of the case; raises NotHandedIn, or PledgeStands for what is pledged instead."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    _check_not_pledged(filing, kind)
    filing.take_back(kind)
    return filing


def file_of(filing: Filing, kind: str) -> Material:
    """What was handed in as a file; raises NotHandedIn for what was not, or was pledged."""
    material = filing.material(kind)
    if material.pledged:
        raise NotHandedIn("以告知承诺代替 · pledged instead", basis=("N3.3",))
    return material


def _hand_in(filing: Filing, material: Material, work: Work) -> None:
    _check_not_pledged(filing, material.kind)
    filing.hand_in(material, work.policy)
    check_issued(material, on=work.today)


def _check_not_pledged(filing: Filing, kind: str) -> None:
    if any(each.kind == kind and each.pledged for each in filing.materials):
        raise PledgeStands(kind, basis=("N3.3",))
