// The service manager's end of sd_notify(3): tests wait on it, never on time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace idferry::e2e {

class notify_socket
{
public:
    // Binds a datagram socket at `path` and names it in $NOTIFY_SOCKET while it lives: for processes started meanwhile.
    // Leaves every line in `path`.told at its end.
    explicit notify_socket(std::string path);
    ~notify_socket();
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    // Reads messages until a line begins with `prefix` and holds `word`; false when none came for a minute.
    bool wait_for(const std::string& prefix, const std::string& word = "");
    // Forgets what has come and was not waited for.
    void drain();
    // Every line so far, in order.
    std::vector<std::string> lines();

private:
    void read();

    std::string path_;
    int fd_{-1};
    std::mutex guard_;
    std::condition_variable more_;
    std::vector<std::string> lines_;
    std::size_t looked_at_{0};
    bool ending_{false};
    std::thread reader_; // the kernel keeps ten messages, and whoever sends one more waits
};

} // namespace idferry::e2e
