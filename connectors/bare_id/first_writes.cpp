#include "connectors/bare_id/first_writes.hpp"

namespace idferry::connectors::bare_id {

namespace {

constexpr int vain_waits_of_late_kinds = 3;

}

failure first_writes::did_nothing(const operation& op, const std::string& what) const
{
    failure f;
    f.next = proved(op) ? disposition::reject : disposition::stop;
    f.code = "write_ignored";
    f.detail = "ops." + op.name + ": " + op.method + " " + op.path.text() +
               " was answered as done, but changed nothing (read back: " + what + ")";
    if (!proved(op))
        f.detail += "; the API ignores what it does not know: compare ops." + op.name +
                    " (path, body, mode) and `fields` with the API's OpenAPI document";
    return f;
}

bool first_writes::worth_waiting(const operation& op) const
{
    const auto found = in_vain_.find(op.name);
    return found == in_vain_.end() || found->second < (late_->contains(op) ? vain_waits_of_late_kinds : 1);
}

void first_writes::showed_late(const operation& op)
{
    late_->add(op);
    in_vain_.erase(op.name);
}

boost::asio::awaitable<bool> read_back::wait(const operation& op)
{
    if (!writes_.worth_waiting(op)) co_return false;
    if (total_ >= longest) {
        writes_.waited_in_vain(op);
        co_return false;
    }
    waited_for_.insert(op.name);
    const auto pause = next_;
    total_ += pause;
    next_ *= 2;
    co_await time_.sleep_until(time_.steady() + pause);
    co_return true;
}

void read_back::shows(const operation& op)
{
    if (waited_for_.contains(op.name)) writes_.showed_late(op);
}

std::string read_back::waited() const
{
    if (total_.count() == 0) return {};
    const auto hundredths = std::to_string(total_.count() % 1000 / 10);
    return std::to_string(total_.count() / 1000) + (hundredths == "0" ? "" : "." + hundredths) + " s";
}

} // namespace idferry::connectors::bare_id
