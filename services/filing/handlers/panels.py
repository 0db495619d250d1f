"""A panel from being convened to its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.panel import Member, Panel
from services.filing.domain.seating import (
    Assignment,
    Call,
    Candidate,
    Replacement,
    check_assessable,
    convene,
    seat,
)
from services.filing.domain.sheet import Marks, Sheet
from services.filing.domain.terms import Material
from services.filing.handlers.materials import file_of
from services.filing.handlers.pledges import void_pledges
from services.filing.handlers.recusal import official_case
from services.filing.handlers.work import Work


@dataclass(frozen=True, kw_only=True)
class ConvenePanel:
    """The officer's organ calls experts to assess a case."""

    filing_id: UUID
    organ: str
    calls: tuple[Call, ...]


async def convene_panel(command: ConvenePanel, work: Work) -> Panel:
    """Raises what `convene` does; AlreadyConvened when this round has its panel."""
    filing = await official_case(command.filing_id, work)
    candidates = [await _candidate(each, work) for each in command.calls]
    panel = convene(filing, candidates, work.policy, key=work.new_id(), organ=command.organ, at=work.at)
    work.panels.add(panel)
    return panel


@dataclass(frozen=True, kw_only=True)
class OnPanel:
    """Names the panel, the version the caller saw, who it is and the officer's organ ("" for an expert)."""

    panel_id: UUID
    seen: int
    actor: str
    organ: str = ""


async def enter_own_sheet(command: OnPanel, marks: Marks, work: Work) -> Panel:
    """An expert enters its own marks; raises NotOnPanel for anybody else."""
    panel = await work.panels.get(command.panel_id, seen=command.seen)
    return await _enter(panel, panel.seat_of(command.actor).expert_id, marks, (command, work))


async def enter_paper_sheet(command: OnPanel, expert_id: UUID, marks: Marks, work: Work) -> Panel:
    """An officer enters what an expert has signed on paper; raises NotTheHandlingOrgan."""
    panel = await work.panels.get(command.panel_id, seen=command.seen)
    panel.check_convened_by(command.organ)
    return await _enter(panel, expert_id, marks, (command, work))


async def _enter(panel: Panel, expert_id: UUID, marks: Marks, by: tuple[OnPanel, Work]) -> Panel:
    """The last sheet concludes the panel and decides the case in the same unit of work (N1.2)."""
    command, work = by
    filing = await official_case(panel.filing_id, work)
    check_assessable(filing)
    sheet = Sheet(
        expert_id=expert_id,
        marks=marks.marks,
        vetoes=marks.vetoes,
        comment=marks.comment,
        entered_by=command.actor,
        entered_at=work.at,
    )
    panel.enter(sheet, work.policy)
    if panel.complete:
        panel.conclude(filing, work.policy, at=work.at)
        await void_pledges(filing, work)
    return panel


async def replace_member(command: OnPanel, replacement: Replacement, work: Work) -> Panel:
    """A member that has not scored steps aside; raises what `Panel.exchange` and `seat` do."""
    panel, member = await _replaced_by(command, replacement, work)
    panel.exchange(replacement.leaving, member, replacement.reason, at=work.at)
    return panel


async def void_sheet(command: OnPanel, replacement: Replacement, work: Work) -> Panel:
    """A member found recused after it has scored: its sheet counts no more; raises what `Panel.void` and `seat` do."""
    panel, member = await _replaced_by(command, replacement, work)
    panel.void(replacement.leaving, member, replacement.reason, at=work.at)
    work.because(replacement.reason)
    return panel


async def _replaced_by(command: OnPanel, replacement: Replacement, work: Work) -> tuple[Panel, Member]:
    panel = await work.panels.get(command.panel_id, seen=command.seen)
    panel.check_convened_by(command.organ)
    filing = await official_case(panel.filing_id, work)
    candidate = await _candidate(replacement.call, work)
    return panel, seat(candidate, filing, work.policy, day=work.today)


async def decline_assessment(command: OnPanel, reason: str, work: Work) -> Panel:
    """An expert will not assess the case; raises what `Panel.decline` does."""
    panel = await work.panels.get(command.panel_id, seen=command.seen)
    panel.decline(command.actor, reason)
    return panel


async def material_of(panel_id: UUID, subject: str, kind: str, work: Work) -> Material:
    """A document of the case for one of the panel's experts; raises NotOnPanel, PanelConcluded or NotHandedIn."""
    panel = await work.panels.get(panel_id)
    panel.check_may_read(subject)
    return file_of(await work.filings.get(panel.filing_id), kind)


async def assigned(panels: Sequence[Panel], work: Work) -> dict[UUID, Assignment]:
    """The panels with their rubric and case."""
    return {
        panel.id: Assignment(
            panel=panel,
            rubric=work.policy.rubric(panel.rubric_on),
            filing=await work.filings.get(panel.filing_id),
        )
        for panel in panels
    }


async def _candidate(call: Call, work: Work) -> Candidate:
    expert = await work.experts.get(call.expert_id)
    return Candidate(expert=expert, relations=call.relations, statement=call.statement)
