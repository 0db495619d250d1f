"""What every service is built on; knows no service."""
