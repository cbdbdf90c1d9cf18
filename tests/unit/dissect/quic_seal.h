/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QUIC Initial packets made by hand: the other side of dissect/quic_crypto.c, and the packets of the RFCs. */
#ifndef TESTS_UNIT_DISSECT_QUIC_SEAL_H
#define TESTS_UNIT_DISSECT_QUIC_SEAL_H

#include <nettle/aes.h>
#include <nettle/gcm.h>

#include "base/wr.h"
#include "dissect/quic_crypto.h"

/* RFC 9001 appendix A.2, as it goes over the wire */
static const char quic_rfc9001[] =
	"c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92"
	"ec356c0bab7df5976d27cd449f63300099f3991c260ec4c60d17b31f8429157bb35a1282a643a8d2262cad6750"
	"0cadb8e7378c8eb7539ec4d4905fed1bee1fc8aafba17c750e2c7ace01e6005f80fcb7df621230c83711b39343"
	"fa028cea7f7fb5ff89eac2308249a02252155e2347b63d58c5457afd84d05dfffdb20392844ae812154682e9cf"
	"012f9021a6f0be17ddd0c2084dce25ff9b06cde535d0f920a2db1bf362c23e596d11a4f5a6cf3948838a3aec4e"
	"15daf8500a6ef69ec4e3feb6b1d98e610ac8b7ec3faf6ad760b7bad1db4ba3485e8a94dc250ae3fdb41ed15fb6"
	"a8e5eba0fc3dd60bc8e30c5c4287e53805db059ae0648db2f64264ed5e39be2e20d82df566da8dd5998ccabdae"
	"053060ae6c7b4378e846d29f37ed7b4ea9ec5d82e7961b7f25a9323851f681d582363aa5f89937f5a67258bf63"
	"ad6f1a0b1d96dbd4faddfcefc5266ba6611722395c906556be52afe3f565636ad1b17d508b73d8743eeb524be2"
	"2b3dcbc2c7468d54119c7468449a13d8e3b95811a198f3491de3e7fe942b330407abf82a4ed7c1b311663ac698"
	"90f4157015853d91e923037c227a33cdd5ec281ca3f79c44546b9d90ca00f064c99e3dd97911d39fe9c5d0b23a"
	"229a234cb36186c4819e8b9c5927726632291d6a418211cc2962e20fe47feb3edf330f2c603a9d48c0fcb5699d"
	"bfe5896425c5bac4aee82e57a85aaf4e2513e4f05796b07ba2ee47d80506f8d2c25e50fd14de71e6c418559302"
	"f939b0e1abd576f279c4b2e0feb85c1f28ff18f58891ffef132eef2fa09346aee33c28eb130ff28f5b76695333"
	"4113211996d20011a198e3fc433f9f2541010ae17c1bf202580f6047472fb36857fe843b19f5984009ddc32404"
	"4e847a4f4a0ab34f719595de37252d6235365e9b84392b061085349d73203a4a13e96f5432ec0fd4a1ee65accd"
	"d5e3904df54c1da510b0ff20dcc0c77fcb2c0e0eb605cb0504db87632cf3d8b4dae6e705769d1de354270123cb"
	"11450efc60ac47683d7b8d0f811365565fd98c4c8eb936bcab8d069fc33bd801b03adea2e1fbc5aa463d08ca19"
	"896d2bf59a071b851e6c239052172f296bfb5e72404790a2181014f3b94a4e97d117b438130368cc39dbb2d198"
	"065ae3986547926cd2162f40a29f0c3c8745c0f50fba3852e566d44575c29d39a03f0cda721984b6f440591f35"
	"5e12d439ff150aab7613499dbd49adabc8676eef023b15b65bfc5ca06948109f23f350db82123535eb8a7433bd"
	"abcb909271a6ecbcb58b936a88cd4e8f2e6ff5800175f113253d8fa9ca8885c2f552e657dc603f252e1a8e308f"
	"76f0be79e2fb8f5d5fbbe2e30ecadd220723c8c0aea8078cdfcb3868263ff8f0940054da48781893a7e49ad5af"
	"f4af300cd804a6b6279ab3ff3afb64491c85194aab760d58a606654f9f4400e8b38591356fbf6425aca26dc852"
	"44259ff2b19c41b9f96f3ca9ec1dde434da7d2d392b905ddf3d1f9af93d1af5950bd493f5aa731b4056df31bd2"
	"67b6b90a079831aaf579be0a39013137aac6d404f518cfd46840647e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c"
	"8d169a44e55c88d4a9a7f9474241e221af44860018ab0856972e194cd934";

/* RFC 9369 appendix A.2 */
static const char quic_rfc9369[] =
	"d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162"
	"e75d6c96058bdbfb127cdfcbf903388e99ad049f9a3dd4425ae4d0992cfff18ecf0fdb5a842d09747052f17ac2"
	"053d21f57c5d250f2c4f0e0202b70785b7946e992e58a59ac52dea6774d4f03b55545243cf1a12834e3f249a78"
	"d395e0d18f4d766004f1a2674802a747eaa901c3f10cda5500cb9122faa9f1df66c392079a1b40f0de1c605419"
	"6a11cbea40afb6ef5253cd6818f6625efce3b6def6ba7e4b37a40f7732e093daa7d52190935b8da58976ff3312"
	"ae50b187c1433c0f028edcc4c2838b6a9bfc226ca4b4530e7a4ccee1bfa2a3d396ae5a3fb512384b2fdd851f78"
	"4a65e03f2c4fbe11a53c7777c023462239dd6f7521a3f6c7d5dd3ec9b3f233773d4b46d23cc375eb198c63301c"
	"21801f6520bcfb7966fc49b393f0061d974a2706df8c4a9449f11d7f3d2dcbb90c6b877045636e7c0c0fe4eb0f"
	"697545460c806910d2c355f1d253bc9d2452aaa549e27a1fac7cf4ed77f322e8fa894b6a83810a34b361901751"
	"a6f5eb65a0326e07de7c1216ccce2d0193f958bb3850a833f7ae432b65bc5a53975c155aa4bcb4f7b2c4e54df1"
	"6efaf6ddea94e2c50b4cd1dfe06017e0e9d02900cffe1935e0491d77ffb4fdf85290fdd893d577b1131a610ef6"
	"a5c32b2ee0293617a37cbb08b847741c3b8017c25ca9052ca1079d8b78aebd47876d330a30f6a8c6d61dd1ab55"
	"89329de714d19d61370f8149748c72f132f0fc99f34d766c6938597040d8f9e2bb522ff99c63a344d6a2ae8aa8"
	"e51b7b90a4a806105fcbca31506c446151adfeceb51b91abfe43960977c87471cf9ad4074d30e10d6a7f03c63b"
	"d5d4317f68ff325ba3bd80bf4dc8b52a0ba031758022eb025cdd770b44d6d6cf0670f4e990b22347a7db848265"
	"e3e5eb72dfe8299ad7481a408322cac55786e52f633b2fb6b614eaed18d703dd84045a274ae8bfa73379661388"
	"d6991fe39b0d93debb41700b41f90a15c4d526250235ddcd6776fc77bc97e7a417ebcb31600d01e57f32162a85"
	"60cacc7e27a096d37a1a86952ec71bd89a3e9a30a2a26162984d7740f81193e8238e61f6b5b984d4d3dfa033c1"
	"bb7e4f0037febf406d91c0dccf32acf423cfa1e7071010d3f270121b493ce85054ef58bada42310138fe081adb"
	"04e2bd901f2f13458b3d6758158197107c14ebb193230cd1157380aa79cae1374a7c1e5bbcb80ee23e06ebfde2"
	"06bfb0fcbc0edc4ebec309661bdd908d532eb0c6adc38b7ca7331dce8dfce39ab71e7c32d318d136b6100671a1"
	"ae6a6600e3899f31f0eed19e3417d134b90c9058f8632c798d4490da4987307cba922d61c39805d072b589bd52"
	"fdf1e86215c2d54e6670e07383a27bbffb5addf47d66aa85a0c6f9f32e59d85a44dd5d3b22dc2be80919b49043"
	"7ae4f36a0ae55edf1d0b5cb4e9a3ecabee93dfc6e38d209d0fa6536d27a5d6fbb17641cde27525d61093f1b280"
	"72d111b2b4ae5f89d5974ee12e5cf7d5da4d6a31123041f33e61407e76cffcdcfd7e19ba58cf4b536f4c4938ae"
	"79324dc402894b44faf8afbab35282ab659d13c93f70412e85cb199a37ddec600545473cfb5a05e08d0b209973"
	"b2172b4d21fb69745a262ccde96ba18b2faa745b6fe189cf772a9f84cbfc";

struct quic_packet {
	uint32_t version;
	enum quic_salt salt;
	uint8_t type;     /* the two bits of the flags */
	uint8_t reserved; /* those of the flags that are to be 0 */
	uint64_t number;
	size_t number_size; /* 0: 1 byte */
	const char *dcid, *scid, *token;
	const char *key_cid; /* the keys' connection id when it is not dcid */
};

static inline void quic_put_varint(struct wr *w, uint64_t v)
{
	if (v < 64)
		wr_u8(w, (uint8_t)v);
	else if (v < 16384)
		wr_be16(w, (uint16_t)(v | 0x4000));
	else
		wr_be32(w, (uint32_t)(v | 0x80000000));
}

static inline void quic_put_crypto(struct wr *w, size_t offset, const uint8_t *p, size_t n)
{
	wr_u8(w, 6);
	quic_put_varint(w, offset);
	quic_put_varint(w, n);
	wr_bytes(w, p + offset, n);
}

static inline void quic_put_cid(struct wr *w, const char *cid)
{
	size_t n = cid != NULL ? strlen(cid) : 0;

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, cid, n);
}

/* Encrypts what stands in w behind `header` bytes that begin at `from`, adds the tag and masks the header. */
static inline void quic_seal(struct wr *w, const struct quic_packet *q, size_t from, size_t header)
{
	static struct gcm_aes128_ctx gcm;
	static struct quic_crypto *c;
	const char *cid = q->key_cid != NULL ? q->key_cid : q->dcid;
	size_t number_size = q->number_size > 0 ? q->number_size : 1;
	uint8_t *p = w->base + from, nonce[12], tag[16], mask[QUIC_MASK_SIZE];
	size_t n = wr_len(w) - from - header;
	struct quic_keys k;

	if (c == NULL)
		c = quic_crypto_init(calloc(1, quic_crypto_size()));
	quic_crypto_derive(c, q->salt, (const uint8_t *)cid, strlen(cid), &k);
	memcpy(nonce, k.iv, sizeof(nonce));
	for (size_t i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(q->number >> 8 * i);
	gcm_aes128_set_key(&gcm, k.key);
	gcm_aes128_set_iv(&gcm, sizeof(nonce), nonce);
	gcm_aes128_update(&gcm, header, p);
	gcm_aes128_encrypt(&gcm, n, p + header, p + header);
	gcm_aes128_digest(&gcm, sizeof(tag), tag);
	wr_bytes(w, tag, sizeof(tag));
	quic_crypto_mask(c, &k, p + header - number_size + 4, mask);
	p[0] ^= mask[0] & 0x0f;
	for (size_t i = 0; i < number_size; i++)
		p[header - number_size + i] ^= mask[1 + i];
}

/* Adds an Initial that holds these frames; keeps to `size` bytes in all by padding when that is more. */
static inline void quic_put_initial(struct wr *w, const struct quic_packet *q, const uint8_t *frames,
				    size_t n, size_t size)
{
	size_t from = wr_len(w), number_size = q->number_size > 0 ? q->number_size : 1, body, header, fixed;

	wr_u8(w, (uint8_t)(0xc0 | q->type << 4 | q->reserved << 2 | (number_size - 1)));
	wr_be32(w, q->version);
	quic_put_cid(w, q->dcid);
	quic_put_cid(w, q->scid);
	quic_put_varint(w, q->token != NULL ? strlen(q->token) : 0);
	wr_bytes(w, q->token, q->token != NULL ? strlen(q->token) : 0);
	fixed = wr_len(w) - from + 2 + number_size + 16;
	body = fixed + n < size ? size - fixed : n;
	wr_be16(w, (uint16_t)(0x4000 | (number_size + body + 16)));
	for (size_t i = number_size; i-- > 0;)
		wr_u8(w, (uint8_t)(q->number >> 8 * i));
	header = wr_len(w) - from;
	wr_bytes(w, frames, n);
	for (; n < body; n++)
		wr_u8(w, 0);
	quic_seal(w, q, from, header);
}

#endif
