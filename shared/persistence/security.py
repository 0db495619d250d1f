"""Row-level security: which rows a unit of work sees is decided by the database, and with no scope set there are none."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.identity.scope import Scope

_ENTER = text("""
    SELECT set_config('njt.everything', :everything, true),
           set_config('njt.organs', :organs, true),
           set_config('njt.above', :above, true),
           set_config('njt.holder', :holder, true)
""")

_EVERYTHING = text("SELECT set_config('njt.everything', 'on', true)")


async def enter(connection: AsyncConnection, scope: Scope) -> None:
    """Set whose rows the current transaction sees; the setting ends with the transaction."""
    await connection.execute(
        _ENTER,
        {
            "everything": "on" if scope.everything else "off",
            "organs": ",".join(sorted(scope.organs)),
            "above": ",".join(sorted(scope.above)),
            "holder": scope.holder or "",
        },
    )


async def enter_everywhere(connection: AsyncConnection) -> None:
    """Let the machinery see all rows until the transaction ends, whoever it works for: numbering knows no territory."""
    await connection.execute(_EVERYTHING)


def protect(table: str, *, holder: str | None = None) -> list[str]:
    """The statements that put a table with an `organ` column under territorial isolation, its owner included.

    `holder` names the column with the USCC whose institution sees its own rows.
    """
    own = f" OR {holder} = NULLIF(current_setting('njt.holder', true), '')" if holder else ""
    reach = (
        "current_setting('njt.everything', true) = 'on'"
        " OR organ = ANY (string_to_array(current_setting('njt.organs', true), ','))" + own
    )
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY territory ON {table} USING ({reach}) WITH CHECK ({reach})",
    ]


def lend(table: str) -> str:
    """The statement that lets organs read what an organ above them has in a protected table; changing it stays its own."""
    reach = "organ = ANY (string_to_array(current_setting('njt.above', true), ','))"
    return f"CREATE POLICY lent ON {table} FOR SELECT USING ({reach})"
