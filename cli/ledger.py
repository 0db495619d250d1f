"""`njt ledger`: whether the records of acts and of what crossed to the province are whole."""

import asyncio
import os
from typing import Annotated

import typer

from cli.suite.database import SERVICES
from shared.ledger import LEDGER, BrokenLedger, Chain, verify
from shared.persistence.engine import create_engine
from shared.province.journal import EXCHANGE

app = typer.Typer(help="台账 · The ledgers of acts and of the exchange.", no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """台账 · The ledgers of acts and of the exchange."""


@app.command("verify")
def verify_chain(
    service: Annotated[str, typer.Argument(help=f"服务 · one of: {', '.join(SERVICES)}")],
) -> None:
    """核验一个服务的两条台账链，地址取自 NJT_DATABASE__URL · Recompute a service's chains; names the first broken link."""
    url = os.environ.get("NJT_DATABASE__URL")
    if service not in SERVICES or not url:
        raise typer.BadParameter(
            "缺少 NJT_DATABASE__URL 或服务名有误 · NJT_DATABASE__URL or service is wrong"
        )
    for chain in (LEDGER, EXCHANGE):
        try:
            links = asyncio.run(_verify(service, url, chain))
        except BrokenLedger as broken:
            typer.echo(f"{service} {chain.name}: {broken}")
            raise typer.Exit(code=1) from None
        typer.echo(f"{service} {chain.name}: {links} 环完整 · {links} links hold")


async def _verify(service: str, url: str, chain: Chain) -> int:
    engine = create_engine(url, schema=service, pool_size=1)
    try:
        async with engine.connect() as connection:
            return (await verify(connection, chain=chain)).links
    finally:
        await engine.dispose()
