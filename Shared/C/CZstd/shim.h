// zstd as Debian ships it (1.5), the stable part of its interface only.
#ifndef SHOAL_CZSTD_SHIM_H
#define SHOAL_CZSTD_SHIM_H
#include <zstd.h>
#include <zstd_errors.h>

// Cast macros that Swift does not import.
static inline unsigned long long czstd_content_size_unknown(void) {
    return ZSTD_CONTENTSIZE_UNKNOWN;
}
static inline unsigned long long czstd_content_size_error(void) { return ZSTD_CONTENTSIZE_ERROR; }
#endif
