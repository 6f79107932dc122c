# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completion for sotto-guard(8)
complete -c sotto-guard -f
complete -c sotto-guard -a 'start up load down unload renew end check text'
complete -c sotto-guard -l rules-dir -x -a '(__fish_complete_directories)'
complete -c sotto-guard -l state-dir -x -a '(__fish_complete_directories)'
complete -c sotto-guard -l version
complete -c sotto-guard -l help
