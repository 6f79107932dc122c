# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what begin has set
# After step.sh: what README.md and Documentation/ have people type where systemd runs, in so many
# words; tests/unit/commands.txt points here. begin is root, and root needs no sudo.

sudo() {
	"$@"
}
USER=alice

# in_kernel PORT: how many rules begin there
in_kernel() {
	sotto rule list --json | jq "[.rules[] | select(.port_min == $1)] | length"
}

holds() {
	[ "$(in_kernel "$1")" -eq 1 ]
}

user_units() (
	export XDG_RUNTIME_DIR="/run/user/$uid"
	[ "$(runuser -u alice -- systemctl --user is-active sotto-pipewire sotto-agent | sort -u)" = active ]
)

is_ready() {
	journalctl -u sottod SOTTO_EVENT=ready -o json | jq_true 'select(.MESSAGE == "ready for calls" and
		.MESSAGE_ID == "8073daa7fa22484fb59a7713de82fc41" and .PRIORITY == "6")'
}

echo "require --port 16384-32767 --user $USER" | sudo tee /etc/sotto/rules.d/50-phone.conf >/dev/null
sudo systemctl reload-or-restart sotto-guard
check "a rule in a file is the kernel's" wait_until 20 holds 16384
systemctl stop sottod
systemctl disable sottod sotto-guard 2>/dev/null
sudo systemctl enable --now sotto-guard sottod
is "both units are on" "$(systemctl is-enabled sotto-guard sottod | sort -u)" enabled
check "and run" wait_until 20 unit_is sottod active
alice systemctl --user enable --now sotto-pipewire sotto-agent 2>/dev/null
check "so do a person's" wait_until 20 user_units
# What she has turned on herself stays in her home; the packages have it on for everybody.
alice systemctl --user disable sotto-pipewire sotto-agent 2>/dev/null
systemctl restart sottod
check "sottod that was restarted answers" wait_until 20 all_green || note "$(cat "$share/$name.doctor")"

mkdir -p /var/lib/prometheus/node-exporter
sudo systemctl enable --now sotto-metrics.timer
check "numbers are written" wait_until 60 grep -q '^sotto_module 1' /var/lib/prometheus/node-exporter/sotto.prom
systemctl disable --now sotto-metrics.timer 2>/dev/null
rm -r /var/lib/prometheus

check "the journal has sottod's fields" is_ready
check "and its lines" sh -c 'journalctl -u sottod | grep -q "ready for calls"'
alarms=$(journalctl -u sottod SOTTO_EVENT=call-alarm -o cat)
failures=$(journalctl -u sottod -o json MESSAGE_ID=e9146a9ab7f3472da5adebba03c26840)
is "no alarm, no failure" "$alarms$failures" ""
rm /etc/sotto/rules.d/50-phone.conf
