"""`njt exchange`: what operators do about the exchange with the province, through the services' interfaces."""

from typing import Annotated

import typer

from cli.exchange import acting, agreeing, batches, listing, looking, reconciliation, workbench
from cli.exchange.calling import Suite

app = typer.Typer(help="省级交换 · The exchange with the province, for operators.", no_args_is_help=True)


@app.callback()
def exchange(
    context: typer.Context,
    base: Annotated[
        list[str],
        typer.Option(
            envvar="NJT_EXCHANGE_BASE",
            help="服务地址，{service} 代服务名；或 服务=地址，可重复 · address with {service}, or service=address",
        ),
    ] = ["http://127.0.0.1:8080/{service}"],  # noqa: B006 — typer's form of a list; it is only read
    client_id: Annotated[str, typer.Option(envvar="NJT_CLIENT_ID", help="客户端 · client id")] = "city-admin",
    client_secret: Annotated[
        str | None,
        typer.Option(
            envvar="NJT_CLIENT_SECRET",
            help="密钥，缺省为本机 njt up 的 · secret; that of `njt up` here unless given",
            show_default=False,
        ),
    ] = None,
) -> None:
    """省级交换 · The exchange with the province, for operators."""
    context.obj = Suite(bases=base, client_id=client_id, secret=client_secret)


app.command()(looking.status)
app.command()(looking.search)
app.command()(listing.messages)
app.command()(looking.show)
app.command()(looking.read)
app.command()(looking.parked)
app.command()(workbench.rejections)
app.command()(workbench.mend)
app.command()(acting.resend)
app.command()(acting.void)
app.command()(acting.pause)
app.command()(acting.resume)
app.command()(acting.replay)
app.command()(acting.discard)
app.command()(agreeing.key)
app.command()(agreeing.dialect)
app.command("export")(batches.export)
app.command("import")(batches.take_in)
app.command("batches")(batches.list_batches)
app.command()(reconciliation.reconcile)
app.command()(reconciliation.differences)
app.command()(reconciliation.propose)
app.command()(reconciliation.carry_out)
app.command()(reconciliation.send_back)
