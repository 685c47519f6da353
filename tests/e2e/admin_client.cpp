#include "tests/e2e/admin_client.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

namespace idferry::e2e {
namespace {

constexpr timeval longest_silence{60, 0};

// A connected descriptor, closed at its end.
class descriptor
{
public:
    explicit descriptor(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &longest_silence, sizeof longest_silence);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &longest_silence, sizeof longest_silence);
    }
    ~descriptor() { ::close(fd_); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const { return fd_; }

    template <class Address> bool connect(const Address& address)
    {
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true; // NOLINT
        ADD_FAILURE() << "nobody listens: " << std::strerror(errno);
        return false;
    }

private:
    int fd_;
};

sockaddr_in loopback(unsigned short port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

class local_connection final : public admin_connection
{
public:
    bool open(const std::string& path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        return fd_.connect(address);
    }
    void send(const std::string& bytes) override
    {
        for (std::size_t done = 0; done < bytes.size();) {
            const auto n = ::send(fd_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (n <= 0) return;
            done += static_cast<std::size_t>(n);
        }
    }
    std::string some() override
    {
        std::array<char, 16 * 1024> part;
        const auto n = ::recv(fd_.get(), part.data(), part.size(), 0);
        EXPECT_FALSE(n < 0 && errno == EAGAIN) << "no answer";
        return {part.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }

private:
    descriptor fd_{AF_UNIX};
};

class tls_connection final : public admin_connection
{
public:
    tls_connection() = default;
    ~tls_connection() override
    {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    tls_connection(const tls_connection&) = delete;
    tls_connection& operator=(const tls_connection&) = delete;

    bool open(unsigned short port, const std::string& ca_file)
    {
        if (!fd_.connect(loopback(port))) return false;
        context_ = SSL_CTX_new(TLS_client_method());
        EXPECT_EQ(SSL_CTX_load_verify_locations(context_, ca_file.c_str(), nullptr), 1) << ca_file;
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        ssl_ = SSL_new(context_);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), "127.0.0.1");
        SSL_set_fd(ssl_, fd_.get());
        return SSL_connect(ssl_) == 1;
    }
    void send(const std::string& bytes) override
    {
        if (!bytes.empty()) SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string some() override
    {
        std::array<char, 16 * 1024> part;
        const auto n = SSL_read(ssl_, part.data(), part.size());
        EXPECT_FALSE(n <= 0 && SSL_get_error(ssl_, n) == SSL_ERROR_WANT_READ) << "no answer";
        return {part.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }

private:
    descriptor fd_{AF_INET};
    SSL_CTX* context_{nullptr};
    SSL* ssl_{nullptr};
};

} // namespace

int admin_answer::status() const
{
    return all.starts_with("HTTP/1.1 ") && all.size() >= 12 ? std::stoi(all.substr(9, 3)) : 0;
}

std::string admin_answer::header(const std::string& name) const
{
    const auto at = all.substr(0, all.find("\r\n\r\n")).find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return all.substr(from, all.find("\r\n", from) - from);
}

std::string admin_answer::body() const
{
    const auto end = all.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : all.substr(end + 4);
}

std::string admin_connection::rest()
{
    std::string all;
    for (auto part = some(); !part.empty(); part = some()) all += part;
    return all;
}

std::unique_ptr<admin_connection> connect_socket(const std::string& path)
{
    auto made = std::make_unique<local_connection>();
    if (!made->open(path)) return nullptr;
    return made;
}

std::unique_ptr<admin_connection> connect_tls(unsigned short port, const std::string& ca_file)
{
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes where nobody may read any more
    auto made = std::make_unique<tls_connection>();
    if (!made->open(port, ca_file)) return nullptr;
    return made;
}

unsigned short free_port()
{
    const descriptor probe(AF_INET);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address); // NOLINT
    EXPECT_EQ(::bind(probe.get(), any, size), 0) << std::strerror(errno);
    EXPECT_EQ(::getsockname(probe.get(), any, &size), 0) << std::strerror(errno);
    return ntohs(address.sin_port);
}

} // namespace idferry::e2e
