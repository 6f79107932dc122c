# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh and hosts.sh have set
#
# An ordinary softphone, Debian's baresip as it is, on hosts of hosts.sh. It knows nothing
# of sotto. It speaks what a WAV file says and writes what it hears into another one.
#
#	PHONE_PAUSE=60			it does not hang up so soon
#	phone_up alice 10.9.0.1 [CONFIG LINE]...
#	phone_does alice dial sip:bob@10.9.0.2
#	must 20 phone_tells alice CALL_ESTABLISHED

# The order of the words differs: never do both say the same at the same time.
SAID_BY_alice="Front_Left Rear_Right Side_Left Front_Center Rear_Left Front_Right Side_Right Rear_Center"
SAID_BY_bob="Side_Right Front_Center Rear_Left Side_Left Rear_Center Front_Right Rear_Right Front_Left"

# At 8 kHz, so that G.711 has nothing to do but its own work.
phone_speech() {
	eval "_words=\$SAID_BY_$1"
	# shellcheck disable=SC2086 # words
	"$top/tests/system/speech.py" make "$work/$1.48k.wav" $_words &&
	"$top/tests/system/speech.py" to8k "$work/$1.48k.wav" "$work/said-by-$1.wav"
}

# phone_pause WAV SECONDS: and so much silence behind it; a phone hangs up at its end
phone_pause() {
	/usr/bin/python3 -c 'import io, sys, wave
with wave.open(sys.argv[1]) as f:
    params, said = f.getparams(), f.readframes(f.getnframes())
out = io.BytesIO()
with wave.open(out, "wb") as f:
    f.setparams(params)
    f.writeframes(said + bytes(int(sys.argv[2]) * params.framerate * params.sampwidth))
sys.stdout.buffer.write(out.getvalue())' "$1" "$2"
}

# phone_says HOST: how many packets of 20 ms that is, without the silence
phone_says() {
	/usr/bin/python3 -c 'import sys, wave
with wave.open(sys.argv[1]) as f:
    print(f.getnframes() * 50 // f.getframerate())' "$work/said-by-$1.wav"
}

# phones_have_said_all CAPTURE: packets of both, RTCP not counted, which is seldom
phones_have_said_all() {
	for _h in alice bob; do
		[ "$(tcpdump -n -r "$1" "src host 10.9.0.$([ $_h = alice ] && echo 1 || echo 2) and \
			udp portrange 10000-10999" 2>/dev/null | wc -l)" -gt $(($(phone_says $_h) + 100)) ] ||
			return 1
	done
}

# phone_up HOST ADDRESS [CONFIG LINE]...: with ACCOUNT added to the account's parameters
phone_up() {
	_phone=$1
	_at=$2
	shift 2
	phone_speech "$_phone" || bail "$_phone has nothing to say"
	_home=/home/$_phone/phone
	as "$_phone" mkdir -p "$_home"
	phone_pause "$work/said-by-$_phone.wav" "${PHONE_PAUSE:-0}" |
		as "$_phone" sh -c "cat >$_home/said.wav"
	{
		cat <<-END
			sip_listen		$_at:5060
			sip_transports		udp
			call_local_timeout	60
			audio_source		aufile,$_home/said.wav
			audio_player		aubridge,nobody
			snd_path		$_home
			audio_alert		aufile,$_home/alert.wav
			audio_path		/usr/share/baresip
			rtp_ports		10000-10999
			rtp_timeout		0
			module_path		/usr/lib/baresip/modules
			module			g711.so
			module			aufile.so
			module			aubridge.so
			module			sndfile.so
			module_app		account.so
			module_app		menu.so
			module_app		ctrl_tcp.so
			ctrl_tcp_listen		127.0.0.1:4444
		END
		for _line; do
			echo "$_line"
		done
	} | as "$_phone" sh -c "cat >$_home/config"
	echo "<sip:$_phone@$_at>;regint=0;audio_codecs=PCMU${ACCOUNT:-}" |
		as "$_phone" sh -c "cat >$_home/accounts; : >$_home/contacts"
	start_on "$_phone" phone as baresip -f "$_home"
	must 20 inside "$_phone" sh -c "ss -ltn | grep -q :4444"
	rm -f "$work/$_phone.keyboard"
	mkfifo "$work/$_phone.keyboard"
	eval "exec $(phone_fd "$_phone")<>\"\$work/\$_phone.keyboard\""
	# shellcheck disable=SC2016 # for the shell inside
	start_on "$_phone" keys inside sh -c 'exec socat - TCP:127.0.0.1:4444 <&9' \
		9<"$work/$_phone.keyboard"
}

phone_fd() {
	case $1 in
	alice) echo 6 ;;
	bob) echo 7 ;;
	*) echo 8 ;;
	esac
}

# phone_does HOST COMMAND [PARAMETERS]: as its keyboard has it
phone_does() {
	_json=$(jq -nc --arg c "$2" --arg p "${3:-}" '{command: $c, params: $p, token: ""}')
	printf '%d:%s,' "$(printf %s "$_json" | wc -c)" "$_json" >&"$(phone_fd "$1")"
}

# phone_tells HOST EVENT [TIMES]: it has happened so often, once if nothing is said
phone_tells() {
	[ "$(grep -oF "\"type\":\"$2\"" "$work/$1.keys" 2>/dev/null | wc -l)" -ge "${3:-1}" ]
}

# wiretap WHAT CAPTURE HOST HOST: what it gets of what these said: sets $packets $plain $recovered
wiretap() {
	read -r packets plain recovered <<-END
		$("$top/tests/system/speech.py" wire "$2" "$work/said-by-$3.wav" "$work/said-by-$4.wav")
	END
	note "a wiretap, $1: $packets packets, $plain in clear, $recovered recovered"
}

# hears HOST FROM: it has heard what that one said
hears() {
	read -r correlation lag <<-END
		$("$top/tests/system/speech.py" compare "$work/said-by-$2.wav" "$work/heard-by-$1.wav")
	END
	note "$1 heard $correlation of what $2 said, $lag ms later"
	awk "BEGIN { exit !($correlation > 0.9) }"
}

# phone_heard HOST: ends it, and what it has heard in its first call is $work/heard-by-HOST.wav
phone_heard() {
	stop_on "$1" phone
	inside "$1" sh -c "cat \"\$(ls /home/$1/phone/dump-*-dec.wav | head -n 1)\"" >"$work/heard-by-$1.wav"
}
