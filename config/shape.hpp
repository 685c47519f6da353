// Combinators that describe a section of the configuration once: they parse it with every mistake located, and the
// same description yields the JSON Schema.
//
// A `shape<T>` turns a node into a T or reports why not. `section<T>` describes a map with named keys and refuses
// unknown ones with the nearest known name. Parsing goes on after a mistake, so that all are reported at once.
#pragma once

#include "config/description.hpp"
#include "config/node.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::config {

template <class T> struct shape
{
    std::function<std::optional<T>(const node&, diagnostics&)> parse;
    std::shared_ptr<const description> doc;
    std::function<std::string(const T&)> show{}; // a value as JSON text, for telling defaults; may be empty
};

// A parsed value that remembers its node, for later messages (a filter's position, an unknown reference).
template <class T> struct located
{
    T value{};
    node at;
};

// Scalars. Durations take a unit: ms, s, m, h, d ("90s", "1h30m"); percentages take "10%" and give 0.10.
shape<std::string> text();
shape<std::string> non_empty_text();
shape<bool> boolean();
shape<std::int64_t> integer(std::int64_t minimum, std::int64_t maximum);
shape<double> number(double minimum, double maximum);
shape<std::chrono::milliseconds> duration();
shape<double> percentage();

// An absolute URL. Refused: not http(s), plain http off loopback (127.0.0.0/8, ::1, localhost), user info, a fragment,
// a placeholder left in (TENANT, REALM, <…>, {…}, example host parts such as "your-tenant").
shape<std::string> service_url();

// True when the host of an http(s) URL is loopback.
bool is_loopback_url(std::string_view url);

template <class T> shape<T> described(shape<T> s, std::string text_of_doc)
{
    auto d = std::make_shared<description>(s.doc ? *s.doc : description{});
    d->doc = std::move(text_of_doc);
    s.doc = std::move(d);
    return s;
}

// The same shape with a name of its own in the schema and the reference, a sentence and examples (JSON texts).
template <class T>
shape<T> named(shape<T> s, std::string name, std::string text_of_doc, std::vector<std::string> examples = {})
{
    auto d = std::make_shared<description>(s.doc ? *s.doc : description{});
    d->name = std::move(name);
    d->doc = std::move(text_of_doc);
    d->examples = std::move(examples);
    s.doc = std::move(d);
    return s;
}

namespace detail {
void wrong_kind(const node& n, diagnostics& out, std::string_view wanted);
void unknown_choice(const node& n, diagnostics& out, const std::vector<std::string>& known);
std::shared_ptr<const description> describe_choice(std::vector<std::string> names);
std::shared_ptr<const description> describe_list(std::shared_ptr<const description> element);
std::shared_ptr<const description> describe_map(std::shared_ptr<const description> element);
std::shared_ptr<const description> describe_one_of(std::vector<std::shared_ptr<const description>> alternatives);
// Reports every key of `n` that is not in `known`, and every required key that is missing.
void check_keys(const node& n, diagnostics& out, const std::vector<description::key>& known);
} // namespace detail

// One of a fixed set of words.
template <class E> shape<E> choice(std::vector<std::pair<std::string, E>> table)
{
    std::vector<std::string> names;
    for (const auto& [name, value] : table) names.push_back(name);
    auto doc = detail::describe_choice(names);
    const auto show = [table](const E& v) -> std::string {
        for (const auto& [name, value] : table)
            if (value == v) return json_of_text(name);
        return {};
    };
    return {[table = std::move(table), names](const node& n, diagnostics& out) -> std::optional<E> {
                if (n.is_scalar())
                    for (const auto& [name, value] : table)
                        if (name == n.scalar()) return value;
                detail::unknown_choice(n, out, names);
                return std::nullopt;
            },
            doc, show};
}

namespace detail {
template <class T> std::function<std::string(const std::vector<T>&)> show_list(const shape<T>& element)
{
    if (!element.show) return {};
    return [show = element.show](const std::vector<T>& all) {
        std::vector<std::string> texts;
        for (const auto& v : all) texts.push_back(show(v));
        return json_of_list(texts);
    };
}
} // namespace detail

template <class T> shape<std::vector<T>> list_of(shape<T> element)
{
    auto doc = detail::describe_list(element.doc);
    return {[element](const node& n, diagnostics& out) -> std::optional<std::vector<T>> {
                if (!n.is_list()) {
                    detail::wrong_kind(n, out, "a list");
                    return std::nullopt;
                }
                std::vector<T> all;
                for (const auto& item : n.items())
                    if (auto v = element.parse(item, out)) all.push_back(std::move(*v));
                return all;
            },
            doc, detail::show_list(element)};
}

// A list, or a single value that stands for a list of one.
template <class T> shape<std::vector<T>> one_or_list_of(shape<T> element)
{
    auto doc = detail::describe_one_of({element.doc, detail::describe_list(element.doc)});
    return {[element](const node& n, diagnostics& out) -> std::optional<std::vector<T>> {
                if (n.is_list()) return list_of(element).parse(n, out);
                std::vector<T> all;
                if (auto v = element.parse(n, out)) all.push_back(std::move(*v));
                return all;
            },
            doc, detail::show_list(element)};
}

// A map with free keys, in file order.
template <class T> shape<std::vector<std::pair<located<std::string>, T>>> map_of(shape<T> element)
{
    using all_t = std::vector<std::pair<located<std::string>, T>>;
    auto doc = detail::describe_map(element.doc);
    return {[element](const node& n, diagnostics& out) -> std::optional<all_t> {
                if (!n.is_map()) {
                    detail::wrong_kind(n, out, "a map");
                    return std::nullopt;
                }
                all_t all;
                for (const auto& e : n.entries())
                    if (auto v = element.parse(e.value, out))
                        all.emplace_back(located<std::string>{e.key.scalar(), e.key}, std::move(*v));
                return all;
            },
            doc};
}

// Keeps the node beside the value.
template <class T> shape<located<T>> at(shape<T> inner)
{
    auto doc = inner.doc;
    return {[inner](const node& n, diagnostics& out) -> std::optional<located<T>> {
                auto v = inner.parse(n, out);
                if (!v) return std::nullopt;
                return located<T>{std::move(*v), n};
            },
            doc, [show = inner.show](const located<T>& v) { return show ? show(v.value) : std::string(); }};
}

// The value through a further check: `check` returns an error sentence or "".
template <class T> shape<T> checked(shape<T> inner, std::function<std::string(const T&)> check)
{
    auto doc = inner.doc;
    return {[inner, check](const node& n, diagnostics& out) -> std::optional<T> {
                auto v = inner.parse(n, out);
                if (!v) return std::nullopt;
                if (auto error = check(*v); !error.empty()) {
                    out.add(n, error);
                    return std::nullopt;
                }
                return v;
            },
            doc, inner.show};
}

namespace detail {

// What a section knows whatever it fills in: compiled once, because sections are many.
class section_keys
{
public:
    using reader = std::function<void(const node&, void* whole, diagnostics&)>;

    void add(std::string_view name, bool required, std::string_view doc, std::shared_ptr<const description> value,
             std::string standard, reader read);
    void together(description::key_rule rule) { rules_.push_back(std::move(rule)); }

    std::shared_ptr<const description> describe() const;
    // Reads every key into `whole`; false, after reporting, when anything was wrong.
    bool read(const node& n, void* whole, diagnostics& out) const;

private:
    std::vector<description::key> keys_;
    std::vector<description::key_rule> rules_;
    std::vector<reader> readers_; // as keys_
};

} // namespace detail

// Describes a map with named keys, each stored into a member of T.
//
//   auto s = section<rate>()
//                .optional("burst", &rate::burst, integer(1, 1000), "requests that may go at once")
//                .shape();
template <class T> class section
{
public:
    template <class M>
    section& required(std::string_view name, M T::* member, const config::shape<M>& s, std::string_view doc)
    {
        return add(name, member, s, doc, true, {});
    }
    // When the key is missing, the member keeps its default.
    template <class M>
    section& optional(std::string_view name, M T::* member, const config::shape<M>& s, std::string_view doc)
    {
        return add(name, member, s, doc, false, s.show ? s.show(defaults().*member) : std::string());
    }
    // The same for a std::optional member.
    template <class M>
    section& optional(std::string_view name, std::optional<M> T::* member, const config::shape<M>& s,
                      std::string_view doc)
    {
        return add(name, member, s, doc, false, {});
    }
    // Which keys go together, for the schema; a check says it to the person.
    section& together(description::key_rule rule)
    {
        keys_.together(std::move(rule));
        return *this;
    }
    // A check over the whole section once its keys are read; it reports into `out` itself.
    section& check(std::function<void(const T&, const node&, diagnostics&)> f)
    {
        checks_.push_back(std::move(f));
        return *this;
    }

    // Fails (after reporting) when any key failed.
    config::shape<T> shape() const
    {
        return {[keys = keys_, checks = checks_](const node& n, diagnostics& out) -> std::optional<T> {
                    T value{};
                    if (!keys.read(n, &value, out)) return std::nullopt;
                    const auto before = out.size();
                    for (const auto& c : checks) c(value, n, out);
                    if (out.size() != before) return std::nullopt;
                    return value;
                },
                keys_.describe()};
    }

private:
    template <class Member, class M>
    section& add(std::string_view name, Member T::* member, const config::shape<M>& s, std::string_view doc,
                 bool required, std::string standard)
    {
        keys_.add(name, required, doc, s.doc, std::move(standard),
                  [member, parse = s.parse](const node& n, void* whole, diagnostics& out) {
                      if (auto parsed = parse(n, out)) static_cast<T*>(whole)->*member = std::move(*parsed);
                  });
        return *this;
    }

    static const T& defaults()
    {
        static const T value{};
        return value;
    }

    detail::section_keys keys_;
    std::vector<std::function<void(const T&, const node&, diagnostics&)>> checks_;
};

} // namespace idferry::config
