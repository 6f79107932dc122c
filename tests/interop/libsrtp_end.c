// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "libsrtp_end.h"

static void set_policies(srtp_policy_t *policy, enum sotto_profile profile)
{
	switch (profile) {
	case SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
		return;
	case SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		return;
	case SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		return;
	case SOTTO_PROFILE_AEAD_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
		return;
	case SOTTO_PROFILE_AEAD_AES_256_GCM:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
		return;
	default:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
		return;
	}
}

srtp_err_status_t libsrtp_end_open(struct libsrtp_end *end, enum sotto_profile profile,
				   const struct libsrtp_key *key, bool inbound)
{
	struct libsrtp_key copy = *key;
	srtp_master_key_t master = { copy.key_and_salt, copy.mki, copy.mki_len };
	srtp_master_key_t *masters[] = { &master };
	srtp_policy_t policy = { .window_size = copy.window ? copy.window : 128 };

	srtp_err_status_t err;

	policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
	if (copy.ssrc)
		policy.ssrc = (srtp_ssrc_t){ ssrc_specific, copy.ssrc };
	set_policies(&policy, profile);
	policy.keys = masters;
	policy.num_master_keys = 1;
	policy.enc_xtn_hdr = copy.enc_ext;
	policy.enc_xtn_hdr_count = copy.enc_ext_len;
	end->use_mki = key->mki_len;
	err = srtp_create(&end->srtp, &policy);
	return err || !copy.ssrc ? err : srtp_set_stream_roc(end->srtp, copy.ssrc, copy.roc);
}

void libsrtp_end_close(struct libsrtp_end *end)
{
	srtp_dealloc(end->srtp);
}

srtp_err_status_t libsrtp_end_protect(struct libsrtp_end *end, bool rtcp, void *data, int *len)
{
	return rtcp ? srtp_protect_rtcp_mki(end->srtp, data, len, end->use_mki, 0)
		    : srtp_protect_mki(end->srtp, data, len, end->use_mki, 0);
}

srtp_err_status_t libsrtp_end_unprotect(struct libsrtp_end *end, bool rtcp, void *data,
					int *len)
{
	return rtcp ? srtp_unprotect_rtcp_mki(end->srtp, data, len, end->use_mki)
		    : srtp_unprotect_mki(end->srtp, data, len, end->use_mki);
}
