"""`python -m simulator`: the provincial counterpart, on a broker or over HTTPS."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.contracts.dialect import ProfileError
from simulator.chasing import Habits
from simulator.faults import NAMES, FaultError
from simulator.https import Doors, DoorsError
from simulator.keys import KeyFileError
from simulator.options import Ca, Cert, CertKey, Listen
from simulator.program import Options, simulate
from simulator.scenario import ScenarioError
from simulator.store import StoreError

Url = Annotated[
    str,
    typer.Option(
        envvar="PROVINCE_AMQP_URL",
        help="消息代理 amqp://…，或市级接口 https://… · the broker, or the city's interfaces",
    ),
]
Key = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="省级私钥 PEM · the province's private key")
]
Peers = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="市级公钥 JSON · the city's public keys")
]
ScenarioFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="剧本，每行一个 JSON · a scenario, one JSON a line"),
]
MadeUp = Annotated[
    str | None,
    typer.Option(help="编一个剧本 · make a story up: institutions=100,certificates=1000,seed=7"),
]
Seconds = Annotated[
    float, typer.Option(min=0.1, help="每条报文等待办结的秒数 · how long to wait for each conclusion")
]
Stay = Annotated[bool, typer.Option(help="剧本结束后继续应答 · go on answering when the scenario is over")]
Kept = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="存储文件，再次启动时接着用 · a file to go on with when started again"),
]
Public = Annotated[
    Path | None, typer.Option(dir_okay=False, help="公布换钥的公钥文件 · where a rotated key is announced")
]
DialectFile = Annotated[
    Path | None,
    typer.Option(
        "--dialect", exists=True, dir_okay=False, help="方言配置 TOML · the dialect that is spoken, a profile"
    ),
]
Fault = Annotated[
    list[str] | None,
    typer.Option("--fault", help=f"故障，可重复 · misbehave, repeatable: NAME[=VALUE] ({', '.join(NAMES)})"),
]
Seed = Annotated[int, typer.Option(help="故障的种子 · the seed that spreads the faults")]
ReceiptSeconds = Annotated[
    float,
    typer.Option(min=0.1, help="无回执多久后查询 · ask what became of it after so long without receipt"),
]
GapSeconds = Annotated[
    float, typer.Option(min=0.1, help="缺号多久后索要 · ask for missing numbers after so long")
]
Resends = Annotated[int, typer.Option(min=0, help="被拒收后重发次数 · how often a refused one is sent again")]
AsJson = Annotated[bool, typer.Option("--json", help="小结输出 JSON · print the summary as JSON")]

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def main(  # budget: every option is a line here and a line in Options
    *,
    url: Url,
    key: Key,
    peers: Peers,
    scenario: ScenarioFile = None,
    story: MadeUp = None,
    seconds: Seconds = 60.0,
    stay: Stay = False,
    store: Kept = None,
    public: Public = None,
    dialect: DialectFile = None,
    fault: Fault = None,
    seed: Seed = 0,
    receipt_seconds: ReceiptSeconds = 60.0,
    gap_seconds: GapSeconds = 60.0,
    resends: Resends = 5,
    listen: Listen = "127.0.0.1:8090",
    ca: Ca = None,
    cert: Cert = None,
    cert_key: CertKey = None,
    as_json: AsJson = False,
) -> None:
    """扮演省级系统 · Play the province: answer the city until Ctrl-C, or send a scenario and end with it.

    Ends with 1 if a message of the scenario was refused or rejected or got no receipt in time.
    """
    options = Options(
        url=url,
        key=key,
        peers=peers,
        scenario=scenario,
        story=story,
        seconds=seconds,
        stay=stay,
        store=store,
        announce=public,
        dialect=dialect,
        faults=fault or (),
        seed=seed,
        habits=Habits(receipt_seconds=receipt_seconds, gap_seconds=gap_seconds, resends=resends),
        doors=Doors(listen=listen, ca=ca, cert=cert, cert_key=cert_key),
        as_json=as_json,
    )
    try:
        code = simulate(options, Console())
    except (KeyFileError, ProfileError, ScenarioError, FaultError, StoreError, DoorsError) as refusal:
        raise typer.BadParameter(str(refusal)) from None
    raise typer.Exit(code=code)


if __name__ == "__main__":
    app()
