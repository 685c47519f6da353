// `idferry api` against the sandbox over TLS: one test per operation, named after it (RESOURCE_VERB with "_" for "-").
//
// A test that ends well has exercised the operation of its name: the fixture looks into the sandbox's log for a request
// with that method and path that was answered as the test expects. docs/operations.md is made from these names.
#pragma once

#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace idferry::e2e {

// The fixtures are called api_<connection>; all of them share one stage at a time.
class api_test : public testing::Test
{
protected:
    explicit api_test(std::string connection) : connection_(std::move(connection)) {}
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void SetUp() override;
    void TearDown() override;

    stage& here() { return *stage_; }
    // The line as it is typed behind `idferry api CONNECTION`.
    outcome run(std::vector<std::string> words);
    // The same, which must succeed: what it printed.
    json call(std::vector<std::string> words);
    json write(std::vector<std::string> words, const json& body = nullptr);
    // A name that no other test uses.
    std::string fresh(const std::string& begin);
    // The operation ends with another status than 2xx.
    void expect_status(int status) { status_ = status; }
    // Tests about the command itself exercise no operation.
    void of_the_command() { status_ = 0; }

private:
    static std::unique_ptr<stage> stage_;
    std::string connection_;
    std::uint64_t since_{0};
    int status_{200};
    int counter_{0};
};

struct api_beyond : api_test
{
    api_beyond() : api_test("beyond") {}
    static bool has_id(const json& list, const std::string& id);
    std::string id_of(const json& made) { return made["id"].get<std::string>(); }
    std::string identity();
    std::string group();
    std::string resource_server();
    std::string role(const std::string& server);
    std::string application();
    std::string authenticator();
    std::string provider();
    std::string sso();
    std::string binding_job(const std::string& identity);
    std::string first_credential(std::string& identity); // one that is there, and whose it is
};

struct api_bare : api_test
{
    api_bare() : api_test("bare") {}
    json person(); // somebody who is there
    json new_person();
    json group(); // a top-level group that is there
};

struct api_legacy : api_test
{
    api_legacy() : api_test("legacy") {}
};

struct api_showpad : api_test
{
    api_showpad() : api_test("showpad") {}
    json new_user();
    json new_group();
};

} // namespace idferry::e2e
