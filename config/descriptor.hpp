// What reading files and running programs share: an open descriptor, and what the system says of a failure.
#pragma once

#include <string>

namespace idferry::config {

// What the system calls this errno: "Permission denied".
std::string system_text(int code);

// Closes a descriptor when it goes out of scope; -1 = there is none.
class descriptor
{
public:
    explicit descriptor(int fd = -1) : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { close(); }
    int get() const { return fd_; }
    void close();

private:
    int fd_;
};

} // namespace idferry::config
