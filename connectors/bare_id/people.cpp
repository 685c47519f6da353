#include "connectors/bare_id/people.hpp"

#include "connectors/page_packer.hpp"

#include <boost/asio/this_coro.hpp>

namespace idferry::connectors::bare_id {

namespace {

boost::asio::awaitable<void> read_person_into(std::shared_ptr<work_queue<person_answer>> queue,
                                              std::shared_ptr<api> through, std::string key)
{
    auto answer = co_await read_person(std::move(through), std::move(key));
    co_await queue->push(std::move(answer));
}

} // namespace

hydrator::hydrator(std::shared_ptr<api> through, std::shared_ptr<people_knowledge> known, bool missing_is_bad)
    : api_(std::move(through)), known_(std::move(known)), missing_is_bad_(missing_is_bad)
{
}

boost::asio::awaitable<result<page>> hydrator::next()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    page_packer packer({list_kind::people, ""});
    for (std::size_t taken = 0; taken < records_per_page && !done(); ++taken) {
        while (!waiting_.empty() && running_.size() < api_->width()) {
            one next{std::move(waiting_.front()), background<person_answer>(executor)};
            waiting_.pop_front();
            next.work.start(read_person_into(next.work.queue(), api_, next.key));
            running_.push_back(std::move(next));
        }
        auto oldest = std::move(running_.front());
        running_.pop_front();
        auto answer = co_await oldest.work.next();
        if (!answer) {
            packer.add_bad({oldest.key, "the record could not be read"});
            continue;
        }
        if (answer->error) {
            if (api_->is_fatal(*answer->error)) co_return *answer->error;
            if (missing_is_bad_ || answer->error->next != disposition::not_found)
                packer.add_bad({oldest.key, answer->error->detail});
            continue;
        }
        if (!answer->why.empty()) {
            packer.add_bad({oldest.key, "ops.user_get: " + answer->why});
            continue;
        }
        known_->one_was_read = true;
        if (answer->left_out) continue;
        packer.add(answer->record.key, answer->record.bytes);
        ++delivered_;
    }
    co_return packer.take();
}

} // namespace idferry::connectors::bare_id
