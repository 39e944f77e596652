// System calls of RealDisk in one spelling: a result >= 0 or minus errno, EINTR retried.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "CBasics.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#define RETRY(result, call)                       \
    do {                                          \
        result = (call);                          \
    } while (result == -1 && errno == EINTR);     \
    if (result == -1) result = -errno

int cbasics_open(const char *path, int flags, uint32_t mode) {
    int r;
    RETRY(r, open(path, flags | O_CLOEXEC, (mode_t)mode));
    return r;
}

// close is not retried: on Linux the descriptor is gone even after EINTR.
int cbasics_close(int file) { return close(file) == 0 || errno == EINTR ? 0 : -errno; }

int64_t cbasics_pwrite(int file, const void *bytes, size_t count, int64_t at) {
    int64_t r;
    RETRY(r, pwrite(file, bytes, count, at));
    return r;
}

int64_t cbasics_pread(int file, void *bytes, size_t count, int64_t at) {
    int64_t r;
    RETRY(r, pread(file, bytes, count, at));
    return r;
}

int cbasics_fdatasync(int file) {
    int r;
    RETRY(r, fdatasync(file));
    return r;
}

int cbasics_fsync(int file) {
    int r;
    RETRY(r, fsync(file));
    return r;
}

int cbasics_ftruncate(int file, int64_t bytes) {
    int r;
    RETRY(r, ftruncate(file, bytes));
    return r;
}

int cbasics_preallocate(int file, int64_t bytes) {
    int r;
    RETRY(r, fallocate(file, FALLOC_FL_KEEP_SIZE, 0, bytes));
    return r == -EOPNOTSUPP || r == -ENOSYS ? 0 : r;
}

int cbasics_lock(int file) {
    int r;
    RETRY(r, flock(file, LOCK_EX | LOCK_NB));
    return r;
}

int64_t cbasics_size(int file) {
    struct stat s;
    return fstat(file, &s) == 0 ? (int64_t)s.st_size : -(int64_t)errno;
}

int64_t cbasics_free_bytes(const char *path) {
    struct statvfs s;
    int r;
    RETRY(r, statvfs(path, &s));
    return r < 0 ? r : (int64_t)((uint64_t)s.f_bavail * (uint64_t)s.f_frsize);
}

int cbasics_mkdir(const char *path, uint32_t mode) {
    return mkdir(path, (mode_t)mode) == 0 ? 0 : -errno;
}

int cbasics_rename(const char *from, const char *to) { return rename(from, to) == 0 ? 0 : -errno; }
int cbasics_remove(const char *path) { return remove(path) == 0 ? 0 : -errno; }

int cbasics_kind(const char *path) {
    struct stat s;
    if (stat(path, &s) != 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    return S_ISDIR(s.st_mode) ? 2 : 1;
}

int64_t cbasics_permissions(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 ? (int64_t)(s.st_mode & 07777) : -(int64_t)errno;
}

int64_t cbasics_owner(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 ? (int64_t)s.st_uid : -(int64_t)errno;
}

int64_t cbasics_file_system(const char *path) {
    struct statfs s;
    int r;
    RETRY(r, statfs(path, &s));
    return r < 0 ? r : (int64_t)(uint32_t)s.f_type;
}

uint32_t cbasics_own_user(void) { return geteuid(); }

int cbasics_clock_is_synchronised(void) {
    struct timex state = {.modes = 0};
    return adjtimex(&state) < 0 ? -errno : !(state.status & STA_UNSYNC);
}

bool cbasics_reader_is_gone(int file) {
    struct pollfd end = {.fd = file};
    int r;
    RETRY(r, poll(&end, 1, 0));
    return r > 0 && (end.revents & (POLLERR | POLLHUP));
}

int cbasics_list(const char *path, void (*each)(void *context, const char *name), void *context) {
    DIR *folder = opendir(path);
    if (!folder) return -errno;
    struct dirent *entry;
    errno = 0;
    while ((entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            each(context, entry->d_name);
        errno = 0;
    }
    int error = errno;
    closedir(folder);
    return -error;
}

int cbasics_map(int file, size_t count, const void **start) {
    void *p = mmap(NULL, count, PROT_READ, MAP_SHARED, file, 0);
    if (p == MAP_FAILED) return -errno;
    *start = p;
    return 0;
}

void cbasics_unmap(const void *start, size_t count) { munmap((void *)start, count); }

void cbasics_leave_mapped(const void *start, size_t count) {
    // Only memory is at stake: where it is refused the pages stay.
    madvise((void *)start, count, MADV_DONTNEED);
}

const char *cbasics_errno_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "E?";
}
