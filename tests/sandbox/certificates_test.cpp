// The sandbox's certificates hold before an ordinary verifier.
#include "tests/sandbox/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace idferry::sandbox {
namespace {

std::shared_ptr<X509> read_pem(const std::string& text)
{
    const std::shared_ptr<BIO> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
    return {PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free};
}

bool verifies(X509* certificate, X509* authority)
{
    const std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    X509_STORE_add_cert(store.get(), authority);
    const std::shared_ptr<X509_STORE_CTX> context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
    X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    return X509_verify_cert(context.get()) == 1;
}

TEST(certificates, chain_and_names)
{
    const auto made = make_certificates();
    const auto leaf = read_pem(made.certificate_pem);
    const auto authority = read_pem(made.authority_pem);
    ASSERT_TRUE(leaf && authority);
    EXPECT_TRUE(verifies(leaf.get(), authority.get()));
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "::1", 0), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "localhost", 0, 0, nullptr), 1);
    EXPECT_NE(X509_check_host(leaf.get(), "example.org", 0, 0, nullptr), 1);
    const auto other = make_certificates();
    EXPECT_FALSE(verifies(leaf.get(), read_pem(other.authority_pem).get())); // an authority of its own each time
}

} // namespace
} // namespace idferry::sandbox
