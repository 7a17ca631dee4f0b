#!/usr/bin/env bash
# Tries docs/editors.md in Helix itself: a policy with mistakes is opened on a terminal (tmux), keys are typed, and
# the screen is printed: findings, hover, rename, a quick fix, formatting; then the debugger on a sample. After a build.
#   test/editors/helix.sh [HX]      HX: the program, if it is not `hx`
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
hx=${1:-hx}
home=$(mktemp -d)
server="iochain-helix-$$"
trap 'tmux -L "$server" kill-server 2>/dev/null || true; rm -rf "$home"' EXIT

mkdir -p "$home/.config/helix" "$home/work/.git"
sed -n '/^## Helix/,$p' "$root/docs/editors.md" | sed -n '/^```toml/,/^```$/p' | sed '/^```/d' |
  sed "s#/opt/iochain#$root#" >"$home/.config/helix/languages.toml"
cp "$root/samples/three-tier.iochain" "$home/work/"
cat >"$home/work/mistakes.iochain" <<'POLICY'
vm web { vnic eth0 { ip 10.0.0.1 } }
vm db { vnic eth0 { ip 10.0.0.2 } }
dfw fw {
  section "s" {
    rule 1 "all" allow from web to db service tcp/22
    rule 2 drop from web to db service tcp/22
    rule 3 alow from web to db
  }
  default drop
}
chain c { slot 2 dfw fw }
POLICY

tm() { tmux -L "$server" "$@"; }
open() {
  tm kill-server 2>/dev/null || true
  tm new-session -d -x 130 -y 40 "cd '$home/work' && HOME='$home' TERM=xterm-256color '$hx' '$1'"
  sleep 4
}
keys() { for key in "$@"; do tm send-keys "$key"; sleep 0.7; done; }
screen() { printf '\n=== %s\n' "$1"; tm capture-pane -p | sed -E '/^ *~?$/d'; }

open mistakes.iochain
screen "findings in the gutter"
keys 5 g g / web Enter Space k
screen "hover on a machine"
keys Escape Space r C-u www Enter
screen "renamed to www"
keys 7 g g / alow Enter Space a
screen "quick fixes"
keys Enter Escape ":format" Enter
screen "mended and formatted"

open three-tier.iochain
keys Space G l Enter three-tier.iochain Enter
sleep 3
screen "stopped at the first packet"
keys v
screen "variables"
