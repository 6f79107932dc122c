// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's cipher costs by itself: an RTP packet sealed and opened again,
 * called in the best way that a direct caller could.
 *
 *	echo "gcm 160 1000" >/sys/module/sotto_bench/parameters/measure
 *	cat /sys/module/sotto_bench/parameters/measure
 *
 * seals and opens 1000 packets of 160 bytes behind a 12-byte header, and 3000 more,
 * and says how many ns one more packet takes and which driver does it. "cm" is
 * AES-CM with HMAC-SHA1, the ROC behind the packet. In a VM whose clock counts
 * instructions, ns are instructions.
 *
 *	echo 1 >/sys/module/sotto_bench/parameters/hooks
 *
 * and from then on the packets of this machine pass hooks where sotto's would be, which do
 * nothing: what is paid for netfilter's having been asked at all.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <crypto/internal/simd.h>
#include <crypto/skcipher.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#define HEADER_LEN	12
#define GCM_TAG_LEN	16
#define GCM_IV_LEN	12
#define CM_TAG_LEN	10
#define SHA1_LEN	20
#define PAYLOAD_MAX	2048

static const u8 key[20] = "a key of the bench";

/* The packet, with room for the tag or for the ROC, which is MACed behind it. */
static u8 *packet;	/* directly mapped, as scatterlists want it: not the module's own */
static unsigned int payload;

static struct crypto_aead *gcm;
static struct aead_request *gcm_req;
static struct crypto_sync_skcipher *cm;
static struct crypto_shash *hmac;
static char result[256] = "nothing measured yet\n";

static int gcm_once(u64 n)
{
	u8 iv[GCM_IV_LEN] = "salt";
	struct scatterlist sg;
	int err;

	memcpy(iv + 4, &n, sizeof(n));
	sg_init_one(&sg, packet, HEADER_LEN + payload + GCM_TAG_LEN);
	aead_request_set_crypt(gcm_req, &sg, &sg, payload, iv);
	err = crypto_aead_encrypt(gcm_req);
	if (err)
		return err;
	aead_request_set_crypt(gcm_req, &sg, &sg, payload + GCM_TAG_LEN, iv);
	return crypto_aead_decrypt(gcm_req);
}

static int cm_xor(u64 n)
{
	SYNC_SKCIPHER_REQUEST_ON_STACK(req, cm);
	u8 iv[16] = "salt";
	struct scatterlist sg;

	memcpy(iv + 6, &n, sizeof(n));
	sg_init_one(&sg, packet + HEADER_LEN, payload);
	skcipher_request_set_sync_tfm(req, cm);
	skcipher_request_set_callback(req, 0, NULL, NULL);
	skcipher_request_set_crypt(req, &sg, &sg, payload, iv);
	return crypto_skcipher_encrypt(req);
}

static int cm_once(u64 n)
{
	u8 *tail = packet + HEADER_LEN + payload;
	u8 roc[4] = {}, mac[SHA1_LEN], tag[CM_TAG_LEN];
	SHASH_DESC_ON_STACK(desc, hmac);
	int err;

	desc->tfm = hmac;
	err = cm_xor(n);
	memcpy(tail, roc, sizeof(roc));
	err = err ?: crypto_shash_digest(desc, packet, HEADER_LEN + payload + sizeof(roc), mac);
	memcpy(tail, mac, CM_TAG_LEN);
	if (err)
		return err;

	memcpy(tag, tail, CM_TAG_LEN);
	memcpy(tail, roc, sizeof(roc));
	err = crypto_shash_digest(desc, packet, HEADER_LEN + payload + sizeof(roc), mac);
	if (!err && crypto_memneq(mac, tag, CM_TAG_LEN))
		err = -EBADMSG;
	return err ?: cm_xor(n);
}

static int timed(int (*once)(u64 n), unsigned int packets, u64 *took)
{
	static u64 n;
	u64 from = ktime_get_ns();
	int err = 0;

	/* As in the network's softirq. */
	local_bh_disable();
	while (packets-- && !err)
		err = once(n++);
	local_bh_enable();
	*took = ktime_get_ns() - from;
	return err;
}

static int measure(const char *val, const struct kernel_param *kp)
{
	unsigned int packets;
	u64 one, three, each;
	char what[8];
	bool is_gcm;
	int err;

	if (sscanf(val, "%7s %u %u", what, &payload, &packets) != 3 || !payload ||
	    payload > PAYLOAD_MAX || !packets || packets > 1000000)
		return -EINVAL;
	is_gcm = !strcmp(what, "gcm");
	if (!is_gcm && strcmp(what, "cm"))
		return -EINVAL;
	err = timed(is_gcm ? gcm_once : cm_once, packets, &one);
	err = err ?: timed(is_gcm ? gcm_once : cm_once, 3 * packets, &three);
	if (err)
		return err;
	each = (three - one) * 10 / (2 * packets);
	scnprintf(result, sizeof(result), "%llu.%llu %s\n", each / 10, each % 10,
		  is_gcm ? crypto_tfm_alg_driver_name(crypto_aead_tfm(gcm))
			 : crypto_tfm_alg_driver_name(crypto_shash_tfm(hmac)));
	return 0;
}

static int tell(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s", result);
}

static const struct kernel_param_ops measure_ops = { .set = measure, .get = tell };
module_param_cb(measure, &measure_ops, NULL, 0600);
MODULE_PARM_DESC(measure, "gcm|cm PAYLOAD PACKETS");

static unsigned int accept(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops hook_ops[] = {
	{ .hook = accept, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP_PRI_NAT_DST + 1 },
	{ .hook = accept, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP_PRI_NAT_SRC - 1 },
	{ .hook = accept, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP6_PRI_NAT_DST + 1 },
	{ .hook = accept, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP6_PRI_NAT_SRC - 1 },
};

static int __net_init hook(struct net *net)
{
	return nf_register_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

static void __net_exit unhook(struct net *net)
{
	nf_unregister_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

static struct pernet_operations net_ops = { .init = hook, .exit = unhook };
static bool hooked;

static int set_hooks(const char *val, const struct kernel_param *kp)
{
	bool want;
	int err = kstrtobool(val, &want);

	if (err || want == hooked)
		return err;
	if (want)
		err = register_pernet_subsys(&net_ops);
	else
		unregister_pernet_subsys(&net_ops);
	if (!err)
		hooked = want;
	return err;
}

static const struct kernel_param_ops hooks_ops = { .set = set_hooks, .get = param_get_bool };
module_param_cb(hooks, &hooks_ops, &hooked, 0600);
MODULE_PARM_DESC(hooks, "hooks that do nothing");

static void bench_exit(void)
{
	if (hooked)
		unregister_pernet_subsys(&net_ops);
	kfree(packet);
	if (!IS_ERR_OR_NULL(hmac))
		crypto_free_shash(hmac);
	if (!IS_ERR_OR_NULL(cm))
		crypto_free_sync_skcipher(cm);
	aead_request_free(gcm_req);
	if (!IS_ERR_OR_NULL(gcm))
		crypto_free_aead(gcm);
}

/* The fast algorithms themselves, without the wrapper that could defer them. */
static int bench_init(void)
{
	int err = -ENOMEM;

	gcm = crypto_alloc_aead("__gcm(aes)", CRYPTO_ALG_INTERNAL,
				CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC);
	cm = crypto_alloc_sync_skcipher("__ctr(aes)", CRYPTO_ALG_INTERNAL, CRYPTO_ALG_INTERNAL);
	hmac = crypto_alloc_shash("hmac(sha1)", 0, 0);
	if (IS_ERR(gcm) || IS_ERR(cm) || IS_ERR(hmac)) {
		err = -ENOENT;
		goto fail;
	}
	packet = kzalloc(HEADER_LEN + PAYLOAD_MAX + SHA1_LEN, GFP_KERNEL);
	gcm_req = aead_request_alloc(gcm, GFP_KERNEL);
	if (!packet || !gcm_req)
		goto fail;
	err = crypto_aead_setkey(gcm, key, 16);
	err = err ?: crypto_aead_setauthsize(gcm, GCM_TAG_LEN);
	err = err ?: crypto_sync_skcipher_setkey(cm, key, 16);
	err = err ?: crypto_shash_setkey(hmac, key, sizeof(key));
	if (err)
		goto fail;
	aead_request_set_callback(gcm_req, 0, NULL, NULL);
	aead_request_set_ad(gcm_req, HEADER_LEN);
	return 0;

fail:
	bench_exit();
	return err;
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("The bare cost of SRTP's ciphers, and of hooks");
MODULE_LICENSE("GPL");
