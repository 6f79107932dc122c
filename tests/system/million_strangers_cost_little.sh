#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host-long
# seconds: 300
#
# What flood_of_strangers_costs_little shows, with a million packets.
top=$(cd "$(dirname "$0")/../.." && pwd)
export top FLOOD_PACKETS="${FLOOD_PACKETS:-1000000}"
exec "$top/tests/system/flood_of_strangers_costs_little.sh"
