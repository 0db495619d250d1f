"""Accept what was added to the published language: `python -m tests.contracts.accept`, then commit the snapshots.

New events and new optional fields are written down. What would break a listener is refused: give it a new topic
(`….v2`) and announce both until nobody listens to the first; then delete the first one's snapshot. The province's
messages are closed to fields it does not know: any new one needs a new schema version; the snapshots of one that is
still read stay.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.contracts.narrowing import narrowings
from tests.contracts.schemas import SNAPSHOTS, Schema, published, read_as, snapshots, text_of


def accept(schemas: Mapping[str, Schema], folder: Path) -> list[str]:
    """Write the snapshots of what may be accepted; the reasons why the others may not."""
    before = snapshots(folder)
    refused = [
        f"{name}: 已不再公布 · no longer published" for name in before if name not in {*schemas, *read_as()}
    ]
    for name, schema in schemas.items():
        reasons = narrowings(before[name], schema) if name in before else []
        if reasons:
            refused += [f"{name} {reason}" for reason in reasons]
        else:
            (folder / f"{name}.json").write_text(text_of(schema), encoding="utf-8")
    return refused


def main() -> int:
    """Accept into the repository; 1 when something was refused."""
    refused = accept(published(), SNAPSHOTS)
    sys.stdout.writelines(f"{reason}\n" for reason in refused)
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
