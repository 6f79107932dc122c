# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what check-install has set
#
# Machines with a disk of their own, for check-install, which has set $top, $work, $kept:
#
#	machine NAME SUITE N	has a new disk, and address 10.77.0.N on its link
#	copy FROM TO N		has what FROM has on its disk, and nothing that names FROM
#	inside NAME COMMAND...	in its root, as an installer does it: nothing runs there
#	put NAME FILE...	into its /root
#	step NAME SCRIPT	what it does at its next start: tests/install/SCRIPT
#	start NAME...		at once, on one link; returns when all are off again
#	stop_all		before that
#
# A machine's loader is played: it starts the kernel that its /vmlinuz leads to. What is on the
# link is in $work/NAME.pcap, the kernel's words in $work/NAME.console, and what a
# step says in TAP in $work/share/NAME.tap.

machine() {
	disk=$("$top/tests/install/root" "$2") || bail "there is no disk with Debian $2"
	cp --sparse=always "$disk" "$work/$1.img"
	name_it "$1" "$3"
}

copy() {
	cp --sparse=always "$work/$1.img" "$work/$2.img"
	name_it "$2" "$3"
}

# with_disk NAME FUNCTION ARG...: FUNCTION has the disk at $root
with_disk() {
	root=$work/root.$1
	mkdir -p "$root"
	mount -o loop "$work/$1.img" "$root" || bail "the disk of $1 cannot be mounted"
	shift
	with_status=0
	"$@" || with_status=$?
	umount -R "$root" || bail "the disk is still in use"
	return "$with_status"
}

# What a command leaves behind ends with it, or it would keep the disk.
in_root() {
	mount -t sysfs sysfs "$root/sys" && mount --bind /dev "$root/dev" || return
	DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root \
		unshare --uts --ipc --net --pid --fork --mount-proc="$root/proc" chroot "$root" "$@"
}

inside() {
	inside_name=$1
	shift
	echo "# $inside_name: $*" >>"$work/$inside_name.log"
	with_disk "$inside_name" in_root "$@" >>"$work/$inside_name.log" 2>&1
}

put_files() {
	cp "$@" "$root/root/"
}

put() {
	put_name=$1
	shift
	with_disk "$put_name" put_files "$@"
}

# Its neighbour is known to it, and so answers to nothing when it is off.
write_names() {
	echo "$1" >"$root/etc/hostname"
	printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >"$root/etc/hosts"
	rm -f "$root/etc/machine-id" "$root/var/lib/dbus/machine-id"
	echo uninitialized >"$root/etc/machine-id"
	rm -rf "$root/var/lib/sotto"
	other=$((3 - $2))
	cat >"$root/etc/systemd/network/50-link.network" <<-END
		[Match]
		Name=en*
		[Network]
		Address=10.77.0.$2/24
		LinkLocalAddressing=no
		[Neighbor]
		Address=10.77.0.$other
		LinkLayerAddress=52:54:00:77:00:0$other
	END
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -sf /lib/systemd/system/systemd-networkd.service \
		"$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
}

name_it() {
	eval "number_$1=$2"
	with_disk "$1" write_names "$1" "$2"
}

step() {
	cp "$top/tests/install/steps/$2" "$work/share/$1.step"
	rm -f "$work/share/$1.tap" "$work/share/$1.done"
}

take_kernel() {
	cp -L "$root/vmlinuz" "$work/$1.vmlinuz" && cp -L "$root/initrd.img" "$work/$1.initrd"
}

start_one() {
	with_disk "$1" take_kernel "$1" || bail "$1 has nothing to start"
	eval "number=\$number_$1"
	rm -f "$work/$1.pcap"
	qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 1 -m 1536 -nodefaults -no-reboot -display none \
		-kernel "$work/$1.vmlinuz" -initrd "$work/$1.initrd" \
		-append "root=/dev/vda rw console=ttyS0 panic=-1 norandmaps mitigations=off net.ifnames=1 check.name=$1 $arguments" \
		-drive "file=$work/$1.img,format=raw,if=virtio,cache=unsafe" \
		-virtfs "local,path=$work/share,mount_tag=share,security_model=none,multidevs=remap" \
		-netdev "dgram,id=link,local.type=unix,local.path=$work/link$number,remote.type=unix,remote.path=$work/link$((3 - number))" \
		-device "virtio-net-pci,netdev=link,mac=52:54:00:77:00:0$number" \
		-object "filter-dump,id=dump,netdev=link,file=$work/$1.pcap" \
		-device virtio-rng-pci -serial "file:$work/$1.console" &
	eval "pid_$1=$!"
	running="$running $1"
}

stop_all() {
	for n in $running; do
		eval "kill \$pid_$n 2>/dev/null"
	done
	running=
}

start() {
	running=
	rm -f "$work/link1" "$work/link2"
	for n; do
		start_one "$n"
	done
	for n; do
		eval "timeout '$LIMIT' tail --pid=\$pid_$n -f /dev/null" || {
			tail -n 40 "$work/$n.console" >&2
			stop_all
			bail "$n has not finished in $LIMIT s"
		}
		[ -e "$work/share/$n.done" ] || {
			tail -n 40 "$work/$n.console" >&2
			bail "$n has ended without doing its step"
		}
	done
	running=
	for n; do
		take_tap "$n"
	done
}

# take_tap NAME: the facts of a step become ours
take_tap() {
	planned=
	while read -r line; do
		case $line in
		"ok "*) check "$1: ${line#ok * - }" true ;;
		"not ok "*) check "$1: ${line#not ok * - }" false ;;
		1..*) planned=yes ;;
		*) echo "$line" ;;
		esac
	done <"$work/share/$1.tap"
	[ -n "$planned" ] || check "$1 has done all of its step" false
}
