"""Where the bench takes place: a durable PostgreSQL with subsidy's own schema, a RabbitMQ, a collector of traces."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from cli.bench.actors import Cue
from cli.bench.contest import Say
from cli.bench.ground import own_servers
from cli.collector import Collector
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.settings import Profile

SERVICE = "subsidy"
PEER = "certificate_again"
"""The table of the peer that only stores."""
_NAME = "njt_bench_exchange"
_OWNER = "owner"


@asynccontextmanager
async def prepared(say: Say) -> AsyncIterator[Cue]:
    """Servers of one run's own, and a cue that names them; the parts are played by processes that are told it."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(own_servers(say))
        collector = Collector(capacity=1)
        endpoint = await collector.start()
        stack.push_async_callback(collector.stop)
        await drop_database(servers.postgres, _NAME)
        passwords = servers.keys / "bench-passwords"
        database = await provide_database(servers.postgres, _NAME, secrets_file=passwords)
        stack.push_async_callback(drop_database, servers.postgres, _NAME)
        await migrate_all(database, (SERVICE,))
        yield Cue(
            database=database.services[SERVICE],
            broker=servers.rabbit.province_url,
            collector=endpoint,
            keys=servers.keys,
            count=0,
            told={_OWNER: database.owners[SERVICE]},
        )


def owner_of(cue: Cue) -> str:
    """The address of the database for the one who owns the tables."""
    return str(cue.told[_OWNER])


def plan_of(cue: Cue) -> Plan:
    """The suite that a part belongs to: everything on, traces sampled at 100 %."""
    return Plan(
        home=Home(folder=Path(cue.keys)),
        database=SuiteDatabase(owners={SERVICE: owner_of(cue)}, services={SERVICE: cue.database}),
        bases=dict.fromkeys(SERVICES, "http://127.0.0.1:9"),
        profile=Profile.TEST,
        province_url=cue.broker,
        otlp_endpoint=cue.collector,
    )


def with_told(cue: Cue, count: int, **told: Any) -> Cue:
    """The same ground with something to do."""
    return cue.model_copy(update={"count": count, "told": cue.told | told})
