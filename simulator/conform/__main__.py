"""`python -m simulator.conform`: one side of the exchange against whoever is on the other."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.contracts.dialect import ProfileError
from simulator.conform.peer import Patience
from simulator.conform.program import ChoiceError, Options, Role, conform
from simulator.https import Doors, DoorsError
from simulator.keys import KeyFileError
from simulator.line import SERVICES
from simulator.options import Ca, Cert, CertKey, Listen

Url = Annotated[
    str,
    typer.Argument(
        envvar="PROVINCE_AMQP_URL",
        help="消息代理 amqp://…，或对方接口 https://… · the broker, or the counterpart's interface",
    ),
]
AsRole = Annotated[Role, typer.Option(help="扮演哪一方 · which side the kit plays")]
Key = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="扮演方私钥 PEM · the private key to sign with")
]
Peers = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="对方公钥 JSON · the counterpart's public keys")
]
Service = Annotated[str, typer.Option(help="市级哪个服务 · which service of the city")]
Queue = Annotated[str | None, typer.Option(help="收报文的队列 · the queue to listen to")]
Report = Annotated[Path | None, typer.Option(dir_okay=False, help="报告文件 · where the JSON report is kept")]
DialectFile = Annotated[
    Path | None,
    typer.Option(
        "--dialect", exists=True, dir_okay=False, help="方言配置 TOML · the dialect that is spoken, a profile"
    ),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="只测这些用例，可重复 · these cases only, repeatable")
]
Seconds = Annotated[float, typer.Option(min=0.1, help="每次应答等待秒数 · how long to wait for an answer")]
ChaseSeconds = Annotated[
    float,
    typer.Option(min=0.1, help="等对方催问的秒数 · how long to wait until the counterpart asks by itself"),
]

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def main(  # budget: every option is a line here and a line in Options
    *,
    url: Url,
    key: Key,
    peers: Peers,
    role: AsRole = "city",
    service: Service = "filing",
    queue: Queue = None,
    report: Report = None,
    dialect: DialectFile = None,
    only: Only = None,
    seconds: Seconds = 10.0,
    chase_seconds: ChaseSeconds = 150.0,
    listen: Listen = "127.0.0.1:8090",
    ca: Ca = None,
    cert: Cert = None,
    cert_key: CertKey = None,
) -> None:
    """符合性测试 · Play one side against any counterpart, case by case; ends with 1 if one is not as it must be."""
    if service not in SERVICES:
        raise typer.BadParameter(f"市级没有这个服务 · No such service: {service}")
    options = Options(
        url=url,
        key=key,
        peers=peers,
        role=role,
        service=service,
        queue=queue,
        report=report,
        dialect=dialect,
        only=only or (),
        patience=Patience(answer=seconds, chase=chase_seconds),
        doors=Doors(listen=listen, ca=ca, cert=cert, cert_key=cert_key),
    )
    try:
        code = conform(options, Console())
    except (KeyFileError, ProfileError, ChoiceError, DoorsError) as refusal:
        raise typer.BadParameter(str(refusal)) from None
    raise typer.Exit(code=code)


if __name__ == "__main__":
    app()
