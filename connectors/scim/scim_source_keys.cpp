#include "connectors/scim/scim_source_keys.hpp"

namespace idferry::connectors::scim {

namespace {

using config::choice;

template <class T> void override_with(T& kept, const std::optional<T>& given)
{
    if (given) kept = *given;
}

} // namespace

config::shape<source_keys> source_shape()
{
    using k = source_keys;
    return config::section<k>()
        .optional("groups", &k::groups, config::boolean(), "whether there are groups at all; true unless set")
        .optional("memberships", &k::memberships,
                  choice<memberships_from>({{"auto", memberships_from::automatic},
                                            {"lists", memberships_from::lists},
                                            {"group_reads", memberships_from::group_reads},
                                            {"user_groups", memberships_from::user_groups},
                                            {"hidden", memberships_from::hidden}}),
                  "where memberships are found: `lists`, the members in the list of groups; `group_reads`, the members "
                  "of each group, read alone; `user_groups`, the groups of each user, while everybody is held in "
                  "memory; `hidden`, nowhere: then nobody is taken out of a group. `auto` takes the lists, and reads "
                  "groups alone where no list shows members; the profile's when it is missing")
        .optional(
            "absent", &k::absent,
            choice<absent_list>(
                {{"auto", absent_list::automatic}, {"empty", absent_list::empty}, {"unknown", absent_list::unknown}}),
            "what a group without members means, or a user without groups: that there are none, or nothing. "
            "`auto`: that there are none, when such a list is shown for any other; auto unless set")
        .optional("exclude_members", &k::exclude_members, config::boolean(),
                  "ask for lists of groups without members (excludedAttributes) where those are of no use; false where "
                  "the service refuses that; true unless set")
        .optional("confirm_end", &k::confirm_end, config::boolean(),
                  "ask for one more page when the last one was full, because some services count the page in "
                  "totalResults, and not the list; true unless set")
        .optional("prove", &k::prove, config::boolean(),
                  "whether somebody may be asked for by id, and a 404 means that they are gone; false for services "
                  "that hide inactive people; true unless set")
        .optional("absent_active", &k::active,
                  choice<absent_active>({{"error", absent_active::error},
                                         {"true", absent_active::is_true},
                                         {"false", absent_active::is_false}}),
                  "what somebody without `active` is; error, which rejects that person, unless set")
        .optional("leave_out", &k::leave_out, config::list_of(config::non_empty_text()),
                  "attributes that no rule reads and that change for nothing (`meta` at some services): cut out of "
                  "every record; none unless set")
        .shape();
}

void override_rules(source_rules& rules, const source_keys& given)
{
    override_with(rules.groups, given.groups);
    override_with(rules.memberships, given.memberships);
    override_with(rules.absent, given.absent);
    override_with(rules.exclude_members, given.exclude_members);
    override_with(rules.confirm_end, given.confirm_end);
    override_with(rules.prove, given.prove);
    override_with(rules.active, given.active);
    override_with(rules.leave_out, given.leave_out);
}

} // namespace idferry::connectors::scim
