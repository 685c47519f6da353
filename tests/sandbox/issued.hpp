// What the sandbox issues and is given, for the check that none of it stands where it should not (tests/told): every
// secret is appended to the file `issued` of the folder that $IDFERRY_TOLD names. Without that folder nothing is kept.
#pragma once

#include <string>
#include <string_view>

namespace idferry::sandbox {

// One line, "KIND<tab>SECRET". Several processes and threads may write at once. KIND: "client secret", "access token",
// …
void note_issued(std::string_view kind, std::string_view secret);

// A part of a private key (P-256, PKCS #8, PEM) that is in no certificate and in no other key.
std::string key_line(std::string_view pem);

} // namespace idferry::sandbox
