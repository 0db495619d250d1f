"""What every table of filing belongs to."""

from shared.persistence.tables import service_metadata

metadata = service_metadata()
