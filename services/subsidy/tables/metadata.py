"""What every table of subsidy belongs to."""

from shared.persistence.tables import service_metadata

metadata = service_metadata()
