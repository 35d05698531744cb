// Lets ThreadSanitizer see the half of Swift's Mutex that lies in a library built without it: a thread that
// had to wait for a lock has acquired it, and one that others wait for releases it. The other half is inlined
// into what it watches.
//
//   clang -shared -fPIC -o mutex.so mutex.c; LD_PRELOAD=mutex.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *
#define SWIFT(name) __asm__("$s15Synchronization12_MutexHandleV" name)
#define REAL(name) dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV" name)

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF handle) SWIFT("9_lockSlowyys6UInt32VF");
__attribute__((swiftcall)) void unlock_slow(SELF handle) SWIFT("11_unlockSlowyyF");

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF handle) {
  __attribute__((swiftcall)) void (*real)(uint32_t, SELF) = REAL("9_lockSlowyys6UInt32VF");
  real(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

__attribute__((swiftcall)) void unlock_slow(SELF handle) {
  __attribute__((swiftcall)) void (*real)(SELF) = REAL("11_unlockSlowyyF");
  if (__tsan_release) __tsan_release(handle);
  real(handle);
}
