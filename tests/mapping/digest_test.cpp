#include "mapping/digest.hpp"
#include "mapping/resource_type.hpp"

#include <gtest/gtest.h>

namespace {

using namespace idferry::mapping;

TEST(digest, strong_is_sha_256_cut_to_128_bits)
{
    // FIPS 180-4 example "abc", and the empty message.
    EXPECT_EQ(strong_digest("abc").hex(), "ba7816bf8f01cfea414140de5dae2223");
    EXPECT_EQ(strong_digest("").hex(), "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST(digest, keyed_is_hmac_sha_256_cut_to_128_bits)
{
    // RFC 4231 test cases 1, 2 and 6 (a key longer than a block).
    EXPECT_EQ(keyed_digest(std::string(20, '\x0b'), "Hi There").hex(), "b0344c61d8db38535ca8afceaf0bf12b");
    EXPECT_EQ(keyed_digest("Jefe", "what do ya want for nothing?").hex(), "5bdcc146bf60754e6a042426089575c7");
    EXPECT_EQ(keyed_digest(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").hex(),
              "60e431591ee0b67f0d8a26aacbf5b77f");
    EXPECT_NE(keyed_digest("", "x"), strong_digest("x"));
}

TEST(digest, fast_depends_on_every_byte_and_on_the_seed)
{
    // XXH3-128 of the empty input with seed 0, from the algorithm's specification.
    EXPECT_EQ(fast_digest("").hex(), "99aa06d3014798d86001c324468d497f");
    EXPECT_NE(fast_digest("a"), fast_digest("b"));
    EXPECT_NE(fast_digest("a", 1), fast_digest("a", 2));
    EXPECT_EQ(fast_digest("a", 7), fast_digest("a", 7));
}

TEST(digest, bytes_are_big_endian_and_read_back)
{
    const digest value{0x0102030405060708, 0x090a0b0c0d0e0f10};
    EXPECT_EQ(value.hex(), "0102030405060708090a0b0c0d0e0f10");
    EXPECT_EQ(value.bytes().front(), 1);
    EXPECT_EQ(value.bytes().back(), 16);
    EXPECT_EQ(digest::from_bytes(value.bytes().data()), value);
}

TEST(digest, a_sum_does_not_depend_on_order_and_counts_repeats)
{
    const digest a = fast_digest("a");
    const digest b = fast_digest("b");
    const digest c = fast_digest("c");
    digest one;
    one += a;
    one += b;
    one += c;
    digest other;
    other += c;
    other += a;
    other += b;
    EXPECT_EQ(one, other);
    digest twice;
    twice += a;
    twice += a;
    EXPECT_NE(twice, digest{});
    EXPECT_NE(twice, a);
}

TEST(digest, a_sum_carries_into_the_upper_half)
{
    digest value{1, UINT64_MAX};
    value += digest{2, 1};
    EXPECT_EQ(value, (digest{4, 0}));
}

TEST(digest, combining_is_not_commutative)
{
    const digest a = fast_digest("a");
    const digest b = fast_digest("b");
    EXPECT_NE(combine(a, b), combine(b, a));
    EXPECT_EQ(combine(a, b), combine(a, b));
}

TEST(resource_type, rows_are_in_push_order_and_found_by_name)
{
    ASSERT_GE(resource_types().size(), 2U);
    EXPECT_EQ(resource_types()[0]->name, "user");
    EXPECT_EQ(resource_types()[1]->name, "group");
    EXPECT_LT(resource_types()[0]->push_rank, resource_types()[1]->push_rank);
    EXPECT_EQ(find_resource_type("group"), &group_type);
    EXPECT_EQ(find_resource_type("User"), nullptr);
}

} // namespace
