// What Basics needs from C: checksums, wide vectors, named threads, a monotonic gate for queues,
// and system calls that Swift's Glibc module does not show. Every name carries the prefix cbasics_.
#ifndef CBASICS_H
#define CBASICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli); `seed` is the result of the bytes before, or 0.
uint32_t cbasics_crc32c(uint32_t seed, const void *bytes, size_t count);
// The same without the processor's instruction, for tests and old machines.
uint32_t cbasics_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

// XXH64 after the public specification of xxHash.
uint64_t cbasics_xxh64(const void *bytes, size_t count, uint64_t seed);

// Clears, in each of `count` words, the bits of those of its 64 elements that lie outside
// low ... low + reach; false, and nothing done, where the processor has no vectors for it.
bool cbasics_keep8(uint64_t *words, size_t count, const uint8_t *elements, uint8_t low,
                   uint8_t reach);
bool cbasics_keep16(uint64_t *words, size_t count, const uint16_t *elements, uint16_t low,
                    uint16_t reach);
bool cbasics_keep32(uint64_t *words, size_t count, const uint32_t *elements, uint32_t low,
                    uint32_t reach);
bool cbasics_keep64(uint64_t *words, size_t count, const int64_t *elements, int64_t low,
                    uint64_t reach);
// Sets, in each of `count` words, the bits of those of its 64 elements behind which comes one more
// than `reach` above them, differences wrapping around; 64 * count + 1 elements must be there.
// False, and nothing done, where the processor has no vectors for it.
bool cbasics_jumps16(uint64_t *words, size_t count, const uint16_t *elements, uint16_t reach);
// How many bits are set.
uint64_t cbasics_count_bits(const uint64_t *words, size_t count);
// Rows come in runs, each of which ends at a bit of `ends`; every row of `all` lies in such a run,
// every row of `part` is one of `all`. Clears the ends of runs with fewer than `fewest` rows of
// `all` or with less than `at_least_e4` ten-thousandths of them in `part`.
void cbasics_keep_shares(uint64_t *ends, const uint64_t *all, const uint64_t *part, size_t count,
                         uint64_t fewest, uint64_t at_least_e4);

// The runs, in order, are those of the users with a bit in `known`, one run each. Sets the bits of
// those whose run's end is in `found`; false, and nothing done, where no instruction helps.
bool cbasics_put_users(uint64_t *users, const uint64_t *known, size_t user_words,
                       const uint64_t *found, const uint64_t *ends, size_t row_words);

// A mutex with two conditions on CLOCK_MONOTONIC; NULL when memory is out.
typedef struct cbasics_gate cbasics_gate;
cbasics_gate *cbasics_gate_new(void);
void cbasics_gate_free(cbasics_gate *gate);
void cbasics_gate_lock(cbasics_gate *gate);
void cbasics_gate_unlock(cbasics_gate *gate);
void cbasics_gate_wait_room(cbasics_gate *gate);
// Waits for an item until the monotonic instant; false when the instant has passed.
bool cbasics_gate_wait_item(cbasics_gate *gate, uint64_t until_monotonic_ns);
void cbasics_gate_signal_room(cbasics_gate *gate);
void cbasics_gate_signal_item(cbasics_gate *gate);
void cbasics_gate_signal_all(cbasics_gate *gate);

// A named pthread. The name is cut at 15 bytes. Returns 0 or an errno.
typedef void (*cbasics_thread_body)(void *context);
int cbasics_thread_start(uint64_t *thread, const char *name, size_t stack_bytes,
                         cbasics_thread_body body, void *context);
int cbasics_thread_join(uint64_t thread);
void cbasics_thread_detach(uint64_t thread);
uint64_t cbasics_thread_self(void);
// Copies the calling thread's name into `name` (16 bytes).
void cbasics_thread_name(char *name);

// Clocks in nanoseconds; wall time is since 1970 and may be negative.
uint64_t cbasics_monotonic_ns(void);
int64_t cbasics_wall_ns(void);

// Gives pages back to the system that hold freed memory only; takes some ms for each 100 MB.
void cbasics_give_memory_back(void);

// System calls in one spelling: the result is >= 0, or minus errno. EINTR is retried.
int cbasics_open(const char *path, int flags, uint32_t mode);
int cbasics_close(int file);
int64_t cbasics_pwrite(int file, const void *bytes, size_t count, int64_t at);
int64_t cbasics_pread(int file, void *bytes, size_t count, int64_t at);
int cbasics_fdatasync(int file);
int cbasics_fsync(int file);
int cbasics_ftruncate(int file, int64_t bytes);
// Reserves room beyond the end without changing the size; 0 where the file system cannot.
int cbasics_preallocate(int file, int64_t bytes);
int cbasics_lock(int file);
int64_t cbasics_size(int file);
int64_t cbasics_free_bytes(const char *path);
int cbasics_mkdir(const char *path, uint32_t mode);
int cbasics_rename(const char *from, const char *to);
int cbasics_remove(const char *path);
// 0 = nothing there, 1 = file, 2 = directory.
int cbasics_kind(const char *path);
// Permission bits, owner's number and kind of file system (statfs' magic) of a path.
int64_t cbasics_permissions(const char *path);
int64_t cbasics_owner(const char *path);
int64_t cbasics_file_system(const char *path);
uint32_t cbasics_own_user(void);
// Whether the kernel holds its clock for set by a time service: 1, 0, or minus errno.
int cbasics_clock_is_synchronised(void);
// Whether nobody will read what is written to a pipe, socket or terminal any more.
bool cbasics_reader_is_gone(int file);
// Calls `each` with every name but . and .. until it has seen them all.
int cbasics_list(const char *path, void (*each)(void *context, const char *name), void *context);
int cbasics_map(int file, size_t count, const void **start);
void cbasics_unmap(const void *start, size_t count);
// Takes the pages of a mapping out of the process; they come back as they are read.
void cbasics_leave_mapped(const void *start, size_t count);
// ENOSPC, EIO ...; "E?" for an unknown number. Constant memory.
const char *cbasics_errno_name(int number);

#endif
