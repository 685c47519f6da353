#include "connectors/beyond_identity/list_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

boost::asio::awaitable<void> fetch_into(std::shared_ptr<work_queue<result<reply>>> queue,
                                        std::shared_ptr<session> through, call c)
{
    auto got = co_await through->succeed(std::move(c));
    co_await queue->push(std::move(got));
}

} // namespace

list_spec identities_list(const session& s)
{
    return {{list_kind::people, ""}, {"GET", s.in_realm("/identities"), "identities:read"}, "identities"};
}

list_spec groups_list(const session& s)
{
    return {{list_kind::groups, ""}, {"GET", s.in_realm("/groups"), "groups:read"}, "groups"};
}

list_spec members_list(const session& s, const std::string& group)
{
    list_spec spec({list_kind::members, group},
                   {"GET", s.in_realm(session::item("/groups", group, "listMembers")), "groups:read identities:read"},
                   "identities");
    spec.bytes = false;
    return spec;
}

list_spec groups_of_identity(const session& s, const std::string& identity)
{
    return {{list_kind::groups, identity},
            {"GET", s.in_realm(session::item("/identities", identity, "listGroups")), "identities:read groups:read"},
            "groups"};
}

list_reader::list_reader(std::shared_ptr<session> through, list_spec spec)
    : session_(std::move(through)), spec_(std::move(spec))
{
    end_.list = spec_.ref;
}

call list_reader::page_call() const
{
    auto c = spec_.ask;
    const auto size = spec_.page_size ? spec_.page_size : static_cast<std::uint64_t>(session_->config().page_size);
    for (const auto name : spec_.sizes) c.query.emplace_back(std::string(name), std::to_string(size));
    // A token remembers the filter, but not everything else: what was asked for first is asked for again.
    if (!token_.empty()) c.query.emplace_back("page_token", token_);
    return c;
}

void list_reader::finish(proof state, std::string why)
{
    ended_ = true;
    ahead_.reset();
    end_.state = state;
    end_.size = delivered_;
    end_.why = std::move(why);
}

void list_reader::close()
{
    if (total_moved_ || (total_ && *total_ != items_))
        finish(proof::unproved, "the service counts " + std::to_string(*total_) + ", and listed " +
                                    std::to_string(items_) + ": it changed while it was read");
    else
        finish(proof::complete, repeated_ ? std::to_string(repeated_) + " records came twice" : "");
}

std::optional<page> list_reader::take(sliced_list cut)
{
    page out;
    out.list = spec_.ref;
    out.buffer = std::move(cut.buffer);
    out.bad = std::move(cut.bad);
    out.records = std::move(cut.records);
    items_ += out.bad.size();
    std::erase_if(out.records, [&](const raw_record& r) {
        const bool first = seen_.insert(r.key);
        ++(first ? items_ : repeated_);
        return !first;
    });
    delivered_ += out.records.size();
    if (cut.total) {
        total_moved_ = total_moved_ || (total_ && *total_ != *cut.total);
        total_ = cut.total;
    }
    end_.beside = std::max(end_.beside, cut.beside);
    more_ = !cut.next_token.empty();
    token_ = std::move(cut.next_token);
    if (more_ && !tokens_.insert(token_).second)
        finish(proof::unproved, "paging is not honoured: the same page token came twice");
    if (out.records.empty() && out.bad.empty()) return std::nullopt;
    return out;
}

boost::asio::awaitable<result<std::optional<page>>> list_reader::next()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!ended_) {
        if (!more_) {
            close();
            break;
        }
        if (pages_ >= session_->config().max_pages) {
            finish(proof::unproved, "more than " + std::to_string(session_->config().max_pages) + " pages (max_pages)");
            break;
        }
        result<reply> got{failure{disposition::retry, "the read of a page ended early"}};
        if (ahead_) {
            auto one = std::move(*ahead_);
            ahead_.reset();
            auto arrived = co_await one.next();
            if (arrived) got = std::move(*arrived);
        } else {
            got = co_await session_->succeed(page_call());
        }
        ++pages_;
        if (got.has_error()) {
            failed_ = got.error();
            finish(proof::unproved, got.error().detail);
            if (session_->is_fatal(*failed_)) co_return *failed_;
            break;
        }
        auto cut = slicer_.list(std::move(got->answer.body), {.root = spec_.root,
                                                              .total = spec_.total,
                                                              .without = spec_.without,
                                                              .bytes = spec_.bytes,
                                                              .beside = spec_.beside});
        if (!cut.why.empty()) {
            finish(proof::unproved, spec_.ask.method + " " + spec_.ask.path + ": " + cut.why);
            break;
        }
        auto out = take(std::move(cut));
        if (!ended_ && more_ && pages_ < session_->config().max_pages) {
            ahead_.emplace(executor);
            ahead_->start(fetch_into(ahead_->queue(), session_, page_call()));
        }
        if (out) co_return std::move(out);
    }
    co_return std::optional<page>{};
}

boost::asio::awaitable<result<std::vector<std::string>>> keys_of(std::shared_ptr<session> s, list_spec spec,
                                                                 bool proved)
{
    std::vector<std::string> out;
    list_reader reader(s, std::move(spec));
    for (;;) {
        auto some = co_await reader.next();
        if (!some) co_return some.error();
        if (!*some) break;
        for (const auto& r : (*some)->records) out.emplace_back(r.key);
        if (proved && !(*some)->bad.empty())
            co_return failure{disposition::retry, reader.end().list.text() + ": " + (*some)->bad.front().why};
    }
    if (reader.failed()) co_return *reader.failed();
    if (proved && reader.end().state != proof::complete)
        co_return failure{disposition::retry,
                          reader.end().list.text() + " could not be read whole: " + reader.end().why};
    co_return out;
}

boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue, std::shared_ptr<session> through,
                                        list_spec spec, bool /*alone*/)
{
    const auto whole = [](page p) { return p; };
    return read_list_into(std::move(queue), list_reader(std::move(through), std::move(spec)), whole);
}

} // namespace idferry::connectors::beyond_identity
