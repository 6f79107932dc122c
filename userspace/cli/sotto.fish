# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completion for sotto(1)

# The names of your peers, one per line. Those that JSON has to escape are left out.
function __sotto_peers
    sotto peers --json 2>/dev/null | string match -ra '"name":"([^"\\\\]*)"' -g
end

# The names, claims and numbers of the calls that run.
function __sotto_calls
    set -l json (sotto --json 2>/dev/null)
    string match -ra '"(?:name|claim)":"([^"\\\\]+)"' -g -- $json
    string match -ra '"number":([0-9]+)' -g -- $json
end

# Is the first word one of these?
function __sotto_after
    set -l words (commandline -opc)
    set -q words[2]; and contains -- $words[2] $argv
end

# Are there so many words before this one?
function __sotto_at
    test (count (commandline -opc)) -eq $argv[1]
end

complete -c sotto -f
complete -c sotto -l json -d 'For programs'
complete -c sotto -l help -d 'What there is'
complete -c sotto -n '__sotto_at 1' -l version -d 'Which release'

complete -c sotto -n '__sotto_at 1' -a status -d 'Every call'
complete -c sotto -n '__sotto_at 1' -a pair -d 'Name another machine'
complete -c sotto -n '__sotto_at 1' -a peers -d 'Whom you have named'
complete -c sotto -n '__sotto_at 1' -a forget -d 'Destroy what is kept of a peer'
complete -c sotto -n '__sotto_at 1' -a backup -d 'Keep your peers in a file'
complete -c sotto -n '__sotto_at 1' -a restore -d 'Add the peers of a backup'
complete -c sotto -n '__sotto_at 1' -a strangers -d 'May strangers call?'
complete -c sotto -n '__sotto_at 1' -a autoanswer -d 'Whose calls are answered'
complete -c sotto -n '__sotto_at 1' -a call -d 'Call a peer'
complete -c sotto -n '__sotto_at 1' -a answer -d 'Answer the call that rings'
complete -c sotto -n '__sotto_at 1' -a decline -d 'Decline it'
complete -c sotto -n '__sotto_at 1' -a hangup -d 'End a call'
complete -c sotto -n '__sotto_at 1' -a verify -d 'Nobody sits in between?'
complete -c sotto -n '__sotto_at 1' -a flows -d "The kernel's flows"
complete -c sotto -n '__sotto_at 1' -a rule -d 'Which traffic is a call'
complete -c sotto -n '__sotto_at 1' -a run -d 'A program whose calls are encrypted'
complete -c sotto -n '__sotto_at 1' -a agent -d 'Ring and ask'
complete -c sotto -n '__sotto_at 1' -a monitor -d 'Events as they happen'
complete -c sotto -n '__sotto_at 1' -a doctor -d 'What is wrong'
complete -c sotto -n '__sotto_at 1' -a metrics -d 'What has happened, in numbers'

complete -c sotto -n '__sotto_after call pair forget' -a '(__sotto_peers)'
complete -c sotto -n '__sotto_after verify answer decline hangup' -a '(__sotto_calls)'
complete -c sotto -n '__sotto_after autoanswer; and __sotto_at 2' -a '(__sotto_peers)'
complete -c sotto -n '__sotto_after autoanswer; and __sotto_at 3' -a 'yes no'
complete -c sotto -n '__sotto_after strangers; and __sotto_at 2' -a 'yes no'
complete -c sotto -n '__sotto_after backup restore' -F
complete -c sotto -n '__sotto_after run' -a '(__fish_complete_subcommand --fcs-skip=2)'

complete -c sotto -n '__sotto_after call' -l no-wait -d 'End when the call has begun'
complete -c sotto -n '__sotto_after call' -l address -x -d 'Try this address'
complete -c sotto -n '__sotto_after pair' -l show -d 'Make a code'
complete -c sotto -n '__sotto_after pair' -l enter -d 'Type the code of the other'
complete -c sotto -n '__sotto_after pair' -l phrase -d 'Type a phrase agreed on'
complete -c sotto -n '__sotto_after backup restore' -l passphrase-fd -x -d 'Read it from there'
complete -c sotto -n '__sotto_after metrics' -l output -r -F -d 'Write it there'
complete -c sotto -n '__sotto_after verify' -l heard -x -d 'The half that you heard'

complete -c sotto -n '__sotto_after rule; and __sotto_at 2' -a 'add del list presets'
complete -c sotto -n '__sotto_after rule; and __sotto_at 3' -a 'require prefer bypass'
complete -c sotto -n '__sotto_after rule' -l port -x -d 'Local UDP ports'
complete -c sotto -n '__sotto_after rule' -l peer -x -d 'Remote network'
complete -c sotto -n '__sotto_after rule' -l family -x -a 'ipv4 ipv6'
complete -c sotto -n '__sotto_after rule' -l user -x -a '(__fish_complete_users)'
complete -c sotto -n '__sotto_after rule' -l cgroup -r -d 'Of the program'
complete -c sotto -n '__sotto_after rule' -l priority -x -d 'The lower decides first'
complete -c sotto -n '__sotto_after rule' -l own -d 'The program may encrypt by itself'
complete -c sotto -n '__sotto_after rule' -l sdes -d 'It does, by SDES'
complete -c sotto -n '__sotto_after rule' -l local -d 'Also to this machine'
complete -c sotto -n '__sotto_after rule' -l forward -x -a '(__fish_print_interfaces)' -d 'Those behind this device'
complete -c sotto -n '__sotto_after rule' -l preset -x -d 'The ports of a program' \
	-a "(sotto rule presets --json 2>/dev/null | grep -o '\"name\":\"[^\"]*\"' | cut -d '\"' -f 4)"
