"""The connection pool of one service, in its own schema and role."""

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_STATEMENT_SECONDS = 30


def create_engine(url: str, *, schema: str, pool_size: int = 5) -> AsyncEngine:
    """A pool whose connections see one schema only and give up a statement after 30 s.

    A plain `postgresql://` address is read as asyncpg's.
    """
    address = make_url(url).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,  # an error's text must not carry a row's values into a log
        connect_args={
            "timeout": 10,
            "command_timeout": _STATEMENT_SECONDS,
            "server_settings": {
                "search_path": schema,
                "application_name": f"njt-{schema}",
                "jit": "off",
                "TimeZone": "UTC",
                "idle_in_transaction_session_timeout": "60000",
            },
        },
    )
