// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtpengine-control: tells rtpengine's kernel module to make SRTP of one stream of RTP
 * and to send it on.
 *
 *	rtpengine-control TABLE gcm|cm LOCAL OUT DESTINATION
 *
 * What arrives at LOCAL is sent from OUT to DESTINATION, all at the bench's port, under
 * the bench's key, where a rule of iptables says TABLE. Its interface are raw structures in /proc; the header is that of the
 * module's own sources.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xt_RTPENGINE.h>

#include "path-key.h"

static void put(const char *file, const void *data, size_t len)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		err(1, "%s", file);
	close(fd);
}

static struct re_address address(const char *text)
{
	struct re_address a = { .family = AF_INET, .port = PATH_PORT };

	if (inet_pton(AF_INET, text, &a.u.ipv4) != 1)
		errx(2, "%s is no address", text);
	return a;
}

static struct rtpengine_srtp cipher(const char *profile)
{
	static const unsigned char key[] = PATH_KEY;
	struct rtpengine_srtp s = {
		.master_key_len = PATH_MASTER_LEN, .session_key_len = PATH_MASTER_LEN,
	};

	if (!strcmp(profile, "gcm")) {
		s.cipher = REC_AEAD_AES_GCM_128;
		s.hmac = REH_NULL;
		s.master_salt_len = s.session_salt_len = 12;
	} else if (!strcmp(profile, "cm")) {
		s.cipher = REC_AES_CM_128;
		s.hmac = REH_HMAC_SHA1;
		s.auth_tag_len = 10;
		s.master_salt_len = s.session_salt_len = 14;
	} else {
		errx(2, "gcm or cm, not %s", profile);
	}
	memcpy(s.master_key, key, PATH_MASTER_LEN);
	memcpy(s.master_salt, key + PATH_MASTER_LEN, s.master_salt_len);
	return s;
}

int main(int argc, char **argv)
{
	struct rtpengine_message target = {
		.cmd = REMG_ADD_TARGET,
		.u.target = {
			.num_destinations = 1,
			.decrypt = { .cipher = REC_NULL, .hmac = REH_NULL },
			.ssrc = { htonl(PATH_SSRC) },
			.payload_types = { { .pt_num = PATH_PAYLOAD_TYPE, .clock_rate = 8000 } },
			.num_payload_types = 1,
			.rtp = 1,
			.track_ssrc = 1,
		},
	}, destination = { .cmd = REMG_ADD_DESTINATION };

	char add[32], control[64];

	if (argc != 6)
		errx(2, "usage: rtpengine-control TABLE gcm|cm LOCAL OUT DESTINATION");
	target.u.target.local = address(argv[3]);
	destination.u.destination.local = target.u.target.local;
	destination.u.destination.output.src_addr = address(argv[4]);
	destination.u.destination.output.dst_addr = address(argv[5]);
	destination.u.destination.output.encrypt = cipher(argv[2]);
	put("/proc/rtpengine/control", add, snprintf(add, sizeof(add), "add %s\n", argv[1]));
	snprintf(control, sizeof(control), "/proc/rtpengine/%s/control", argv[1]);
	put(control, &target, sizeof(target));
	put(control, &destination, sizeof(destination));
	return 0;
}
