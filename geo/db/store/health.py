"""What the server and its roles are like: asked before requests are let in."""

from sqlalchemy import Connection, text


def unsafe_logins(connection: Connection) -> list[str]:
    """Return what is wrong with the roles of a connection; empty if nothing is.

    Neither the login nor the role that it became may pass row-level security: as a
    superuser, by the attribute, or as the owner of a table.
    """
    return list(
        connection.scalars(
            text(
                "SELECT rolname || ' passes row-level security' FROM pg_roles "
                "WHERE rolname IN (session_user, current_user) "
                "AND (rolsuper OR rolbypassrls) "
                "UNION ALL "
                "SELECT DISTINCT rolname || ' owns tables' FROM pg_class "
                "JOIN pg_roles r ON r.oid = relowner "
                "WHERE rolname = current_user AND relkind IN ('r', 'p')"
            )
        )
    )


def unguarded_tables(connection: Connection) -> list[str]:
    """Return tables with a ``county_id`` that row-level security does not force."""
    return list(
        connection.scalars(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a "
                "ON a.attrelid = c.oid AND a.attname = 'county_id' "
                "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition "
                "AND c.relnamespace = 'public'::regnamespace "
                "AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1"
            )
        )
    )
