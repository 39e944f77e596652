// zlib, for reading gzip files.
#ifndef SHOAL_CZLIB_SHIM_H
#define SHOAL_CZLIB_SHIM_H
#include <zlib.h>

// inflateInit2 is a macro that Swift does not import; 15 + 16 means gzip with its full window.
static inline int czlib_inflate_gzip_init(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
#endif
