"""`python -m simulator`: the provincial counterpart on a broker."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulator.keys import KeyFileError
from simulator.program import Options, simulate
from simulator.scenario import ScenarioError


def main(
    *,
    url: Annotated[str, typer.Option(envvar="PROVINCE_AMQP_URL", help="消息代理地址 · the broker, amqp://…")],
    key: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="省级私钥 PEM · the province's private key")
    ],
    peers: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="市级公钥 JSON · the city's public keys")
    ],
    scenario: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="剧本，每行一个 JSON · a scenario, one JSON a line"),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="每条报文等待办结的秒数 · how long to wait for each conclusion")
    ] = 60.0,
    stay: Annotated[
        bool, typer.Option(help="剧本结束后继续应答 · go on answering when the scenario is over")
    ] = False,
) -> None:
    """扮演省级系统 · Play the province: answer the city until Ctrl-C, or send a scenario and end with it.

    Ends with 1 if a message of the scenario was refused or rejected or got no receipt in time.
    """
    options = Options(url=url, key=key, peers=peers, scenario=scenario, seconds=seconds, stay=stay)
    try:
        code = simulate(options, Console())
    except (KeyFileError, ScenarioError) as refusal:
        raise typer.BadParameter(str(refusal)) from None
    raise typer.Exit(code=code)


if __name__ == "__main__":
    typer.run(main)
