"""A program for the environment that has OpenFisca: the amounts of all certificates at once, in whole fen."""

import json
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

_FLAGS = ("listed", "in_window", "verified", "employed", "first")
_COLUMNS = ("rate_class", "level", *_FLAGS)
_PERIOD = "2024-06"


def main(told: dict[str, Any]) -> None:
    """Read the columns, work the amounts out and print how long that took and their digest."""
    import numpy as np  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 — of the other environment
    from openfisca_core import simulations  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 — likewise

    system = _system(told, np)
    columns = {name: np.frombuffer((Path(told["folder"]) / name).read_bytes(), np.uint8) for name in _COLUMNS}
    count = len(columns["level"])
    began = time.monotonic()
    simulation = simulations.SimulationBuilder().build_default_simulation(system, count)
    for name, column in columns.items():
        simulation.set_input(name, _PERIOD, column.astype(bool if name in _FLAGS else np.int32))
    amounts = simulation.calculate("amount", _PERIOD)
    seconds = time.monotonic() - began
    digest = sha256(amounts.astype(np.int64).tobytes()).hexdigest()
    sys.stdout.write(json.dumps({"seconds": seconds, "digest": digest}) + "\n")


def _system(told: dict[str, Any], np: Any) -> Any:
    """A certificate, what is known of it, and what it is paid."""
    from openfisca_core import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 — likewise
        entities,
        periods,
        taxbenefitsystems,
        variables,
    )

    certificate = entities.Entity("certificate", "certificates", "", "")
    system = taxbenefitsystems.TaxBenefitSystem([certificate])
    of_all = {"entity": certificate, "definition_period": periods.DateUnit.MONTH}
    for name in _COLUMNS:
        kind = bool if name in _FLAGS else int
        system.add_variable(type(name, (variables.Variable,), {**of_all, "value_type": kind}))
    amount = {**of_all, "value_type": int, "formula": _formula(told, np)}
    system.add_variable(type("amount", (variables.Variable,), amount))
    return system


def _formula(told: dict[str, Any], np: Any) -> Callable[[Any, Any], Any]:
    rates = np.zeros((3, 6), dtype=np.int64)
    for rate_class, level, fen in told["rates"]:
        rates[rate_class, level] = fen
    percent, lowest = told["uplift"]

    def formula(person: Any, period: Any) -> Any:
        level = person("level", period)
        base = rates[person("rate_class", period), level]
        raised = np.where(
            person("listed", period) & (level <= lowest), (base * (100 + percent) + 50) // 100, base
        )
        paid = np.logical_and.reduce([person(name, period) for name in _FLAGS[1:]])
        return np.where(paid, raised, 0)

    return formula


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
