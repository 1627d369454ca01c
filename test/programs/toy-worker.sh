#!/bin/sh
# The toy worker for containers: does what its first argument says. The second tells apart whose worker it is.
case "$1" in
  drain) exit 0 ;;
  stay)
    trap 'exit 143' TERM
    while :; do sleep 1 & wait $!; done
    ;;
  stubborn)
    # Ignores SIGTERM, and so does its child.
    trap '' TERM
    sh "$0" stubborn-child "$2" &
    while :; do sleep 1; done
    ;;
  stubborn-child)
    trap '' TERM
    while :; do sleep 1; done
    ;;
  crash)
    printf 'first line\nthe toy broke its spring\n' >&2
    exit 1
    ;;
  config)
    echo 'the engine "toy" is unknown' >&2
    exit 10
    ;;
  # What a worker finds around it, as its last words: printed with an exit code so that they are kept.
  look)
    is() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
    of() { grep "^$1:" /proc/self/status | tr -d '\t'; }
    printf '%s' "uid $(id -u) job $ISOLARIO_JOB token $ISOLARIO_JOB_TOKEN control $ISOLARIO_CONTROL_URL" \
      " root writable $(is touch /tmp/x), scratch writable $(is touch "$ISOLARIO_SCRATCH/x")," \
      " account $(is test -e /var/run/secrets/kubernetes.io), $(of CapEff) $(of NoNewPrivs) $(of Seccomp)"
    exit 10
    ;;
  # The engine's program beside a worker: what it can do, into the folder that both share.
  payload)
    {
      nc -w 1 127.0.0.1 9 </dev/null
      unshare -r true
      echo "tokens $(env | grep -c TOKEN)"
    } >"$ISOLARIO_SCRATCH/part" 2>&1
    mv "$ISOLARIO_SCRATCH/part" "$ISOLARIO_SCRATCH/found"
    trap 'exit 0' TERM
    while :; do sleep 1 & wait $!; done
    ;;
  # The worker beside it: tells what the other found, and what itself can do.
  partner)
    shared="${ISOLARIO_PAYLOAD_SOCKET%/*}"
    until [ -e "$shared/found" ]; do sleep 0.1; done
    { cat "$shared/found"; nc -w 1 127.0.0.1 9 </dev/null; } 2>&1 | tr '\n' ';'
    exit 10
    ;;
  # Takes more memory than a small worker has.
  greedy) exec awk 'BEGIN { text = "0123456789abcdef"; while (1) text = text text }' ;;
  # Fills its scratch folder.
  flood)
    dd if=/dev/zero of="$ISOLARIO_SCRATCH/flood" bs=1M count=64
    trap 'exit 143' TERM
    while :; do sleep 1 & wait $!; done
    ;;
esac
