"""How statistics are counted: every certificate and payment once into each of the groups it belongs to.

A group is a choice of dimensions with a value for each. People are not to be added up: who holds two certificates of a
group is one person. So besides how many there are in a month, it is kept how many of these have the same person's last
one before in which month. Of any stretch of months there are then as many people as entries, less those whose last one
before lies in the stretch as well.
"""

# Everything is joined with everything else of its kind. How many rows the parts of one statement have is not known before,
# and taken for few they would be gone through once for each other row: minutes instead of moments.
MEANS = "SELECT set_config('work_mem', '64MB', true), set_config('enable_nestloop', 'off', true)"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('subsidy.statistics', 0))"

TABLES = (
    """
    CREATE TEMPORARY TABLE counting_entry (
        place bigint GENERATED ALWAYS AS IDENTITY, kind text, holder bytea, organ text, occupation text,
        level smallint, audience text, line text, month integer, fen bigint
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_sort (
        sort integer GENERATED ALWAYS AS IDENTITY, organ text, occupation text, level smallint, audience text, line text
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_member (
        sort integer, shape smallint, organ text, occupation text, chain text, level smallint, audience text, line text
    ) ON COMMIT DROP
    """,
    "CREATE TEMPORARY TABLE counting_belongs (sort integer, group_id integer) ON COMMIT DROP",
    """
    CREATE TEMPORARY TABLE counting_again (
        kind text, holder bytea, place bigint, month integer, sort integer
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE counting_cell (
        group_id integer, kind text, month integer, previous integer, entries bigint, fen bigint
    ) ON COMMIT DROP
    """,
)
LOOKED_AT = (
    "counting_entry",
    "counting_sort",
    "counting_member",
    "counting_belongs",
    "counting_again",
    "counting_cell",
)

# All of it in one statement, which sees one moment. A certificate claimed for several times is claimed for once on each
# line, by the latest claim. `booked` is what the money's accounts say was paid, to be held against the items; claims paid
# before there were accounts count by their own total.
ENTRIES = """
    WITH family AS (
        SELECT * FROM unnest(CAST(:editions AS text[]), CAST(:codes AS text[]), CAST(:families AS text[]))
            AS known (edition, code, family)
    ), held AS (
        SELECT certificate.id, certificate.holder_index, certificate.organ, certificate.state, certificate.level,
               coalesce(family.family, certificate.edition || ':' || certificate.occupation) AS occupation,
               institution.audience,
               CAST(extract(year FROM issued_on) * 100 + extract(month FROM issued_on) AS integer) AS month
        FROM certificate
        JOIN institution ON institution.id = certificate.institution_id
        LEFT JOIN family ON (family.edition, family.code) = (certificate.edition, certificate.occupation)
    ), item AS (
        SELECT claim_item.id, claim_item.certificate_id, claim_item.holder_index, claim_item.organ, claim_item.line,
               claim_item.amount_fen, claim_item.base_fen, claim_item.uplift,
               claim.state NOT IN ('draft', 'withdrawn') AS claimed,
               claim_item.state IN ('paid', 'recovered') AND claim.paid_at IS NOT NULL AS paid,
               CAST(to_char(claim.paid_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') AS integer) AS month
        FROM claim_item JOIN claim ON claim.id = claim_item.claim_id
    ), claimed AS (
        SELECT DISTINCT ON (certificate_id, line) * FROM item WHERE claimed ORDER BY certificate_id, line, id DESC
    ), entry AS (
        SELECT CASE state WHEN 'verified' THEN 'valid' WHEN 'revoked' THEN 'revoked' ELSE 'unconfirmed' END AS kind,
               holder_index, organ, id AS certificate_id, '' AS line, month, CAST(0 AS bigint) AS fen
        FROM held
        UNION ALL
        SELECT 'claimed', claimed.holder_index, claimed.organ, certificate_id, line, held.month, 0
        FROM claimed JOIN held ON held.id = certificate_id
        UNION ALL
        SELECT 'paid', holder_index, organ, certificate_id, line, month, amount_fen FROM item WHERE paid
        UNION ALL
        SELECT 'uplifted', holder_index, organ, certificate_id, line, month, amount_fen - base_fen
        FROM item WHERE paid AND uplift IS NOT NULL
        UNION ALL
        SELECT 'recovered', item.holder_index, item.organ, certificate_id, item.line,
               CAST(replace(posting.month, '-', '') AS integer),
               posting.amount_fen * CASE posting.credit WHEN 'recovered' THEN 1 ELSE -1 END
        FROM posting JOIN item ON item.id = posting.item_id WHERE 'recovered' IN (posting.credit, posting.debit)
    )
    INSERT INTO counting_entry (kind, holder, organ, occupation, level, audience, line, month, fen)
    SELECT entry.kind, entry.holder_index, entry.organ, held.occupation, held.level, held.audience, entry.line,
           entry.month, entry.fen
    FROM entry JOIN held ON held.id = entry.certificate_id
    UNION ALL
    SELECT 'booked', '', organ, '', 0, '', line, 0, amount_fen FROM posting WHERE (debit, credit) = ('ordered', 'paid')
    UNION ALL
    SELECT 'booked', '', organ, '', 0, '', line, 0, total_fen FROM claim
    WHERE paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM posting WHERE posting.claim_id = claim.id)
"""

SORTS = """
    INSERT INTO counting_sort (organ, occupation, level, audience, line)
    SELECT DISTINCT organ, occupation, level, audience, line FROM counting_entry WHERE kind <> 'booked'
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
    SELECT sort, id FROM counting_member JOIN statistic_group USING (shape, organ, occupation, chain, level, audience, line)
"""

ALL = """
    WITH fine AS (
        SELECT organ, occupation, level, audience, line, month, count(*) AS entries, sum(fen) AS fen
        FROM counting_entry WHERE kind = :kind GROUP BY organ, occupation, level, audience, line, month
    )
    INSERT INTO counting_cell
    SELECT group_id, :kind, month, 0, sum(entries), sum(fen)
    FROM fine JOIN counting_sort USING (organ, occupation, level, audience, line) JOIN counting_belongs USING (sort)
    GROUP BY group_id, month
"""
SEVERAL = """
    INSERT INTO counting_again
    SELECT kind, holder, place, month, sort
    FROM (
        SELECT kind, holder FROM counting_entry WHERE kind <> 'booked' GROUP BY kind, holder HAVING count(*) > 1
    ) AS several
    JOIN counting_entry USING (kind, holder)
    JOIN counting_sort USING (organ, occupation, level, audience, line)
"""
# The one before is the one before in the order of months, so that whoever holds thousands costs no more than each alone.
REPEATED = """
    WITH repeated AS (
        SELECT own.group_id, month,
               lag(month) OVER (PARTITION BY own.group_id, holder ORDER BY month, place) AS previous
        FROM counting_again JOIN counting_belongs AS own USING (sort)
        WHERE kind = :kind
    )
    INSERT INTO counting_cell
    SELECT group_id, :kind, month, previous, count(*), 0 FROM repeated
    WHERE previous IS NOT NULL GROUP BY group_id, month, previous
"""

# Little changes between two counts, so little is written.
GONE = """
    DELETE FROM statistic_cell AS old WHERE NOT EXISTS (
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
        SELECT sum(CASE kind WHEN 'paid' THEN fen ELSE -fen END) AS differs
        FROM counting_entry WHERE kind IN ('paid', 'booked') GROUP BY organ, line
    ) AS account
"""
