// Spoils one file operation of the program that preloads it (LD_PRELOAD), and counts them.
//
// Operations on what lies under SPOIL_UNDER are numbered from 1 in the order in which they are begun: opening for
// writing or of a folder, write, pwrite, fsync, close, ftruncate, mkdir, rename, unlink, rmdir. Number SPOIL_AT is spoiled
// as SPOIL_HOW says:
//   kill     the process is killed before it
//   half     half of the bytes are written, then the process is killed; what writes none is killed behind it
//   short    half of the bytes are written, and it says so; once
//   ENOSPC, EIO, EINTR  it does nothing and fails with that reason; once
// SPOIL_HOW=nosync has every fsync do nothing and say that all is well: a disk that lies. With SPOIL_LOG=FILE each
// operation is a line there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_files = 4096 };
static const char *under, *how;
static int at, log_file = -1;
static atomic_int number;
// The path of each open file that is under SPOIL_UNDER, else NULL.
static char *_Atomic watched[most_files];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  under = getenv("SPOIL_UNDER");
  how = getenv("SPOIL_HOW");
  if (!how) how = "";
  const char *place = getenv("SPOIL_AT"), *log = getenv("SPOIL_LOG");
  at = place ? atoi(place) : 0;
  if (log) log_file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_under(const char *path) {
  size_t length = under ? strlen(under) : 0;
  return length && !strncmp(path, under, length) && (path[length] == '/' || !path[length]);
}

// Counts an operation; true when it is the one to spoil.
static int is_hit(const char *operation, const char *path) {
  int n = atomic_fetch_add(&number, 1) + 1;
  if (log_file >= 0) dprintf(log_file, "%d %s %s\n", n, operation, path);
  if (n != at) return 0;
  if (!strcmp(how, "kill")) kill(getpid(), SIGKILL);
  return 1;
}

static int reason(void) {
  return !strcmp(how, "ENOSPC") ? ENOSPC : !strcmp(how, "EIO") ? EIO : !strcmp(how, "EINTR") ? EINTR : 0;
}

// For what writes no bytes: 1 where it is to fail, with errno set; `*dies` where the process is to be killed behind it.
static int fails(const char *operation, const char *path, int *dies) {
  *dies = 0;
  if (!is_hit(operation, path)) return 0;
  *dies = !strcmp(how, "half");
  errno = reason();
  return errno != 0;
}

static long after(long result, int dies) {
  if (dies) kill(getpid(), SIGKILL);
  return result;
}

static int opened(int file, const char *path) {
  if (file >= 0 && file < most_files) free(atomic_exchange(&watched[file], strdup(path)));
  return file;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  int counts = is_under(path) && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_DIRECTORY)), dies = 0;
  if (counts && fails("open", path, &dies)) return -1;
  int file = REAL(openat)(folder, path, flags, mode);
  return (int)after(counts ? opened(file, path) : file, dies);
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }

static const char *path_of(int file) {
  return file >= 0 && file < most_files ? atomic_load(&watched[file]) : NULL;
}

// How many of `bytes` a write is to write; -1 where it fails.
static ssize_t share(const char *operation, int file, size_t bytes, int *dies) {
  *dies = 0;
  if (!path_of(file) || !is_hit(operation, path_of(file))) return (ssize_t)bytes;
  if ((errno = reason())) return -1;
  *dies = !strcmp(how, "half");
  return (ssize_t)(bytes / 2);
}

ssize_t write(int file, const void *data, size_t bytes) {
  int dies;
  ssize_t some = share("write", file, bytes, &dies);
  return some < 0 ? -1 : after(REAL(write)(file, data, (size_t)some), dies);
}

ssize_t pwrite(int file, const void *data, size_t bytes, off_t place) {
  int dies;
  ssize_t some = share("pwrite", file, bytes, &dies);
  return some < 0 ? -1 : after(REAL(pwrite)(file, data, (size_t)some, place), dies);
}
ssize_t pwrite64(int file, const void *data, size_t bytes, off64_t place) { return pwrite(file, data, bytes, place); }

int close(int file) {
  int dies = 0;
  char *path = file >= 0 && file < most_files ? atomic_exchange(&watched[file], NULL) : NULL;
  int failed = path && fails("close", path, &dies), code = errno;
  free(path);
  // The file is closed whatever is said of it, as in the kernel.
  int result = REAL(close)(file);
  if (failed) errno = code;
  return failed ? -1 : (int)after(result, dies);
}

int fsync(int file) {
  int dies;
  if (!strcmp(how, "nosync")) return 0;
  if (path_of(file) && fails("fsync", path_of(file), &dies)) return -1;
  return (int)(path_of(file) ? after(REAL(fsync)(file), dies) : REAL(fsync)(file));
}

int ftruncate(int file, off_t length) {
  int dies = 0;
  if (path_of(file) && fails("ftruncate", path_of(file), &dies)) return -1;
  return (int)after(REAL(ftruncate)(file, length), dies);
}
int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

#define BY_PATH(name) \
  int name(const char *path) { \
    int dies = 0; \
    if (is_under(path) && fails(#name, path, &dies)) return -1; \
    return (int)after(REAL(name)(path), dies); \
  }
BY_PATH(unlink)
BY_PATH(rmdir)

int mkdir(const char *path, mode_t mode) {
  int dies = 0;
  if (is_under(path) && fails("mkdir", path, &dies)) return -1;
  return (int)after(REAL(mkdir)(path, mode), dies);
}

int rename(const char *from, const char *to) {
  int dies = 0;
  if (is_under(to) && fails("rename", to, &dies)) return -1;
  return (int)after(REAL(rename)(from, to), dies);
}
