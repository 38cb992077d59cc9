"""The function that makes the partitions of a month, as the migrations (re)define it.

Tables that grow with time have a partition for each month; each is under row security from its
first moment. The app may call the function, since only the owner can create tables.
"""

from collections.abc import Mapping

from tenants import row_security


def ensure_month(storage: Mapping[str, str]) -> str:
    """Statement that defines ``ensure_month(date)``.

    Parameters
    ----------
    storage
        Storage parameters of the partitions of each table, by its name; empty for the defaults.
    """
    tables = ", ".join(f"('{name}', '{options}')" for name, options in storage.items())
    return f"""
CREATE OR REPLACE FUNCTION ensure_month(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', wanted)::date;
    parent text;
    part text;
    storage text;
BEGIN
    IF month < '2000-01-01' OR month > now() + interval '1 year' THEN
        RAISE EXCEPTION 'no partition for %', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR parent, storage IN VALUES {tables}
    LOOP
        part := parent || to_char(month, '_YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) %s',
            part, parent, month, month + interval '1 month',
            CASE WHEN storage = '' THEN '' ELSE 'WITH (' || storage || ')' END);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (%s) WITH CHECK (%s)',
            part, $policy${row_security.TENANT_IS_MINE}$policy$,
            $policy${row_security.TENANT_IS_MINE}$policy$);
    END LOOP;
END $$
"""  # noqa: S608 - names of tables are constants of the migrations
