"""`njt test`: every test of the product, with real PostgreSQL and real RabbitMQ that it provides itself."""

import subprocess
import sys

import typer

from shared.settings import REPOSITORY


def test(context: typer.Context) -> None:
    """运行全部测试；其余参数交给 pytest · Run all tests; further arguments go to pytest."""
    command = [sys.executable, "-m", "pytest", *context.args]
    raise typer.Exit(code=subprocess.run(command, cwd=REPOSITORY, check=False).returncode)
