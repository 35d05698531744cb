// What libpng's simplified API and TurboJPEG exchange with their callers, declared here because both
// libraries are opened when they are first needed: a build needs no package of theirs.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

// png_image of libpng 1.6, version 1 (png.h, "simplified API"); its size is part of the ABI.
typedef struct {
  void *_Nullable opaque;
  uint32_t version;
  uint32_t width;
  uint32_t height;
  uint32_t format;
  uint32_t flags;
  uint32_t colormap_entries;
  uint32_t warning_or_error;
  char message[64];
} png_image;

// The file that a function was loaded from; null where the system does not say. glibc hides dladdr from Swift.
static inline const char *_Nullable pictures_file(const void *_Nonnull function) {
  Dl_info info;
  return dladdr(function, &info) ? info.dli_fname : 0;
}
