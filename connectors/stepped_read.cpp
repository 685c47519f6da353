#include "connectors/stepped_read.hpp"

#include <boost/system/system_error.hpp>

namespace idferry::connectors {

boost::asio::awaitable<result<std::optional<read_event>>> stepped_read::next()
{
    for (;;) {
        if (!ready_.empty()) {
            std::optional<read_event> event(std::move(ready_.front()));
            ready_.pop_front();
            co_return event;
        }
        if (failed_) co_return *failed_;
        if (over()) co_return std::optional<read_event>{};
        try {
            auto went = co_await step();
            if (went.has_error()) failed_ = went.error();
        } catch (const boost::system::system_error& e) {
            failed_ = failure{disposition::retry, "the read was ended: " + e.code().message()};
        }
    }
}

void stepped_read::trim(std::vector<raw_record>& records, std::uint64_t delivered) const
{
    if (sample() && records.size() > request_.max_records - delivered) records.resize(request_.max_records - delivered);
}

list_end stepped_read::ended(list_end end, list_ref list, std::uint64_t size) const
{
    end.list = std::move(list);
    end.size = size;
    if (sample()) {
        end.state = proof::unproved;
        end.why = only_a_sample;
    }
    return end;
}

} // namespace idferry::connectors
