#compdef sotto-guard
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zsh completion for sotto-guard(8)
_arguments '--rules-dir[instead of /etc/sotto/rules.d]:directory:_files -/' \
	'--state-dir[instead of /run/sotto-guard]:directory:_files -/' '--version' '--help' \
	'1:command:(start up load down unload renew end check text)'
