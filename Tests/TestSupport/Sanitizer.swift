import Glibc

/// Whether the tests run under AddressSanitizer or ThreadSanitizer, whose allocators take the place
/// of glibc's.
public let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
