"""How statistics are counted: every certificate and payment once into each of the groups it belongs to.

A group is a choice of dimensions with a value for each. People are not to be added up: who holds two certificates of a
group is one person. So besides how many there are in a month, it is kept how many of these have the same person's last
one before in which month. Of any stretch of months there are then as many people as entries, less those whose last one
before lies in the stretch as well.
"""

MEMORY = "SELECT set_config('work_mem', '64MB', true)"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('subsidy.statistics', 0))"

TABLES = (
    """
    CREATE TEMPORARY TABLE counting_held (
        id uuid, holder bytea, organ text, occupation text, level smallint, audience text, month integer, state text
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_item (
        id uuid, certificate_id uuid, holder bytea, organ text, line text, fen bigint, uplift_fen bigint,
        claimed boolean, paid boolean, month integer, booked_fen bigint
    ) ON COMMIT DROP
    """,
    "CREATE TEMPORARY TABLE counting_back (item_id uuid, month integer, fen bigint) ON COMMIT DROP",
    """
    CREATE TEMPORARY TABLE counting_sort (
        sort integer GENERATED ALWAYS AS IDENTITY, organ text, occupation text, level smallint, audience text, line text
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_sorted (
        id uuid, certificate_id uuid, holder bytea, line text, sort integer, fen bigint, uplift_fen bigint,
        claimed boolean, paid boolean, month integer, issued integer
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_member (
        sort integer, shape smallint, organ text, occupation text, chain text, level smallint, audience text, line text
    ) ON COMMIT DROP
    """,
    "CREATE TEMPORARY TABLE counting_belongs (sort integer, group_id integer, part smallint) ON COMMIT DROP",
    """
    CREATE TEMPORARY TABLE counting_entry (
        place bigint GENERATED ALWAYS AS IDENTITY, kind text, holder bytea, sort integer, month integer, fen bigint
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_again (
        several integer, kind text, place bigint, month integer, sort integer
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_fine (kind text, sort integer, month integer, entries bigint, fen bigint)
    ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_cell (
        group_id integer, kind text, month integer, previous integer, entries bigint, fen bigint
    ) ON COMMIT DROP
    """,
)

# What came back, then the items, then the certificates: whatever is read refers only to what is read after it, so nothing is
# missing though each statement sees a later moment. What changed meanwhile is in the next count.
BACK = """
    INSERT INTO counting_back
    SELECT item_id, CAST(replace(month, '-', '') AS integer),
           amount_fen * CASE credit WHEN 'recovered' THEN 1 ELSE -1 END
    FROM posting WHERE 'recovered' IN (credit, debit)
"""
# With what the money's accounts say was paid, at the same moment, to be held against the items. Claims paid before there
# were accounts count by their own total.
ITEMS = """
    INSERT INTO counting_item
    SELECT claim_item.id, certificate_id, claim_item.holder_index, claim_item.organ, claim_item.line, amount_fen,
           CASE WHEN uplift IS NOT NULL THEN amount_fen - base_fen END,
           claim.state NOT IN ('draft', 'withdrawn'),
           claim_item.state IN ('paid', 'recovered') AND claim.paid_at IS NOT NULL,
           CAST(to_char(claim.paid_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') AS integer), 0
    FROM claim_item JOIN claim ON claim.id = claim_item.claim_id
    UNION ALL
    SELECT NULL, NULL, NULL, organ, line, 0, NULL, false, false, NULL, amount_fen
    FROM posting WHERE (debit, credit) = ('ordered', 'paid')
    UNION ALL
    SELECT NULL, NULL, NULL, organ, line, 0, NULL, false, false, NULL, total_fen
    FROM claim WHERE paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM posting WHERE posting.claim_id = claim.id)
"""
# Under row-level security hardly a row is expected of a table, so tables are joined here by what they have an index on, and
# families are looked up without a join.
HELD = """
    INSERT INTO counting_held
    SELECT certificate.id, holder_index, certificate.organ,
           coalesce(CAST(:families AS jsonb) ->> (edition || ':' || occupation), edition || ':' || occupation),
           level, audience, CAST(extract(year FROM issued_on) * 100 + extract(month FROM issued_on) AS integer), state
    FROM certificate JOIN institution ON institution.id = certificate.institution_id
"""

SORTS = """
    INSERT INTO counting_sort (organ, occupation, level, audience, line)
    SELECT organ, occupation, level, audience, '' FROM counting_held
    UNION
    SELECT item.organ, occupation, level, audience, line
    FROM counting_item AS item JOIN counting_held AS held ON held.id = certificate_id
"""

# Each of a dimension's values, or none of them: chains are told apart by each list there ever was, and not together with
# occupations, from which they follow.
MEMBERS = """
    WITH reach AS (
        SELECT * FROM unnest(CAST(:below AS text[]), CAST(:above AS text[])) AS known (organ, above)
    ), listed AS (
        SELECT * FROM unnest(CAST(:lists AS text[]), CAST(:listed AS text[]), CAST(:chains AS text[]))
            AS known (list, family, chain)
    )
    INSERT INTO counting_member (sort, shape, organ, occupation, chain, level, audience, line)
    SELECT sort.sort, place.bit + what.bit + level.bit + audience.bit + line.bit, place.organ,
           what.occupation, what.chain, level.level, audience.audience, line.line
    FROM counting_sort AS sort
    CROSS JOIN LATERAL (
        SELECT 1 AS bit, sort.organ AS organ UNION ALL SELECT 0, above FROM reach WHERE reach.organ = sort.organ
    ) AS place
    CROSS JOIN LATERAL (
        SELECT 0 AS bit, '' AS occupation, '' AS chain
        UNION ALL SELECT 2, sort.occupation, ''
        UNION ALL
        SELECT 4, '', each.list || '/' || coalesce(listed.chain, :no_chain)
        FROM unnest(CAST(:every_list AS text[])) AS each (list)
        LEFT JOIN listed ON (listed.list, listed.family) = (each.list, sort.occupation)
    ) AS what
    CROSS JOIN LATERAL (VALUES (0, CAST(0 AS smallint)), (8, sort.level)) AS level (bit, level)
    CROSS JOIN LATERAL (VALUES (0, ''), (16, sort.audience)) AS audience (bit, audience)
    CROSS JOIN LATERAL (
        SELECT 0 AS bit, '' AS line UNION ALL SELECT 32, sort.line WHERE sort.line <> ''
    ) AS line
"""

GROUPS = """
    INSERT INTO statistic_group (shape, organ, occupation, chain, level, audience, line)
    SELECT DISTINCT shape, organ, occupation, chain, level, audience, line FROM counting_member
    ON CONFLICT DO NOTHING
"""
BELONGS = """
    INSERT INTO counting_belongs
    SELECT sort, id, id % :parts
    FROM counting_member JOIN statistic_group USING (shape, organ, occupation, chain, level, audience, line)
"""

# Money, and what was claimed for, go by the organ and line of the item and by what its certificate says.
SORTED = """
    INSERT INTO counting_sorted
    SELECT item.id, certificate_id, item.holder, item.line, sort, fen, uplift_fen, claimed, paid, item.month, held.month
    FROM counting_item AS item
    JOIN counting_held AS held ON held.id = certificate_id
    JOIN counting_sort AS sort ON (sort.organ, sort.occupation, sort.level, sort.audience, sort.line)
        = (item.organ, held.occupation, held.level, held.audience, item.line)
"""
# A certificate claimed for several times is claimed for once on each line, by the latest claim, in the month of its issue.
ENTRIES = (
    """
    INSERT INTO counting_entry (kind, holder, sort, month, fen)
    SELECT CASE state WHEN 'verified' THEN 'valid' WHEN 'revoked' THEN 'revoked' ELSE 'unconfirmed' END,
           holder, sort, month, 0
    FROM counting_held JOIN counting_sort USING (organ, occupation, level, audience) WHERE line = ''
    """,
    """
    INSERT INTO counting_entry (kind, holder, sort, month, fen)
    SELECT DISTINCT ON (certificate_id, line) 'claimed', holder, sort, issued, 0
    FROM counting_sorted WHERE claimed ORDER BY certificate_id, line, id DESC
    """,
    """
    INSERT INTO counting_entry (kind, holder, sort, month, fen)
    SELECT 'paid', holder, sort, month, fen FROM counting_sorted WHERE paid
    """,
    """
    INSERT INTO counting_entry (kind, holder, sort, month, fen)
    SELECT 'uplifted', holder, sort, month, uplift_fen FROM counting_sorted WHERE paid AND uplift_fen IS NOT NULL
    """,
    """
    INSERT INTO counting_entry (kind, holder, sort, month, fen)
    SELECT 'recovered', holder, sort, back.month, back.fen
    FROM counting_back AS back JOIN counting_sorted AS item ON item.id = back.item_id
    """,
)

HOW_MANY = "SELECT count(*) FROM counting_entry"
OF_A_PART = 100_000
FINE = """
    INSERT INTO counting_fine
    SELECT kind, sort, month, count(*), sum(fen) FROM counting_entry GROUP BY kind, sort, month
"""
# People who have several of a kind, by a number for each: what is sorted below should be short.
SEVERAL = """
    INSERT INTO counting_again
    SELECT several, kind, place, month, sort
    FROM (
        SELECT kind, holder, row_number() OVER () AS several
        FROM counting_entry GROUP BY kind, holder HAVING count(*) > 1
    ) AS people
    JOIN counting_entry USING (kind, holder)
"""

# Part by part, each some of the groups, so that no statement takes long. Little changes between two counts, so little is
# written.
ALL = """
    INSERT INTO counting_cell
    SELECT group_id, kind, month, 0, sum(entries), sum(fen)
    FROM counting_fine JOIN counting_belongs USING (sort) WHERE part = :part GROUP BY group_id, kind, month
"""
# The one before is the one before in the order of months, so that whoever holds thousands costs no more than each alone.
REPEATED = """
    WITH repeated AS (
        SELECT group_id, kind, month,
               lag(month) OVER (PARTITION BY group_id, several ORDER BY month, place) AS previous
        FROM counting_again JOIN counting_belongs USING (sort) WHERE part = :part
    )
    INSERT INTO counting_cell
    SELECT group_id, kind, month, previous, count(*), 0 FROM repeated
    WHERE previous IS NOT NULL GROUP BY group_id, kind, month, previous
"""
GONE = """
    DELETE FROM statistic_cell AS old WHERE group_id % :parts = :part AND NOT EXISTS (
        SELECT FROM counting_cell AS new
        WHERE (new.group_id, new.kind, new.month, new.previous) = (old.group_id, old.kind, old.month, old.previous)
    )
"""
CHANGED = """
    INSERT INTO statistic_cell (group_id, kind, month, previous, entries, fen)
    SELECT group_id, kind, month, previous, new.entries, new.fen
    FROM counting_cell AS new LEFT JOIN statistic_cell AS old USING (group_id, kind, month, previous)
    WHERE (old.entries, old.fen) IS DISTINCT FROM (new.entries, new.fen)
    ON CONFLICT (group_id, kind, month, previous) DO UPDATE SET entries = EXCLUDED.entries, fen = EXCLUDED.fen
"""
NEXT = "TRUNCATE counting_cell"
EMPTY = """
    DELETE FROM statistic_group WHERE NOT EXISTS (SELECT FROM statistic_cell WHERE group_id = statistic_group.id)
"""
NOTED = """
    INSERT INTO statistic_count (id, counted_at, seconds, policy_version, position)
    VALUES (1, :at, extract(epoch FROM clock_timestamp() - transaction_timestamp()), :policy_version, :position)
    ON CONFLICT (id) DO UPDATE SET counted_at = EXCLUDED.counted_at, seconds = EXCLUDED.seconds,
        policy_version = EXCLUDED.policy_version, position = EXCLUDED.position
"""
DIFFERS = """
    SELECT CAST(coalesce(sum(abs(differs)), 0) AS bigint) FROM (
        SELECT sum(CASE WHEN paid THEN fen ELSE 0 END - booked_fen) AS differs FROM counting_item GROUP BY organ, line
    ) AS account
"""
