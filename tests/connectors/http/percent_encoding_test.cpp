// Ids and values in URLs (RFC 3986 sections 2.1 to 2.3).
#include "connectors/http/percent_encoding.hpp"

#include <gtest/gtest.h>

namespace idferry::connectors::http {

TEST(percent_encoding, leaves_only_unreserved_characters)
{
    EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
    EXPECT_EQ(percent_encode("a/b c+d%e@f?g#h&i=j"), "a%2Fb%20c%2Bd%25e%40f%3Fg%23h%26i%3Dj");
    EXPECT_EQ(percent_encode(R"(userName eq "ü")"), "userName%20eq%20%22%C3%BC%22");
    EXPECT_EQ(percent_encode("\r\n"), "%0D%0A");
    EXPECT_EQ(percent_encode(std::string_view("\0", 1)), "%00");
    EXPECT_EQ(percent_encode(""), "");
}

TEST(percent_encoding, no_id_is_a_dot_segment)
{
    EXPECT_EQ(path_segment("."), "%2E");
    EXPECT_EQ(path_segment(".."), "%2E%2E");
    EXPECT_EQ(path_segment("..."), "...");
    EXPECT_EQ(path_segment("f:1/2"), "f%3A1%2F2");
}

TEST(percent_encoding, decodes_what_it_encoded_and_keeps_broken_escapes)
{
    for (const char* text : {"a/b c+d%e@f", "\xC3\xA4", "..", ""})
        EXPECT_EQ(percent_decode(percent_encode(text)), text);
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%41"), "%zzA");
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("a+b"), "a+b") << "a plus is a plus in a path";
}

} // namespace idferry::connectors::http
