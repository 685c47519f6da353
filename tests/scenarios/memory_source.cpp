#include "tests/scenarios/memory_source.hpp"

#include <algorithm>
#include <deque>

namespace idferry::tests {

namespace {

using connectors::list_kind;
using connectors::list_ref;
using mapping::json;

constexpr std::size_t page_size = 3;

json group_record(const source_group& g)
{
    json j{{"displayName", g.name}};
    if (!g.path.empty()) j["path"] = g.path;
    return j;
}

struct record
{
    std::string key, bytes;
};

class memory_read final : public connectors::source_read
{
public:
    memory_read(const source_content& content, fault_plan& faults) : content_(content), faults_(faults)
    {
        std::vector<record> groups, people;
        for (const auto& [key, g] : content.groups)
            if (!g.bad) groups.push_back({key, mapping::to_text(group_record(g))});
        std::vector<connectors::bad_record> bad_groups, bad_people;
        for (const auto& [key, g] : content.groups)
            if (g.bad) bad_groups.push_back({key, "not a JSON object"});
        add({list_kind::groups, ""}, groups, std::move(bad_groups));
        for (const auto& [type, all] : content.held) {
            std::vector<record> resources;
            for (auto [key, body] : all) {
                body.erase("members");
                resources.push_back({key, mapping::to_text(body)});
            }
            add({list_kind::groups, "", type}, resources, {});
        }
        std::set<std::string> listed;
        for (const auto& [key, g] : content.groups) {
            std::vector<record> members;
            for (const auto& m : g.members) members.push_back({m, ""});
            for (const auto& m : add({list_kind::members, key}, members, {})) listed.insert(m.key);
        }
        for (const auto& [type, all] : content.held)
            for (const auto& [key, body] : all) {
                std::vector<record> members;
                for (const auto& m : body.value("members", json::array()))
                    members.push_back({m.get<std::string>(), ""});
                add({list_kind::members, key, type}, members, {});
            }
        for (const auto& [key, person] : content.people) {
            if (content.walk && !listed.contains(key)) continue;
            if (content.unreadable.contains(key))
                bad_people.push_back({key, "wrong shape"});
            else
                people.push_back({key, mapping::to_text(person)});
        }
        if (content.nameless_bad_record) bad_people.push_back({"", "its id is not text"});
        add({list_kind::people, ""}, people, std::move(bad_people));
    }

    boost::asio::awaitable<connectors::result<std::optional<connectors::read_event>>> next() override
    {
        using answer = connectors::result<std::optional<connectors::read_event>>;
        if (events_.empty()) co_return answer(std::optional<connectors::read_event>());
        if (std::holds_alternative<connectors::page>(events_.front())) {
            const auto call = faults_.next(false);
            if (auto f = call.before()) co_return answer(*f);
            if (auto f = call.after()) co_return answer(*f);
        }
        auto event = std::move(events_.front());
        events_.pop_front();
        co_return answer(std::optional<connectors::read_event>(std::move(event)));
    }

private:
    // Makes the events of one list; returns the records that come.
    std::vector<record> add(const list_ref& list, std::vector<record> records, std::vector<connectors::bad_record> bad)
    {
        const auto cut = content_.cut.find(list.text());
        if (cut != content_.cut.end()) records.resize(std::min(records.size(), cut->second));
        for (std::size_t from = 0; from == 0 || from < records.size(); from += page_size) {
            connectors::page p;
            p.list = list;
            auto buffer = std::make_shared<std::string>();
            const auto to = std::min(records.size(), from + page_size);
            for (auto i = from; i < to; ++i) *buffer += records[i].key + records[i].bytes;
            std::string_view rest(*buffer);
            for (auto i = from; i < to; ++i) {
                const auto key = rest.substr(0, records[i].key.size());
                rest.remove_prefix(key.size());
                const auto bytes = rest.substr(0, records[i].bytes.size());
                rest.remove_prefix(bytes.size());
                p.records.push_back({key, bytes});
            }
            p.buffer = std::move(buffer);
            if (from == 0) p.bad = std::move(bad);
            events_.emplace_back(std::move(p));
        }
        connectors::list_end end;
        end.list = list;
        end.size = records.size();
        end.state = connectors::proof::complete;
        if (cut != content_.cut.end() && !content_.shortened.contains(list.text())) {
            end.state = connectors::proof::unproved;
            end.why = "the page chain did not close";
        }
        events_.emplace_back(std::move(end));
        return records;
    }

    const source_content& content_;
    fault_plan& faults_;
    std::deque<connectors::read_event> events_;
};

} // namespace

std::unique_ptr<connectors::source_read> memory_source::read(const connectors::read_request&)
{
    return std::make_unique<memory_read>(content_, faults_);
}

connectors::result<json> memory_source::decode(const mapping::resource_type& type, std::string_view bytes,
                                               const std::vector<connectors::group_ref>& groups) const
{
    json out;
    mapping::json_error error;
    if (!mapping::parse_json(bytes, out, error)) {
        connectors::failure f;
        f.next = connectors::disposition::reject;
        f.detail = error.message;
        return f;
    }
    using answer = connectors::result<json>;
    if (!mapping::is_person(type)) return answer(boost::system::in_place_value, std::move(out));
    out["groups"] = json::array();
    for (const auto& g : groups) out["groups"].push_back({{"value", g.key}, {"display", g.name}, {"path", g.path}});
    return answer(boost::system::in_place_value, std::move(out));
}

boost::asio::awaitable<connectors::result<connectors::person_proof>> memory_source::prove(mapping::source_key person)
{
    using verdict = connectors::person_proof::verdict;
    const auto key = person.text();
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    if (auto f = call.after()) co_return *f;
    connectors::person_proof p;
    if (content_.cannot_prove.contains(key)) {
        p.why = "the control read failed";
        co_return p;
    }
    const auto found = content_.people.find(key);
    if (found == content_.people.end()) {
        p.state = verdict::gone;
        co_return p;
    }
    p.state = verdict::present;
    p.bytes = mapping::to_text(found->second);
    p.bytes_comparable = true;
    p.group_keys.emplace();
    for (const auto& [group, g] : content_.groups)
        if (std::find(g.members.begin(), g.members.end(), key) != g.members.end()) p.group_keys->push_back(group);
    co_return p;
}

boost::asio::awaitable<connectors::result<connectors::hint_batch>> memory_feed::look(std::string mark)
{
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    if (auto f = call.after()) co_return *f;
    connectors::hint_batch batch;
    const auto& all = content_.events;
    const auto from = std::min(all.size(), static_cast<std::size_t>(std::stoul("0" + mark)));
    const std::set<std::string> people(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
    batch.people.assign(people.begin(), people.end());
    batch.events = all.size() - from;
    batch.next = std::to_string(all.size());
    co_return batch;
}

boost::asio::awaitable<connectors::result<connectors::hinted_person>> memory_feed::read(mapping::source_key person)
{
    using verdict = connectors::hinted_person::verdict;
    const auto key = person.text();
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    if (auto f = call.after()) co_return *f;
    connectors::hinted_person p;
    const auto found = content_.people.find(key);
    if (found == content_.people.end()) {
        p.state = verdict::absent;
        co_return p;
    }
    p.state = verdict::present;
    p.bytes = mapping::to_text(found->second);
    p.bytes_comparable = true;
    p.groups_whole = !content_.cannot_prove.contains(key);
    if (!p.groups_whole) {
        p.why = "its groups could not be read";
        co_return p;
    }
    for (const auto& [group, g] : content_.groups)
        if (std::find(g.members.begin(), g.members.end(), key) != g.members.end())
            p.groups.push_back({group, g.name, g.path});
    co_return p;
}

} // namespace idferry::tests
