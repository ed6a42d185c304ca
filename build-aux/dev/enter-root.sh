#!/usr/bin/env bash
# enter-root.sh ROOT DIRECTORY COMMAND…: runs COMMAND with ROOT as / in a private mount namespace (call it through
# `unshare --mount`). pivot_root rather than chroot, so that bubblewrap works inside. The host's own top-level folders
# (/home, /srv, …) are visible at the same paths, so that inputs and outputs are the same on both sides.
set -euo pipefail
root=$1 directory=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
share() { [ -e "$1" ] || return 0; mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; }
for path in /*; do
  case "$path" in
    /bin|/boot|/etc|/lib|/lib32|/lib64|/libx32|/sbin|/usr|/var|/run|/lost+found) ;;
    *) if [ -d "$path" ] && [ ! -L "$path" ]; then share "$path"; fi ;;
  esac
done
# What lies below the folders left out above and is needed all the same.
for path in "$directory" "$(dirname "$MYNA_TOP")" "${MYNA_GOLDEN_DIR:-}" "${MYNA_MEDIA_DIR:-}" "${XDG_RUNTIME_DIR:-}"; do
  case "$path" in /var/*|/run/*|/usr/*|/etc/*) share "$path" ;; esac
done
if [ -e /etc/resolv.conf ]; then
  [ -e "$root/etc/resolv.conf" ] || : > "$root/etc/resolv.conf"
  mount --bind "$(readlink -f /etc/resolv.conf)" "$root/etc/resolv.conf"
fi
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$root"
pivot_root . .
umount -l .
cd "$directory"
export MYNA_DEV_INSIDE=root
export LANG=${LANG:-C.UTF-8}
unset LD_LIBRARY_PATH PYTHONPATH PYTHONHOME
exec "$@"
