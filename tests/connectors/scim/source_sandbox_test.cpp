// A SCIM source over TLS: lists that cannot be believed, providers that say less than they should, and what is asked
// for.
#include "tests/connectors/scim/scim_box.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>

#include <map>

namespace idferry::tests {
namespace {

using connectors::list_kind;
using connectors::proof;
using testing::HasSubstr;

class scim_source_over_tls : public testing::Test
{
protected:
    void open(const std::string& keys, std::vector<std::string> knobs = {}, const std::string& server = "people",
              const char* realm = "")
    {
        box = std::make_unique<scim_box>(server, keys, std::move(knobs), 60, realm);
        source = box->connection().make_source(box->environment());
    }
    void read()
    {
        ends.clear();
        people = 0;
        const auto reading = source->read({});
        for (;;) {
            auto got = test::run(reading->next());
            ASSERT_FALSE(got.has_error()) << got.error().detail;
            if (!*got) break;
            if (const auto* end = std::get_if<connectors::list_end>(&**got))
                ends[end->list.text()] = *end;
            else if (const auto& page = std::get<connectors::page>(**got); page.list.kind == list_kind::people)
                people += page.records.size();
        }
    }
    std::size_t asked(const std::string& part)
    {
        std::size_t n = 0;
        for (const auto& one : box->requests())
            n += one.value("target", one.value("path", std::string())).find(part) != std::string::npos;
        return n;
    }
    void expect_unproved(const std::string& list, const std::string& why)
    {
        ASSERT_TRUE(ends.contains(list));
        EXPECT_EQ(ends[list].state, proof::unproved);
        EXPECT_THAT(ends[list].why, HasSubstr(why));
    }

    std::unique_ptr<scim_box> box;
    std::unique_ptr<connectors::source> source;
    std::map<std::string, connectors::list_end> ends;
    std::size_t people{0};
};

TEST_F(scim_source_over_tls, somebody_added_between_two_pages_leaves_the_list_unproved)
{
    open("paging: {count: 20}\n", {"people.user_added_between_pages=1"});
    read();
    expect_unproved("people", "totalResults changed from 60 to 61");
    read();
    EXPECT_EQ(ends["people"].state, proof::complete) << ends["people"].why;
    EXPECT_EQ(people, 61u);
}

TEST_F(scim_source_over_tls, a_provider_that_counts_the_page_is_found_out)
{
    open("paging: {count: 20}\n", {"people.totals_of_page=true"});
    read();
    expect_unproved("people", "more came when it was asked for");
}

TEST_F(scim_source_over_tls, a_provider_that_repeats_its_first_page_is_found_out)
{
    open("paging: {count: 20}\n", {"people.page_one_for_ever=true"});
    read();
    expect_unproved("people", "repeats");
    EXPECT_EQ(people, 20u);
}

TEST_F(scim_source_over_tls, a_page_that_is_cut_off_leaves_only_its_own_list_unproved)
{
    open("paging: {count: 20}\n");
    box->control("POST", "faults",
                 {{"server", "people"}, {"path", "startIndex=21"}, {"kind", "truncated_json"}, {"count", -1}});
    read();
    expect_unproved("people", "GET /Users");
    EXPECT_EQ(ends["groups"].state, proof::complete);
}

TEST_F(scim_source_over_tls, groups_are_read_alone_only_where_no_list_shows_members)
{
    open("");
    read();
    EXPECT_EQ(asked("/Groups/"), 0u);
    open("", {"people.members_in_lists=false"});
    read();
    EXPECT_EQ(asked("/Groups/"), ends.size() - 2); // all but people and groups are members lists
    for (const auto& [list, end] : ends) EXPECT_EQ(end.state, proof::complete) << list << ": " << end.why;
    open("source: {memberships: group_reads}\n");
    read();
    EXPECT_EQ(asked("excludedAttributes=members"), 1u);
}

TEST_F(scim_source_over_tls, where_nothing_is_shown_nothing_is_taken_for_empty)
{
    open("source: {memberships: lists}\n", {"people.members_in_lists=false"});
    read();
    for (const auto& [list, end] : ends)
        if (end.list.kind == list_kind::members) expect_unproved(list, "source.absent");
    // Unless the operator says what it means.
    open("source: {memberships: lists, absent: empty}\n", {"people.members_in_lists=false"});
    read();
    for (const auto& [list, end] : ends) EXPECT_EQ(end.state, proof::complete) << list;
}

TEST_F(scim_source_over_tls, hidden_members_cost_no_request_and_say_so)
{
    open("profile: beyond_identity\n", {"beyond.scim_rate_per_minute=0"}, "beyond", "realm");
    read();
    EXPECT_EQ(ends["people"].state, proof::complete) << ends["people"].why;
    EXPECT_EQ(asked("/Groups"), 1u);
    EXPECT_EQ(asked("count="), asked("/Users") + asked("/Groups"));
    std::size_t lists = 0;
    for (const auto& [list, end] : ends)
        if (end.list.kind == list_kind::members) {
            ++lists;
            expect_unproved(list, "shows the members of no group");
        }
    EXPECT_GT(lists, 0u);
}

TEST_F(scim_source_over_tls, without_groups_none_are_asked_for)
{
    open("source: {groups: false}\n");
    read();
    EXPECT_EQ(asked("/Groups"), 0u);
    EXPECT_EQ(people, 60u);
}

TEST_F(scim_source_over_tls, a_wrong_address_stops)
{
    open("discovery: {spc: skip}\n");
    box->control("POST", "faults", {{"server", "people"}, {"path", "/Groups"}, {"kind", "404"}, {"count", -1}});
    const auto reading = source->read({});
    const auto got = test::run(reading->next());
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().next, connectors::disposition::stop);
    EXPECT_THAT(got.error().detail, HasSubstr("source.groups: false"));
}

TEST_F(scim_source_over_tls, somebody_is_not_proved_gone_by_a_provider_that_finds_nobody)
{
    open("");
    const auto state = box->state();
    const auto key = text(state["users"][5], "id");
    box->control("POST", "faults", {{"server", "people"}, {"path", "/Users/"}, {"kind", "404"}, {"count", -1}});
    const auto got = test::run(source->prove(mapping::source_key(key)));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->state, connectors::person_proof::verdict::unknown);
    EXPECT_THAT(got->why, HasSubstr("control read"));
}

} // namespace
} // namespace idferry::tests
