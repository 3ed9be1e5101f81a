#!/usr/bin/env bash
# Puts Keel on a machine: accounts, a venv under /opt/keel, three services, a udev rule. Never starts or stops motion.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"

ROOT="" DRY=0 UNDO=0 VENV=1
CURRENT=/opt/keel/current
UNITS=(keel-guard.service keel-controller.service keel-station.service)

usage() {
    cat <<'TEXT'
sudo ./dev install [--dry-run] [--uninstall] [--root DIR] [--no-venv]
  --dry-run    print every file and every command, change nothing (needs no root)
  --uninstall  take everything away again but /etc/keel and /var/lib/keel
  --root DIR   lay the files into DIR instead of /, print the commands for the machine (needs no root)
  --no-venv    leave /opt/keel alone
TEXT
}

say() { printf 'install: %s\n' "$*"; }

# A step that changes the machine itself; with --root it is only told.
on_machine() {
    printf 'command  %s\n' "$*"
    if [ $DRY = 0 ] && [ -z "$ROOT" ]; then "$@"; fi
}

# The same for a step that speaks to a running system; there is none while an image is being built.
on_running() {
    if [ -n "$ROOT" ] || [ $DRY = 1 ] || [ -d /run/systemd/system ]; then
        on_machine "$@"
    else
        printf 'left out %s  (systemd is not running)\n' "$*"
    fi
}

place() { # place SOURCE TARGET: a file of this folder, with the place of the venv filled in
    printf 'file     %s  <- install/%s\n' "$ROOT$2" "$1"
    if [ $DRY = 1 ]; then return; fi
    mkdir -p -- "$(dirname -- "$ROOT$2")"
    sed "s#@VENV@#$CURRENT#g" "$1" >"$ROOT$2.new"
    chmod 644 -- "$ROOT$2.new"
    mv -f -- "$ROOT$2.new" "$ROOT$2"
}

away() { # away PATH: what an earlier install put there
    printf 'remove   %s\n' "$ROOT$1"
    [ $DRY = 1 ] || rm -rf -- "$ROOT${1:?}"
}

files() { # "source target" a line; install and uninstall read the same list
    local unit
    for unit in "${UNITS[@]}"; do echo "$unit /etc/systemd/system/$unit"; done
    cat <<'TEXT'
keel.sysusers /etc/sysusers.d/keel.conf
70-keel.rules /etc/udev/rules.d/70-keel.rules
50-keel.polkit.rules /etc/polkit-1/rules.d/50-keel.rules
table.toml.example /etc/keel/table.toml.example
TEXT
}

# A new folder for each state of the sources and one link: an update never edits what a running guard uses.
lay_venv() {
    local name release
    name=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' ../controller/version.py)-$(sources | sha256sum | cut -c 1-8)
    release=/opt/keel/releases/$name
    printf 'venv     %s  <- requirements/run.txt and this checkout\n' "$ROOT$release"
    printf 'link     %s -> releases/%s\n' "$ROOT$CURRENT" "$name"
    if [ $DRY = 1 ]; then return; fi
    if [ ! -e "$ROOT$release/complete" ]; then
        rm -rf -- "$ROOT${release:?}"
        mkdir -p -- "$ROOT$release"
        # The services' accounts cannot reach an interpreter in somebody's home.
        if [ -z "$ROOT" ]; then PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; fi
        ../dev release "$ROOT$release"
        touch -- "$ROOT$release/complete"
    fi
    ln -sfn -- "releases/$name" "$ROOT$CURRENT"
}

sources() {
    cat ../pyproject.toml ../requirements/run.txt ../requirements/uv.txt
    find ../firmware_bridge ../safety ../controller ../simulator ../hil -type f ! -name '*.pyc' -print0 |
        sort -z | xargs -0 sha256sum
}

machine_steps() {
    on_machine systemd-sysusers /etc/sysusers.d/keel.conf
    on_running udevadm control --reload
    on_running udevadm trigger --subsystem-match=tty --subsystem-match=usb-serial
    on_running systemctl daemon-reload
    on_machine systemctl enable "${UNITS[@]}"
}

put_in() {
    local source target
    while read -r source target; do place "$source" "$target"; done < <(files)
    if [ $VENV = 1 ]; then lay_venv; fi
    machine_steps
    say "next: copy /etc/keel/table.toml.example to /etc/keel/table.toml, fill it in, keel check it,"
    say "then: systemctl restart ${UNITS[*]}"
    say "(a restart of the guard is a RETURN first; it waits until the table is parked)"
}

take_out() {
    local source target unit
    # Stopping the guard brings the rider back first; only then may its files go.
    for unit in keel-station.service keel-controller.service keel-guard.service; do
        if [ $DRY = 1 ] || [ -e "$ROOT/etc/systemd/system/$unit" ]; then
            on_running systemctl stop "$unit"
            on_machine systemctl disable "$unit"
        fi
    done
    while read -r source target; do away "$target"; done < <(files)
    away /opt/keel
    on_running systemctl daemon-reload
    on_running udevadm control --reload
    say "kept: /etc/keel/table.toml, /var/lib/keel and the accounts keel and keel-guard"
}

while [ $# -gt 0 ]; do
    case $1 in
    --dry-run) DRY=1 ;;
    --uninstall) UNDO=1 ;;
    --no-venv) VENV=0 ;;
    --root)
        [ $# -ge 2 ] || {
            usage >&2
            exit 64
        }
        ROOT=${2%/}
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 64
        ;;
    esac
    shift
done

if [ $DRY = 0 ] && [ -z "$ROOT" ] && [ "$(id -u)" != 0 ]; then
    say "needs root: sudo ./dev install   (./dev install --dry-run shows what it would do)" >&2
    exit 77
fi
if [ $UNDO = 1 ]; then take_out; else put_in; fi
