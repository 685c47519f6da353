// Secrets: the four forms, and that none of them is ever shown.
#include "config/secret.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>

namespace idferry::config {

using testing::HasSubstr;
using testing::Not;

namespace {

template <class T, class = void> struct is_printable : std::false_type
{
};
template <class T>
struct is_printable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type
{
};
static_assert(is_printable<int>::value);
static_assert(!is_printable<secret>::value);

std::vector<std::string> problems_of(std::string_view yaml)
{
    diagnostics out;
    const auto tree = parse_yaml(yaml, "t.yaml", out);
    EXPECT_FALSE(secret_reference().parse(*tree, out).has_value()) << yaml;
    std::vector<std::string> problems;
    for (const auto& d : out.sorted()) problems.push_back(d.text());
    return problems;
}

secret_ref reference(std::string_view yaml)
{
    diagnostics out;
    const auto tree = parse_yaml(yaml, "t.yaml", out);
    auto ref = secret_reference().parse(*tree, out);
    EXPECT_TRUE(out.empty()) << yaml;
    return ref.value_or(secret_ref{});
}

std::string value_of(const secret_ref& ref)
{
    const auto r = resolve(ref);
    const auto* s = std::get_if<secret>(&r);
    EXPECT_NE(s, nullptr) << std::get<std::string>(r);
    return s != nullptr ? s->reveal() : "";
}

std::string reason_of(const secret_ref& ref)
{
    const auto r = resolve(ref);
    const auto* reason = std::get_if<std::string>(&r);
    EXPECT_NE(reason, nullptr) << ref.text();
    return reason != nullptr ? *reason : "";
}

secret_ref command(std::vector<std::string> words)
{
    return {secret_ref::kind::command, "", std::move(words), {}};
}
secret_ref shell(const std::string& script)
{
    return command({"/bin/sh", "-c", script});
}

class secret_file : public testing::Test
{
protected:
    void SetUp() override
    {
        folder = (std::filesystem::temp_directory_path() / "idferry-secret-XXXXXX").string();
        ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::string put(const std::string& name, const std::string& bytes) const
    {
        const auto path = folder + "/" + name;
        std::ofstream(path, std::ios::binary) << bytes;
        ::chmod(path.c_str(), 0600);
        return path;
    }
    std::string folder;
};

} // namespace

TEST(secret_reference, the_four_forms_are_read)
{
    EXPECT_EQ(reference("{env: TOKEN}").text(), "{env: TOKEN}");
    EXPECT_EQ(reference("{file: /run/secrets/t}").text(), "{file: /run/secrets/t}");
    EXPECT_EQ(reference("{credential: bareid-secret}").text(), "{credential: bareid-secret}");
    const auto c = reference("{command: [/usr/bin/pass, show, idferry]}");
    EXPECT_EQ(c.command.size(), 3U);
    EXPECT_EQ(c.text(), "{command: [/usr/bin/pass, …]}") << "arguments may hold what nobody should see";
    EXPECT_EQ(c.where.text(), "t.yaml:1:1");
}

TEST(secret_reference, a_plain_string_is_refused_and_not_repeated)
{
    for (const auto* yaml : {"hunter2", "'hunter2'", "\"hunter2\""}) {
        const auto problems = problems_of(yaml);
        ASSERT_EQ(problems.size(), 1U);
        EXPECT_THAT(problems[0], testing::StartsWith("t.yaml:1:1: "));
        EXPECT_THAT(problems[0], Not(HasSubstr("hunter2")));
        for (const auto* form : {"{env: NAME}", "{file: PATH}", "{credential: NAME}", "{command: [PROGRAM, ARGUMENT]}"})
            EXPECT_THAT(problems[0], HasSubstr(form));
    }
}

TEST(secret_reference, wrong_forms_are_refused_with_their_place)
{
    EXPECT_THAT(problems_of("{flie: /x}").at(0),
                HasSubstr("t.yaml:1:2: flie: unknown kind of secret; did you mean 'file'?"));
    EXPECT_THAT(problems_of("{hunter2: x}").at(0), HasSubstr("unknown kind of secret: write one of"));
    EXPECT_THAT(problems_of("{env: A, file: /x}").at(0), HasSubstr("expected a reference to a secret"));
    EXPECT_THAT(problems_of("{}").at(0), HasSubstr("expected a reference to a secret"));
    EXPECT_THAT(problems_of("[env, A]").at(0), HasSubstr("expected a reference to a secret"));
    EXPECT_THAT(problems_of("").at(0), HasSubstr("expected a reference to a secret"));
    EXPECT_THAT(problems_of("{env: ''}").at(0), HasSubstr("t.yaml:1:7: env: this must not be empty"));
    EXPECT_THAT(problems_of("{env: [A]}").at(0), HasSubstr("expected text, found a list"));
    EXPECT_THAT(problems_of("{env: A=b}").at(0), HasSubstr("name of an environment variable"));
    EXPECT_THAT(problems_of("{command: pass show x}").at(0), HasSubstr("expected a list"));
    EXPECT_THAT(problems_of("{command: []}").at(0), HasSubstr("expected a program"));
    EXPECT_THAT(problems_of("{command: [a, {b: 1}]}").at(0), HasSubstr("expected text, found a map"));
    for (const auto* name : {"../x", "a/b", "..", "/etc/passwd"})
        EXPECT_THAT(problems_of("{credential: " + std::string(name) + "}").at(0), HasSubstr("without '/'")) << name;
}

TEST(secret_env, is_read)
{
    ::setenv("IDFERRY_TEST_SECRET", "s3cret\n", 1);
    const secret_ref ref{secret_ref::kind::env, "IDFERRY_TEST_SECRET", {}, {}};
    EXPECT_EQ(value_of(ref), "s3cret");
    ::setenv("IDFERRY_TEST_SECRET", "", 1);
    EXPECT_THAT(reason_of(ref), HasSubstr("is empty"));
    ::unsetenv("IDFERRY_TEST_SECRET");
    EXPECT_EQ(reason_of(ref), "{env: IDFERRY_TEST_SECRET}: the environment variable is not set");
}

TEST_F(secret_file, is_read_without_its_last_line_end)
{
    const auto ref = [](const std::string& path) { return secret_ref{secret_ref::kind::file, path, {}, {}}; };
    EXPECT_EQ(value_of(ref(put("a", "token"))), "token");
    EXPECT_EQ(value_of(ref(put("b", "token\n"))), "token");
    EXPECT_EQ(value_of(ref(put("c", "token\r\n"))), "token");
    EXPECT_EQ(value_of(ref(put("d", " two lines \n x\n\n"))), " two lines \n x\n") << "one line end only";
    EXPECT_EQ(value_of(ref(put("e", std::string(65536, 'x')))).size(), 65536U);
    EXPECT_THAT(reason_of(ref(put("f", "\n"))), HasSubstr("is empty"));
    EXPECT_THAT(reason_of(ref(put("g", ""))), HasSubstr("is empty"));
    const auto large = reason_of(ref(put("h", std::string(65537, 'x'))));
    EXPECT_THAT(large, HasSubstr("larger than 64 KiB"));
    EXPECT_THAT(large, Not(HasSubstr("xx")));
    EXPECT_THAT(reason_of(ref(put("i", std::string("to\0ken", 6)))), HasSubstr("NUL byte"));
    EXPECT_THAT(reason_of(ref(folder + "/nothing")), HasSubstr("No such file"));
    EXPECT_THAT(reason_of(ref(folder)), HasSubstr("not a regular file"));
    EXPECT_THAT(reason_of(ref("/dev/zero")), HasSubstr("not a regular file"));
    const auto pipe = folder + "/pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(reason_of(ref(pipe)), HasSubstr("not a regular file")) << "and does not wait for a writer";
}

TEST_F(secret_file, that_others_can_read_is_warned_about)
{
    const auto path = put("a", "token");
    const secret_ref ref{secret_ref::kind::file, path, {}, {}};
    EXPECT_EQ(exposure(ref), std::nullopt);
    ::chmod(path.c_str(), 0640);
    EXPECT_THAT(exposure(ref).value(), HasSubstr("its group can reach"));
    ::chmod(path.c_str(), 0644);
    EXPECT_THAT(exposure(ref).value(), HasSubstr("everybody on this machine can reach"));
    EXPECT_EQ(value_of(ref), "token") << "it works all the same";
    EXPECT_EQ(exposure({secret_ref::kind::env, path, {}, {}}), std::nullopt);
}

TEST_F(secret_file, of_systemd_is_below_the_credentials_folder)
{
    put("bareid-secret", "c\n");
    const secret_ref ref{secret_ref::kind::credential, "bareid-secret", {}, {}};
    ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
    EXPECT_EQ(value_of(ref), "c");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_THAT(reason_of(ref), HasSubstr("CREDENTIALS_DIRECTORY is not set"));
}

TEST(secret_command, inherits_no_open_file)
{
    const int open_here = ::open("/dev/null", O_RDONLY); // without close-on-exec, as sockets of a library may be
    ASSERT_GT(open_here, 2);
    const auto looks = "test -e /proc/self/fd/" + std::to_string(open_here) + " && echo inherited || echo closed";
    EXPECT_EQ(value_of(shell(looks)), "closed");
    ::close(open_here);
}

TEST(secret_command, gives_its_output)
{
    EXPECT_EQ(value_of(command({"/bin/echo", "tok en", "$HOME"})), "tok en $HOME") << "no shell reads the arguments";
    EXPECT_EQ(value_of(command({"echo", "x"})), "x") << "found on the path";
    EXPECT_EQ(value_of(shell("cat; echo x")), "x") << "there is no input to wait for";
}

TEST(secret_command, that_fails_is_named_without_its_output)
{
    const auto failed = reason_of(shell("echo hunter2; echo hunter3 >&2; exit 7"));
    EXPECT_THAT(failed, HasSubstr("exit code 7"));
    EXPECT_THAT(failed, Not(HasSubstr("hunter")));
    EXPECT_THAT(reason_of(shell("kill -9 $$")), HasSubstr("ended by a signal"));
    EXPECT_THAT(reason_of(shell("true")), HasSubstr("is empty"));
    EXPECT_THAT(reason_of(command({"/nowhere/program"})), HasSubstr("cannot be started"));
    EXPECT_THAT(reason_of(command({"/tmp"})), HasSubstr("cannot be started"));
}

TEST(secret_command, that_never_stops_talking_is_ended)
{
    EXPECT_THAT(reason_of(shell("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")),
                HasSubstr("more than 64 KiB"));
}

} // namespace idferry::config
