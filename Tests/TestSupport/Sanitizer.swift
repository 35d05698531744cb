import Glibc

/// Whether the tests run under AddressSanitizer or ThreadSanitizer, whose allocators take the place
/// of glibc's.
public let isSanitized = ["__asan_init", "__tsan_init"].contains { dlsym(nil, $0) != nil }
