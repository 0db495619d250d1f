"""`python -m cli`, which `njt` runs."""

from cli.main import app

app(prog_name="njt")
