"""`njt province`: the provincial side of the exchange, played by the simulator, and its conformance kit."""

from importlib import import_module

import typer

app = typer.Typer(help="省级交换 · The provincial exchange.", no_args_is_help=True)

_HANDED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""The simulator is another program: its options are its own, and so is its help."""


@app.callback()
def province() -> None:
    """省级交换 · The provincial exchange."""


@app.command(context_settings=_HANDED_ON)
def simulate(context: typer.Context) -> None:
    """扮演省级系统 · Play the province: answer the city until Ctrl-C, or send a scenario or a story and end with it."""
    _hand_on("simulator.__main__", context)


@app.command(context_settings=_HANDED_ON)
def files(context: typer.Context) -> None:
    """无专线的省级系统 · Play the province by batch files: take some, and write what it says to them."""
    _hand_on("simulator.files.__main__", context)


@app.command(context_settings=_HANDED_ON)
def conform(context: typer.Context) -> None:
    """符合性测试 · Play one side of the exchange against any counterpart, case by case, and report."""
    _hand_on("simulator.conform.__main__", context)


def _hand_on(program: str, context: typer.Context) -> None:
    try:
        entry = import_module(program)
    except ModuleNotFoundError:
        # A production image lacks it.
        typer.echo("此处没有安装模拟器 · The simulator is not installed here", err=True)
        raise typer.Exit(code=1) from None
    entry.app(args=context.args, prog_name=context.command_path)
