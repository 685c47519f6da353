// Messages as they are written: escaped, bounded, as text, JSON lines and journal entries.
#include "daemon/log/json_line.hpp"
#include "daemon/log/logger.hpp"
#include "mapping/json.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace idferry;
using namespace idferry::daemon::log;
using test::fake_clock;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A stream into memory.
class memory_stream
{
public:
    memory_stream() : file_(::open_memstream(&text_, &size_)) {}
    ~memory_stream()
    {
        std::fclose(file_);
        std::free(text_);
    }
    memory_stream(const memory_stream&) = delete;
    std::FILE* file() { return file_; }
    std::string text()
    {
        std::fflush(file_);
        return {text_, size_};
    }

private:
    char* text_{nullptr};
    std::size_t size_{0};
    std::FILE* file_;
};

// 2026-03-29T01:59:59.007Z
void set_time(fake_clock& time)
{
    using namespace std::chrono;
    time.set_wall(sys_days{2026y / March / 29} + 1h + 59min + 59s + 7ms);
}

message rejected()
{
    return message(id::resource_rejected)
        .with("sync", "staff")
        .with("type", "user")
        .with("key", "17")
        .with("label", "anna@acme.example")
        .with("reason", "userName is taken");
}

std::string written(const log_options& options, const message& m)
{
    fake_clock time;
    set_time(time);
    memory_stream out;
    make_logger(options, time, out.file())->say(m);
    return out.text();
}

TEST(message, fills_its_sentence_and_what_to_do)
{
    const auto m = rejected();
    EXPECT_EQ(m.text(), "staff: user anna@acme.example is rejected: userName is taken");
    EXPECT_THAT(m.action(), HasSubstr("`idferry explain staff 17` shows why"));
    EXPECT_TRUE(m.missing().empty());
    const message bare(id::cycle_failed);
    EXPECT_EQ(bare.text(), "?: the cycle ended early: ?");
    EXPECT_EQ(bare.missing(), (std::vector<std::string_view>{"sync", "reason"}));
}

TEST(message, a_value_with_braces_is_not_filled_again)
{
    auto m = message(id::cycle_failed).with("sync", "{reason}").with("reason", "{sync}");
    EXPECT_EQ(m.text(), "{reason}: the cycle ended early: {sync}");
}

TEST(message, text_from_outside_stays_on_its_line)
{
    // A forged second line, a terminal's escape, a right-to-left override, C1, DEL, and a line separator.
    EXPECT_EQ(one_line("a\nb\r\x1b[31m\x7f"), "a\\x0ab\\x0d\\x1b[31m\\x7f");
    EXPECT_EQ(one_line("\u202ex\u0085y\u2028z"), "\\u202ex\\x85y\\u2028z");
    EXPECT_EQ(one_line("Zoë 🛥"), "Zoë 🛥");
    // Unicode 15, section 3.9: one replacement for each byte that begins nothing valid.
    EXPECT_EQ(one_line("a\xff\xc0\xaf"), "a\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(one_line("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD"); // a surrogate
    EXPECT_EQ(one_line("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(one_line("\xe2\x82"), "\uFFFD\uFFFD");
}

TEST(message, fields_and_sentences_are_bounded_at_code_points)
{
    const auto cut = one_line(std::string(5'000'000, 'x'));
    EXPECT_EQ(cut.size(), most_field_bytes);
    EXPECT_TRUE(cut.ends_with("x…"));
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string wide(shift, 'x');
        for (int i = 0; i < 1000; ++i) wide += "🛥";
        const auto bounded = one_line(wide);
        EXPECT_LE(bounded.size(), most_field_bytes);
        EXPECT_TRUE(bounded.ends_with("🛥…")) << bounded;
        EXPECT_THAT(bounded, Not(HasSubstr("\uFFFD")));
    }
    // Escapes make text longer: the bound holds all the same.
    EXPECT_LE(one_line(std::string(1000, '\n')).size(), most_field_bytes);
    auto m = rejected();
    for (const auto* name : {"label", "type", "sync", "reason"}) m.with(name, std::string(3000, 'y'));
    EXPECT_LE(m.text().size(), most_text_bytes);
    EXPECT_EQ(one_line(std::string(most_field_bytes, 'x')), std::string(most_field_bytes, 'x'));
}

TEST(text_log, has_time_level_id_sentence_and_from_a_warning_on_what_to_do)
{
    log_options o;
    o.as = format::text;
    EXPECT_EQ(written(o, message(id::daemon_stopping).with("reason", "SIGTERM")),
              "2026-03-29T01:59:59.007Z notice   IDF-1003 stopping: SIGTERM\n");
    const auto text = written(o, rejected());
    EXPECT_THAT(text,
                HasSubstr("2026-03-29T01:59:59.007Z warning  IDF-4001 staff: user anna@acme.example is rejected"));
    EXPECT_THAT(text, HasSubstr("\n    what to do: `idferry explain staff 17`"));
}

TEST(text_log, is_coloured_on_a_terminal_only_and_never_when_refused)
{
    if (!test::has_terminals()) GTEST_SKIP() << "there are no terminals here (/dev/pts)";
    fake_clock time;
    int master = -1, slave = -1;
    ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    auto* terminal = ::fdopen(slave, "w");
    const auto said = [&](bool colour) {
        log_options o;
        o.as = format::text;
        o.colour = colour;
        make_logger(o, time, terminal)->say(message(id::internal_error).with("where", "w").with("reason", "r"));
        char read[2000];
        const auto n = ::read(master, read, sizeof read);
        return std::string(read, n > 0 ? static_cast<std::size_t>(n) : 0);
    };
    EXPECT_THAT(said(true), HasSubstr("\x1b["));
    EXPECT_THAT(said(false), Not(HasSubstr("\x1b[")));
    std::fclose(terminal);
    ::close(master);
    log_options o;
    o.as = format::text;
    EXPECT_THAT(written(o, rejected()), Not(HasSubstr("\x1b[")));
}

TEST(log_threshold, follows_v_and_spares_the_rest)
{
    EXPECT_EQ(threshold_of(0), level::info);
    EXPECT_EQ(threshold_of(1), level::debug);
    EXPECT_EQ(threshold_of(7), level::debug);
    log_options o;
    o.as = format::text;
    const auto quiet = message(id::cycle_scheduled).with("sync", "s").with("next", "n");
    EXPECT_EQ(written(o, quiet), "");
    o.threshold = level::debug;
    EXPECT_THAT(written(o, quiet), HasSubstr("debug    IDF-1012 s: next cycle at n"));
}

TEST(json_log, is_one_object_a_line_with_every_field)
{
    log_options o;
    o.as = format::json;
    const auto line = written(o, rejected().with("attempts", 3).with("ratio", 0.5).with("first", true));
    ASSERT_TRUE(line.ends_with("}\n"));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    mapping::json j;
    mapping::json_error error;
    ASSERT_TRUE(mapping::parse_json(line, j, error)) << error.message;
    auto expected = mapping::json{{"time", "2026-03-29T01:59:59.007Z"},
                                  {"level", "warning"},
                                  {"id", "IDF-4001"},
                                  {"name", "resource_rejected"},
                                  {"message", "staff: user anna@acme.example is rejected: userName is taken"},
                                  {"sync", "staff"},
                                  {"type", "user"},
                                  {"key", "17"},
                                  {"label", "anna@acme.example"},
                                  {"reason", "userName is taken"},
                                  {"attempts", 3},
                                  {"ratio", 0.5},
                                  {"first", true}};
    expected["do"] = rejected().action();
    EXPECT_EQ(j, expected);
}

TEST(json_log, holds_whatever_comes_from_outside)
{
    std::string all;
    for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
    log_options o;
    o.as = format::json;
    const auto line = written(o, rejected().with("reason", all).with("label", "\"},{\"level\":\"debug\"\n"));
    mapping::json j;
    mapping::json_error error;
    ASSERT_TRUE(mapping::parse_json(line, j, error)) << error.message << line;
    EXPECT_EQ(j["level"], "warning");
    EXPECT_EQ(j["label"], "\"},{\"level\":\"debug\"\\x0a");
}

TEST(log_format, is_named_and_chosen_by_the_stream)
{
    EXPECT_EQ(format_of("text"), format::text);
    EXPECT_EQ(format_of("json"), format::json);
    EXPECT_EQ(format_of("journal"), format::journal);
    EXPECT_EQ(format_of("auto"), format::automatic);
    EXPECT_EQ(format_of("xml"), std::nullopt);
    // systemd.exec(5), $JOURNAL_STREAM: device and inode, in decimal, separated by a colon.
    struct stat facts{};
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ASSERT_EQ(::fstat(pipe[1], &facts), 0);
    const auto name = std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino);
    EXPECT_EQ(chosen_format(pipe[1], name), format::journal);
    EXPECT_EQ(chosen_format(pipe[1], name + "1"), format::text);
    EXPECT_EQ(chosen_format(pipe[1], ""), format::text);
    ::close(pipe[0]);
    ::close(pipe[1]);
    EXPECT_EQ(chosen_format(pipe[1], name), format::text); // a closed stream is nobody's
}

std::vector<std::string> texts(const iovec* fields, int count)
{
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.emplace_back(static_cast<const char*>(fields[i].iov_base), fields[i].iov_len);
    return out;
}

// systemd.journal-fields(7)
TEST(journal_log, sends_native_fields)
{
    fake_clock time;
    memory_stream out;
    std::vector<std::string> sent;
    log_options o;
    o.as = format::journal;
    make_logger(o, time, out.file(), [&](const iovec* fields, int count) {
        sent = texts(fields, count);
        return 0;
    })->say(rejected().with("attempts", 3));
    EXPECT_THAT(sent, Contains("MESSAGE=staff: user anna@acme.example is rejected: userName is taken"));
    EXPECT_THAT(sent, Contains("MESSAGE_ID=" + journal_id(id::resource_rejected)));
    EXPECT_THAT(sent, Contains("PRIORITY=4"));
    EXPECT_THAT(sent, Contains("SYSLOG_IDENTIFIER=idferry"));
    EXPECT_THAT(sent, Contains("IDFERRY_ID=IDF-4001"));
    EXPECT_THAT(sent, Contains("IDFERRY_SYNC=staff"));
    EXPECT_THAT(sent, Contains("IDFERRY_KEY=17"));
    EXPECT_THAT(sent, Contains("IDFERRY_ATTEMPTS=3"));
    EXPECT_THAT(sent, Contains("IDFERRY_DO=" + rejected().action()));
    EXPECT_EQ(out.text(), "");
}

// sd-daemon(3): "<4>" at the beginning of a line is its priority.
TEST(journal_log, falls_back_to_lines_with_their_priority)
{
    fake_clock time;
    memory_stream out;
    log_options o;
    o.as = format::journal;
    make_logger(o, time, out.file(), [](const iovec*, int) { return -2; })->say(rejected());
    const auto text = out.text();
    EXPECT_TRUE(text.starts_with("<4>IDF-4001 staff: user anna@acme.example is rejected: userName is taken\n<4>"))
        << text;
}

// The real libsystemd against a socket in the place of journald's, in a mount namespace of its own.
TEST(journal_log, reaches_the_journal_socket)
{
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto prepared = [] {
            if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
            if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
            if (::mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0) return false;
            return ::mkdir("/run/systemd", 0755) == 0 && ::mkdir("/run/systemd/journal", 0755) == 0;
        };
        if (!prepared()) ::_exit(77);
        const auto journal = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        std::snprintf(where.sun_path, sizeof where.sun_path, "/run/systemd/journal/socket");
        if (::bind(journal, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) ::_exit(1);
        fake_clock time;
        log_options o;
        o.as = format::journal;
        make_logger(o, time)->say(rejected());
        char read[8000];
        const auto n = ::recv(journal, read, sizeof read, MSG_DONTWAIT);
        if (n > 0 && ::write(pipe[1], read, static_cast<std::size_t>(n)) != n) ::_exit(1);
        ::_exit(n > 0 ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string entry;
    char read[8000];
    for (auto n = ::read(pipe[0], read, sizeof read); n > 0; n = ::read(pipe[0], read, sizeof read))
        entry.append(read, static_cast<std::size_t>(n));
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this machine lets us make no mount namespace";
    ASSERT_EQ(WEXITSTATUS(status), 0);
    EXPECT_THAT(entry, HasSubstr("IDFERRY_SYNC=staff\n"));
    EXPECT_THAT(entry, HasSubstr("PRIORITY=4\n"));
}

TEST(logger, survives_a_stream_that_takes_nothing)
{
    fake_clock time;
    auto* full = std::fopen("/dev/full", "w");
    ASSERT_NE(full, nullptr);
    log_options o;
    o.as = format::text;
    const auto log = make_logger(o, time, full);
    for (int i = 0; i < 100; ++i) log->say(rejected());
    std::fclose(full);
    EXPECT_FALSE(make_silent_logger()->wants(level::critical));
}

} // namespace
