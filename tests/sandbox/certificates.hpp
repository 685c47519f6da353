// A certificate authority that lives as long as the process, and a server certificate of it for loopback.
#pragma once

#include <string>

namespace idferry::sandbox {

struct certificates
{
    std::string authority_pem;   // what clients trust
    std::string certificate_pem; // for 127.0.0.1, ::1 and localhost
    std::string key_pem;
};

// Throws std::runtime_error when OpenSSL refuses.
certificates make_certificates();

} // namespace idferry::sandbox
