#include "connectors/scim/scim_list_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

namespace idferry::connectors::scim {

namespace {

constexpr int failures_that_end = 3;

boost::asio::awaitable<void> fetch_into(std::shared_ptr<work_queue<result<http::response>>> queue,
                                        std::shared_ptr<source_parts> through, call c)
{
    auto got = co_await through->get(std::move(c));
    co_await queue->push(std::move(got));
}

// A collection that is not there says nothing about anybody.
failure lost(failure f, const session& provider, const mapping::resource_type& type)
{
    if (f.next != disposition::not_found) return f;
    f.next = disposition::stop;
    f.detail += "; is base_url right? It is " + provider.where().base();
    if (type.has_members) f.detail += ". Where there are no groups, set source.groups: false";
    return f;
}

// A list of members has no count of its own, and some providers cut it off at a round number.
bool looks_like_a_cap(std::uint64_t size)
{
    constexpr std::array<std::uint64_t, 9> caps{100, 200, 250, 500, 1000, 2000, 5000, 10000, 100000};
    return std::ranges::find(caps, size) != caps.end();
}

} // namespace

boost::asio::awaitable<result<http::response>> source_parts::get(call c)
{
    auto got = co_await session_.succeed(std::move(c));
    const bool down = got.has_error() && got.error().next == disposition::retry;
    failures_on_end_ = down ? failures_on_end_ + 1 : 0;
    co_return got;
}

bool source_parts::is_fatal(const failure& f) const
{
    return f.next == disposition::stop || failures_on_end_ >= failures_that_end;
}

list_reader::list_reader(std::shared_ptr<source_parts> through, const mapping::resource_type& type, list_ref list,
                         list_options options)
    : parts_(std::move(through)), type_(type), options_(options)
{
    end_.list = std::move(list);
}

call list_reader::page_call(query q) const
{
    if (options_.without_members) q.emplace_back("excludedAttributes", "members");
    return parts_->provider().collection_call("GET", type_, q);
}

void list_reader::finish(proof state, std::string why)
{
    ended_ = true;
    ahead_.reset();
    end_.state = state;
    end_.why = std::move(why);
}

read_part list_reader::take(sliced_page cut)
{
    read_part out;
    out.records.list = end_.list;
    out.records.buffer = std::move(cut.buffer);
    page_facts facts;
    facts.total = cut.total;
    facts.next_cursor = std::move(cut.next_cursor);
    facts.received = cut.received;
    facts.usable = cut.records.size();
    if (!cut.bad.empty()) facts.flaw = std::to_string(cut.bad.size()) + " resources without a usable id";
    out.records.bad = std::move(cut.bad);
    for (std::size_t i = 0; i < cut.records.size(); ++i) {
        if (!seen_.insert(cut.records[i].key)) continue;
        ++facts.fresh;
        if (!type_.has_members && cut.references[i].given) parts_->shows_groups_of_users = true;
        out.records.records.push_back(cut.records[i]);
        out.references.push_back(std::move(cut.references[i]));
    }
    end_.size += out.records.records.size();
    walk_->accept(facts);
    return out;
}

boost::asio::awaitable<result<std::optional<read_part>>> list_reader::next()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    auto& provider = parts_->provider();
    if (!walk_) {
        const auto count = options_.count > 0 ? options_.count : page_count(provider.wire(), provider.announced);
        walk_.emplace(provider.wire(), walk_options{.count = count,
                                                    .cursor = provider.wire().cursor || provider.announced.by_cursor,
                                                    .confirm_end = parts_->rules().confirm_end});
    }
    while (!ended_) {
        auto q = walk_->next();
        if (!q) {
            const auto whole = walk_->end();
            finish(whole.complete ? proof::complete : proof::unproved, whole.why);
            break;
        }
        result<http::response> got{failure{disposition::retry, "the read of a page ended early"}};
        if (ahead_) {
            auto one = std::move(*ahead_);
            ahead_.reset();
            auto arrived = co_await one.next();
            if (arrived) got = std::move(*arrived);
        } else {
            got = co_await parts_->get(page_call(std::move(*q)));
        }
        if (got.has_error()) {
            failed_ = lost(got.error(), provider, type_);
            finish(proof::unproved, failed_->detail);
            if (parts_->is_fatal(*failed_)) co_return *failed_;
            break;
        }
        auto cut = parts_->cutter().list(std::move(got->body), parts_->cut_of(type_));
        if (!cut.why.empty()) {
            finish(proof::unproved, "GET " + std::string(type_.endpoint) + ": " + cut.why);
            break;
        }
        auto out = take(std::move(cut));
        if (auto following = walk_->next()) {
            ahead_.emplace(executor);
            ahead_->start(fetch_into(ahead_->queue(), parts_, page_call(std::move(*following))));
        }
        if (!out.records.records.empty() || !out.records.bad.empty())
            co_return std::optional<read_part>(std::move(out));
    }
    co_return std::optional<read_part>{};
}

page members_page(const std::string& group, const reference_list& members)
{
    page out;
    out.list = {list_kind::members, group};
    auto keys = std::make_shared<std::string>();
    std::size_t length = 0;
    for (std::size_t i = 0; i < members.size(); ++i) length += members.at(i).size();
    keys->reserve(length);
    out.records.reserve(members.size());
    key_set seen;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto key = members.at(i);
        if (!seen.insert(key)) continue;
        const auto from = keys->size();
        keys->append(key);
        out.records.push_back({std::string_view(keys->data() + from, key.size()), {}});
    }
    out.buffer = std::move(keys);
    return out;
}

list_end members_end(const std::string& group, const reference_list& members)
{
    list_end end{{list_kind::members, group}, proof::complete, members.size(), {}};
    if (!members.flaw.empty()) {
        end.state = proof::unproved;
        end.why = "its members cannot be used: " + members.flaw;
    } else if (looks_like_a_cap(members.size())) {
        end.state = proof::suspicious;
        end.why = "it has exactly " + std::to_string(members.size()) + " members: it may be cut off";
    }
    return end;
}

boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue,
                                        std::shared_ptr<source_parts> through, group_read which, bool /*alone*/)
{
    list_item last;
    list_end end{{list_kind::members, which.group}, proof::unproved, 0, {}};
    auto got = co_await through->get(through->provider().resource_call("GET", mapping::group_type, which.group));
    if (got.has_error()) {
        last.failed = got.error();
        end.why = got.error().detail;
        if (through->is_fatal(got.error())) last.fatal = got.error();
    } else {
        auto cut = through->cutter().item(std::move(got->body), through->cut_of(mapping::group_type));
        if (cut.why.empty() && cut.key != which.group) cut.why = "the answer is another group";
        if (!cut.why.empty()) {
            end.why = "its own record cannot be used: " + cut.why;
        } else if (!cut.references.given) {
            end.why = no_members;
        } else {
            list_item some;
            some.event = members_page(which.group, cut.references);
            co_await queue->push(std::move(some));
            end = members_end(which.group, cut.references);
        }
    }
    last.event = std::move(end);
    co_await queue->push(std::move(last));
}

} // namespace idferry::connectors::scim
