#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace idferry::test {

namespace {

struct closer
{
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, closer>;
using x509_ptr = std::unique_ptr<X509, closer>;
using bio_ptr = std::unique_ptr<BIO, closer>;

void require(bool ok)
{
    if (!ok) throw std::runtime_error("OpenSSL could not make a test certificate");
}

class scratch_directory
{
public:
    scratch_directory()
    {
        auto name = (std::filesystem::temp_directory_path() / "idferry-test-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~scratch_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    std::string put(const std::string& name, const std::string& text) const
    {
        const auto file = path_ / name;
        std::ofstream out(file, std::ios::binary);
        out << text;
        out.close();
        require(out.good());
        return file.string();
    }

private:
    std::filesystem::path path_;
};

struct wish
{
    std::string name;      // common name and file name
    std::string alt_names; // subjectAltName, empty = none
    std::string usage;     // extendedKeyUsage, empty = none
    bool authority{false};
    long from_days{-2}, to_days{30};
};

struct made
{
    key_ptr key;
    x509_ptr x509;
    certificate out;
};

void extend(X509* subject, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, closer> e(X509V3_EXT_nconf_nid(nullptr, &context, nid, value.c_str()));
    require(e != nullptr && X509_add_ext(subject, e.get(), -1) == 1);
}

std::string text_of(BIO* b)
{
    char* data = nullptr;
    const auto n = BIO_get_mem_data(b, &data);
    return std::string(data, static_cast<std::size_t>(n));
}

made make(const wish& w, const made* issuer, const scratch_directory& folder, const std::string& file)
{
    static long serial = 1;
    made m;
    m.key.reset(EVP_EC_gen("P-256"));
    require(m.key != nullptr);
    m.x509.reset(X509_new());
    auto* x = m.x509.get();
    require(X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), serial++) == 1);
    require(X509_time_adj_ex(X509_getm_notBefore(x), static_cast<int>(w.from_days), 0, nullptr) != nullptr);
    require(X509_time_adj_ex(X509_getm_notAfter(x), static_cast<int>(w.to_days), 0, nullptr) != nullptr);
    require(X509_set_pubkey(x, m.key.get()) == 1);
    auto* name = X509_get_subject_name(x);
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(w.name.c_str()), -1, -1, 0) == 1);
    X509* by = issuer ? issuer->x509.get() : x;
    require(X509_set_issuer_name(x, X509_get_subject_name(by)) == 1);
    extend(x, by, NID_basic_constraints, w.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(x, by, NID_subject_key_identifier, "hash");
    if (w.authority) extend(x, by, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (!w.alt_names.empty()) extend(x, by, NID_subject_alt_name, w.alt_names);
    if (!w.usage.empty()) extend(x, by, NID_ext_key_usage, w.usage);
    require(X509_sign(x, issuer ? issuer->key.get() : m.key.get(), EVP_sha256()) > 0);

    bio_ptr certificate_bio(BIO_new(BIO_s_mem())), key_bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(certificate_bio.get(), x) == 1);
    require(PEM_write_bio_PrivateKey(key_bio.get(), m.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    m.out.certificate_pem = text_of(certificate_bio.get());
    m.out.key_pem = text_of(key_bio.get());
    m.out.certificate_file = folder.put(file + ".pem", m.out.certificate_pem);
    m.out.key_file = folder.put(file + "-key.pem", m.out.key_pem);
    return m;
}

certificates make_all(const scratch_directory& folder)
{
    const std::string here = "IP:127.0.0.1,IP:::1,DNS:localhost";
    wish ca{"idferry test authority", "", "", true};
    auto authority = make(ca, nullptr, folder, "authority");
    auto other = make(ca, nullptr, folder, "other-authority");
    certificates all;
    all.server = make({"localhost", here, "serverAuth"}, &authority, folder, "server").out;
    all.wrong_host =
        make({"somewhere-else.test", "DNS:somewhere-else.test", "serverAuth"}, &authority, folder, "wrong").out;
    wish old{"localhost", here, "serverAuth", false, -30, -1};
    all.expired = make(old, &authority, folder, "expired").out;
    all.client = make({"idferry client", "", "clientAuth"}, &authority, folder, "client").out;
    all.authority = authority.out;
    all.other_authority = other.out;
    return all;
}

} // namespace

const certificates& test_certificates()
{
    static const scratch_directory folder;
    static const certificates all = make_all(folder);
    return all;
}

} // namespace idferry::test
