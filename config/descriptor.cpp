#include "config/descriptor.hpp"

#include <system_error>
#include <unistd.h>

namespace idferry::config {

std::string system_text(int code)
{
    return std::generic_category().message(code);
}

void descriptor::close()
{
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

} // namespace idferry::config
