// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EC25 and EC38, P-256 and P-384 by libcrypto, RFC 6189 5.1.5: a public value is X and
 * then Y, the result is X alone.
 */
#include <errno.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <sodium.h>

#include "agreement_priv.h"

/* FIPS 186-5 A.2.1: 64 bits more than the order has, so that no scalar is likelier. */
#define SPARE_OCTETS	8

/** struct curve - a group and what counting in it needs */
struct curve {
	EC_GROUP *group;
	BN_CTX *ctx;
	size_t width;	/* octets of a coordinate */
};

static void curve_close(struct curve *c)
{
	EC_GROUP_free(c->group);
	BN_CTX_free(c->ctx);
}

static int curve_open(struct curve *c, enum zrtp_agreement agreement)
{
	c->group = EC_GROUP_new_by_curve_name(agreement == ZRTP_KA_EC25 ? NID_X9_62_prime256v1 :
									  NID_secp384r1);
	c->ctx = BN_CTX_secure_new();
	if (!c->group || !c->ctx) {
		curve_close(c);
		return -EIO;
	}
	c->width = (EC_GROUP_get_degree(c->group) + 7) / 8;
	return 0;
}

/* 1 + the random number modulo n - 1: from 1 to n - 1. */
static int make_scalar(const struct curve *c, struct zrtp_dh *dh)
{
	const BIGNUM *order = EC_GROUP_get0_order(c->group);
	BIGNUM *k = BN_secure_new(), *m = BN_dup(order);
	int ok = k && m && BN_sub_word(m, 1) &&
		 BN_bin2bn(dh->secret, c->width + SPARE_OCTETS, k) &&
		 BN_mod(k, k, m, c->ctx) && BN_add_word(k, 1);

	sodium_memzero(dh->secret, sizeof(dh->secret));
	dh->secret_len = c->width;
	ok = ok && BN_bn2binpad(k, dh->secret, dh->secret_len) > 0;
	BN_clear_free(k);
	BN_free(m);
	return ok ? 0 : -EIO;
}

static int get_coordinates(const struct curve *c, const EC_POINT *p, uint8_t *out_x, uint8_t *out_y)
{
	BIGNUM *x = BN_secure_new(), *y = BN_secure_new();
	int ok = x && y && EC_POINT_get_affine_coordinates(c->group, p, x, y, c->ctx) &&
		 BN_bn2binpad(x, out_x, c->width) > 0 &&
		 (!out_y || BN_bn2binpad(y, out_y, c->width) > 0);

	BN_clear_free(y);
	BN_clear_free(x);
	return ok ? 0 : -EIO;
}

/* libcrypto multiplies one point by one scalar in constant time. @p NULL: the generator */
static int multiply(const struct curve *c, const struct zrtp_dh *dh, const EC_POINT *p,
		    uint8_t *out_x, uint8_t *out_y)
{
	EC_POINT *product = EC_POINT_new(c->group);
	BIGNUM *k = BN_secure_new();
	int r = -EIO;

	if (product && k && BN_bin2bn(dh->secret, dh->secret_len, k)) {
		BN_set_flags(k, BN_FLG_CONSTTIME);
		if (EC_POINT_mul(c->group, product, p ? NULL : k, p, p ? k : NULL, c->ctx))
			r = get_coordinates(c, product, out_x, out_y);
	}
	BN_clear_free(k);
	EC_POINT_clear_free(product);
	return r;
}

int zrtp_ec_public(struct zrtp_dh *dh)
{
	struct curve c;
	int r = curve_open(&c, dh->agreement);

	if (r)
		return r;
	r = make_scalar(&c, dh);
	r = r ?: multiply(&c, dh, NULL, dh->pv, dh->pv + c.width);
	curve_close(&c);
	return r;
}

/*
 * NIST SP 800-56A 5.6.2.6: both coordinates reduced, the point on the curve; it has no
 * value for infinity, and of a prime order nothing else is weak. -EKEYREJECTED if not so.
 */
static int read_point(const struct curve *c, const uint8_t *pv, EC_POINT *out)
{
	const BIGNUM *p = EC_GROUP_get0_field(c->group);
	BIGNUM *x = BN_bin2bn(pv, c->width, NULL);
	BIGNUM *y = BN_bin2bn(pv + c->width, c->width, NULL);
	int r = x && y ? 0 : -EIO;

	if (!r && (BN_cmp(x, p) >= 0 || BN_cmp(y, p) >= 0 ||
		   !EC_POINT_set_affine_coordinates(c->group, out, x, y, c->ctx) ||
		   EC_POINT_is_on_curve(c->group, out, c->ctx) <= 0))
		r = -EKEYREJECTED;
	BN_free(x);
	BN_free(y);
	return r;
}

int zrtp_ec_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	EC_POINT *peer = NULL;
	struct curve c;
	int r = curve_open(&c, dh->agreement);

	if (r)
		return r;
	peer = EC_POINT_new(c.group);
	r = peer ? read_point(&c, pv, peer) : -EIO;
	r = r ?: multiply(&c, dh, peer, result, NULL);
	EC_POINT_free(peer);
	curve_close(&c);
	return r;
}
