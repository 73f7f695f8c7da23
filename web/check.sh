#!/bin/sh
# Checks the application when something has changed since it last passed: the
# types of its operations against the API's schema, its components, and how much
# script its pages load.
#
# Where Node.js, the packages of web/ or the built pages are missing, nothing is
# checked; REQUIRE_BROWSER=1 makes that a failure.

set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")"
. ./inputs.sh

stamp=dist/checks.stamp
gql=node_modules/gql.tada/bin/cli.js

missing() {
  echo "Application: not checked: $1 (make page)" >&2
  [ "${REQUIRE_BROWSER:-}" != 1 ] || exit 1
  exit 0
}

command -v node >/dev/null || missing "Node.js is not there"
[ -f "$gql" ] || missing "the packages of web/ are not there"
[ -f dist/app/documents.json ] || missing "its pages are not built"

now=$(inputs check.sh package-lock.json package.json tsconfig.json vite.app.config.ts vite.config.ts vitest.config.ts \
  scripts src dist/app ../schema/schema.graphql)
if [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then
  echo "Application: checked already"
  exit 0
fi

# npm need not be there.
node "$gql" generate-output --disable-preprocessing
node node_modules/typescript/bin/tsc
node "$gql" check --fail-on-warn
node node_modules/vitest/vitest.mjs run
node scripts/sizes.mjs
echo "$now" >"$stamp"
