#include "tests/sandbox/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace idferry::sandbox {
namespace {

template <auto free> struct releaser
{
    template <class T> void operator()(T* one) const { free(one); }
};

using key_handle = std::unique_ptr<EVP_PKEY, releaser<EVP_PKEY_free>>;
using x509_handle = std::unique_ptr<X509, releaser<X509_free>>;
using bio_handle = std::unique_ptr<BIO, releaser<BIO_free_all>>;
using extension_handle = std::unique_ptr<X509_EXTENSION, releaser<X509_EXTENSION_free>>;

void check(bool fine, const char* what)
{
    if (!fine) throw std::runtime_error(std::string("certificates: ") + what);
}

key_handle make_key()
{
    key_handle key(EVP_EC_gen("P-256"));
    check(key != nullptr, "no key");
    return key;
}

void add_extension(X509* to, X509* issuer, int kind, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const extension_handle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    check(extension != nullptr && X509_add_ext(to, extension.get(), -1) == 1, "no extension");
}

x509_handle make_certificate(EVP_PKEY* key, const char* common_name)
{
    x509_handle made(X509_new());
    check(made != nullptr, "no memory");
    unsigned char serial[8];
    check(RAND_bytes(serial, sizeof serial) == 1, "no random bytes");
    serial[0] &= 0x7FU;
    std::int64_t number = 0;
    for (const auto byte : serial) number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) << 8U | byte);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()), number & 0x7FFFFFFFFFFFFFFF);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 30L * 24 * 3600);
    X509_set_pubkey(made.get(), key);
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0) == 1,
          "no name");
    return made;
}

template <class Write> std::string pem(Write write)
{
    const bio_handle memory(BIO_new(BIO_s_mem()));
    check(memory != nullptr && write(memory.get()) == 1, "no PEM");
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace

certificates make_certificates()
{
    const auto authority_key = make_key();
    const auto authority = make_certificate(authority_key.get(), "idferry sandbox authority");
    X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
    add_extension(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash");
    check(X509_sign(authority.get(), authority_key.get(), EVP_sha256()) > 0, "not signed");

    const auto key = make_key();
    const auto leaf = make_certificate(key.get(), "idferry sandbox");
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(authority.get()));
    add_extension(leaf.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(leaf.get(), authority.get(), NID_ext_key_usage, "serverAuth");
    add_extension(leaf.get(), authority.get(), NID_authority_key_identifier, "keyid");
    add_extension(leaf.get(), authority.get(), NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost");
    check(X509_sign(leaf.get(), authority_key.get(), EVP_sha256()) > 0, "not signed");

    return {pem([&](BIO* to) { return PEM_write_bio_X509(to, authority.get()); }),
            pem([&](BIO* to) { return PEM_write_bio_X509(to, leaf.get()); }), pem([&](BIO* to) {
                return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

} // namespace idferry::sandbox
