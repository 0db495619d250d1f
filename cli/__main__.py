"""`python -m cli`, which `njt` runs."""

from cli.main import main

main()
