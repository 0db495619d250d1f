"""`njt province`: the provincial side of the exchange, played by the simulator."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="省级交换 · The provincial exchange.", no_args_is_help=True)


@app.callback()
def province() -> None:
    """省级交换 · The provincial exchange."""


@app.command()
def simulate(
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
    """扮演省级系统 · Play the province: answer the city until Ctrl-C, or send a scenario and end with it."""
    try:
        from simulator.__main__ import main  # noqa: PLC0415 — another program, which a production image lacks
    except ModuleNotFoundError:
        typer.echo("此处没有安装模拟器 · The simulator is not installed here", err=True)
        raise typer.Exit(code=1) from None
    main(url=url, key=key, peers=peers, scenario=scenario, seconds=seconds, stay=stay)
