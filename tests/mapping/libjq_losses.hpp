// libjq 1.6 loses memory when it refuses a program, and in some functions that our programs do not use. Where a test
// calls it so, LeakSanitizer must not take that for ours. Header only; nothing without the sanitizer.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IDFERRY_LEAKS_ARE_SOUGHT 1
#endif
#endif
#ifdef IDFERRY_LEAKS_ARE_SOUGHT
#include <sanitizer/lsan_interface.h>
#endif

namespace idferry::mapping::test {

// While it lives, what is allocated on this thread and never freed is not told.
class libjq_losses
{
public:
#ifdef IDFERRY_LEAKS_ARE_SOUGHT
    libjq_losses() { __lsan_disable(); }
    ~libjq_losses() { __lsan_enable(); }
#else
    libjq_losses() = default;
    ~libjq_losses() {} // NOLINT: not trivial, so that a variable of it is used
#endif
    libjq_losses(const libjq_losses&) = delete;
    libjq_losses& operator=(const libjq_losses&) = delete;
};

} // namespace idferry::mapping::test
