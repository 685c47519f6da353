// Secrets: a reference in the configuration, and a value that cannot be printed.
#pragma once

#include "config/shape.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace idferry::config {

// A secret value. It has no stream operator and no formatter on purpose; `reveal` is the only way out, and each call
// to it is a place to look at in a review.
class secret
{
public:
    secret() = default;
    explicit secret(std::string value) : value_(std::move(value)) {}
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

private:
    std::string value_;
};

// {env: NAME}, {file: PATH}, {credential: NAME} (systemd, below $CREDENTIALS_DIRECTORY), {command: [program,
// argument…]}.
struct secret_ref
{
    enum class kind
    {
        env,
        file,
        credential,
        command
    };
    kind from{kind::env};
    std::string name;                 // env, file, credential
    std::vector<std::string> command; // command
    location where;

    // "{file: /run/secrets/token}": for messages.
    std::string text() const;
};

// A plain string is refused with a sentence that shows the four forms.
shape<secret_ref> secret_reference();

// Resolves a reference; one trailing newline is removed. Returns the reason when it cannot be read or is empty; the
// reason never holds the secret or the command's output.
std::variant<secret, std::string> resolve(const secret_ref& ref);

// A warning when a secret's file is open to its group or to everybody; nothing when it is well kept or not a file.
std::optional<std::string> exposure(const secret_ref& ref);

// Signature of `resolve`, for injection.
using secret_resolver = std::function<std::variant<secret, std::string>(const secret_ref&)>;

} // namespace idferry::config
