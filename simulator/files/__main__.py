"""`python -m simulator.files`: the provincial counterpart of an office without a line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.contracts.batches import Form
from shared.contracts.dialect import ProfileError
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect
from simulator.files.batches import BatchError, Sender
from simulator.files.correspond import correspond, sorted_out
from simulator.keys import KeyFileError, PeerKeys, ProvinceKey
from simulator.program import SystemClock
from simulator.scenario import Scenario, ScenarioError
from simulator.store import Store, StoreError
from simulator.wire import SHANGHAI

Key = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="省级私钥 PEM · the province's private key")
]
Peers = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="市级公钥 JSON · the city's public keys")
]
Kept = Annotated[Path, typer.Option(dir_okay=False, help="存储文件 · where the province remembers")]
Came = Annotated[
    list[Path] | None,
    typer.Option(
        "--file-in", exists=True, dir_okay=False, help="市级批次文件，可重复 · a file from the city"
    ),
]
Out = Annotated[
    Path, typer.Option("--file-out", file_okay=False, help="放回文件的目录 · where files for the city go")
]
ScenarioFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="剧本，每行一个 JSON · what to tell besides")
]

Profile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="方言配置 TOML · how messages are spelled")
]

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def main(
    *,
    key: Key,
    peers: Peers,
    store: Kept,
    file_out: Out,
    file_in: Came = None,
    scenario: ScenarioFile = None,
    dialect: Profile = None,
    form: Form = Form.CSV,
) -> None:
    """无专线的省级系统 · Play one round by files, which ends with a file for each service that is told something."""
    console, clock = Console(), SystemClock()
    try:
        tongue = Dialect.from_file(dialect) if dialect else Dialect()
        signer, city = ProvinceKey.from_file(key, tongue.algorithm), PeerKeys.from_file(peers)
        kept = Store(store)
        letters = asyncio.run(
            correspond(
                [path.read_bytes() for path in file_in or ()],
                Scenario(scenario) if scenario else (),
                peers=city,
                counterpart_on=lambda line: Counterpart(
                    signer, city, line, clock, store=kept, dialect=tongue
                ),
            )
        )
    except (KeyFileError, ProfileError, ScenarioError, StoreError, BatchError) as refusal:
        raise typer.BadParameter(str(refusal)) from None
    sender = Sender(key=signer, dialect=tongue, at=clock.now())
    file_out.mkdir(parents=True, exist_ok=True)
    for service, content in sorted_out(letters, form, sender).items():
        path = file_out / f"province-{service}-{sender.at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip"
        path.write_bytes(content)
        console.print(f"{path}", highlight=False, soft_wrap=True, markup=False)
    if not letters:
        console.print("没有要说的 · Nothing to say", highlight=False)


if __name__ == "__main__":
    app()
