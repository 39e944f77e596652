// CRC-32C by the processor's instruction or by slicing-by-8 tables, and XXH64.
#include "CBasics.h"

#include <pthread.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void build_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = (c & 1) ? (c >> 1) ^ 0x82F63B78u : c >> 1;
        table[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int t = 1; t < 8; t++)
            table[t][i] = (table[t - 1][i] >> 8) ^ table[0][table[t - 1][i] & 0xFF];
}

uint32_t cbasics_crc32c_portable(uint32_t seed, const void *bytes, size_t count) {
    pthread_once(&table_once, build_table);
    const uint8_t *p = bytes;
    uint32_t c = ~seed;
    while (count >= 8) {
        c ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        c = table[7][c & 0xFF] ^ table[6][(c >> 8) & 0xFF] ^ table[5][(c >> 16) & 0xFF]
            ^ table[4][c >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]]
            ^ table[0][p[7]];
        p += 8;
        count -= 8;
    }
    while (count--) c = (c >> 8) ^ table[0][(c ^ *p++) & 0xFF];
    return ~c;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t seed, const uint8_t *p,
                                                               size_t count) {
    uint64_t c = (uint32_t)~seed;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = _mm_crc32_u64(c, word);
        p += 8;
        count -= 8;
    }
    uint32_t d = (uint32_t)c;
    while (count--) d = _mm_crc32_u8(d, *p++);
    return ~d;
}
#endif

uint32_t cbasics_crc32c(uint32_t seed, const void *bytes, size_t count) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(seed, bytes, count);
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
    const uint8_t *p = bytes;
    uint32_t c = ~seed;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = __crc32cd(c, word);
        p += 8;
        count -= 8;
    }
    while (count--) c = __crc32cb(c, *p++);
    return ~c;
#endif
    return cbasics_crc32c_portable(seed, bytes, count);
}

static const uint64_t P1 = 0x9E3779B185EBCA87ull, P2 = 0xC2B2AE3D27D4EB4Full,
                      P3 = 0x165667B19E3779F9ull, P4 = 0x85EBCA77C2B2AE63ull,
                      P5 = 0x27D4EB2F165667C5ull;

static inline uint64_t rotl(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }

static inline uint64_t load64(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint32_t load32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

static inline uint64_t xx_round(uint64_t acc, uint64_t lane) {
    return rotl(acc + lane * P2, 31) * P1;
}

static inline uint64_t xx_merge(uint64_t acc, uint64_t value) {
    return (acc ^ xx_round(0, value)) * P1 + P4;
}

uint64_t cbasics_xxh64(const void *bytes, size_t count, uint64_t seed) {
    const uint8_t *p = bytes;
    size_t left = count;
    uint64_t h;
    if (left >= 32) {
        uint64_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
        while (left >= 32) {
            a = xx_round(a, load64(p));
            b = xx_round(b, load64(p + 8));
            c = xx_round(c, load64(p + 16));
            d = xx_round(d, load64(p + 24));
            p += 32;
            left -= 32;
        }
        h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
        h = xx_merge(xx_merge(xx_merge(xx_merge(h, a), b), c), d);
    } else {
        h = seed + P5;
    }
    h += (uint64_t)count;
    while (left >= 8) {
        h = rotl(h ^ xx_round(0, load64(p)), 27) * P1 + P4;
        p += 8;
        left -= 8;
    }
    if (left >= 4) {
        h = rotl(h ^ (uint64_t)load32(p) * P1, 23) * P2 + P3;
        p += 4;
        left -= 4;
    }
    while (left--) h = rotl(h ^ (uint64_t)(*p++) * P5, 11) * P1;
    h = (h ^ (h >> 33)) * P2;
    h = (h ^ (h >> 29)) * P3;
    return h ^ (h >> 32);
}
