#include "connectors/bare_id/list_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace {

// Pages asked for ahead at most: enough to hide a server's time, few enough to waste little at the end of a list.
constexpr std::size_t most_ahead = 3;

boost::asio::awaitable<void> fetch_into(std::shared_ptr<work_queue<result<std::string>>> queue,
                                        std::shared_ptr<api> through, const operation* op, placeholder_values values,
                                        query_list query)
{
    auto body = co_await through->call(*op, std::move(values), std::move(query));
    co_await queue->push(std::move(body));
}

// A server's offsets count from the front: whoever goes between two pages moves everybody behind to the front, and the
// next page would begin one too late. So it begins with a record that is known, where a page has room for two.
bool can_overlap(const paging_settings& paging)
{
    return paging.style == paging_style::offset && paging.size > 1;
}

// Keeps the keys of a page in a buffer of their own and lets the answer go.
page keys_only(page full)
{
    page out;
    out.list = std::move(full.list);
    out.bad = std::move(full.bad);
    auto keys = std::make_shared<std::string>();
    std::size_t length = 0;
    for (const auto& r : full.records) length += r.key.size();
    keys->reserve(length);
    out.records.reserve(full.records.size());
    for (const auto& r : full.records) {
        const auto from = keys->size();
        keys->append(r.key);
        out.records.push_back({std::string_view(keys->data() + from, r.key.size()), {}});
    }
    out.buffer = std::move(keys);
    return out;
}

} // namespace

bool looks_like_a_cap(std::uint64_t size)
{
    switch (size) {
    case 10:
    case 20:
    case 50:
    case 100:
    case 200:
    case 250:
    case 500:
    case 1000: return true;
    default: return false;
    }
}

list_reader::list_reader(std::shared_ptr<api> through, list_spec spec)
    : api_(std::move(through)), spec_(std::move(spec)),
      paging_(spec_.op->paging ? *spec_.op->paging : api_->config().paging)
{
    at_.page = paging_.first_page;
    wanted_ = at_;
    end_.list = spec_.ref;
}

query_list list_reader::query_for(const position& at) const
{
    query_list query;
    const auto size = std::to_string(paging_.size);
    switch (paging_.style) {
    case paging_style::none: break;
    case paging_style::offset:
        query.emplace_back(paging_.offset_param, std::to_string(at.offset));
        query.emplace_back(paging_.size_param, size);
        break;
    case paging_style::page:
        query.emplace_back(paging_.page_param, std::to_string(at.page));
        query.emplace_back(paging_.size_param, size);
        break;
    case paging_style::token:
        query.emplace_back(paging_.size_param, size);
        if (!at.token.empty()) query.emplace_back(paging_.token_param, at.token);
        break;
    }
    return query;
}

void list_reader::fetch_ahead(const boost::asio::any_io_executor& executor, position at)
{
    fetch one{at, background<result<std::string>>(executor)};
    one.work.start(fetch_into(one.work.queue(), api_, spec_.op, spec_.values, query_for(at)));
    ahead_.push_back(std::move(one));
}

void list_reader::finish(proof state, std::string why)
{
    ended_ = true;
    ahead_.clear();
    end_.state = state;
    end_.size = delivered_;
    end_.why = std::move(why);
}

// The page begins where the last one ended when that one's last record is its first. Known ones before it may be
// somebody who came further to the front, or somebody whose name changed and who has left the pages to come: no
// difference can be seen.
void list_reader::compare_overlap(const sliced_list& cut)
{
    if (cut.first_key == last_key_ || !moved_.empty()) return;
    moved_ = "the list moved while it was read: page " + std::to_string(pages_) +
             " does not begin with the last record of the page before, so that records between the two may be missing; "
             "the next read begins anew";
}

std::optional<page> list_reader::take(sliced_list cut)
{
    if (at_.overlaps) compare_overlap(cut);
    page out;
    out.list = spec_.ref;
    out.buffer = std::move(cut.buffer);
    out.bad = std::move(cut.bad);
    out.records = std::move(cut.records);
    for (const auto& record : out.records) seen_.prefetch(record.key);
    std::uint64_t fresh = 0;
    const auto is_new = [&](std::string_view key) {
        const bool first = seen_.insert(key);
        if (first)
            ++fresh;
        else if (!at_.overlaps || key != last_key_)
            ++repeated_;
        return first;
    };
    std::erase_if(out.records, [&](const raw_record& r) { return !is_new(r.key); });
    for (const auto key : cut.left_out) is_new(key);
    std::erase_if(out.bad, [&](const bad_record& b) { return !b.key.empty() && !is_new(b.key); });
    items_ += fresh;
    for (const auto& b : out.bad)
        if (b.key.empty()) ++items_;
    delivered_ += out.records.size();

    // Nothing but the record that was asked for again: the end.
    const bool only_overlap = at_.overlaps && cut.items == 1 && cut.first_key == last_key_;
    if (pages_ > 1 && cut.items > 0 && fresh == 0 && !only_overlap) {
        if (at_.overlaps && cut.items > 1) {
            // A server that begins only at multiples of the page size: asked for those.
            rounds_ = true;
            moved_ =
                is_counted()
                    ? ""
                    : "the server does not begin a page where it was asked to (first=" + std::to_string(at_.offset) +
                          "), so that nobody can tell whether the list moved while it was read";
            wanted_ = position{at_.offset + 1, at_.page, {}};
            if (out.bad.empty()) return std::nullopt;
            return out;
        }
        finish(proof::unproved, "paging is not honoured: page " + std::to_string(pages_) +
                                    " held only records that had come already; set `paging` to the API's style");
        wanted_.reset();
        if (out.bad.empty()) return std::nullopt;
        return out;
    }
    plan_next(cut, fresh);
    if (out.records.empty() && out.bad.empty()) return std::nullopt;
    return out;
}

// Decides what is asked for next, or that the chain has closed.
void list_reader::plan_next(const sliced_list& cut, std::uint64_t fresh)
{
    wanted_.reset();
    const auto size = static_cast<std::uint64_t>(paging_.size);
    switch (paging_.style) {
    case paging_style::none: return;
    case paging_style::token:
        if (cut.next_token.empty()) return;
        if (!tokens_.insert(cut.next_token).second) {
            finish(proof::unproved, "paging is not honoured: the same page token came twice");
            return;
        }
        wanted_ = position{0, 0, cut.next_token};
        return;
    case paging_style::offset:
    case paging_style::page: break;
    }
    if (cut.items == 0) return;             // past the end
    if (at_.overlaps && fresh == 0) return; // the record that was asked for again, and nothing behind it
    if (confirming_ && paging_.style == paging_style::page) {
        // The server uses a page size of its own, so page numbers do not mean what was asked for.
        finish(proof::unproved, "the server cuts pages below the size asked for: set paging.size to at most its own");
        return;
    }
    confirming_ = false;
    if (cut.items < size) {
        full_pages_ = 0;
        if (!looks_like_a_cap(cut.items)) return; // a short page ends the list
        confirming_ = true;                       // unless the server has cut it: ask once more
    } else {
        ++full_pages_;
    }
    wanted_ = position{at_.offset + cut.items, at_.page + 1, {}};
    last_key_ = cut.last_key;
    if (!can_overlap(paging_) || rounds_) return;
    if (last_key_.empty()) {
        if (moved_.empty())
            moved_ = "page " + std::to_string(pages_) +
                     " ends with a record without a readable id, so that nobody can tell whether the next one joins it";
        return;
    }
    wanted_->overlaps = true;
    --wanted_->offset;
}

boost::asio::awaitable<void> list_reader::count_before()
{
    asked_before_ = true;
    auto body = co_await api_->call(*spec_.count, spec_.values);
    if (!body.has_error()) before_ = api_->cut().count(std::move(*body), spec_.count->item);
}

boost::asio::awaitable<void> list_reader::compare_count()
{
    auto body = co_await api_->call(*spec_.count, spec_.values);
    if (body.has_error()) {
        finish(proof::unproved, "the count could not be read: " + body.error().detail);
        failed_ = body.error();
        co_return;
    }
    const auto count = api_->cut().count(std::move(*body), spec_.count->item);
    if (!count)
        finish(proof::unproved, "the count is not a number: see ops.user_count");
    else if (*count != items_)
        finish(proof::unproved, "the API counts " + std::to_string(*count) + ", but listed " + std::to_string(items_));
    else if (asked_before_ && before_ != count)
        finish(proof::unproved, "the API counted " + (before_ ? std::to_string(*before_) : "nothing that is a number") +
                                    " before the list was read, and " + std::to_string(*count) +
                                    " after: who went meanwhile may have moved somebody else between two pages");
    else
        finish(proof::complete, repeated_ ? std::to_string(repeated_) + " records came twice" : "");
}

boost::asio::awaitable<result<std::optional<page>>> list_reader::next()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!ended_) {
        if (!wanted_) {
            // The chain has closed.
            if (!moved_.empty()) {
                finish(proof::unproved, moved_);
            } else if (is_counted()) {
                co_await compare_count();
            } else if (paging_.style == paging_style::none && looks_like_a_cap(items_ + repeated_)) {
                finish(proof::suspicious, "exactly " + std::to_string(items_ + repeated_) +
                                              " records, which may be a server's page size: set `paging`");
            } else {
                finish(proof::complete, repeated_ ? std::to_string(repeated_) + " records came twice" : "");
            }
            break;
        }
        if (pages_ >= paging_.max_pages) {
            finish(proof::unproved, "more than " + std::to_string(paging_.max_pages) + " pages (paging.max_pages)");
            break;
        }
        // A list in one answer is of one moment.
        if (pages_ == 0 && !asked_before_ && is_counted() && paging_.style != paging_style::none)
            co_await count_before();
        at_ = *wanted_;
        if (!ahead_.empty() && ahead_.front().at != at_) ahead_.clear();
        result<std::string> body{failure{}};
        if (ahead_.empty()) {
            auto query = query_for(at_);
            body = co_await api_->call(*spec_.op, spec_.values, std::move(query));
        } else {
            auto one = std::move(ahead_.front());
            ahead_.pop_front();
            auto got = co_await one.work.next();
            if (got) body = std::move(*got);
        }
        ++pages_;
        if (body.has_error()) {
            failed_ = body.error();
            finish(proof::unproved, body.error().detail);
            if (api_->is_fatal(body.error())) co_return body.error();
            break;
        }
        const auto& config = api_->config();
        slice_spec cut_by{&spec_.op->list, spec_.group_records ? &config.fields.group_id : &config.fields.id, nullptr,
                          nullptr, nullptr};
        if (!spec_.group_records) {
            cut_by.name = &config.fields.username;
            cut_by.leave_out = &config.service_account_prefixes;
        }
        cut_by.decoded_later = spec_.bytes;
        if (paging_.style == paging_style::token) cut_by.next_token = &paging_.next_token;
        auto cut = api_->cut().list(std::move(*body), cut_by);
        if (cut.shape == list_shape::absent) {
            const auto means = spec_.directory ? config.absent.directory_list : config.absent.nested_list;
            if (means == absent_list::error) cut.shape = list_shape::malformed;
        }
        if (cut.shape == list_shape::malformed) {
            finish(proof::unproved, "ops." + spec_.op->name + ": " + cut.why);
            break;
        }
        auto out = take(std::move(cut));
        if (!ended_ && wanted_ && pages_ < paging_.max_pages) {
            // Token pages are known one by one; numbered ones may be asked for further ahead while pages are full.
            const bool numbered = paging_.style != paging_style::token;
            // Where other lists keep the connections busy, a page asked for in vain only costs a connection.
            const auto most = !numbered || confirming_ || !spec_.alone
                                  ? std::size_t{1}
                                  : std::min({full_pages_, most_ahead, std::max<std::size_t>(api_->width() - 1, 1)});
            if (!ahead_.empty() && ahead_.front().at != *wanted_) ahead_.clear();
            auto from = ahead_.empty() ? *wanted_ : ahead_.back().at;
            if (ahead_.empty()) fetch_ahead(executor, from);
            while (ahead_.size() < std::max<std::size_t>(most, 1)) {
                from.offset += static_cast<std::uint64_t>(paging_.size) - (from.overlaps ? 1 : 0);
                ++from.page;
                fetch_ahead(executor, from);
            }
        }
        if (out) co_return std::move(out);
    }
    co_return std::optional<page>{};
}

boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue, std::shared_ptr<api> through,
                                        list_spec spec, bool alone)
{
    spec.alone = alone;
    const auto whole = [](page p) { return p; };
    if (!spec.bytes)
        return read_list_into(std::move(queue), list_reader(std::move(through), std::move(spec)), keys_only);
    return read_list_into(std::move(queue), list_reader(std::move(through), std::move(spec)), whole);
}

} // namespace idferry::connectors::bare_id
