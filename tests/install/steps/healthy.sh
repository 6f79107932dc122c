# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
. "$share/step.sh"
. "$share/healthy.sh"
finish
