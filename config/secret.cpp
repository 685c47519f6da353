#include "config/secret.hpp"

#include "config/descriptor.hpp"
#include "config/program.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace idferry::config {

namespace {

constexpr std::size_t max_secret = 64U * 1024;
constexpr std::string_view four_forms =
    "write one of {env: NAME}, {file: PATH}, {credential: NAME} or {command: [PROGRAM, ARGUMENT]}";

using outcome = std::variant<secret, std::string>;

outcome finished(const secret_ref& ref, std::string value)
{
    if (!value.empty() && value.back() == '\n') value.pop_back();
    if (!value.empty() && value.back() == '\r') value.pop_back();
    if (value.empty()) return ref.text() + " is empty";
    if (value.find('\0') != std::string::npos) return ref.text() + " holds a NUL byte";
    return secret(std::move(value));
}

outcome from_environment(const secret_ref& ref)
{
    const char* value = std::getenv(ref.name.c_str());
    if (value == nullptr) return ref.text() + ": the environment variable is not set";
    return finished(ref, value);
}

outcome from_file(const secret_ref& ref, const std::string& path)
{
    // Not blocking: a pipe without a writer would hold the daemon for ever.
    descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) return ref.text() + ": cannot open " + path + ": " + system_text(errno);
    struct stat info = {};
    if (::fstat(file.get(), &info) != 0) return ref.text() + ": " + system_text(errno);
    if (!S_ISREG(info.st_mode)) return ref.text() + ": " + path + " is not a regular file";
    std::string value;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto n = ::read(file.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ref.text() + ": " + system_text(errno);
        if (n == 0) break;
        value.append(buffer.data(), static_cast<std::size_t>(n));
        if (value.size() > max_secret) return ref.text() + " is larger than 64 KiB: not a secret";
    }
    return finished(ref, std::move(value));
}

std::variant<std::string, outcome> credential_path(const secret_ref& ref)
{
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0')
        return outcome(ref.text() +
                       ": CREDENTIALS_DIRECTORY is not set; systemd sets it for services with LoadCredential=");
    return std::string(folder) + "/" + ref.name;
}

outcome from_command(const secret_ref& ref)
{
    program_call call;
    call.command = ref.command;
    call.most_output = max_secret;
    auto end = run_program(call);
    if (end.trouble.empty()) return finished(ref, std::move(end.output));
    return ref.text() + ": " + end.trouble + "; run it by hand to see why (its output is not shown)";
}

bool plain_name(const std::string& name)
{
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

std::optional<secret_ref> parse_reference(const node& n, diagnostics& out)
{
    if (n.is_scalar()) { // the text itself is never repeated: it may be the secret
        out.add(n, "a secret is not written into the configuration: " + std::string(four_forms));
        return std::nullopt;
    }
    if (!n.is_map() || n.entries().size() != 1) {
        out.add(n, "expected a reference to a secret: " + std::string(four_forms));
        return std::nullopt;
    }
    const auto& [key, value] = n.entries().front();
    secret_ref ref;
    ref.where = n.where();
    const auto& form = key.scalar();
    if (form == "command") {
        ref.from = secret_ref::kind::command;
        auto words = list_of(text()).parse(value, out);
        if (!words || words->size() != value.items().size()) return std::nullopt;
        if (words->empty() || words->front().empty()) {
            out.add(value, "expected a program and its arguments: {command: [PROGRAM, ARGUMENT]}");
            return std::nullopt;
        }
        ref.command = std::move(*words);
        return ref;
    }
    if (form == "env")
        ref.from = secret_ref::kind::env;
    else if (form == "file")
        ref.from = secret_ref::kind::file;
    else if (form == "credential")
        ref.from = secret_ref::kind::credential;
    else {
        const auto near = nearest(form, {"env", "file", "credential", "command"});
        out.add(key, "unknown kind of secret" + (near ? "; did you mean '" + *near + "'? " : std::string(": ")) +
                         std::string(four_forms));
        return std::nullopt;
    }
    auto name = non_empty_text().parse(value, out);
    if (!name) return std::nullopt;
    if (ref.from == secret_ref::kind::env && name->find('=') != std::string::npos) {
        out.add(value, "expected the name of an environment variable");
        return std::nullopt;
    }
    if (ref.from == secret_ref::kind::credential && !plain_name(*name)) {
        out.add(value, "expected the name of a credential, without '/'");
        return std::nullopt;
    }
    ref.name = std::move(*name);
    return ref;
}

std::shared_ptr<const description> one_key(std::string name, std::string doc, std::shared_ptr<const description> value)
{
    auto d = std::make_shared<description>();
    d->what = description::kind::section;
    d->keys.push_back({std::move(name), true, std::move(doc), std::move(value)});
    return d;
}

} // namespace

std::string secret_ref::text() const
{
    switch (from) {
    case kind::env: return "{env: " + name + "}";
    case kind::file: return "{file: " + name + "}";
    case kind::credential: return "{credential: " + name + "}";
    case kind::command: break;
    }
    // Arguments are left out: somebody may have put a password there.
    return "{command: [" + (command.empty() ? "" : command.front()) + (command.size() > 1 ? ", …" : "") + "]}";
}

shape<secret_ref> secret_reference()
{
    const shape<secret_ref> plain{
        parse_reference,
        detail::describe_one_of(
            {one_key("env", "name of an environment variable of the daemon", non_empty_text().doc),
             one_key("file",
                     "path of a file that holds the secret and nothing else; only its owner should be able to read it",
                     non_empty_text().doc),
             one_key("credential", "name of a systemd credential: LoadCredential=NAME:PATH in the unit",
                     non_empty_text().doc),
             one_key("command", "program and its arguments, without a shell; what it prints is the secret",
                     detail::describe_list(text().doc))})};
    return named(plain, "secret",
                 "where a secret is; the secret itself never stands in the configuration. One line end behind it is "
                 "removed",
                 {R"({"credential": "showpad-token"})", R"({"file": "/run/secrets/showpad-token"})",
                  R"({"env": "SHOWPAD_TOKEN"})", R"({"command": ["pass", "show", "showpad"]})"});
}

std::variant<secret, std::string> resolve(const secret_ref& ref)
{
    switch (ref.from) {
    case secret_ref::kind::env: return from_environment(ref);
    case secret_ref::kind::file: return from_file(ref, ref.name);
    case secret_ref::kind::credential: {
        auto path = credential_path(ref);
        if (auto* failed = std::get_if<outcome>(&path)) return std::move(*failed);
        return from_file(ref, std::get<std::string>(path));
    }
    case secret_ref::kind::command: return from_command(ref);
    }
    return "unknown kind of secret";
}

std::optional<std::string> exposure(const secret_ref& ref)
{
    if (ref.from != secret_ref::kind::file) return std::nullopt;
    struct stat info = {};
    if (::stat(ref.name.c_str(), &info) != 0 || (info.st_mode & 0077U) == 0) return std::nullopt;
    const bool everybody = (info.st_mode & 0007U) != 0;
    return ref.text() + ": " + (everybody ? "everybody on this machine" : "its group") +
           " can reach this file; run chmod 600 " + ref.name;
}

} // namespace idferry::config
