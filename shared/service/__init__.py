"""What a service's interface and worker are built from, and how they start and stop."""

from shared.service.api import create_service_api, document
from shared.service.runtime import Runtime, clock_of
from shared.service.worker import Due, Job, Worker

__all__ = ["Due", "Job", "Runtime", "Worker", "clock_of", "create_service_api", "document"]
