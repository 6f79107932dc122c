#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	sotto flows --- bus --- sottod --- alice's kernel, where a tool sets keys and options
#
# "sotto flows" tells what the keys in use do to packets, not what the flow's later keys
# will, and only what is not as usual.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
host_boot alice
bus_up alice
sottod_up alice

# looks: sent and received, in JSON
looks() {
	inside alice sotto flows --json | jq -c '.flows[] | [.srtp_tx, .srtp_rx]'
}

id=$(nl alice flow new local=10.9.0.1:7000 remote=10.9.0.2:7000 window=4096 cryptex=require \
	enc-ext=1,9 pad-size=200 pad-multiple=16 | sed 's/^{"id":\([0-9]*\).*/\1/')
is "without keys there is nothing to tell" "$(looks)" '[null,null]'
secure alice "$id" tx "$(new_key) c0ffee01" || bail "no key"
all='{"window":4096,"mki_length":4,"cryptex":"require","encrypted_extensions":[1,9],"pad_size":200,"pad_multiple":16}'
is "the options of a key, and its MKI" "$(looks)" "[$all,null]"
nl alice flow set "$id" window=128 cryptex=off enc-ext= pad-size=0 pad-multiple=0
secure alice "$id" rx "$(new_key)" || bail "no key"
is "it keeps them, and the next key has what is usual" "$(looks)" "[$all,{}]"
nl alice flow roc "$id" rx 0xbeef 5
is "a ROC that was told" "$(looks)" "[$all,{\"told_rocs\":[{\"ssrc\":48879,\"roc\":5}]}]"
secure alice "$id" tx "$(new_key)" || bail "no key"
is "the key is replaced" "$(looks)" '[{},{"told_rocs":[{"ssrc":48879,"roc":5}]}]'
check "people read it, too" sh -c "grep -q 'SSRC 0000beef begins at ROC 5'" <<-END
	$(inside alice sotto flows)
END
finish
