#!/bin/sh
# Has RAUC keep the system that runs, where its kiosk ran for the ten minutes before without a window that fell or hung; ends with 1
# where it did not. It is asked again ten minutes later; what was never kept is left at the next start.
set -eu

unit=onehall-kiosk.service
shows() {
  systemctl show --property="$1" --value "$unit"
}

[ "$(shows ActiveState)" = active ] || { echo "kiosk-good: the kiosk does not run" >&2; exit 1; }
[ "$(shows NRestarts)" = 0 ] || { echo "kiosk-good: the kiosk fell" >&2; exit 1; }
# The keeper of the kiosk says so of each window that it had to start anew. What it says lies in memory.
if journalctl --quiet --boot --unit="$unit" --since=-10min --output=cat | grep -q 'it is started anew$'; then
  echo "kiosk-good: a window fell or hung" >&2
  exit 1
fi
rauc status mark-good
