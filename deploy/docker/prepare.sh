#!/usr/bin/env bash
# Makes what docker-compose.yml needs and is not there yet: passwords in .env, and below deploy/docker/secrets a private authority,
# certificates, and the pepper of the keys (docs/cluster.md). The names and addresses by which clients ask the balancer are the arguments:
#   deploy/docker/prepare.sh [NAME or ADDRESS]...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
secrets=${PROGENY_SECRETS:-deploy/docker/secrets} settings=${PROGENY_ENV:-.env}
umask 077

[ -f "$settings" ] || printf 'PROGENY_DB_PASSWORD=%s\nGRAFANA_PASSWORD=%s\nPROGENY_HOSTS=%s\n' \
    "$(openssl rand -hex 16)" "$(openssl rand -hex 16)" "$(IFS=,; echo "$*")" >"$settings"
scripts/certificates.sh "$secrets" node node training
scripts/certificates.sh "$secrets" postgres postgres
scripts/certificates.sh "$secrets" balancer balancer "$@"
[ -f "$secrets/pepper" ] || openssl rand -hex 32 >"$secrets/pepper"
# Prometheus' key, which is made when the cluster runs.
[ -f "$secrets/metrics.key" ] || : >"$secrets/metrics.key"
# The folder is for its owner only. Containers read the files under users of their own.
chmod 700 "$secrets"
chmod 644 "$secrets"/*
chmod 600 "$secrets/authority.key"
