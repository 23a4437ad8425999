#!/usr/bin/env bash
# Installs PostgreSQL with pgvector on Debian and what comes from it, for the tests and benchmarks of packages/store-postgres.
# Run as root. Does nothing where both are there.
set -euo pipefail

# Debian 12 has no package of pgvector; the source of this release's builds on it.
source_of=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The programs of the newest server, or nothing.
programs() { ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname; }

has_vector() { [[ -n $(programs) && -f $("$(programs)/pg_config" --sharedir)/extension/vector.control ]]; }

installed_lists=no
install() {
  if [[ $installed_lists == no ]]; then apt-get update -qq && installed_lists=yes; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# build_vector <major version>: pgvector from Debian's source, from the mirror that this machine's apt uses.
build_vector() {
  install "postgresql-server-dev-$1" build-essential
  local work mirror
  work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
  echo "deb-src [signed-by=$keyring] $mirror $source_of main" >"$work/sources.list"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/pgvector"
  local own=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
  apt-get "${own[@]}" -qq update
  (cd "$work" && apt-get "${own[@]}" -qq source --download-only pgvector)
  tar -xf "$work"/pgvector_*.orig.tar.gz -C "$work/pgvector" --strip-components 1
  # Without OPTFLAGS it would be built for this machine's processor alone, and its image may run on another.
  make -s -C "$work/pgvector" OPTFLAGS='' PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config" install
}

if has_vector; then exit; fi
if [[ -z $(programs) ]]; then
  # No cluster is made at installation: tests start servers of their own.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/vector-mamba.conf
  install postgresql
fi
major=$(basename "$(dirname "$(programs)")")
install "postgresql-$major-pgvector" 2>/dev/null || build_vector "$major"
has_vector
