#include "daemon/run/person_watch.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/filter_compare.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::run {

namespace {

char ascii_lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch;
}

// "" when JSON could write the text in another way than as it stands.
std::string needle_of(std::string text)
{
    for (auto& ch : text) {
        if (static_cast<unsigned char>(ch) < 0x20 || static_cast<unsigned char>(ch) > 0x7e || ch == '"' || ch == '\\')
            return {};
        ch = ascii_lower(ch);
    }
    return text;
}

} // namespace

called::called(const std::string& text) : text_(text), folded_(mapping::fold_case(text)), needle_(needle_of(text)) {}

bool called::is_label(std::string_view label) const
{
    return mapping::fold_case(label) == folded_;
}

bool called::names(const mapping::json& resource) const
{
    const auto same = [this](const mapping::json* v) {
        return v && v->is_string() && is_label(v->get_ref<const std::string&>());
    };
    if (same(mapping::member_named(resource, "userName")) || same(mapping::member_named(resource, "displayName")))
        return true;
    const auto* emails = mapping::member_named(resource, "emails");
    if (!emails) return false;
    if (!emails->is_array()) return same(emails) || same(mapping::member_named(*emails, "value"));
    return std::any_of(emails->begin(), emails->end(),
                       [&](const auto& e) { return same(&e) || same(mapping::member_named(e, "value")); });
}

bool called::may_be_in(std::string_view json_text) const
{
    if (needle_.empty() || json_text.find('\\') != std::string_view::npos) return true; // an escape hides any letter
    const auto same = [](char a, char b) { return ascii_lower(a) == b; };
    return std::search(json_text.begin(), json_text.end(), needle_.begin(), needle_.end(), same) != json_text.end();
}

void watched_source::look(std::string_view key, std::string_view bytes)
{
    const bool exact = wanted_.is(key) || keys_.contains(std::string(key));
    if (!exact) {
        if (found_.size() >= most || !wanted_.may_be_in(bytes)) return;
        const auto decoded = behind_.decode(mapping::user_type, bytes, {});
        if (!decoded || !wanted_.names(*decoded)) return;
    }
    found_.insert_or_assign(std::string(key), std::string(bytes));
}

namespace {

class watched_read final : public connectors::source_read
{
public:
    watched_read(std::unique_ptr<connectors::source_read> behind, watched_source& watch)
        : behind_(std::move(behind)), watch_(watch)
    {
    }

    boost::asio::awaitable<connectors::result<std::optional<connectors::read_event>>> next() override
    {
        auto event = co_await behind_->next();
        const auto* page = event && *event ? std::get_if<connectors::page>(&**event) : nullptr;
        if (page && page->list.kind == connectors::list_kind::people)
            for (const auto& record : page->records) watch_.look(record.key, record.bytes);
        co_return event;
    }

private:
    std::unique_ptr<connectors::source_read> behind_;
    watched_source& watch_;
};

} // namespace

std::unique_ptr<connectors::source_read> watched_source::read(const connectors::read_request& request)
{
    return std::make_unique<watched_read>(behind_.read(request), *this);
}

boost::asio::awaitable<connectors::result<connectors::person_proof>> watched_source::prove(mapping::source_key person)
{
    auto answer = co_await behind_.prove(person);
    if (answer && answer->state == connectors::person_proof::verdict::present) look(person.text(), answer->bytes);
    co_return answer;
}

} // namespace idferry::daemon::run
