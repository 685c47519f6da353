// Certificates for tests, made once per process with OpenSSL: no key in the repository, nothing that expires.
#pragma once

#include <string>

namespace idferry::test {

struct certificate
{
    std::string certificate_pem, key_pem;   // text
    std::string certificate_file, key_file; // the same in files, removed at the end of the process
};

struct certificates
{
    certificate authority;       // signed the others
    certificate other_authority; // signed nothing; has the same name
    certificate server;          // for 127.0.0.1, ::1 and localhost
    certificate wrong_host;      // for somewhere-else.test
    certificate expired;         // for 127.0.0.1 and localhost, until yesterday
    certificate client;          // for client authentication
};

const certificates& test_certificates();

} // namespace idferry::test
