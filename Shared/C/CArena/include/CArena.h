// A bump arena for protobuf-c: one message's structs stand side by side and vanish at once.
// It has a size limit and a guard against deep recursion, because protobuf-c has neither.
#ifndef SHOAL_CARENA_H
#define SHOAL_CARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct shoal_arena shoal_arena;

// Takes an arena out of this thread's pool, or a new one; NULL when memory is short.
// limit_bytes: the most it may hand out; stack_bytes: how deep the stack may grow below the
// call that unpacks. 0 means no limit for either.
shoal_arena *shoal_arena_take(size_t limit_bytes, size_t stack_bytes);

// Gives the arena back to this thread's pool; everything it handed out is gone. NULL is allowed.
void shoal_arena_give_back(shoal_arena *arena);

// Memory aligned to 8 bytes, or NULL when the limit is reached or memory is short. Not zeroed.
void *shoal_arena_alloc(shoal_arena *arena, size_t size);

// For tests: the n-th allocation from now (1 is the next) fails; 0 switches that off.
void shoal_arena_fail_at(shoal_arena *arena, uint32_t nth);

// Bytes and allocations handed out since the arena was taken.
size_t shoal_arena_used(const shoal_arena *arena);
uint32_t shoal_arena_count(const shoal_arena *arena);

// Whether an allocation was refused since the arena was taken.
int shoal_arena_refused(const shoal_arena *arena);

// 1 when a zero byte stands among the bytes, else 0.
int shoal_find_zero(const uint8_t *bytes, size_t size);

// Unpacks a protobuf-c message into the arena. descriptor is a ProtobufCMessageDescriptor.
// NULL when the bytes are malformed, a limit is reached or memory is short.
// Must be called, and its result read, on one thread without a suspension in between.
const void *shoal_arena_unpack(shoal_arena *arena, const void *descriptor, const uint8_t *bytes,
                               size_t size);

// The packed size of a protobuf-c message, and packing into at least so many bytes.
size_t shoal_packed_size(const void *message);
size_t shoal_pack(const void *message, uint8_t *bytes);

#endif
