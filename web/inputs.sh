# Sourced by setup.sh and check.sh: the files below folders, each with its sum, to be compared with a stamp.

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

inputs() {
  find "$@" -type f ! -name schema.d.ts | sort | while IFS= read -r file; do sha256 "$file"; done
}
