#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
# What "make install" puts into a tree: all that Documentation promises, where Debian
# looks for it, and a libsotto that a program finds by pkg-config. debian/ puts each file
# into one package. The units are sound, and closed as far as they are said to be.
. "$(dirname "$0")/lib.sh"

tree=$work/tree
kernel=$("$top/tools/kernel-version" "${KERNEL-}")

is_there() {
	[ -s "$tree$1" ]
}

# manual PAGE: it renders without complaint
manual() {
	_complaints=$(man --warnings -E UTF-8 -l "$tree/usr/share/man/$1" 2>&1 >/dev/null)
	[ -z "$_complaints" ] || note "$_complaints"
	[ -z "$_complaints" ]
}

# example NAME SOURCES PACKAGES: the command of Documentation/libsotto.rst builds it
example() {
	grep -q "^    cc -o $1 $2 [$](pkg-config --cflags --libs $3)\$" \
		"$top/Documentation/libsotto.rst" &&
	# shellcheck disable=SC2046,SC2086 # lists of words
	(cd "$tree/usr/share/doc/sotto/examples" && cc -Wall -Wextra -Wno-unused-parameter \
		-Wno-missing-field-initializers -Werror -o "$work/$1" $2 \
		-I"$tree/usr/include" -L"$tree/usr/lib/x86_64-linux-gnu" -lsotto \
		$(pkg-config --cflags --libs ${3#libsotto })) &&
	LD_LIBRARY_PATH=$tree/usr/lib/x86_64-linux-gnu "$work/$1" 2>&1 | grep -q "^usage: $1 "
}

compiles() {
	cat >"$work/program.c" <<-'END'
		#include <sotto.h>

		int main(void)
		{
			struct sotto *s;
			int r = sotto_open(&s);

			sotto_close(s);
			return r != -2;	/* ENOENT: no module here */
		}
	END
	_flags=$(PKG_CONFIG_SYSROOT_DIR=$tree PKG_CONFIG_LIBDIR=$tree/usr/lib/x86_64-linux-gnu/pkgconfig \
		pkg-config --cflags --libs libsotto) &&
	# shellcheck disable=SC2086 # a list of words
	cc -o "$work/program" "$work/program.c" -I"$tree/usr/include" $_flags
}

make -s -C "$top" install DESTDIR="$tree" >"$work/make.log" 2>&1 || bail "make install fails"
for f in \
	"/lib/modules/$kernel/extra/sotto.ko" \
	/usr/sbin/sottod /usr/libexec/sottod-worker /usr/bin/sotto /etc/sotto/sottod.conf \
	/usr/sbin/sotto-guard /etc/sotto/rules.d/10-direct-calls.conf \
	/usr/lib/systemd/system/sotto-guard.service \
	/usr/lib/systemd/system/nftables.service.d/00-sotto-guard.conf \
	/usr/share/sotto/nftables-load.nft /usr/share/sotto/nftables-flush.nft \
	/usr/share/sotto/presets/baresip.conf /usr/share/sotto/sotto.schema.json /usr/share/doc/sotto/examples/sdes_call.c \
	/usr/include/sotto.h /usr/include/linux/sotto.h \
	/usr/lib/x86_64-linux-gnu/libsotto.so.0 \
	/usr/lib/x86_64-linux-gnu/pkgconfig/libsotto.pc \
	/usr/lib/x86_64-linux-gnu/pipewire-0.3/libpipewire-module-sotto.so \
	/usr/share/pipewire/sotto.conf \
	/usr/lib/systemd/system/sottod.service /usr/lib/systemd/user/sotto-pipewire.service \
	/usr/lib/systemd/user/sotto-agent.service \
	/usr/lib/systemd/system/sotto-metrics.service /usr/lib/systemd/system/sotto-metrics.timer \
	/usr/lib/sysusers.d/sotto.conf /usr/share/dbus-1/system.d/org.sotto1.conf \
	/usr/share/polkit-1/actions/org.sotto1.policy \
	/usr/share/bash-completion/completions/sotto \
	/usr/share/bash-completion/completions/sotto-guard \
	/usr/share/zsh/site-functions/_sotto /usr/share/zsh/site-functions/_sotto-guard \
	/usr/share/fish/vendor_completions.d/sotto.fish \
	/usr/share/fish/vendor_completions.d/sotto-guard.fish \
	/usr/lib/systemd/system/sottod-worker.socket /usr/lib/systemd/system/sottod-worker@.service \
	/usr/lib/systemd/system/sotto-renew.service /usr/lib/tmpfiles.d/sotto.conf /usr/lib/modules-load.d/sotto.conf \
	/usr/lib/systemd/system-preset/80-sotto.preset \
	/usr/lib/systemd/user-preset/80-sotto.preset \
	/usr/lib/systemd/user-preset/80-sotto-pipewire.preset; do
	check "$f" is_there "$f"
done
check "libsotto(3)" manual man3/libsotto.3
check "sotto(1)" manual man1/sotto.1
check "sottod(8)" manual man8/sottod.8
check "sotto-guard(8)" manual man8/sotto-guard.8
check "sotto.conf(5)" manual man5/sotto.conf.5
check "sotto-rules(5)" manual man5/sotto-rules.5
check "a program compiles against the library" compiles
check "and runs with it" env LD_LIBRARY_PATH="$tree/usr/lib/x86_64-linux-gnu" "$work/program"
check "so does the example with SDES keys" example sdes_call \
	"sdes_call.c media.c secure.c" "libsotto libsodium"
check "and that with DTLS-SRTP keys" example dtls_call \
	"dtls_call.c dtls.c media.c secure.c" "libsotto libssl libcrypto"
check "the unit starts what is installed" grep -qx 'ExecStart=/usr/sbin/sottod --worker unix:/run/sottod-worker.socket' \
	"$tree/usr/lib/systemd/system/sottod.service"
for c in 'ExecStart=/usr/sbin/sotto-guard start' 'ExecReload=/usr/sbin/sotto-guard load' \
	'ExecStop=/usr/sbin/sotto-guard down'; do
	check "$c" grep -qx "$c" "$tree/usr/lib/systemd/system/sotto-guard.service"
done
is "nftables.service loads and flushes what is there" "$(sed -n 's/^Exec.*-f //p' \
	"$tree/usr/lib/systemd/system/nftables.service.d/00-sotto-guard.conf" | sort | uniq -c |
	tr -s ' \n' ' ')" " 1 /usr/share/sotto/nftables-flush.nft 2 /usr/share/sotto/nftables-load.nft "
is "the rules that are installed are right" "$(env LD_LIBRARY_PATH="$tree/usr/lib/x86_64-linux-gnu" \
	"$tree/usr/sbin/sotto-guard" --rules-dir "$tree/etc/sotto/rules.d" check 2>"$work/check")" \
	"1 rule in $tree/etc/sotto/rules.d"
for t in "$tree/usr/sbin/sottod" "$tree/usr/libexec/sottod-worker" \
	"$tree/usr/sbin/sotto-guard" "$tree/usr/bin/sotto"; do
	check "$(basename "$t") tells its version" \
		env LD_LIBRARY_PATH="$tree/usr/lib/x86_64-linux-gnu" "$t" --version
done

# in_packages FILE: those of debian/ that have it. They have system units where Debian 12 has.
in_packages() {
	_file=$(echo "${1#/}" | sed 's|^usr/lib/systemd/system/|lib/systemd/system/|')
	for _list in "$top"/debian/*.install; do
		while read -r _pattern; do
			# shellcheck disable=SC2254 # patterns
			case $_file in
			$_pattern | $_pattern/*) basename "$_list" .install ;;
			esac
		done <"$_list"
	done
}

# Of files, those that are not in one package (one comes with the module's source); of patterns, those that nothing matches.
homeless() {
	(cd "$tree" && find etc usr -path usr/lib/modules-load.d/sotto.conf -o -type f -print -o -type l -print) | while read -r _f; do
		[ "$(in_packages "/$_f" | grep -c .)" -eq 1 ] || echo "$_f"
	done
}
idle_patterns() {
	cat "$top"/debian/*.install | while read -r _pattern; do
		_pattern=$(echo "$_pattern" | sed 's|^lib/systemd/system|usr/lib/systemd/system|')
		# shellcheck disable=SC2086 # a pattern
		ls -d "$tree"/$_pattern >/dev/null 2>&1 || echo "$_pattern"
	done
}
is "each file is in one of Debian's packages" "$(homeless)" ""
is "and they ask for nothing that is not there" "$(idle_patterns)" ""

is "debian/libsotto0.symbols has each function of the library" \
	"$(sed -n 's/^ \(sotto_[a-z_]*\)@.*/\1/p' "$top/debian/libsotto0.symbols" | LC_ALL=C sort)" \
	"$(nm -D --defined-only "$tree/usr/lib/x86_64-linux-gnu/libsotto.so.0" |
		sed -n 's/.* T \(sotto_[a-z_]*\)@.*/\1/p' | LC_ALL=C sort)"

is "what lintian may not say has a reason" "$(awk '{ bare = !/^#/ && prev !~ /^#/; prev = $0 } bare { print FILENAME ": " $0 }' \
	"$top"/debian/*.lintian-overrides)" ""

# systemd does not start a unit if such a file is missing.
is "no credential has a path of its own" "$(grep -h '^LoadCredential.*:/' \
	"$tree"/usr/lib/systemd/system/*.service)" ""

version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$top/meson.build")
is "debian/changelog has this release" "$(sed -n '1s/.*(\(.*\)).*/\1/p' "$top/debian/changelog")" \
	"$version"
is "and so has the module" "$(modinfo -F version "$tree/lib/modules/$kernel/extra/sotto.ko")" "$version"
check "by which one build is told from another" [ -n \
	"$(modinfo -F srcversion "$tree/lib/modules/$kernel/extra/sotto.ko")" ]
"$top/tools/install-dkms" "$work/dkms"
check "DKMS gets the same release" grep -qx "PACKAGE_VERSION=\"$version\"" \
	"$work/dkms/usr/src/sotto-$version/dkms.conf"
is "and all of the source that the module is built from" "$(cd "$top" &&
	git ls-files Kbuild module include | grep -v -e '^module/tests/' -e '/dkms.conf.in$' \
		-e '/modules-load.conf$' | while read -r f; do
			cmp -s "$f" "$work/dkms/usr/src/sotto-$version/$f" || echo "$f"
		done)" ""

export XDG_RUNTIME_DIR="$work"
system=$tree/usr/lib/systemd/system
user=$tree/usr/lib/systemd/user

# sound KIND UNIT: systemd does not complain of it, where what it starts is there
sound() {
	sed 's|^Exec\(.*\)=/usr/.*|Exec\1=/bin/true|' "$2" >"$work/$(basename "$2")"
	_complaints=$(systemd-analyze --"$1" --man=no --recursive-errors=no verify \
		"$work/$(basename "$2")" 2>&1)
	[ -z "$_complaints" ] || ! note "$_complaints"
}
for u in "$system"/*.service "$system"/*.socket "$system"/*.timer; do
	check "$(basename "$u") is sound" sound system "$u"
done
for u in "$user"/*.service; do
	check "$(basename "$u") is sound" sound user "$u"
done

# Of units that begin before /tmp is emptied, those that need what systemd keeps there.
no_tmp_yet() {
	for _u in "$system"/*.service; do
		! grep -q '^DefaultDependencies=no' "$_u" || ! grep -qE '^Private(Devices|Tmp)=yes' "$_u" ||
			grep -qE '^After=.*systemd-tmpfiles-setup[.]service' "$_u" || basename "$_u"
	done
}
is "no unit is robbed of its device nodes when /tmp is emptied" "$(no_tmp_yet)" ""
check "the guard is started anew if it could not be" grep -qx 'Restart=on-failure' "$system/sotto-guard.service"

# exposure KIND UNIT MAX: tenths
exposure() {
	systemd-analyze --"$1" --no-pager --offline=true --threshold="$3" security "$2" >"$work/exposure" 2>&1 ||
		! note "$(tail -n 1 "$work/exposure")"
}
for line in User=sotto AmbientCapabilities=CAP_NET_ADMIN CapabilityBoundingSet=CAP_NET_ADMIN \
	NoNewPrivileges=yes Type=notify WatchdogSec=30s; do
	check "sottod.service has $line" grep -qx "$line" "$system/sottod.service"
done
check "sottod.service is exposed to no more than 1.5" exposure system "$system/sottod.service" 15
# Most of what it may has no capability with it; a sandbox of mounts it must not depend on.
check "sotto-guard.service to no more than 3.3" exposure system "$system/sotto-guard.service" 33
check "sotto-renew.service likewise" exposure system "$system/sotto-renew.service" 26
check "sotto-metrics.service to no more than 2.0" exposure system "$system/sotto-metrics.service" 20
check "it writes by itself only where somebody wants that" grep -qx 'disable sotto-metrics.timer' \
	"$tree/usr/lib/systemd/system-preset/80-sotto.preset"
finish
