#include "connectors/bare_id/deletion.hpp"

namespace idferry::connectors::bare_id {

failure blamed_on_call(failure f, const operation& op, const std::string& there)
{
    if (f.next != disposition::not_found) return f;
    f.next = disposition::stop;
    f.detail += "; " + there + ": is ops." + op.name + " right?";
    return f;
}

failure made_and_not_seen(failure f, const operation& op, const std::string& id, const read_back& looked,
                          const std::string& who)
{
    f.outcome_unknown = true;
    f.created = id;
    if (f.next != disposition::not_found) {
        f.detail = who + " " + id + " was made, and cannot be read back: " + f.detail;
        return f;
    }
    const auto waited = looked.waited();
    f.next = disposition::retry;
    f.code = "not_seen";
    f.detail = "ops." + op.name + ": " + op.method + " " + op.path.text() + " was answered as done, but " + who + " " +
               id + " is not there" + (waited.empty() ? "" : ", " + waited + " later") + " (" + f.detail +
               "); it is looked for again in the next cycle, before anything is sent again: when this comes again and "
               "again, see at the target whether it is there; if it is, compare ops." +
               op.name + ".id and the call that reads it with the API's OpenAPI document";
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
    auto left = co_await read();
    read_back look(through.through().time(), writes);
    while (answer.has_value() && left.has_value()) {
        const bool again = co_await look.wait(op);
        if (!again) break;
        left = co_await read();
    }
    if (left.has_error() && left.error().next == disposition::not_found) {
        if (answer.has_value()) {
            writes.worked(op);
            look.shows(op);
        }
        co_return result<void>();
    }
    if (answer.has_error()) co_return blamed_on_call(answer.error(), op, who + " is there");
    if (left.has_error()) co_return left.error();
    co_return writes.did_nothing(op, who + " is still there");
}

} // namespace idferry::connectors::bare_id
