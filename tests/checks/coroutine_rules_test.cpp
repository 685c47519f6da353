// The coroutine rules: each has snippets that pass and snippets that must be found; then the whole tree.
#include "tests/checks/coroutine_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::tests::checks {
namespace {

std::vector<finding> found_in(std::string_view body)
{
    return check_coroutines({"snippet.cpp", "awaitable<void> run()\n{\n" + std::string{body} + "\n}\n"});
}

class good_coroutine : public testing::TestWithParam<const char*>
{
};

TEST_P(good_coroutine, passes)
{
    EXPECT_EQ(to_text(found_in(GetParam())), "");
}

constexpr const char* good_coroutine_statements[] = {
    "co_await f(a);",
    "auto x = co_await f(a);",
    "const auto& x = co_await f(a);",
    "x = co_await f(a);",
    "co_return co_await f(a);",
    "auto [page, error] = co_await read(a);",
    "result<std::vector<int>> x = co_await f(a);",
    "this->answers[i] = co_await f(a);",
    "[[maybe_unused]] const auto x = co_await f(a);",
    "if (ready)\n  co_await f(a);",
    "if (ready) co_await f(a); else co_await g(a);",
    "for (auto& each : all) { co_await f(each); }",
    "while (more) co_return co_await f(a);",
    "switch (n) { case kind::one: co_await f(a); break; default: co_await g(a); }",
    "try { co_await f(a); } catch (const error& e) { failed = true; }",
    "do { co_await f(a); } while (again);",
    "co_await f(std::move(a), b->c, d[1]);",
    "co_await timer.async_wait(use_awaitable);",
    "auto x = co_await (read(a) || timeout(b));",
    "co_await asio::co_spawn<executor, int>(pool, task, use_awaitable);",
    "// if (co_await f(a)) would be wrong\nco_await f(\"co_await ? {}\");",
    "/* throw co_await f(); */ co_await f(a);",
    "auto y = co_await f(1'000);",
    "auto text = R\"(if (co_await f()) {})\"; co_await f(text);",
    "std::size_t n = co_await stream.async_read_some(buffer, as_tuple(use_awaitable));"};
INSTANTIATE_TEST_SUITE_P(statements, good_coroutine, testing::ValuesIn(good_coroutine_statements));

constexpr const char* good_coroutine_lambdas[] = {
    "auto work = [&a]() -> awaitable<void> { co_await f(a); };\nco_await work();",
    "spawn([](int n) -> awaitable<void> { co_return; });",
    "on_request([this](request r) { return handle(std::move(r)); });",
    "sort(all, [&](int l, int r) { return rank[l] < rank[r]; });",
    "auto n = names[index]; auto [a, b] = pair;",
    "visit([&](auto& x) { auto inner = []() -> awaitable<void> { co_return; }; keep(inner); });"};
INSTANTIATE_TEST_SUITE_P(lambdas, good_coroutine, testing::ValuesIn(good_coroutine_lambdas));

class bad_coroutine : public testing::TestWithParam<const char*>
{
};

TEST_P(bad_coroutine, is_found)
{
    const auto findings = found_in(GetParam());
    ASSERT_THAT(findings, testing::Not(testing::IsEmpty())) << GetParam();
    EXPECT_THAT(findings.front().text, testing::HasSubstr("co_await must stand alone"));
    EXPECT_GE(findings.front().line, 3U);
}

constexpr const char* bad_coroutine_statements[] = {"if (co_await f(a)) { g(); }",
                                                    "if (auto r = co_await f(a); !r) { g(); }",
                                                    "while (co_await f(a)) { }",
                                                    "switch (co_await f(a)) { default: break; }",
                                                    "for (auto& each : co_await f(a)) { }",
                                                    "auto x = c ? co_await f(a) : b;",
                                                    "co_return c ? co_await f(a) : b;",
                                                    "auto x = co_await f(c ? a : b);",
                                                    "auto x = ok && co_await f(a);",
                                                    "auto x = co_await f(a) && ok;",
                                                    "auto x = !co_await f(a);",
                                                    "auto x = thing{co_await f(a)};",
                                                    "auto x = thing{co_await f(a), b};",
                                                    "co_await f({.url = a});",
                                                    "co_await f(request{a});",
                                                    "co_await f({\"a\", \"b\"});",
                                                    "throw error(co_await f(a));",
                                                    "throw co_await f(a);",
                                                    "auto x = (co_await f(a)).value();",
                                                    "g(co_await f(a));",
                                                    "co_await f(co_await g(a));",
                                                    "auto x = co_await f(a) + 1;",
                                                    "auto x = 1 + co_await f(a);",
                                                    "x += co_await f(a);",
                                                    "co_await f([a] { return a; });",
                                                    "co_await f([&] { return a; });",
                                                    "co_await f(b, [this] { return a; });",
                                                    "co_return thing{co_await f(a)};",
                                                    "return co_await f(a);",
                                                    "auto x = static_cast<int>(co_await f(a));",
                                                    "bool x = a == co_await f(a);"};
INSTANTIATE_TEST_SUITE_P(statements, bad_coroutine, testing::ValuesIn(bad_coroutine_statements));

class bad_lambda : public testing::TestWithParam<const char*>
{
};

TEST_P(bad_lambda, is_found)
{
    EXPECT_THAT(to_text(found_in(GetParam())), testing::HasSubstr("a capturing lambda is a coroutine"));
}

constexpr const char* bad_lambda_lambdas[] = {
    "spawn([a]() -> awaitable<void> { co_await f(a); });",
    "spawn([&] -> awaitable<void> { co_return; });",
    "spawn(executor, [this](int n) mutable noexcept -> awaitable<int> { co_return n; }, detached);",
    "return [a]() -> awaitable<void> { co_return; };",
    "handler_ = [this]() -> awaitable<void> { co_return; };",
    "[&]() -> awaitable<void> { co_return; }();",
    "f(b, [=]() -> std::map<int, int> { co_return g(); });"};
INSTANTIATE_TEST_SUITE_P(lambdas, bad_lambda, testing::ValuesIn(bad_lambda_lambdas));

TEST(coroutine_rules, name_the_line)
{
    const auto findings =
        check_coroutines({"a.cpp", "#include <x>\n\nawaitable<void> f()\n{\n    if (co_await g())\n        h();\n}\n"});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().file, "a.cpp");
    EXPECT_EQ(findings.front().line, 5U);
}

TEST(coroutine_rules, hold_in_the_tree)
{
    const auto files =
        read_tree(IDFERRY_SOURCE_DIR, {"config", "mapping", "connectors", "state", "daemon", "tests"}, is_cpp);
    ASSERT_GT(files.size(), 20U);
    std::vector<finding> findings;
    for (const auto& file : files) {
        const auto found = check_coroutines(file);
        findings.insert(findings.end(), found.begin(), found.end());
    }
    EXPECT_TRUE(findings.empty()) << to_text(findings) << "docs/toolchain.md has the rules and the reasons";
}

} // namespace
} // namespace idferry::tests::checks
