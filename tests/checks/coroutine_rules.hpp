// The coroutine rules of docs/toolchain.md, found in the text: what other compilers translate wrongly without a
// warning, and what dangles.
#pragma once

#include "tests/checks/source_text.hpp"

#include <string_view>
#include <vector>

namespace idferry::tests::checks {

// 1. `co_await` stands alone: `co_await f(a);`, `auto x = co_await f(a);`, `x = co_await f(a);`,
//    `co_return co_await f(a);`. Nothing in its operand is a braced list, a `?:`, a capturing lambda or another await.
// 2. A lambda with captures is a coroutine only as a named local: `auto name = [..](..) -> awaitable<..> { .. };`.
std::vector<finding> check_coroutines(const source_file& file);

} // namespace idferry::tests::checks
