// What a connector answers when an operation fails: one idiom, result<T>, whose failure says what happens next.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace idferry::connectors {

enum class disposition
{
    retry,     // transient: the same request may succeed later (timeouts, 429, 5xx)
    reject,    // this resource cannot be pushed until its data or mapping changes (400)
    conflict,  // uniqueness or version clash: correlate again, then plan again (409, 412)
    not_found, // the resource is not there (404)
    stop       // nothing will succeed until an operator acts (401, 403, TLS, wrong address)
};

struct failure
{
    disposition next{disposition::stop};
    std::string
        detail;    // one sentence for the operator: what was asked, what the server answered; no secret, no full body
    int status{0}; // HTTP status, 0 when there was no answer
    std::string code; // scimType, v3 error code or gateway code as text, lower case; may be empty
    std::optional<std::chrono::milliseconds> retry_after; // as told by the server
    // The write may have been carried out: the request was sent and no trustworthy answer came back.
    bool outcome_unknown{false};
    // From target::create alone: it was answered as done, and what it made cannot be seen. The id that the answer told,
    // or "". It is looked for by that id and then as always, and nothing is sent again before.
    std::optional<std::string> created{};
};

template <class T> using result = boost::system::result<T, failure>;

// Lets result<T>::value() throw.
[[noreturn]] void throw_exception_from_error(const failure& f, const boost::source_location& where);

// "retry", "reject", …
const char* to_string(disposition d);

} // namespace idferry::connectors
