// URLs of services: what is refused, and why.
#include "config/shape.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace idferry::config {

namespace {

namespace urls = boost::urls;

// A mistake in a URL and the byte where it is.
struct url_mistake
{
    std::size_t offset{0};
    std::string message;
};

bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lower_copy(std::string_view text)
{
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// Finds `word` where letters and digits end on both sides.
std::size_t find_word(std::string_view text, std::string_view word)
{
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_word_char(text[at - 1]);
        const auto end = at + word.size();
        if (begins && (end == text.size() || !is_word_char(text[end]))) return at;
    }
    return std::string_view::npos;
}

std::optional<url_mistake> placeholder_in(std::string_view url)
{
    std::optional<url_mistake> first;
    const auto found = [&](std::size_t at, std::size_t length) {
        if (at == std::string_view::npos || (first && first->offset <= at)) return;
        first =
            url_mistake{at, "'" + std::string(url.substr(at, length)) + "' is a placeholder: put your own value there"};
    };
    // What is left of a template: the whole of <…> or {…} is shown.
    for (const auto& [opens, closes] : {std::pair{'<', '>'}, std::pair{'{', '}'}}) {
        const auto at = url.find(opens);
        if (at == std::string_view::npos) continue;
        const auto end = url.find(closes, at);
        found(at, end == std::string_view::npos ? 1 : std::min<std::size_t>(end - at + 1, 60));
    }
    const auto lower = lower_copy(url);
    const auto authority = url.find("://");
    const std::size_t begin = authority == std::string_view::npos ? 0 : authority + 3;
    // Upper case as the documents write them: a realm may really be called "tenant".
    for (const std::string_view word :
         {"TENANT", "REALM", "INSTANCE", "TENANT_ID", "REALM_ID", "INSTANCE_ID", "CLIENT_ID"}) {
        const auto at = find_word(url.substr(begin), word);
        if (at != std::string_view::npos) found(begin + at, word.size());
    }
    for (const std::string_view word : {"changeme", "change-me", "change_me"})
        found(find_word(lower, word), word.size());
    for (const std::string_view prefix : {"your-", "your_"}) {
        for (auto at = lower.find(prefix, begin); at != std::string::npos; at = lower.find(prefix, at + 1)) {
            if (at > 0 && lower[at - 1] != '/' && lower[at - 1] != '.')
                continue; // only as the start of a label or segment
            found(at, std::min(lower.find_first_of("/.:?", at), lower.size()) - at);
            break;
        }
    }
    constexpr std::string_view zero_id = "00000000-0000-0000-0000-000000000000";
    found(url.find(zero_id), zero_id.size());
    return first;
}

// Boost.URL 1.81 ends a host that begins like an IPv4 address there, and a port at its last digit, and takes the rest
// for a path: "http://127.0.0.1.acme.example/" would be loopback.
bool host_is_cut(const urls::url_view& url)
{
    return url.has_authority() && !url.encoded_path().empty() && url.encoded_path().front() != '/';
}

bool is_loopback(const urls::url_view& url)
{
    if (host_is_cut(url)) return false;
    if (url.host_type() == urls::host_type::ipv4) return url.host_ipv4_address().to_bytes()[0] == 127;
    if (url.host_type() == urls::host_type::ipv6) {
        const auto address = url.host_ipv6_address();
        if (address.is_loopback()) return true;
        return address.is_v4_mapped() && address.to_bytes()[12] == 127;
    }
    return url.host_type() == urls::host_type::name && lower_copy(url.host()) == "localhost";
}

bool is_port(std::string_view text)
{
    unsigned port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

std::optional<url_mistake> mistake_in_url(const std::string& text)
{
    constexpr std::size_t longest = 2048;
    if (text.empty()) return url_mistake{0, "expected a URL, found nothing"};
    if (text.size() > longest) return url_mistake{0, "longer than 2048 characters: not a service URL"};
    if (auto placeholder = placeholder_in(text)) return placeholder;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c <= 0x20U || c >= 0x7FU)
            return url_mistake{
                i, "a URL holds no blanks, control characters or letters beyond ASCII; write them percent-encoded"};
    }
    const auto parsed = urls::parse_uri(text);
    if (!parsed) return url_mistake{0, "not an absolute URL: write https://host/path"};
    const auto& url = *parsed;
    const auto scheme = lower_copy(std::string_view(url.scheme().data(), url.scheme().size()));
    if (scheme != "https" && scheme != "http") return url_mistake{0, "expected https://, found " + scheme + "://"};
    if (!url.has_authority() || url.encoded_host().empty())
        return url_mistake{0, "the host is missing: write https://host/path"};
    const auto host_at = scheme.size() + 3;
    if (url.has_userinfo()) return url_mistake{host_at, "no user name or password in a URL: use `auth`"};
    if (url.host_type() == urls::host_type::ipvfuture)
        return url_mistake{host_at, "this kind of host address is unknown"};
    if (url.host_type() == urls::host_type::name) {
        const auto host = url.encoded_host();
        const auto odd = std::find_if(host.begin(), host.end(),
                                      [](char c) { return !is_word_char(c) && c != '-' && c != '.' && c != '_'; });
        if (odd != host.end()) return url_mistake{host_at, "a host name holds letters, digits, '-' and '.' only"};
    }
    if (host_is_cut(url))
        return url_mistake{
            host_at, "the host is malformed: after a name or an address come only a port (':443') and a path ('/…')"};
    if (url.has_port() && !is_port(std::string_view(url.port().data(), url.port().size())))
        return url_mistake{host_at, "the port must be from 1 to 65535"};
    if (url.has_fragment()) return url_mistake{text.find('#'), "a service URL has no fragment ('#…')"};
    if (scheme == "http" && !is_loopback(url))
        return url_mistake{
            0, "plain http is allowed for loopback only: use https, or credentials cross the network in clear"};
    return std::nullopt;
}

} // namespace

shape<std::string> service_url()
{
    auto d = std::make_shared<description>();
    d->what = description::kind::text;
    d->name = "url";
    d->doc =
        "an absolute https URL; plain http is allowed for loopback addresses only. No user name, password or fragment";
    d->examples = {"\"https://acme.example/scim/v2\""};
    d->text_only = true;
    // Words of documents that were left in, then https to anywhere or http to loopback.
    d->pattern = R"re(^(?!.*[^A-Za-z0-9](TENANT|REALM|INSTANCE|CLIENT_ID)([^A-Za-z0-9]|$))(?!.*[/.][Yy]our[-_]))re"
                 R"re((https://[^\s/?#@<>{}]+|http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?)([/?][^\s#<>{}]*)?$)re";
    return {[](const node& n, diagnostics& out) -> std::optional<std::string> {
                if (!n.is_scalar()) {
                    detail::wrong_kind(n, out, "a URL");
                    return std::nullopt;
                }
                if (auto mistake = mistake_in_url(n.scalar())) {
                    out.add(n, mistake->offset, mistake->message);
                    return std::nullopt;
                }
                return n.scalar();
            },
            d, json_of_text};
}

bool is_loopback_url(std::string_view url)
{
    const auto parsed = urls::parse_uri(url);
    if (!parsed) return false;
    const auto scheme = lower_copy(std::string_view(parsed->scheme().data(), parsed->scheme().size()));
    return (scheme == "http" || scheme == "https") && is_loopback(*parsed);
}

} // namespace idferry::config
