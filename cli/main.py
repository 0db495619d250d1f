"""The command line, read as a table of contents."""

import typer

from cli import ledger, policy, province
from cli.check import check
from cli.demo import demo
from cli.documents import asyncapi, openapi, topology
from cli.serve import migrate, serve
from cli.testing import test
from cli.up import up

app = typer.Typer(
    name="njt",
    help="宁技通：南京技能人才评价服务套件 · The suite behind Nanjing's skill-evaluation work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command()(demo)
app.command()(up)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)
app.command()(serve)
app.command()(migrate)
app.command()(openapi)
app.command()(asyncapi)
app.command()(topology)
app.command()(check)
app.add_typer(ledger.app, name="ledger")
app.add_typer(province.app, name="province")
app.add_typer(policy.app, name="policy", help="政策包 · the policy pack")
