"""How a service keeps its data: one transaction, versions, row-level security, pages, migrations."""
