// `idferry api`: every operation of a system's API by hand, as its table has it.
#include "connectors/operation_call.hpp"
#include "daemon/cli/api_listing.hpp"
#include "daemon/cli/api_record.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/configured.hpp"
#include "daemon/cli/recorded.hpp"
#include "mapping/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

namespace idferry::daemon::cli {

namespace {

using connectors::operation_answer;
using connectors::rest_operation;
using mapping::json;

constexpr std::size_t largest_body = 16UL * 1024 * 1024;

// One call, from the words of the command line to the exit code.
class by_hand_call
{
public:
    explicit by_hand_call(const invocation& given)
        : given_(given), name_(given.text("CONNECTION")), time_(connectors::make_system_clock()),
          env_(real_environment(*time_))
    {
    }

    int run()
    {
        if (!find_connection()) return 1;
        const auto words = given_.many("OPERATION");
        if (words.size() < 2) return list(words.empty() ? "" : words.front());
        if (!find_row(words[0], words[1])) return 1;
        if (!read_input({words.begin() + 2, words.end()})) return 1;
        if (given_.flag("dry-run")) return show_request();
        if (!may()) return 1;
        return carry_out();
    }

private:
    int fail(const std::string& text) const { return complain("idferry api: " + text); }

    bool find_connection()
    {
        settings_ = load_or_complain(given_.text("config"));
        if (!settings_) return false;
        const auto found = settings_->connections.find(name_);
        if (found == settings_->connections.end()) {
            std::vector<std::string> names;
            for (const auto& [n, ignored] : settings_->connections) names.push_back(n);
            const auto near = config::nearest(name_, names);
            fail(fmt::format("there is no connection '{}' in {}{}", name_, given_.text("config"),
                             near ? fmt::format("; did you mean '{}'?", *near) : ""));
            return false;
        }
        connection_ = found->second;
        service_ = connection_->make_operations(env_);
        if (!service_) {
            fail(fmt::format("connections of type {} have no operations to call", connection_->type()));
            return false;
        }
        table_ = &service_->table();
        return true;
    }

    int list(const std::string& resource)
    {
        if (!resource.empty() && !connectors::find_resource(*table_, resource)) return no_resource(resource);
        const listed_table t{name_, connection_->address(), *service_, resource};
        const auto text =
            given_.text("format") == "json" ? mapping::to_text(operations_json(t)) + "\n" : operations_text(t);
        return print(text);
    }

    int no_resource(const std::string& word) const
    {
        std::vector<std::string> names;
        for (const auto& r : table_->resources) names.emplace_back(r.name);
        const auto near = config::nearest(word, names);
        return fail(fmt::format("{} has no '{}'; {}", name_, word,
                                near ? fmt::format("did you mean '{}'?", *near)
                                     : fmt::format("`idferry api {}` lists what it has", name_)));
    }

    bool find_row(const std::string& resource, const std::string& verb)
    {
        row_ = connectors::find_operation(*table_, resource, verb);
        if (row_) return true;
        if (!connectors::find_resource(*table_, resource)) {
            no_resource(resource);
            return false;
        }
        std::vector<std::string> verbs;
        for (const auto& o : table_->operations)
            if (o.resource == resource) verbs.emplace_back(o.verb);
        const auto near = config::nearest(verb, verbs);
        std::string all;
        for (const auto& v : verbs) all += (all.empty() ? "" : ", ") + v;
        fail(fmt::format("{} has no '{}'; {}", resource, verb,
                         near ? fmt::format("did you mean '{}'?", *near) : "it has " + all));
        return false;
    }

    // NAME=VALUE; false, told, when it is none.
    bool split(const std::string& text, const char* option, std::string& key, std::string& value) const
    {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            fail(fmt::format("--{} {}: give NAME=VALUE", option, text));
            return false;
        }
        key = text.substr(0, equals);
        value = text.substr(equals + 1);
        return true;
    }

    bool read_input(std::vector<std::string> ids)
    {
        input_.ids = std::move(ids);
        input_.as_it_is = given_.flag("no-envelope");
        std::string key, value;
        for (const auto& q : given_.many("query")) {
            if (!split(q, "query", key, value)) return false;
            input_.query.emplace_back(key, value);
        }
        for (const auto& w : given_.many("in")) {
            if (!split(w, "in", key, value)) return false;
            input_.values.insert_or_assign(key, value);
        }
        if (!given_.given("data")) return true;
        std::string text;
        if (!read_data(given_.text("data"), text)) return false;
        auto body = std::make_shared<json>();
        mapping::json_error wrong;
        if (!mapping::parse_json(text, *body, wrong)) {
            fail(fmt::format("--data is not JSON: {} (offset {})", wrong.message, wrong.offset));
            return false;
        }
        input_.body = std::move(body);
        return true;
    }

    bool read_data(const std::string& from, std::string& text) const
    {
        if (from != "-" && !from.starts_with('@')) {
            text = from;
            return true;
        }
        std::ifstream file;
        const bool stdin_too = from == "-" || from == "@-";
        if (!stdin_too) file.open(from.substr(1), std::ios::binary);
        std::istream& in = stdin_too ? std::cin : file;
        for (char c = 0; text.size() <= largest_body && in.get(c);) text += c;
        if (!stdin_too && !file.is_open()) fail(fmt::format("{} cannot be read", from.substr(1)));
        if (text.size() > largest_body) fail("--data is larger than 16 MiB");
        return (stdin_too || file.is_open()) && text.size() <= largest_body;
    }

    bool may()
    {
        if (const auto why = service_->refused(*row_); !why.empty()) {
            fail(fmt::format("{} {} is off on {}: {}", row_->resource, row_->verb, name_, why));
            return false;
        }
        if (row_->writes && !given_.flag("write")) {
            fail(fmt::format("{} {} writes at {} ({}): add --write to send it, or --dry-run to see it", row_->resource,
                             row_->verb, name_, connection_->address()));
            return false;
        }
        if (given_.flag("all") && !row_->paged) {
            fail(fmt::format("--all: {} {} is no list that goes on", row_->resource, row_->verb));
            return false;
        }
        return true;
    }

    int show_request()
    {
        const auto made = connectors::make_request(*service_, *row_, input_);
        if (!made) return fail(made.error().detail);
        json out{{"method", made->method}, {"url", made->url}, {"body", nullptr}};
        mapping::json_error error;
        if (!made->body.empty() && !mapping::parse_json(made->body, out["body"], error)) out["body"] = made->body;
        return print(out.dump(2) + "\n");
    }

    int carry_out()
    {
        // What cannot be sent is told before anything else happens.
        if (const auto made = connectors::make_request(*service_, *row_, input_); !made)
            return fail(made.error().detail);
        call_record record;
        if (row_->writes) {
            auto opened = call_record::open(given_.text("state"));
            if (!opened) {
                fail("nothing was sent, because it could not be recorded: " + opened.error().message);
                return opened.error().what == state::error::kind::busy ? 5 : 1;
            }
            record = std::move(*opened);
        }
        const auto answer = ask();
        const bool recorded_well = !row_->writes || keep(record, answer);
        if (!answer) return explain(answer.error());
        return show(*answer) == 0 && recorded_well ? 0 : 1;
    }

    connectors::result<operation_answer> ask()
    {
        boost::asio::io_context io(1);
        connectors::result<operation_answer> out = connectors::failure{.detail = "nothing was done"};
        std::exception_ptr failed;
        boost::asio::co_spawn(io, connectors::carry_out(*service_, *row_, input_, given_.flag("all")),
                              [&](std::exception_ptr e, connectors::result<operation_answer> done) {
                                  failed = e;
                                  out = std::move(done);
                                  io.stop(); // idle connections need not be waited for
                              });
        io.run();
        service_.reset(); // its connections live on `io`
        if (failed) std::rethrow_exception(failed);
        return out;
    }

    bool keep(call_record& record, const connectors::result<operation_answer>& answer)
    {
        if (!record.keeps()) return true;
        report::call_made call;
        call.connection = name_;
        call.resource = row_->resource, call.verb = row_->verb, call.method = row_->method;
        for (const auto& id : input_.ids) call.key += (call.key.empty() ? "" : "/") + id;
        if (answer && answer->body && answer->body->is_object())
            for (const auto* key : {"id", "uuid"})
                if (const auto id = answer->body->find(key); id != answer->body->end() && id->is_string())
                    call.target = id->get<std::string>();
        if (call.key.empty()) call.key = call.target;
        call.who = operator_name();
        call.when = time_->now();
        call.outcome = "done";
        if (!answer) {
            const auto& f = answer.error();
            call.outcome = (f.status >= 400 && f.status < 500 ? "rejected: " : "failed: ") + f.detail;
        }
        const auto added = record.add(call);
        if (!added) fail("what was done could not be recorded in the audit trail: " + added.error().message);
        return added.has_value();
    }

    int show(const operation_answer& answer) const
    {
        if (answer.repeated > 0)
            complain(fmt::format("{} {} came twice, and {} left out", answer.repeated,
                                 answer.repeated == 1 ? "record" : "records", answer.repeated == 1 ? "is" : "are"));
        if (!answer.body) return print("{}\n");
        const auto shown =
            given_.flag("show-secrets") ? *answer.body : connectors::without_secrets(*table_, *row_, *answer.body);
        return print(shown.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
    }

    int explain(const connectors::failure& f) const
    {
        fail(f.detail);
        std::string todo;
        if (f.outcome_unknown && row_->writes)
            todo = "it may have been carried out: look before you send it again";
        else if (f.status == 401)
            todo = fmt::format("the credentials were refused: `idferry check --live` tells more about {}", name_);
        else if (f.status == 403)
            todo = row_->scopes.empty() ? "the credentials may not do this"
                                        : fmt::format("the token needs {}", row_->scopes);
        else if (f.status == 404)
            todo =
                fmt::format("is the id right, and is it in this realm or instance? `idferry api {} {}` shows the path",
                            name_, row_->resource);
        else if (f.status == 409)
            todo = "something that is there stands in the way: read it first";
        else if (f.status == 400 || f.status == 422)
            todo = fmt::format("`idferry api {} {}` shows what it takes; --dry-run shows what is sent", name_,
                               row_->resource);
        else if (f.next == connectors::disposition::retry)
            todo = "try again later";
        if (!todo.empty()) complain("  " + todo);
        return 1;
    }

    int print(const std::string& text) const
    {
        const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
        return whole && std::fflush(stdout) == 0 ? 0 : fail("cannot write to standard output");
    }

    const invocation& given_;
    std::string name_;
    std::unique_ptr<connectors::clock> time_;
    connectors::environment env_;
    std::optional<run::settings> settings_;
    std::shared_ptr<const connectors::connection> connection_;
    std::unique_ptr<connectors::operation_service> service_;
    const connectors::operation_table* table_{nullptr};
    const rest_operation* row_{nullptr};
    connectors::operation_input input_;
};

int run_api(const invocation& given)
{
    return by_hand_call(given).run();
}

} // namespace

const command& api_command()
{
    static const command c{
        .name = "api",
        .summary = "call an operation of a connection's API by hand",
        .about =
            "`idferry api CONNECTION` lists the operations of that connection, `idferry api CONNECTION RESOURCE` tells "
            "all about those of one kind. An operation is named by RESOURCE and VERB; the ids that its path needs "
            "follow. The answer is printed as JSON. What writes needs --write, and is recorded in the audit trail of "
            "the state folder, without its body (`idferry audit api:CONNECTION`). Secrets in answers are masked unless "
            "--show-secrets is given.",
        .options = with_common(
            {{.flags = "--query",
              .kind = value_kind::text,
              .value = "NAME=VALUE",
              .doc = "a query parameter",
              .many = true},
             {"--data", value_kind::text, "JSON", "the body: JSON, @FILE, or - for standard input"},
             {.flags = "--in",
              .kind = value_kind::text,
              .value = "NAME=VALUE",
              .doc = "instead of what the connection fills into the path, such as realm=ID",
              .many = true},
             {"--no-envelope", value_kind::flag, "", "send the body as it is, without the envelope of the operation"},
             {"--all", value_kind::flag, "", "read a list to its end"},
             {"--write", value_kind::flag, "", "carry out an operation that writes"},
             {"--dry-run", value_kind::flag, "", "show the request and send nothing"},
             {"--show-secrets", value_kind::flag, "", "print secrets of the answer as they are"},
             format_option({"text", "json"})}),
        .positionals = {{"CONNECTION", value_kind::connection, "whose API", true},
                        {"OPERATION", value_kind::text, "RESOURCE VERB and ids; nothing lists them", false, true}},
        .examples = "idferry api beyond\nidferry api beyond groups\nidferry api beyond identities list --all\n"
                    "idferry api beyond identities list --query 'filter=traits.username eq \"anna\"'\n"
                    "idferry api beyond groups add-members 81490afab171aef0 --data @members.json --write\n"
                    "idferry api beyond realms get 19a95130480dfa79",
        .run = run_api};
    return c;
}

} // namespace idferry::daemon::cli
