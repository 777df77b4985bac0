/* Records what a program does to the files below $UNSYNCED_ROOT, so that a power cut after any step can be made up.
 *
 * Each record in $UNSYNCED_LOG: kind (1 byte), sizes of two paths and of the data (4 bytes each), offset (8 bytes),
 * then paths and data. Kinds: w write, t truncate, s sync, c create, r rename, u unlink.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

static int is_below(const char *path) {
    const char *root = getenv("UNSYNCED_ROOT");
    return root && path && strncmp(path, root, strlen(root)) == 0;
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, 4095);
    if (size < 0) return 0;
    path[size] = 0;
    return is_below(path);
}

static void record(char kind, const char *path, const char *other, int64_t offset, const void *data, size_t size) {
    uint32_t sizes[3] = {strlen(path), strlen(other), size};
    if (log_fd < 0) log_fd = NEXT(open)(getenv("UNSYNCED_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct iovec parts[] = {{&kind, 1}, {sizes, sizeof sizes}, {&offset, 8}, {(void *)path, sizes[0]},
                            {(void *)other, sizes[1]}, {(void *)data, size}};
    writev(log_fd, parts, 6);
}

#define LOCKED(step) do { pthread_mutex_lock(&lock); step; pthread_mutex_unlock(&lock); } while (0)

static int opened(const char *path, int flags, int fd, int there) {
    char full[4096];
    if (fd >= 0 && path_of(fd, full)) {
        if (!there && flags & O_CREAT) LOCKED(record('c', full, "", 0, "", 0));
        else if (flags & O_TRUNC) LOCKED(record('t', full, "", 0, "", 0));
    }
    return fd;
}

#define OPEN(name)                                                                                                 \
    int name(const char *path, int flags, ...) {                                                                   \
        va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest);                           \
        struct stat found; int there = stat(path, &found) == 0;                                                    \
        return opened(path, flags, NEXT(name)(path, flags, mode), there);                                          \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *data, size_t size) {
    char path[4096];
    off_t at = path_of(fd, path) ? lseek(fd, 0, SEEK_CUR) : -1;
    ssize_t done = NEXT(write)(fd, data, size);
    if (at >= 0 && done > 0) LOCKED(record('w', path, "", at, data, done));
    return done;
}

#define PWRITE(name, offset_t)                                                                                     \
    ssize_t name(int fd, const void *data, size_t size, offset_t at) {                                             \
        char path[4096];                                                                                           \
        ssize_t done = NEXT(name)(fd, data, size, at);                                                             \
        if (done > 0 && path_of(fd, path)) LOCKED(record('w', path, "", at, data, done));                          \
        return done;                                                                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_t)                                                                                   \
    int name(int fd, offset_t size) {                                                                              \
        char path[4096];                                                                                           \
        int done = NEXT(name)(fd, size);                                                                           \
        if (done == 0 && path_of(fd, path)) LOCKED(record('t', path, "", size, "", 0));                            \
        return done;                                                                                               \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                                                 \
    int name(int fd) {                                                                                             \
        char path[4096];                                                                                           \
        int done = NEXT(name)(fd);                                                                                 \
        if (done == 0 && path_of(fd, path)) LOCKED(record('s', path, "", 0, "", 0));                               \
        return done;                                                                                               \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    int done = NEXT(rename)(from, to);
    if (done == 0 && is_below(to)) LOCKED(record('r', from, to, 0, "", 0));
    return done;
}

int unlink(const char *path) {
    int done = NEXT(unlink)(path);
    if (done == 0 && is_below(path)) LOCKED(record('u', path, "", 0, "", 0));
    return done;
}
