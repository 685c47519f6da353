#include "daemon/admin/answers.hpp"

#include "mapping/json.hpp"

namespace idferry::daemon::admin {

namespace {

outgoing unkept(int status, std::string content_type, std::string body)
{
    outgoing o;
    o.status = status;
    o.headers.emplace_back("Content-Type", std::move(content_type));
    o.headers.emplace_back("Cache-Control", "no-store");
    o.body = std::move(body);
    return o;
}

} // namespace

outgoing json_answer(int status, const mapping::json& body)
{
    return unkept(status, "application/json", mapping::to_text(body) + "\n");
}

outgoing error_answer(int status, std::string_view text, std::string_view id)
{
    return json_answer(status, {{"error", std::string(text)}, {"id", std::string(id)}});
}

outgoing text_answer(std::string content_type, std::string body)
{
    return unkept(200, std::move(content_type), std::move(body));
}

void add_security_headers(outgoing& o)
{
    o.headers.emplace_back("Content-Security-Policy",
                           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
                           "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    o.headers.emplace_back("X-Content-Type-Options", "nosniff");
    o.headers.emplace_back("Referrer-Policy", "no-referrer");
    o.headers.emplace_back("X-Frame-Options", "DENY");
    o.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    o.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

} // namespace idferry::daemon::admin
