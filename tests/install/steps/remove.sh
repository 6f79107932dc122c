# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what begin has set
# sotto is taken away, then all that it has kept.
. "$share/step.sh"

packages="sotto sotto-dkms libsotto0 pipewire-module-sotto"

apt() {
	# shellcheck disable=SC2086 # a list of words
	apt-get "$1" -y $packages >"$share/$name.$1" 2>&1
}

# of_sotto: files that are there, but for what check-install has put
of_sotto() {
	find / -xdev -path /proc -prune -o -path /sys -prune -o -path "$share" -prune -o -path /root -prune \
		-o -path /var/log -prune -o -path /var/lib/apt -prune -o -path /var/cache -prune \
		-o -path /tmp -prune -o -name sotto-machine -prune -o -iname '*sotto*' -print | sort
}

check "there is a session" wait_until 20 session_is_there
check "sotto doctor is all green" wait_until 20 all_green || note "$(cat "$share/$name.doctor")"
. "$share/documented.sh"
alice sotto pair bob 10.77.0.2 >/dev/null
echo 'require --port 7000' >/etc/sotto/rules.d/50-mine.conf
systemctl reload sotto-guard

check "apt removes the packages" apt remove || note "$(tail "$share/$name.remove")"
check "it says that nothing is held back" grep -q "nothing keeps calls from leaving in clear" \
	"$share/$name.remove"
check "and that the peers stay" grep -q "your peers stay in /var/lib/sotto" "$share/$name.remove"
check "which they do" test -s /var/lib/sotto/peers.db
check "the module has left the kernel" not test -e /sys/module/sotto
check "no table is left" sh -c '! nft list table inet sotto-guard 2>/dev/null'
is "no process is left, of anybody" "$(pgrep -l sotto; pgrep -af 'pipewire -c sotto|sotto agent')" ""

check "apt purges them" apt purge || note "$(tail "$share/$name.purge")"
check "it names what she wrote herself" grep -q "/etc/sotto/rules.d/50-mine.conf" "$share/$name.purge"
is "that is all that is left" "$(of_sotto)" /etc/sotto
check "no user is left" sh -c '! id sotto 2>/dev/null'
check "and no group" sh -c '! getent group sotto'
finish
