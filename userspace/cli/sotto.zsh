#compdef sotto
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zsh completion for sotto(1)

# The names of your peers. Those that JSON has to escape are left out.
_sotto_peers() {
	local -a names
	names=(${(f)"$(_call_program peers sotto peers --json 2>/dev/null |
		grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4)"})
	_wanted peers expl 'peer' compadd -a names
}

# The names, claims and numbers of the calls that run.
_sotto_calls() {
	local -a calls
	calls=(${(f)"$(_call_program calls sotto --json 2>/dev/null |
		grep -oE '"(name|claim)":"[^"\\]+"|"number":[0-9]+' | sed 's/^[^:]*://; s/"//g')"})
	_wanted calls expl 'call' compadd -a calls
}

_sotto_presets() {
	local -a presets
	presets=(${(f)"$(sotto rule presets --json 2>/dev/null | grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4)"})
	compadd -a presets
}

_sotto_rule() {
	case $CURRENT in
	2) _values 'what' add del list presets ;;
	3) [[ $words[2] == add ]] && _values 'what is owed' require prefer bypass ;;
	*)
		[[ $words[2] == add ]] && _arguments '*:: :' '--port[local UDP ports]:ports' \
			'--peer[remote network]:network' '--family[of addresses]:family:(ipv4 ipv6)' \
			'--user[of the program]:user:_users' '--cgroup[of the program]:cgroup:_files -/' \
			'--priority[the lower decides first]:number' \
			'--own[the program may encrypt by itself]' '--sdes[it does, by SDES]' \
			'--local[also to this machine]' \
			'--forward[those behind this device]:device:_net_interfaces' \
			'--preset[the ports of a program]:preset:_sotto_presets'
		;;
	esac
}

_sotto_words() {
	local -a words_there
	words_there=(
		'status:every call'
		'pair:name another machine'
		'peers:whom you have named'
		'forget:destroy what is kept of a peer'
		'backup:keep your peers in a file'
		'restore:add the peers of a backup'
		'strangers:may strangers call?'
		'autoanswer:whose calls are answered'
		'call:call a peer'
		'answer:answer the call that rings'
		'decline:decline it'
		'hangup:end a call'
		'verify:nobody sits in between?'
		'flows:the flows of the kernel'
		'rule:which traffic is a call'
		'run:a program whose calls are encrypted'
		'agent:ring and ask'
		'monitor:events as they happen'
		'doctor:what is wrong'
		'metrics:what has happened, in numbers'
	)
	_describe -t commands command words_there
}

_sotto() {
	local curcontext=$curcontext state line expl
	_arguments -C '--json[for programs]' '--help[what there is]' '--version[which release]' \
		'1: :_sotto_words' '*:: :->rest'
	[[ $state == rest ]] || return
	case $words[1] in
	call) _arguments '--no-wait[end when the call has begun]' \
		'--address[try this address]:address' '*: :_sotto_peers' ;;
	pair) _arguments '--show[make a code]' '--enter[type the code of the other]' \
		'--phrase[type a phrase agreed on]' '*: :_sotto_peers' ;;
	forget) _sotto_peers ;;
	backup | restore) _arguments '--passphrase-fd[read it from there]:descriptor' '*: :_files' ;;
	verify) _arguments '--heard[the half that you heard]:half' '*: :_sotto_calls' ;;
	metrics) _arguments '--output[write it there]:file:_files' ;;
	answer | decline | hangup) _sotto_calls ;;
	strangers) _values 'may they' yes no ;;
	autoanswer) [[ $CURRENT -eq 2 ]] && _sotto_peers || _values 'answered' yes no ;;
	run) shift words; ((CURRENT--)); _normal ;;
	rule) _sotto_rule ;;
	esac
}

_sotto "$@"
