#!/bin/sh
# Makes a Debian machine a kiosk: `sh install.sh HALL`, as root, with the program at /usr/bin/onehall-kiosk and its file at
# /etc/onehall/kiosk.json. Reasons: README.md. `--root FOLDER` writes the files below a folder and changes nothing else.
set -eu

usage() {
  echo "usage: install.sh [--root FOLDER] https://hall.example" >&2
  exit 2
}

root=
if [ "${1:-}" = --root ]; then
  [ $# -ge 2 ] || usage
  root=$2
  shift 2
fi
[ $# -eq 1 ] || usage
hall=$1
case $hall in
  https://*[!A-Za-z0-9.:/_-]* | https://) usage ;;
  https://*) ;;
  *) echo "install.sh: the hall's address must begin with https://" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)

put() {
  install -D -m "$3" "$here/$1" "$root$2"
}

put onehall-kiosk.service /etc/systemd/system/onehall-kiosk.service 644
put cupsd.conf /etc/cups/cupsd.conf 640
put sysctl.conf /etc/sysctl.d/90-onehall-kiosk.conf 644
put coredump.conf /etc/systemd/coredump.conf.d/onehall-kiosk.conf 644
put logind.conf /etc/systemd/logind.conf.d/onehall-kiosk.conf 644
install -d -m 755 "$root/etc/onehall"
printf 'ONEHALL_HALL=%s\n' "$hall" > "$root/etc/onehall/kiosk.env"

# The log is in memory: it names nobody, and says when somebody was here.
install -d -m 755 "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nForwardToSyslog=no\n' > "$root/etc/systemd/journald.conf.d/onehall-kiosk.conf"

[ -z "$root" ] || exit 0

apt-get install --yes --no-install-recommends cage usbguard cups-daemon cups-client fonts-noto-cjk
id kiosk >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --groups video,render,input kiosk
# The key of the kiosk stands in there.
chown kiosk: /etc/onehall/kiosk.json
chmod 400 /etc/onehall/kiosk.json
chgrp lp /etc/cups/cupsd.conf

# Whatever is plugged in now is what belongs here; everything that comes later is refused.
if [ ! -s /etc/usbguard/rules.conf ]; then
  usbguard generate-policy > /etc/usbguard/rules.conf
  chmod 600 /etc/usbguard/rules.conf
fi
sed -i 's/^ImplicitPolicyTarget=.*/ImplicitPolicyTarget=block/; s/^PresentDevicePolicy=.*/PresentDevicePolicy=apply-policy/' /etc/usbguard/usbguard-daemon.conf

swapoff --all
sed -i '/^[^#].*[[:space:]]swap[[:space:]]/s/^/# no swap on a kiosk: /' /etc/fstab
sysctl --quiet --system
systemctl mask --now ctrl-alt-del.target getty@.service serial-getty@.service sleep.target suspend.target hibernate.target
systemctl set-default graphical.target
systemctl daemon-reload
systemctl restart systemd-journald cups
systemctl enable --now usbguard onehall-kiosk
