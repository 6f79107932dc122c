#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: vm-long
# limit: 21600
#
# SIGKILL of sottod and of its worker at 200 moments of calls, which a seed chooses: the store
# opens, no peer is lost, no secure flow falls, and the next call between the two has no
# mismatch.
#
#	MOMENTS=20 SEED=7 tests/run killed_at_any_moment_nothing_is_lost
#
#	alice: sottod, worker [ sotto.ko ] === middle, slow === [ sotto.ko ] bob: sottod, worker
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/kills.sh"

moments=${MOMENTS:-200}

load_module
hosts_up
ends_up alice bob
ring
answer
verify
end_all
slow_path
moments "${SEED:-1}" "$moments"
is "after each of $moments moments all is as it was" "$bad" ""
note "$handshakes in handshakes, $running in running calls"
is "so many there were" $((handshakes + running)) "$moments"
finish
