#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto --- private bus --- double of sottod: say "4j", hear "w5"
#
# The pictures of Documentation/first-call.rst are what sotto prints. Where that has changed:
#
#	PICTURES=draw tests/system/pictures_show_the_program.sh
#
# and look at them. What sottod has to say is played; what it really says in a call,
# plugin_carries_speech and the demo show.
. "$(dirname "$0")/cli-lib.sh"

pictures=$top/Documentation/pictures
alice=$work/alice
bob=$work/bob

terminal() {
	TERM=xterm /usr/bin/python3 "$top/tests/system/at-terminal.py" "$@" 9>&-
}

# at FILE COMMAND...: typed there, with what stands there then
at() {
	_at=$1
	shift
	echo "$ $*" >>"$_at"
	terminal "" "$@" >>"$_at"
}

# picture NAME: of both, which begin anew
picture() {
	_svg=$work/$1.svg
	set -- "$1"
	[ ! -s "$alice" ] || set -- "$@" "alice=$alice"
	[ ! -s "$bob" ] || set -- "$@" "bob=$bob"
	_name=$1
	shift
	/usr/bin/python3 "$top/tests/system/terminal-picture.py" "$_svg" "$@"
	[ "${PICTURES:-}" != draw ] || cp "$_svg" "$pictures/$_name.svg"
	check "$_name.svg is what sotto prints" cmp "$_svg" "$pictures/$_name.svg"
	: >"$alice"
	: >"$bob"
}

# call_of NAME PROGRESS [OUTGOING]: call 1 of a double that knows of nothing else
call_of() {
	double_up
	tell set 1 Name "$1"
	tell set 1 Outgoing "${3:-no}"
	tell set 1 Progress "$2"
	tell set 1 TheirProgress "$2"
	tell set 1 SecurityTx secure
	tell set 1 SecurityRx secure
	tell set 1 Suite X255 S256 AES1 GCM B32
	tell set 1 SecureSince 1700000001000000
}

# compare FILE TYPED: after call_of and sas
compare() {
	echo "$ sotto verify" >>"$1"
	terminal "$2" sotto verify >>"$1"
}

: >"$alice"
: >"$bob"
double_up
at "$alice" sotto pair bob 192.0.2.7
at "$bob" sotto pair alice 192.0.2.1
picture pair

echo "$ sotto call bob" >>"$alice"
begin terminal "" sotto call bob
must 10 asked Call bob address=
tell set 1 SecurityTx securing
must 10 grep -q "being agreed" "$work/out"
tell set 1 SecurityTx secure
tell set 1 SecurityRx secure
tell set 1 Suite X255 S256 AES1 GCM B32
tell set 1 SecureSince 1700000001000000
must 10 grep -q "Keys are agreed" "$work/out"
tell set 1 TheirProgress ringing
must 10 grep -q "It rings" "$work/out"
tell set 1 TheirProgress active
tell set 1 Progress active
ended
cat "$work/out" >>"$alice"
double_down
call_of alice ringing
tell set 1 TheirProgress calling
at "$bob" sotto
tell set 1 TheirProgress active
at "$bob" sotto answer
double_down
picture call

call_of bob active yes
tell sas 1 4j w5
compare "$alice" w5
double_down
call_of alice active
tell set 1 TheirVerified yes
tell sas 1 w5 4j second
compare "$bob" 4j
at "$bob" sotto
double_down
picture verify

call_of bob active yes
tell sas 1 4j w5
compare "$alice" k9
at "$alice" sotto
picture wrong
finish
