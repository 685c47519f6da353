// A Bare.ID instance in memory: the five verified calls, the guessed list and count, and a token endpoint, as answers
// to requests. Built from the API's reference, with the knobs that its tests need.
#pragma once

#include "connectors/bare_id/bare_id_connection.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::test::bare_id {

inline const std::string instance_id = "db0c1370-dcc7-47c8-aac6-580043c46a98";
inline const std::string base = "/user/v1/" + instance_id;

struct fake_user
{
    std::string uuid, username, email;
    bool enabled{true};
    std::string more; // further members of the JSON object, beginning with a comma
    std::string json() const;
};

struct fake_group
{
    std::string uuid, name, path;
    std::vector<std::string> children, members;
    std::string json() const;
};

class fake_instance
{
public:
    fake_instance();
    ~fake_instance() { settle(); } // work that a dropped read has cancelled ends before its clock does
    fake_instance(const fake_instance&) = delete;
    fake_instance& operator=(const fake_instance&) = delete;

    fake_user& add_user(const std::string& uuid, const std::string& username);
    fake_group& add_group(const std::string& uuid, const std::string& name, const std::string& parent = "");
    // n users "<prefix>0".. as members of a group.
    void add_members(const std::string& group, int n, const std::string& prefix);

    std::map<std::string, fake_user> users;
    std::map<std::string, fake_group> groups;
    std::vector<std::string> roots;

    // Paging: which parameters are honoured; a request without them gets everything up to `cap`.
    enum class paging_kind
    {
        ignored,
        offset,
        page,
        token
    };
    paging_kind paging{paging_kind::ignored};
    std::size_t cap{0};      // records per answer at most; 0 = no cap
    bool repeat_last{false}; // the first record of a page repeats the last one of the page before
    bool endless{false};     // every page of the user list is full of new people
    bool same_token{false};

    // Answers instead of the instance, by path.
    std::map<std::string, std::function<fake_transport::answer()>> instead;
    std::function<std::optional<fake_transport::answer>(const connectors::http::request&)> before; // looked at first

    std::shared_ptr<fake_transport> wire = std::make_shared<fake_transport>();
    fake_clock time;
    int tokens_issued{0};
    bool client_revoked{false};

    // How often a path was asked for (query left out).
    int asked(const std::string& path) const;
    connectors::environment environment();

private:
    fake_transport::answer answer(const connectors::http::request& r);
    std::string list(const std::string& name, const std::vector<std::string>& items, const std::string& query) const;
};

// The connection `bare` with these lines of YAML below it (two blanks of indentation). Fails the test on a mistake.
std::shared_ptr<const connectors::connection> connection_of(const std::string& yaml = "");
// The mistakes in it, as text.
std::vector<std::string> mistakes_of(const std::string& yaml, bool with_defaults = true);

struct collected
{
    std::optional<connectors::failure> failed;
    std::vector<connectors::list_ref> order; // lists in the order of their ends
    std::map<connectors::list_ref, connectors::list_end> ends;
    std::map<connectors::list_ref, std::vector<std::string>> keys;
    std::map<std::string, std::string> people;
    std::map<std::string, std::string> groups;
    std::map<connectors::list_ref, std::vector<connectors::bad_record>> bad;
    bool in_order{true}; // groups before members before people
    bool twice{false};   // a person arrived twice

    const connectors::list_end& end(connectors::list_kind kind, const std::string& owner = "") const;
    std::vector<std::string> keys_of(connectors::list_kind kind, const std::string& owner = "") const;
};
collected read_all(connectors::source& from, connectors::read_request request = {});
// With a source of its own.
collected read_all(fake_instance& at, const std::string& yaml = "");

fake_transport::answer json_answer(const std::string& body, int status = 200);

} // namespace idferry::test::bare_id
