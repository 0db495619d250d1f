"""The guides say what there is: the stages for integrators, the worker's jobs for operators."""

import re

import pytest

from services.filing.domain.stages import mermaid
from services.filing.worker import JOBS
from shared.policy import FilingKind
from shared.settings import REPOSITORY

_GUIDE, _OPERATING = (REPOSITORY / "docs" / f"{name}.md" for name in ("integrators", "operators"))
_DIAGRAM = re.compile(r"```mermaid\n(.*?)\n```", re.DOTALL)


def shown() -> list[str]:
    return _DIAGRAM.findall(_GUIDE.read_text(encoding="utf-8"))


def test_the_guide_has_one_diagram_for_what_is_assessed_and_one_for_what_is_decided() -> None:
    assert shown() == [mermaid(FilingKind.INITIAL), mermaid(FilingKind.RENEWAL)]


@pytest.mark.parametrize("kind", FilingKind)
def test_the_stages_of_every_kind_are_in_the_guide(kind: FilingKind) -> None:
    assert mermaid(kind) in shown()


def test_every_job_of_the_worker_is_explained_and_no_other() -> None:
    section = (
        _OPERATING.read_text(encoding="utf-8").partition("worker does by itself")[2].partition("\n## ")[0]
    )
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == {job.name for job in JOBS}
