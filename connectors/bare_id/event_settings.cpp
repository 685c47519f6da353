#include "connectors/bare_id/event_settings.hpp"

namespace idferry::connectors::bare_id {

namespace {

config::shape<event_list_settings> event_list_shape()
{
    using e = event_list_settings;
    const auto described =
        config::section<e>()
            .optional("enabled", &e::enabled, config::boolean(), "whether this list is asked for")
            .optional("path", &e::path, path_template_shape(),
                      "its path below api_base, with {instance} or {realm}; without it, as the kind has it")
            .optional("list", &e::list, pointer_shape(),
                      "where an answer holds the events: /events with kind event_v1, the answer itself with keycloak")
            .shape();
    return config::named(described, "event_list", "a list of events");
}

config::shape<event_field_settings> event_fields_shape()
{
    using f = event_field_settings;
    const auto pointers = config::one_or_list_of(pointer_shape());
    return config::section<f>()
        .optional("time", &f::time, pointers, "when it happened: milliseconds since 1970, or an RFC 3339 text")
        .optional("type", &f::type, pointers, "users' events: what happened")
        .optional("user", &f::user, pointers, "users' events: whose it is")
        .optional("error", &f::error, pointers, "an event with one is about something that did not come about")
        .optional("operation", &f::operation, pointers, "admin events: CREATE, UPDATE, DELETE, ACTION")
        .optional("resource_type", &f::resource_type, pointers, "admin events: USER, GROUP, GROUP_MEMBERSHIP")
        .optional("resource_path", &f::resource_path, pointers, "admin events: users/<id>, users/<id>/groups/<id>")
        .shape();
}

config::shape<std::string> query_name()
{
    return config::checked<std::string>(config::non_empty_text(), [](const std::string& s) {
        return s.size() > 100 ? std::string("is too long for a query parameter") : std::string();
    });
}

} // namespace

config::shape<event_settings> events_shape()
{
    using e = event_settings;
    using namespace config;
    return section<e>()
        .optional(
            "kind", &e::kind,
            choice<event_kind>(
                {{"off", event_kind::off}, {"event_v1", event_kind::event_v1}, {"keycloak", event_kind::keycloak}}),
            "where events come from: event/v1, whose paths nobody could confirm, or the events of the legacy API "
            "(`keycloak`), also beside profile gateway")
        .optional("api_base", &e::api_base, service_url(),
                  "where that API is; without it the connection's, and for kind keycloak what stands before /realms in "
                  "auth.token_url")
        .optional("realm", &e::realm, non_empty_text(),
                  "kind keycloak: the realm; without it, the one in auth.token_url")
        .optional("user_events", &e::user, event_list_shape(), "events of people: what they did themselves")
        .optional("admin_events", &e::admin, event_list_shape(),
                  "events of administrators: what they did to people and groups")
        .optional("fields", &e::fields, event_fields_shape(), "where an event holds what; the first that exists counts")
        .optional("types", &e::types, list_of(non_empty_text()),
                  "types of people's events after which a person is read again; every other type is noise, and so is "
                  "whatever ends in _ERROR")
        .optional("filter", &e::filter, boolean(),
                  "ask for these types only; off where the API refuses such a parameter: they are told apart here, too")
        .optional("type_param", &e::type_param, query_name(), "name of the parameter that names a type")
        .optional("resource_type_param", &e::resource_type_param, query_name(),
                  "name of the parameter that names a type of resource of admin events")
        .optional("date_param", &e::date_param, query_name(), "name of the parameter for the earliest moment")
        .optional("dates", &e::dates,
                  choice<date_form>({{"milliseconds", date_form::milliseconds},
                                     {"rfc3339", date_form::rfc3339},
                                     {"day", date_form::day},
                                     {"none", date_form::none}}),
                  "how that moment is written: `day` where only yyyy-MM-dd is taken, `none` where there is no such "
                  "parameter")
        .optional("size_param", &e::size_param, query_name(), "name of the parameter for the page size")
        .optional("offset_param", &e::offset_param, query_name(), "name of the parameter that counts events from 0")
        .optional("page_size", &e::page_size, integer(1, 10000), "events asked for in a page")
        .optional("max_pages", &e::max_pages, integer(1, 10000),
                  "what is beyond, in one look at one list, is left to the next full read")
        .optional("max_people", &e::max_people, integer(1, 100000),
                  "when more people than this are named at once, nobody is asked for, and the next full read deals "
                  "with them")
        .optional("overlap", &e::overlap, duration(),
                  "every look begins this much before the end of the last one, for events that appear late, out of "
                  "order, or by another clock; a minute at least")
        .optional("retention", &e::retention, duration(),
                  "how long the instance keeps events, where that is known: a longer pause counts as a gap")
        .check([](const e& s, const node& n, diagnostics& out) {
            if (s.overlap < std::chrono::minutes(1)) out.add(*n.find("overlap"), "`overlap` is a minute at least");
            if (s.kind != event_kind::off && !s.user.enabled && !s.admin.enabled)
                out.add(n, "both lists of events are off: switch one on, or set kind: off");
        })
        .shape();
}

} // namespace idferry::connectors::bare_id
