#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto backup --- sottod, a store      sotto restore --- sottod, another store
#
# What is kept of peers goes into a file and comes back elsewhere, with the passphrase
# only, whole or not at all. And a store that a newer sottod has written is left alone.
. "$(dirname "$0")/cli-lib.sh"

ip link set lo up
bus_up
mkdir -m 700 "$work/records"

# machine NAME: sottod with a state of that name
machine() {
	[ -z "${sottod:-}" ] || stop "$sottod"
	mkdir -m 700 -p "$work/state-$1"
	"$build/userspace/daemon/sottod" --config "$work/none" --state-dir "$work/state-$1" \
		--runtime-dir "$work/records" >>"$work/sottod-$1" 2>&1 &
	sottod=$!
	pids="$sottod $pids"
	must 20 sotto status >/dev/null 2>&1
}

# types TEXT COMMAND...
types() {
	printf '%s\n' "$1" >"$work/typed"
	shift
	run "$@" <"$work/typed"
}

peers() {
	sotto peers --json | jq -c "[.peers[] | [.name, .code, .auto_answer, .addresses]]"
}

secret="correct horse battery staple"
machine old
sotto pair "Guinevere Featherstonehaugh" 192.0.2.7 >"$work/out"
sotto pair --show bob/phone 192.0.2.8 >"$work/out"
sotto autoanswer bob/phone yes >"$work/out"
before=$(peers)
types "$secret" sotto backup "$work/peers.backup"
is "backup: exit 0" "$status" 0
check "where it is" says "$work/peers.backup has your peers"
is "for its owner only" "$(stat -c %a "$work/peers.backup")" 600
check "it names nobody" not grep -qaiE 'guinevere|bob|192[.]0[.]2' "$work/peers.backup"
sum=$(sha256sum <"$work/peers.backup")
types "$secret" sotto backup "$work/peers.backup"
is "another one does not take its place: exit 1" "$status" 1
check "and says so" warns "peers.backup cannot be written: File exists"
is "it is as it was" "$(sha256sum <"$work/peers.backup")" "$sum"
types short sotto backup "$work/short"
is "a short passphrase: exit 1" "$status" 1
check "is refused" warns "The passphrase is too short"
check "and nothing is written" not test -e "$work/short"
run sotto backup /nowhere/at/all </dev/null
is "a place that is not there: exit 1" "$status" 1

machine new
is "the other machine knows nobody" "$(peers)" "[]"
types "another passphrase" sotto restore "$work/peers.backup"
is "another passphrase: exit 1" "$status" 1
check "why, and that nothing happened" warns "The passphrase is not that of this backup"
head -c -1 "$work/peers.backup" >"$work/cut"
types "$secret" sotto restore "$work/cut"
check "a file that was cut" warns "Nothing was restored"
{ head -c 300 "$work/peers.backup"; printf x; tail -c +302 "$work/peers.backup"; } >"$work/spoilt"
types "$secret" sotto restore "$work/spoilt"
check "one that was spoilt" warns "Nothing was restored"
echo "nothing of the kind, but long enough for the head of one" >"$work/letter"
types "$secret" sotto restore "$work/letter"
check "no backup" warns "That is no backup of sotto's."
{ head -c 12 "$work/peers.backup"; printf '\2'; tail -c +14 "$work/peers.backup"; } >"$work/newer"
types "$secret" sotto restore "$work/newer" --json
check "one of a newer sotto" json '.error.name == "BadArgument" and
	(.error.message | test("A newer sotto has written this backup"))'
{ head -c 44 "$work/peers.backup"; printf '\377\377\377\377'; tail -c +49 "$work/peers.backup"; } \
	>"$work/greedy"
types "$secret" sotto restore "$work/greedy"
check "one that wants all memory" warns "wants more work"
is "still nobody" "$(peers)" "[]"
sotto pair bob/phone 192.0.2.99 >"$work/out"
mine=$(peers | jq -c '.[0]')
printf '%s\n' "$secret" >"$work/typed"
exec 7<"$work/typed"
run sotto restore --json --passphrase-fd 7 "$work/peers.backup"
exec 7<&-
is "with the passphrase from a descriptor: exit 0" "$status" 0
check "one is new, one was here" json '.restored == 1 and .kept == 1'
is "who was here stays as she is" "$(peers | jq -c '.[0]')" "$mine"
sotto forget bob >"$work/out"
types "$secret" sotto restore "$work/peers.backup"
check "what is said" says "1 restored. 1 left as they are"
is "then it is all as it was" "$(peers | jq -c sort)" "$(echo "$before" | jq -c sort)"
check "the passphrase is not written anywhere" not grep -raqF "$secret" "$work/out" "$work/err" \
	"$work/sottod-old" "$work/sottod-new" "$work/state-old" "$work/state-new" "$work/peers.backup"

mkfifo "$work/slow"
exec 8<>"$work/slow"
# shellcheck disable=SC2016 # for the shell inside
begin sh -c 'exec script -qfec "sotto backup $0/second" "$0/terminal" <"$0/slow"' "$work"
must 20 grep -q 'Passphrase of the backup: ' "$work/terminal"
echo "$secret" >&8
must 20 grep -q 'Once more: ' "$work/terminal"
echo "$secret" >&8
ended
check "a terminal asks twice" grep -q 'second has your peers' "$work/terminal"
check "and does not show it" not grep -q horse "$work/terminal"
exec 8>&-

for wrong in backup restore "backup a b" "restore --passphrase-fd x a" "backup --passphrase-fd"; do
	# shellcheck disable=SC2086 # words
	run sotto $wrong
	is "sotto $wrong: exit 2" "$status" 2
done

stop "$sottod"
python3 - "$work/state-new/peers.db" <<-'END'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("PRAGMA user_version = 99")
	db.commit()
END
sum=$(sha256sum <"$work/state-new/peers.db")
run timeout 20 "$build/userspace/daemon/sottod" --config "$work/none" --state-dir "$work/state-new" \
	--runtime-dir "$work/records"
is "a store of a newer sottod: exit 1" "$status" 1
check "what to do" warns "Install the newer one again"
is "it is left as it was" "$(sha256sum <"$work/state-new/peers.db")" "$sum"
finish
