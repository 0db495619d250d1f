"""OpenFisca beside us: in an environment of its own, built for one run, or a clear word that it could not be."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.bench.contest import Say
from cli.bench.subsidy import openfisca_amounts
from cli.bench.subsidy.peers import Sums, Told
from shared.errors import Refusal

PACKAGE = "openfisca-core"
_INSTALL_SECONDS = 180.0
_RUN_SECONDS = 300.0


class OpenFiscaFailed(Refusal):
    """OpenFisca 对照运行失败 · OpenFisca failed to run."""

    code = "NJT-CLI-0090"


@dataclass(frozen=True, kw_only=True)
class OpenFisca:
    """A Python that has OpenFisca, and a folder to hand it the certificates in."""

    python: Path
    folder: Path
    version: str

    async def amounts(self, sums: Sums) -> Told:
        """What it makes of the same certificates; raises OpenFiscaFailed."""
        return await asyncio.wait_for(self._run(sums), _RUN_SECONDS)

    async def _run(self, sums: Sums) -> Told:
        for name, column in asdict(sums.columns).items():
            (self.folder / name).write_bytes(column)
        told = {"folder": str(self.folder), "rates": sums.rates, "uplift": sums.uplift}
        done, said, complaint = await _run(
            *(str(self.python), str(Path(openfisca_amounts.__file__)), json.dumps(told))
        )
        if done != 0:
            raise OpenFiscaFailed(complaint[-500:])
        return Told(**json.loads(said.splitlines()[-1]))


async def provide(folder: Path, say: Say) -> OpenFisca | None:
    """Build the environment in the folder; None, and why, where the package index is out of reach."""
    place = folder / "openfisca"
    python = place / "bin" / "python"
    try:
        async with asyncio.timeout(_INSTALL_SECONDS):
            await _must(sys.executable, "-m", "venv", "--without-pip", str(place))
            pip = (sys.executable, "-m", "pip", "--python", str(python), "install")
            await _must(*pip, "--quiet", "--retries", "1", "--no-compile", PACKAGE)
            version = await _must(
                *(str(python), "-c", f"from importlib.metadata import version; print(version('{PACKAGE}'))")
            )
    except (TimeoutError, OpenFiscaFailed) as refusal:
        say(f"OpenFisca 未测 · not measured: OpenFisca could not be installed: {refusal}")
        return None
    say(f"OpenFisca {version.strip()}")
    data = folder / "certificates"
    data.mkdir()
    return OpenFisca(python=python, folder=data, version=version.strip())


async def _must(*command: str) -> str:
    done, said, complaint = await _run(*command)
    if done != 0:
        raise OpenFiscaFailed((complaint.strip() or said.strip())[-300:])
    return said


async def _run(*command: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        said, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode(), complaint.decode()
