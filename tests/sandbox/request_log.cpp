#include "tests/sandbox/request_log.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::size_t body_limit = 16384;

} // namespace

std::string masked(std::string_view text)
{
    std::string out(text);
    for (const std::string_view name : {"client_secret", "access_token", "password"})
        for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + 1)) {
            auto from = at + name.size();
            std::string_view stop = "& ";
            if (from < out.size() && out[from] == '"') { // JSON: "name" : "value"
                from = out.find('"', from + 1);
                if (from == std::string::npos) break;
                stop = "\"";
            } else if (from >= out.size() || out[from] != '=') {
                continue;
            }
            const auto end = std::min(out.find_first_of(stop, from + 1), out.size());
            out.replace(from + 1, end - from - 1, "***");
        }
    // A form field or parameter of that very name: page_token is none.
    for (auto at = out.find("token="); at != std::string::npos; at = out.find("token=", at + 1))
        if (at == 0 || out[at - 1] == '&' || out[at - 1] == '?') {
            const auto from = at + std::string_view("token=").size();
            out.replace(from, std::min(out.find('&', from), out.size()) - from, "***");
        }
    return out;
}

void request_log::record(std::string_view server, const incoming& in, const answer& given)
{
    std::string_view agent;
    for (const auto& [name, value] : in.headers)
        if (same_ignoring_case(name, "User-Agent")) agent = value;
    auto key = std::string(server) + ' ' + in.method + ' ' + given.endpoint;
    auto body = in.body.empty() ? std::string() : masked(std::string_view(in.body).substr(0, body_limit));
    auto target = masked(in.target);
    const std::lock_guard lock(mutex_);
    auto& counted = counters_[key];
    ++counted.count;
    counted.bytes_in += in.body.size();
    counted.bytes_out += given.out.body.size();
    ++counted.status[given.out.fault == answer_fault::none ? given.out.status : 0];
    auto& kept = ring_[next_ % ring_.size()];
    kept.number = next_++;
    kept.server = server;
    kept.method = in.method;
    kept.target = std::move(target);
    kept.body = std::move(body);
    kept.endpoint = given.endpoint;
    kept.client = given.client;
    kept.user_agent = agent;
    kept.status = given.out.fault == answer_fault::none ? given.out.status : 0;
}

void request_log::clear()
{
    const std::lock_guard lock(mutex_);
    for (auto& one : ring_) one = {};
    next_ = 1;
    counters_.clear();
}

json request_log::list(const query& wanted) const
{
    const std::lock_guard lock(mutex_);
    auto requests = json::array();
    const auto first = next_ > ring_.size() ? next_ - ring_.size() : 1;
    for (auto number = std::max<std::uint64_t>(first, wanted.after + 1); number < next_; ++number) {
        const auto& one = ring_[number % ring_.size()];
        if ((!wanted.server.empty() && one.server != wanted.server) ||
            (!wanted.method.empty() && one.method != wanted.method) ||
            (!wanted.endpoint.empty() && one.endpoint != wanted.endpoint))
            continue;
        if (requests.size() >= wanted.limit) break;
        requests.push_back({{"number", one.number},
                            {"server", one.server},
                            {"method", one.method},
                            {"target", one.target},
                            {"endpoint", one.endpoint},
                            {"client", one.client},
                            {"user_agent", one.user_agent},
                            {"status", one.status},
                            {"body", one.body}});
    }
    return {{"last", next_ - 1}, {"dropped", first - 1}, {"requests", std::move(requests)}};
}

json request_log::counters() const
{
    const std::lock_guard lock(mutex_);
    auto out = json::object();
    for (const auto& [key, one] : counters_) {
        auto status = json::object();
        for (const auto& [code, count] : one.status) status[std::to_string(code)] = count;
        out[key] = {{"count", one.count}, {"bytes_in", one.bytes_in}, {"bytes_out", one.bytes_out}, {"status", status}};
    }
    return out;
}

} // namespace idferry::sandbox
