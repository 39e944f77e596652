// Bits for columns by the processor's wide vectors, where it has them: ranges, counts and shares.
#include "CBasics.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define AVX2 __attribute__((target("avx2")))

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

AVX512 static void keep8_avx512(uint64_t *words, size_t count, const uint8_t *elements,
                                uint8_t low, uint8_t reach) {
    __m512i lows = _mm512_set1_epi8((char)low), reaches = _mm512_set1_epi8((char)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        __m512i above = _mm512_sub_epi8(_mm512_loadu_si512(elements + 64 * i), lows);
        words[i] &= _mm512_cmple_epu8_mask(above, reaches);
    }
}

AVX512 static void keep16_avx512(uint64_t *words, size_t count, const uint16_t *elements,
                                 uint16_t low, uint16_t reach) {
    __m512i lows = _mm512_set1_epi16((short)low), reaches = _mm512_set1_epi16((short)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 2; part++) {
            const uint16_t *place = elements + 64 * i + 32 * part;
            __m512i above = _mm512_sub_epi16(_mm512_loadu_si512(place), lows);
            found |= (uint64_t)_mm512_cmple_epu16_mask(above, reaches) << (32 * part);
        }
        words[i] &= found;
    }
}

AVX512 static void keep32_avx512(uint64_t *words, size_t count, const uint32_t *elements,
                                 uint32_t low, uint32_t reach) {
    __m512i lows = _mm512_set1_epi32((int)low), reaches = _mm512_set1_epi32((int)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 4; part++) {
            const uint32_t *place = elements + 64 * i + 16 * part;
            __m512i above = _mm512_sub_epi32(_mm512_loadu_si512(place), lows);
            found |= (uint64_t)_mm512_cmple_epu32_mask(above, reaches) << (16 * part);
        }
        words[i] &= found;
    }
}

AVX512 static void keep64_avx512(uint64_t *words, size_t count, const int64_t *elements,
                                 int64_t low, uint64_t reach) {
    __m512i lows = _mm512_set1_epi64((long long)low);
    __m512i reaches = _mm512_set1_epi64((long long)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 8; part++) {
            const int64_t *place = elements + 64 * i + 8 * part;
            __m512i above = _mm512_sub_epi64(_mm512_loadu_si512(place), lows);
            found |= (uint64_t)_mm512_cmple_epu64_mask(above, reaches) << (8 * part);
        }
        words[i] &= found;
    }
}

AVX2 static void keep8_avx2(uint64_t *words, size_t count, const uint8_t *elements, uint8_t low,
                            uint8_t reach) {
    __m256i lows = _mm256_set1_epi8((char)low), reaches = _mm256_set1_epi8((char)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 2; part++) {
            const uint8_t *place = elements + 64 * i + 32 * part;
            __m256i above = _mm256_sub_epi8(_mm256_loadu_si256((const __m256i *)place), lows);
            __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(above, reaches), above);
            found |= (uint64_t)(uint32_t)_mm256_movemask_epi8(inside) << (32 * part);
        }
        words[i] &= found;
    }
}

AVX2 static void keep16_avx2(uint64_t *words, size_t count, const uint16_t *elements,
                             uint16_t low, uint16_t reach) {
    __m256i lows = _mm256_set1_epi16((short)low), reaches = _mm256_set1_epi16((short)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 2; part++) {
            __m256i inside[2];
            for (int half = 0; half < 2; half++) {
                const uint16_t *place = elements + 64 * i + 32 * part + 16 * half;
                __m256i above =
                    _mm256_sub_epi16(_mm256_loadu_si256((const __m256i *)place), lows);
                inside[half] = _mm256_cmpeq_epi16(_mm256_min_epu16(above, reaches), above);
            }
            // Packing works within halves of a vector, so its quarters are put in order again.
            __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(inside[0], inside[1]),
                                                     0xD8);
            found |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << (32 * part);
        }
        words[i] &= found;
    }
}

AVX2 static void keep32_avx2(uint64_t *words, size_t count, const uint32_t *elements,
                             uint32_t low, uint32_t reach) {
    __m256i lows = _mm256_set1_epi32((int)low), reaches = _mm256_set1_epi32((int)reach);
    for (size_t i = 0; i < count; i++) {
        if (!words[i]) continue;
        uint64_t found = 0;
        for (int part = 0; part < 8; part++) {
            const uint32_t *place = elements + 64 * i + 8 * part;
            __m256i above = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)place), lows);
            __m256i inside = _mm256_cmpeq_epi32(_mm256_min_epu32(above, reaches), above);
            uint32_t bits = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(inside));
            found |= (uint64_t)bits << (8 * part);
        }
        words[i] &= found;
    }
}

AVX512 static void jumps16_avx512(uint64_t *words, size_t count, const uint16_t *elements,
                                  uint16_t reach) {
    __m512i reaches = _mm512_set1_epi16((short)reach);
    for (size_t i = 0; i < count; i++) {
        for (int part = 0; part < 2; part++) {
            const uint16_t *place = elements + 64 * i + 32 * part;
            __m512i step =
                _mm512_sub_epi16(_mm512_loadu_si512(place + 1), _mm512_loadu_si512(place));
            words[i] |= (uint64_t)_mm512_cmpgt_epu16_mask(step, reaches) << (32 * part);
        }
    }
}

AVX2 static void jumps16_avx2(uint64_t *words, size_t count, const uint16_t *elements,
                              uint16_t reach) {
    for (size_t i = 0; i < count; i++) {
        uint16_t steps[64];
        for (int row = 0; row < 64; row++)
            steps[row] = (uint16_t)(elements[64 * i + row + 1] - elements[64 * i + row]);
        uint64_t within = UINT64_MAX;
        keep16_avx2(&within, 1, steps, 0, reach);
        words[i] |= ~within;
    }
}

#define KEEP(bits, narrower)                                                                     \
    bool cbasics_keep##bits(uint64_t *words, size_t count, const uint##bits##_t *elements,       \
                            uint##bits##_t low, uint##bits##_t reach) {                          \
        if (has_avx512()) {                                                                      \
            keep##bits##_avx512(words, count, elements, low, reach);                             \
            return true;                                                                         \
        }                                                                                        \
        narrower;                                                                                \
        return false;                                                                            \
    }
#define KEEP_BY_AVX2(bits)                                                                       \
    if (has_avx2()) {                                                                            \
        keep##bits##_avx2(words, count, elements, low, reach);                                   \
        return true;                                                                             \
    }
#define COUNTING __attribute__((target("popcnt")))

#else
#define KEEP(bits, narrower)                                                                     \
    bool cbasics_keep##bits(uint64_t *words, size_t count, const uint##bits##_t *elements,       \
                            uint##bits##_t low, uint##bits##_t reach) {                          \
        return false;                                                                            \
    }
#define COUNTING
#endif

KEEP(8, KEEP_BY_AVX2(8))
KEEP(16, KEEP_BY_AVX2(16))
KEEP(32, KEEP_BY_AVX2(32))

// AVX2 compares no unsigned integers of 64 bits.
bool cbasics_keep64(uint64_t *words, size_t count, const int64_t *elements, int64_t low,
                    uint64_t reach) {
#if defined(__x86_64__)
    if (has_avx512()) {
        keep64_avx512(words, count, elements, low, reach);
        return true;
    }
#endif
    return false;
}

bool cbasics_jumps16(uint64_t *words, size_t count, const uint16_t *elements, uint16_t reach) {
#if defined(__x86_64__)
    if (has_avx512()) {
        jumps16_avx512(words, count, elements, reach);
        return true;
    }
    if (has_avx2()) {
        jumps16_avx2(words, count, elements, reach);
        return true;
    }
#endif
    return false;
}

static inline __attribute__((always_inline)) uint64_t count_bits(const uint64_t *words,
                                                                 size_t count) {
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) bits += (uint64_t)__builtin_popcountll(words[i]);
    return bits;
}

static inline __attribute__((always_inline)) void keep_shares(uint64_t *ends, const uint64_t *all,
                                                              const uint64_t *part, size_t count,
                                                              uint64_t fewest,
                                                              uint64_t at_least_e4) {
    // Rows up to the one before the word, and those of them up to the user's last end.
    uint64_t rows = 0, parts = 0, rows_before = 0, parts_before = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t left = ends[i], kept = 0;
        while (left) {
            uint64_t end = left & -left, upto = end | (end - 1);
            left ^= end;
            uint64_t rows_now = rows + (uint64_t)__builtin_popcountll(all[i] & upto);
            uint64_t parts_now = parts + (uint64_t)__builtin_popcountll(part[i] & upto);
            uint64_t own = rows_now - rows_before, own_parts = parts_now - parts_before;
            bool passes = (own >= fewest) & (own_parts * 10000 >= at_least_e4 * own);
            kept |= passes ? end : 0;
            rows_before = rows_now;
            parts_before = parts_now;
        }
        rows += (uint64_t)__builtin_popcountll(all[i]);
        parts += (uint64_t)__builtin_popcountll(part[i]);
        ends[i] = kept;
    }
}

COUNTING static uint64_t count_bits_counting(const uint64_t *words, size_t count) {
    return count_bits(words, count);
}
COUNTING static void keep_shares_counting(uint64_t *ends, const uint64_t *all,
                                          const uint64_t *part, size_t count, uint64_t fewest,
                                          uint64_t at_least_e4) {
    keep_shares(ends, all, part, count, fewest, at_least_e4);
}

#if defined(__x86_64__)
__attribute__((target("bmi2,popcnt"))) static void put_users_bmi2(
    uint64_t *users, const uint64_t *known, size_t user_words, const uint64_t *found,
    const uint64_t *ends, size_t row_words) {
    // One bit for each run not yet put, the next as the lowest.
    unsigned __int128 next = 0;
    int waiting = 0;
    size_t row = 0;
    for (size_t i = 0; i < user_words; i++) {
        int wanted = __builtin_popcountll(known[i]);
        for (; waiting < wanted && row < row_words; row++) {
            next |= (unsigned __int128)_pext_u64(found[row], ends[row]) << waiting;
            waiting += __builtin_popcountll(ends[row]);
        }
        users[i] |= _pdep_u64((uint64_t)next, known[i]);
        next >>= wanted;
        waiting -= wanted;
    }
}
#endif

bool cbasics_put_users(uint64_t *users, const uint64_t *known, size_t user_words,
                       const uint64_t *found, const uint64_t *ends, size_t row_words) {
#if defined(__x86_64__)
    // Some older machines have the instructions, but as slow as a loop; none of them has AVX-512.
    if (__builtin_cpu_supports("bmi2") && has_avx512()) {
        put_users_bmi2(users, known, user_words, found, ends, row_words);
        return true;
    }
#endif
    return false;
}

static bool can_count(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("popcnt");
#else
    return true;
#endif
}

uint64_t cbasics_count_bits(const uint64_t *words, size_t count) {
    return can_count() ? count_bits_counting(words, count) : count_bits(words, count);
}

void cbasics_keep_shares(uint64_t *ends, const uint64_t *all, const uint64_t *part, size_t count,
                         uint64_t fewest, uint64_t at_least_e4) {
    if (can_count())
        keep_shares_counting(ends, all, part, count, fewest, at_least_e4);
    else
        keep_shares(ends, all, part, count, fewest, at_least_e4);
}
