#!/bin/sh
# Two roles and one schema per service in a new database: the owner migrates, the service only reads and writes rows.
# What it may do with which table is granted by the migrations. Run once, by the image's entrypoint or by hand.
set -eu

for service in filing accounts subsidy supervision; do
    prefix=$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')
    for suffix in OWNER DATABASE; do
        eval "test -n \"\${${prefix}_${suffix}_PASSWORD:-}\"" || { echo "${prefix}_${suffix}_PASSWORD is not set" >&2; exit 1; }
    done
    # By way of the environment, so that no password is an argument that `ps` shows.
    export SERVICE_PASSWORD OWNER_PASSWORD
    eval "SERVICE_PASSWORD=\$${prefix}_DATABASE_PASSWORD OWNER_PASSWORD=\$${prefix}_OWNER_PASSWORD"
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set service="$service" \
        --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:?the database}" <<'SQL'
\getenv service_password SERVICE_PASSWORD
\getenv owner_password OWNER_PASSWORD
\set role njt_ :service
\set owner njt_ :service _owner
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"role" LOGIN PASSWORD :'service_password';
CREATE SCHEMA :"service" AUTHORIZATION :"owner";
GRANT USAGE ON SCHEMA :"service" TO :"role";
ALTER ROLE :"owner" SET search_path = :"service";
ALTER ROLE :"role" SET search_path = :"service";
SQL
done
