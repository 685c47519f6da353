// A real `idferry run` with its service manager: tests wait for what it tells. Header only.
#pragma once

#include "tests/e2e/notify_socket.hpp"
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace idferry::e2e {

class running_daemon
{
public:
    explicit running_daemon(stage& s) : told_(s.folder() + "/notify") { process_ = s.start({"run", "--log", "json"}); }
    ~running_daemon()
    {
        if (process_) process_->signal(SIGTERM);
    }

    notify_socket& told() { return told_; }
    process& running() { return *process_; }
    // Waits until nothing runs.
    bool at_rest() { return told_.wait_for("STATUS=", "; next: "); }
    // Asks for a cycle and waits for its end.
    bool cycle()
    {
        told_.drain();
        process_->signal(SIGUSR1);
        return told_.wait_for("STATUS=", "; running: ") && at_rest();
    }
    outcome stop()
    {
        process_->signal(SIGTERM);
        auto ended = process_->wait();
        process_.reset();
        return ended;
    }

private:
    notify_socket told_;
    std::unique_ptr<process> process_;
};

// Messages of the JSON log with this id.
inline std::vector<json> messages(const std::string& log, const std::string& id)
{
    std::vector<json> found;
    for (std::size_t from = 0; from < log.size();) {
        const auto end = std::min(log.find('\n', from), log.size());
        const auto line = json::parse(log.substr(from, end - from), nullptr, false);
        EXPECT_FALSE(line.is_discarded()) << log.substr(from, end - from);
        if (line.is_object() && line.value("id", "") == id) found.push_back(line);
        from = end + 1;
    }
    return found;
}

} // namespace idferry::e2e
