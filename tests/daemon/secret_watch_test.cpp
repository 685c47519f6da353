// What is told about secrets, and that none is ever in it.
#include "daemon/service/secret_watch.hpp"
#include "tests/daemon/service_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace std::chrono_literals;
using daemon::log::id;
using testing::HasSubstr;
using testing::Not;

config::secret_ref file(const std::string& path)
{
    config::secret_ref ref;
    ref.from = config::secret_ref::kind::file;
    ref.name = path;
    return ref;
}

class secrets : public testing::Test
{
protected:
    std::variant<config::secret, std::string> give(const config::secret_ref& ref)
    {
        if (value.empty()) return ref.text() + " is empty";
        return config::secret(value);
    }

    std::string value{"first-s3cret"};
    test::fake_clock time;
    test::collected_log log;
    daemon::service::secret_watch watch{log, time, [this](const auto& ref) { return give(ref); }, "key"};
    config::secret_resolver resolve{watch.of("showpad")};
};

TEST_F(secrets, a_change_is_told_once_and_only_by_its_reference)
{
    for (int i = 0; i < 3; ++i) resolve(file("/run/token"));
    EXPECT_EQ(log.text(), "") << "as it was: nothing to tell";
    value = "second-s3cret";
    const auto found = resolve(file("/run/token"));
    EXPECT_EQ(std::get<config::secret>(found).reveal(), "second-s3cret");
    resolve(file("/run/token"));
    EXPECT_EQ(log.text(), "IDF-8002 showpad: {file: /run/token} changed and is used from now on\n");
    // The same reference of another connection is another secret: it was never seen there.
    watch.of("wiki")(file("/run/token"));
    EXPECT_EQ(log.count(id::secret_picked_up), 1u);
    for (const auto& m : log.said())
        for (const auto& [name, field] : m.fields()) EXPECT_THAT(m.field(name), Not(HasSubstr("s3cret")));
}

TEST_F(secrets, what_cannot_be_read_is_told_once_until_it_can)
{
    value.clear();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::holds_alternative<std::string>(resolve(file("/run/token"))));
    EXPECT_EQ(log.text(), "IDF-8004 showpad: {file: /run/token} is empty\n");
    value = "back-s3cret";
    resolve(file("/run/token"));
    value.clear();
    resolve(file("/run/token"));
    EXPECT_EQ(log.count(id::secret_unreadable), 2u);
    EXPECT_EQ(log.count(id::secret_picked_up), 0u) << "the first one that could be read is no change";
}

// RFC 7519: base64url of {"alg":"none"} and {"exp":1743033600} (2025-03-27T00:00:00Z), and no signature.
TEST_F(secrets, a_token_that_ends_within_two_weeks_is_told_once)
{
    value = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3NDMwMzM2MDB9.";
    using namespace std::chrono;
    time.set_wall(sys_days{2025y / March / 12} + 23h);
    resolve(file("/run/token"));
    EXPECT_EQ(log.text(), "") << "more than fourteen days";
    time.set_wall(sys_days{2025y / March / 13} + 1h);
    resolve(file("/run/token"));
    resolve(file("/run/token"));
    EXPECT_EQ(log.text(), "IDF-8005 showpad: the token ends at 2025-03-27T00:00:00.000Z\n");
    config::secret_ref made_anew;
    made_anew.from = config::secret_ref::kind::command;
    made_anew.command = {"/usr/bin/make-token"};
    resolve(made_anew);
    EXPECT_EQ(log.count(id::token_expires_soon), 1u) << "a command makes a new one by itself";
}

TEST_F(secrets, a_reload_names_what_it_cannot_have_read_again)
{
    config::diagnostics mistakes;
    const auto settings = daemon::run::parse_settings(test::configuration_with({{"a", ""}}), "idferry.yaml", mistakes);
    ASSERT_TRUE(settings);
    watch.configured(*settings, false);
    EXPECT_EQ(log.text(), "");
    watch.configured(*settings, true);
    EXPECT_EQ(log.text(), "IDF-8003 bare: {env: NONE} stays as it was when the daemon started\n"
                          "IDF-8003 showpad: {env: NONE} stays as it was when the daemon started\n");
}

} // namespace
