# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# bash completion for sotto(1)

# The names of your peers, one per line. Those that JSON has to escape are left out.
_sotto_peers() {
	sotto peers --json 2>/dev/null | grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4
}

# The names, claims and numbers of the calls that run.
_sotto_calls() {
	sotto --json 2>/dev/null | grep -oE '"(name|claim)":"[^"\\]*"|"number":[0-9]+' |
		sed 's/^[^:]*://; s/"//g'
}

# The presets, by name.
_sotto_presets() {
	sotto rule presets --json 2>/dev/null | grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4
}

# _sotto_reply LINES: those that begin with the current word, quoted for the shell
_sotto_reply() {
	local line
	while IFS= read -r line; do
		[[ -n $line && $line == "$_sotto_word"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
	done <<<"$1"
}

_sotto_words() {
	_sotto_reply "$(printf '%s\n' "$@")"
}

_sotto_rule() {
	case $2 in
	--family) _sotto_words ipv4 ipv6 && return ;;
	--user) _sotto_reply "$(compgen -u -- "$_sotto_word")" && return ;;
	--cgroup) _sotto_reply "$(compgen -d -- "$_sotto_word")" && return ;;
	--preset) _sotto_reply "$(_sotto_presets)" && return ;;
	--forward) _sotto_reply "$(cd /sys/class/net && compgen -f -- "$_sotto_word")" && return ;;
	esac
	case $1 in
	2) _sotto_words add del list presets ;;
	3) [[ ${COMP_WORDS[2]} == add ]] && _sotto_words require prefer bypass --preset ;;
	*) [[ ${COMP_WORDS[2]} == add ]] && _sotto_words --port --peer --family --user --cgroup \
		--priority --own --sdes --local --preset --forward ;;
	esac
}

_sotto() {
	local _sotto_word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	if [[ $COMP_CWORD -eq 1 ]]; then
		_sotto_words status pair peers forget backup restore strangers autoanswer call answer decline hangup verify flows rule \
			run agent monitor doctor metrics --json --help --version
		return
	fi
	[[ $_sotto_word == -* ]] && _sotto_words --json --help
	case ${COMP_WORDS[1]} in
	call)
		[[ $_sotto_word == -* ]] && _sotto_words --no-wait --address
		[[ $_sotto_word != -* && $before != --address ]] && _sotto_reply "$(_sotto_peers)"
		;;
	pair)
		[[ $_sotto_word == -* ]] && _sotto_words --show --enter --phrase
		[[ $_sotto_word != -* ]] && _sotto_reply "$(_sotto_peers)"
		;;
	forget)
		[[ $COMP_CWORD -eq 2 && $_sotto_word != -* ]] && _sotto_reply "$(_sotto_peers)"
		;;
	backup | restore)
		[[ $_sotto_word == -* ]] && _sotto_words --passphrase-fd
		[[ $_sotto_word != -* && $before != --passphrase-fd ]] && _sotto_reply "$(compgen -f -- "$_sotto_word")"
		;;
	strangers)
		[[ $COMP_CWORD -eq 2 && $_sotto_word != -* ]] && _sotto_words yes no
		;;
	autoanswer)
		[[ $COMP_CWORD -eq 2 && $_sotto_word != -* ]] && _sotto_reply "$(_sotto_peers)"
		[[ $COMP_CWORD -eq 3 && $_sotto_word != -* ]] && _sotto_words yes no
		;;
	verify)
		[[ $_sotto_word == -* ]] && _sotto_words --heard
		[[ $_sotto_word != -* && $before != --heard ]] && _sotto_reply "$(_sotto_calls)"
		;;
	answer | decline | hangup)
		[[ $_sotto_word != -* ]] && _sotto_reply "$(_sotto_calls)"
		;;
	metrics)
		[[ $_sotto_word == -* ]] && _sotto_words --output
		[[ $before == --output ]] && _sotto_reply "$(compgen -f -- "$_sotto_word")"
		;;
	run)
		_sotto_reply "$(compgen -c -f -- "$_sotto_word")"
		;;
	rule)
		_sotto_rule "$COMP_CWORD" "$before"
		;;
	esac
	return 0
}

complete -F _sotto sotto
