# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# bash completion for sotto-guard(8)

_sotto_guard() {
	local word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--rules-dir | --state-dir)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W 'start up load down unload renew end check text
			--rules-dir --state-dir --version --help' -- "$word")
		;;
	esac
}

complete -F _sotto_guard sotto-guard
