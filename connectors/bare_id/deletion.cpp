#include "connectors/bare_id/deletion.hpp"

namespace idferry::connectors::bare_id {

failure blamed_on_call(failure f, const operation& op, const std::string& there)
{
    if (f.next != disposition::not_found) return f;
    f.next = disposition::stop;
    f.detail += "; " + there + ": is ops." + op.name + " right?";
    return f;
}

boost::asio::awaitable<result<void>> delete_and_look(target_session& through, first_writes& writes, const operation& op,
                                                     placeholder_values values,
                                                     std::function<boost::asio::awaitable<result<held_record>>()> read,
                                                     std::string who)
{
    const query_list no_query;
    const std::string no_body;
    auto answer = co_await through.through().send(op, std::move(values), no_query, no_body);
    if (answer.has_value() && writes.proved(op)) co_return result<void>();
    if (answer.has_error() && !answer.error().outcome_unknown && answer.error().next != disposition::not_found)
        co_return answer.error();
    const auto left = co_await read();
    if (left.has_error() && left.error().next == disposition::not_found) {
        if (answer.has_value()) writes.worked(op);
        co_return result<void>();
    }
    if (answer.has_error()) co_return blamed_on_call(answer.error(), op, who + " is there");
    if (left.has_error()) co_return left.error();
    co_return writes.did_nothing(op, who + " is still there");
}

} // namespace idferry::connectors::bare_id
