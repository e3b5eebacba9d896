# Sourced by the scripts beside it: named steps, timed; a failed one does not hide what follows.

failed=()
timings=()

# step NAME COMMAND…: runs the command and remembers how long it took and whether it failed.
step() {
  local name="$1" start="$SECONDS" verdict=ok
  shift
  printf '\n==> %s\n' "$name"
  if ! "$@"; then
    verdict=FAILED
    failed+=("$name")
  fi
  timings+=("$(printf '%5d s  %-6s  %s' "$((SECONDS - start))" "$verdict" "$name")")
  printf '<== %s: %s after %d s\n' "$name" "$verdict" "$((SECONDS - start))"
}

# finish: prints the timings and exits, non-zero where any step failed.
finish() {
  printf '\n%s after %d s:\n' "$(basename "$0")" "$SECONDS"
  printf '%s\n' "${timings[@]}"
  if ((${#failed[@]} > 0)); then
    exit 1
  fi
  exit 0
}
