#pragma once
// Header only: Swift compiles these into the calling function, with that function's own target CPU.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/futex.h>
#include <mcheck.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#define PLATFORM static inline __attribute__((always_inline))

// The standard library's squareRoot() is clang's sqrtf with errno, which no loop vectorises.
PLATFORM float platform_sqrt(float x) { return __builtin_elementwise_sqrt(x); }

// Asks for the cache line at p, which may lie outside any object.
PLATFORM void platform_prefetch(const void *_Nonnull p) { __builtin_prefetch(p, 0, 3); }

// This machine's x86-64 level, 1 to 4; 0 on other architectures.
static inline int platform_x86_64_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : __builtin_cpu_supports("x86-64-v2") ? 2 : 1;
#else
  return 0;
#endif
}

// A hint to the core that this thread spins.
PLATFORM void platform_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Sleeps while *word == expected; returns at a wake, a signal, or at once when it differs. glibc has no wrapper for futex.
PLATFORM void platform_wait(const void *_Nonnull word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}
// The same for so many nanoseconds at most.
PLATFORM void platform_wait_for(const void *_Nonnull word, uint32_t expected, int64_t nanoseconds) {
  struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &time, 0, 0);
}
PLATFORM void platform_wake(const void *_Nonnull word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0);
}

// Cores this thread may run on, in order; returns how many. The CPU_* macros do not import into Swift.
static inline int platform_cores(int *_Nonnull cores, int capacity) {
  cpu_set_t set;
  int n = 0;
  if (sched_getaffinity(0, sizeof set, &set)) return 0;
  for (int c = 0; c < CPU_SETSIZE && n < capacity; c++)
    if (CPU_ISSET(c, &set)) cores[n++] = c;
  return n;
}

// Restricts the calling thread to these cores; 0 on success.
static inline int platform_pin(const int *_Nonnull cores, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) CPU_SET(cores[i], &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}
