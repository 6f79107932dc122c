#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A network namespace has one agent. A second one is refused; when the first has gone,
# however it went, the next one is taken and adopts what there is.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
# One that is taken would never end by itself.
second() {
	timeout 10 "$tools/sotto-nl" --netns alice agent </dev/null | cut -d: -f1,2
}

# A third one that nobody feeds: it is there as soon as the place is free.
taken_again() {
	agent "$1" alice
}

agent first alice
first=$started
is "a second agent is refused" "$(second)" "error: EBUSY"
check "in so many words" sh -c '"$@" </dev/null | grep -q "has an agent already"' sh \
	timeout 10 "$tools/sotto-nl" --netns alice agent
agent elsewhere bob
check "another network namespace has its own" grep -q bound "$work/elsewhere"
is "who only listens is not in the way" "$(second)" "error: EBUSY"

id=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
check "the refused ones have not taken the first one's place" \
	wait_until 5 told_is first '"event":"flow-new"' 1
nl alice flow cookie "$id" c00c1e
stop "$first" KILL
check "the first is killed: the next is taken" taken_again next
is "and finds the flow with its cookie" "$(member "$id" cookie)" c00c1e
is "it too is the only one" "$(second)" "error: EBUSY"

# What arrives is the present agent's.
program peer bob 10.9.0.2:7000
turn peer 10.9.0.1:7000
say peer zrtp 1
check "ZRTP goes to the agent that is there" wait_until 5 told_is next '"packet":"zrtp"' 1
is "and was not lost on the way" "$(member "$id" rx-agent drop-rx-agent)" "1 0"
finish
