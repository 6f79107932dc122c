# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the demos have in common outside their VM: building, booting, and telling what
# happens. For tools/demo*, in the top directory, with $out set:
#
#	demo_build			begins
#	demo_vm "WHAT BOOTS" SCRIPT [OPTION...]	runs SCRIPT $out in tools/vm; what it notes is told
#	exec tools/demo-...-report --began "$began" --build "$built" --boot "$booted" "$out"

since() {
	awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f\n", b - a }'
}

say() {
	printf '%6.1f s  %s\n' "$(since "$began")" "$*"
}

failed() {
	echo "demo: $*" >&2
	echo "demo: FAILED"
	exit 1
}

# demo_build: $out is new and empty; sets $began and $built
demo_build() {
	began=$(date +%s.%N)
	rm -rf "$out"
	mkdir -p "$out"
	say "Building the module, the daemon, the command line and the PipeWire plugin"
	make -s module userspace >"$out/build.log" 2>&1 || {
		tail -n 30 "$out/build.log" >&2
		failed "sotto does not build; all of the log is in $out/build.log"
	}
	built=$(since "$began")
}

# Lines of the VM as they come. Those that begin with "# " say what happens, until one
# says why it cannot go on; the first one means that both hosts stand.
follow() {
	gone_wrong=
	while IFS= read -r line; do
		echo "$line" >>"$out/vm.log"
		case $gone_wrong$line in
		"# "*)
			[ -e "$out/boot" ] || since "$booting" >"$out/boot"
			say "${line#??}"
			;;
		"Bail out! "*)
			gone_wrong=yes
			echo "demo: ${line#Bail out! }" >&2
			;;
		esac
	done
}

# demo_vm WHAT SCRIPT [OPTION...]: of tools/vm; sets $booted
demo_vm() {
	say "$1"
	script=$2
	shift 2
	booting=$(date +%s.%N)
	status=$out/vm.status
	{
		tools/vm "$@" --time-limit "${DEMO_TIME_LIMIT:-900}" --share "$out" \
			--console "$out/console" -- "$script" "$out" 2>&1 || echo $? >"$status"
	} | follow
	[ ! -e "$status" ] || failed "the VM ended with $(cat "$status"); its log is $out/vm.log"
	booted=$(cat "$out/boot")
}
