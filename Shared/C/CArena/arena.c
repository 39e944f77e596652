// The arena: chunks in a list, the newest first; one chunk is kept from message to message.
#include "CArena.h"

#include <protobuf-c/protobuf-c.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// The first chunk: enough for a header or a small request without a second one.
#define FIRST_CHUNK ((size_t)64 << 10)
// Chunks double up to this size.
#define LARGEST_CHUNK ((size_t)8 << 20)
// A larger chunk than this is not kept by a thread that has become idle.
#define KEPT_CHUNK ((size_t)4 << 20)
// A frame's header and its payload are encoded together, so two arenas are in use at once.
#define POOL_SIZE 2

typedef struct chunk {
    struct chunk *next;
    size_t size;
    uint8_t bytes[];
} chunk;

struct shoal_arena {
    ProtobufCAllocator allocator;
    chunk *chunks;
    uint8_t *cursor;
    uint8_t *end;
    size_t used;
    size_t limit;
    uintptr_t stack_base;
    size_t stack_limit;
    uint32_t count;
    uint32_t fail_at;
    int refused;
    shoal_arena *next;
};

typedef struct pool {
    shoal_arena *free;
    int count;
} pool;

static pthread_key_t pool_key;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;
static int pool_key_made;

static void destroy_arena(shoal_arena *arena) {
    chunk *each = arena->chunks;
    while (each) {
        chunk *next = each->next;
        free(each);
        each = next;
    }
    free(arena);
}

static void destroy_pool(void *pointer) {
    pool *mine = pointer;
    while (mine->free) {
        shoal_arena *next = mine->free->next;
        destroy_arena(mine->free);
        mine->free = next;
    }
    free(mine);
}

static void make_key(void) {
    pool_key_made = pthread_key_create(&pool_key, destroy_pool) == 0;
}

static pool *thread_pool(void) {
    pthread_once(&pool_once, make_key);
    if (!pool_key_made) return NULL;
    pool *mine = pthread_getspecific(pool_key);
    if (mine) return mine;
    mine = calloc(1, sizeof *mine);
    if (mine && pthread_setspecific(pool_key, mine) != 0) {
        free(mine);
        return NULL;
    }
    return mine;
}

static void *new_chunk(shoal_arena *arena, size_t size) {
    size_t wanted = FIRST_CHUNK;
    if (arena->chunks) {
        wanted = arena->chunks->size >= LARGEST_CHUNK / 2 ? LARGEST_CHUNK : arena->chunks->size * 2;
    }
    if (wanted < size) wanted = size;
    chunk *fresh = malloc(sizeof(chunk) + wanted);
    if (!fresh) return NULL;
    fresh->size = wanted;
    fresh->next = arena->chunks;
    arena->chunks = fresh;
    arena->cursor = fresh->bytes + size;
    arena->end = fresh->bytes + wanted;
    return fresh->bytes;
}

static void *allocate(shoal_arena *arena, size_t size) {
    if (size > SIZE_MAX - 4096) return NULL;
    size = size ? (size + 7) & ~(size_t)7 : 8;
    if (arena->fail_at && arena->count + 1 >= arena->fail_at) return NULL;
    if (arena->limit && (size > arena->limit || arena->used > arena->limit - size)) return NULL;
    void *result;
    if ((size_t)(arena->end - arena->cursor) >= size) {
        result = arena->cursor;
        arena->cursor += size;
    } else {
        result = new_chunk(arena, size);
        if (!result) return NULL;
    }
    arena->used += size;
    arena->count += 1;
    return result;
}

void *shoal_arena_alloc(shoal_arena *arena, size_t size) {
    void *memory = allocate(arena, size);
    if (!memory) arena->refused = 1;
    return memory;
}

static void *allocator_alloc(void *data, size_t size) {
    shoal_arena *arena = data;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (arena->stack_limit && arena->stack_base > here
        && arena->stack_base - here > arena->stack_limit) {
        arena->refused = 1;
        return NULL;
    }
    return shoal_arena_alloc(arena, size);
}

static void allocator_free(void *data, void *pointer) {
    (void)data;
    (void)pointer;
}

shoal_arena *shoal_arena_take(size_t limit_bytes, size_t stack_bytes) {
    pool *mine = thread_pool();
    shoal_arena *arena;
    if (mine && mine->free) {
        arena = mine->free;
        mine->free = arena->next;
        mine->count -= 1;
    } else {
        arena = calloc(1, sizeof *arena);
        if (!arena) return NULL;
        arena->allocator.alloc = allocator_alloc;
        arena->allocator.free = allocator_free;
        arena->allocator.allocator_data = arena;
    }
    arena->next = NULL;
    arena->limit = limit_bytes;
    arena->stack_limit = stack_bytes;
    return arena;
}

void shoal_arena_give_back(shoal_arena *arena) {
    if (!arena) return;
    pool *mine = thread_pool();
    if (!mine || mine->count >= POOL_SIZE) {
        destroy_arena(arena);
        return;
    }
    chunk *kept = NULL;
    chunk *each = arena->chunks;
    while (each) {
        chunk *next = each->next;
        if (!kept && each->size <= KEPT_CHUNK) {
            kept = each;
            kept->next = NULL;
        } else {
            free(each);
        }
        each = next;
    }
    arena->chunks = kept;
    arena->cursor = kept ? kept->bytes : NULL;
    arena->end = kept ? kept->bytes + kept->size : NULL;
    arena->used = 0;
    arena->count = 0;
    arena->fail_at = 0;
    arena->refused = 0;
    arena->next = mine->free;
    mine->free = arena;
    mine->count += 1;
}

void shoal_arena_fail_at(shoal_arena *arena, uint32_t nth) {
    arena->fail_at = nth ? arena->count + nth : 0;
}

size_t shoal_arena_used(const shoal_arena *arena) { return arena->used; }

uint32_t shoal_arena_count(const shoal_arena *arena) { return arena->count; }

const void *shoal_arena_unpack(shoal_arena *arena, const void *descriptor, const uint8_t *bytes,
                               size_t size) {
    arena->stack_base = (uintptr_t)__builtin_frame_address(0);
    return protobuf_c_message_unpack(descriptor, &arena->allocator, size, bytes);
}

int shoal_arena_refused(const shoal_arena *arena) { return arena->refused; }

int shoal_find_zero(const uint8_t *bytes, size_t size) { return memchr(bytes, 0, size) != NULL; }

size_t shoal_packed_size(const void *message) {
  return protobuf_c_message_get_packed_size(message);
}

size_t shoal_pack(const void *message, uint8_t *bytes) {
    return protobuf_c_message_pack(message, bytes);
}
