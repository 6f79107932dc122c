#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host-long
#
# Whoever builds the packages gets the same bytes: in another directory, at another time, as
# another locale and time zone have it, with files that are older.
. "$(dirname "$0")/lib.sh"

build() {
	NOLINTIAN=1 "$top/tools/deb" "$1" >"$work/log" 2>&1 || {
		sed 's/^/# /' "$work/log"
		bail "the packages cannot be built"
	}
}

# sums DIR: of each package
sums() {
	(cd "$1" && sha256sum -- *.deb)
}

build "$work/here"
began=$(date +%s)
must 5 sh -c "[ \$(date +%s) -gt $began ]"
(
	export TZ=Pacific/Auckland LC_ALL=C.UTF-8 LANGUAGE=de DEB_BUILD_OPTIONS=parallel=1
	umask 077
	build "$work/another/place/further-down"
)
check "there are packages" [ "$(sums "$work/here" | wc -l)" -ge 5 ]
is "both have the same bytes" "$(sums "$work/another/place/further-down")" "$(sums "$work/here")"
finish
