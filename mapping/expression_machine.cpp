#include "mapping/expression_machine.hpp"

extern "C" { // its headers do not say so themselves
#include <jq.h>
#include <jv.h>
}

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace idferry::mapping::jq {

namespace {

// Beyond this a double does not hold every whole number.
constexpr std::int64_t exact = std::int64_t{1} << 53;

jv text_value(std::string_view s)
{
    return jv_string_sized(s.data(), static_cast<int>(s.size()));
}

std::string text_of(jv value) // takes a string
{
    std::string out(jv_string_value(value), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(value))));
    jv_free(value);
    return out;
}

// A whole number that jq's doubles cannot hold becomes text: an identifier must not lose its last digits.
jv to_jv(const json& value)
{
    switch (value.type()) {
    case json::value_t::boolean: return jv_bool(value.get<bool>() ? 1 : 0);
    case json::value_t::number_float: return jv_number(value.get<double>());
    case json::value_t::number_integer: {
        const auto n = value.get<std::int64_t>();
        return n > exact || n < -exact ? text_value(std::to_string(n)) : jv_number(static_cast<double>(n));
    }
    case json::value_t::number_unsigned: {
        const auto n = value.get<std::uint64_t>();
        return n > static_cast<std::uint64_t>(exact) ? text_value(std::to_string(n))
                                                     : jv_number(static_cast<double>(n));
    }
    case json::value_t::string: return text_value(value.get_ref<const std::string&>());
    case json::value_t::array: {
        jv list = jv_array_sized(static_cast<int>(value.size()));
        for (const auto& one : value) list = jv_array_append(list, to_jv(one));
        return list;
    }
    case json::value_t::object: {
        jv object = jv_object();
        for (const auto& [name, one] : value.items()) object = jv_object_set(object, text_value(name), to_jv(one));
        return object;
    }
    default: return jv_null();
    }
}

// Takes the value, whose depth is bounded. False when it holds a number that JSON cannot.
bool from_jv(jv value, json& out)
{
    bool fine = true;
    switch (jv_get_kind(value)) {
    case JV_KIND_FALSE: out = false; break;
    case JV_KIND_TRUE: out = true; break;
    case JV_KIND_NUMBER: {
        const double n = jv_number_value(value);
        fine = std::isfinite(n) && std::fabs(n) < 1.7e308; // jq writes infinity as the largest number
        if (std::trunc(n) == n && std::fabs(n) <= static_cast<double>(exact))
            out = static_cast<std::int64_t>(n);
        else
            out = n;
        break;
    }
    case JV_KIND_STRING: out = text_of(jv_copy(value)); break;
    case JV_KIND_ARRAY: {
        out = json::array();
        const int length = jv_array_length(jv_copy(value));
        for (int i = 0; fine && i < length; ++i) {
            json one;
            fine = from_jv(jv_array_get(jv_copy(value), i), one);
            out.push_back(std::move(one));
        }
        break;
    }
    case JV_KIND_OBJECT:
        out = json::object();
        for (int i = jv_object_iter(value); fine && jv_object_iter_valid(value, i) != 0;
             i = jv_object_iter_next(value, i)) {
            json one;
            fine = from_jv(jv_object_iter_value(value, i), one);
            out[text_of(jv_object_iter_key(value, i))] = std::move(one);
        }
        break;
    default: out = nullptr; break;
    }
    jv_free(value);
    return fine;
}

struct measure
{
    std::size_t size{0};
    bool too_large{false};
};

// Counts a value without taking it, as if nothing in it were shared; stops when it is too large.
void weigh(jv value, std::size_t depth, const machine_limits& limits, measure& m)
{
    ++m.size;
    switch (jv_get_kind(value)) {
    case JV_KIND_STRING: m.size += static_cast<std::size_t>(jv_string_length_bytes(jv_copy(value))) / 8; break;
    case JV_KIND_ARRAY: {
        const int length = jv_array_length(jv_copy(value));
        if (depth == 0 && length > 0) m.too_large = true;
        for (int i = 0; !m.too_large && i < length; ++i) {
            jv one = jv_array_get(jv_copy(value), i);
            weigh(one, depth - 1, limits, m);
            jv_free(one);
        }
        break;
    }
    case JV_KIND_OBJECT:
        if (depth == 0) m.too_large = true;
        for (int i = jv_object_iter(value); !m.too_large && jv_object_iter_valid(value, i) != 0;
             i = jv_object_iter_next(value, i)) {
            jv key = jv_object_iter_key(value, i);
            m.size += static_cast<std::size_t>(jv_string_length_bytes(key)) / 8;
            jv one = jv_object_iter_value(value, i);
            weigh(one, depth - 1, limits, m);
            jv_free(one);
        }
        break;
    default: break;
    }
    m.too_large = m.too_large || m.size > limits.size;
}

class jq_machine final : public machine
{
public:
    jq_machine(jq_state* state, const machine_limits& limits) : state_(state), limits_(limits)
    {
        jq_set_input_cb(state_, &jq_machine::on_step, this);
        jq_set_debug_cb(state_, &jq_machine::on_value, this);
        jq_set_error_cb(state_, &jq_machine::on_message, this);
    }
    ~jq_machine() override { jq_teardown(&state_); }
    jq_machine(const jq_machine&) = delete;
    jq_machine& operator=(const jq_machine&) = delete;

    machine_outcome run(const json& input, const std::set<std::string>* only) const override
    {
        machine_outcome out;
        jv given = jv_object();
        if (input.is_object())
            for (const auto& [name, value] : input.items())
                if (!only || only->contains(name)) given = jv_object_set(given, text_value(name), to_jv(value));
        work_ = 0;
        stopped_ = machine_outcome::kind::done;
        weight(given);
        if (stopped_ != machine_outcome::kind::done) {
            jv_free(given);
            out.how = stopped_;
            return out;
        }
        running_ = true;
        jq_start(state_, given, 0);
        collect(out);
        running_ = false;
        if (stopped_ != machine_outcome::kind::done) out.how = stopped_;
        if (out.how != machine_outcome::kind::done) out.values.clear();
        return out;
    }

    // The file that libjq reads before every program, when there is one.
    std::string foreign_file() const
    {
        jq_start(state_, jv_null(), 0);
        jv home = jq_next(state_);
        if (jv_get_kind(home) != JV_KIND_STRING) {
            jv_free(home);
            return "";
        }
        auto path = text_of(home) + "/.jq";
        jv file = jv_load_file(path.c_str(), 1);
        if (jv_is_valid(file) == 0) path.clear();
        jv_free(file);
        return path;
    }

private:
    void collect(machine_outcome& out) const
    {
        measure all;
        for (;;) {
            jv value = jq_next(state_);
            if (jv_is_valid(value) == 0) {
                if (stopped_ == machine_outcome::kind::done && jv_invalid_has_msg(jv_copy(value)) != 0) {
                    out.how = machine_outcome::kind::failed;
                    jv message = jv_invalid_get_msg(value);
                    if (jv_get_kind(message) == JV_KIND_STRING)
                        out.message = text_of(message);
                    else
                        jv_free(message);
                    return;
                }
                jv_free(value);
                return;
            }
            weigh(value, limits_.depth, limits_, all);
            if (all.too_large || out.values.size() == limits_.values) {
                jv_free(value);
                out.how = machine_outcome::kind::too_large;
                return;
            }
            json one;
            if (!from_jv(value, one)) {
                out.how = machine_outcome::kind::failed;
                out.message = std::string(no_json_number);
                return;
            }
            out.values.push_back(std::move(one));
        }
    }

    void stop(machine_outcome::kind why) const
    {
        if (stopped_ != machine_outcome::kind::done) return;
        stopped_ = why;
        // libjq looks at this before each of its instructions.
        if (running_) jq_halt(state_, jv_invalid(), jv_invalid());
    }

    void work(double steps) const
    {
        work_ += 1 + steps;
        if (work_ > static_cast<double>(limits_.work)) stop(machine_outcome::kind::too_long);
    }

    // The size of a value that is not taken; looking at it is work as well.
    std::size_t weight(jv value) const
    {
        measure m;
        weigh(value, limits_.depth, limits_, m);
        if (m.too_large) stop(machine_outcome::kind::too_large);
        work(static_cast<double>(m.size) / 16);
        return m.size;
    }

    static jv on_step(jq_state*, void* self)
    {
        static_cast<jq_machine*>(self)->work(0);
        return jv_null();
    }

    static void on_value(void* self, jv value)
    {
        const auto& m = *static_cast<jq_machine*>(self);
        if (m.is_request(value))
            m.judge(value);
        else
            m.weight(value);
        jv_free(value);
    }

    static void on_message(void*, jv message) { jv_free(message); }

    bool is_request(jv value) const
    {
        if (jv_get_kind(value) != JV_KIND_ARRAY || jv_array_length(jv_copy(value)) < 3) return false;
        jv first = jv_array_get(jv_copy(value), 0);
        const bool hit = jv_get_kind(first) == JV_KIND_STRING && jv_string_value(first) == request_mark;
        jv_free(first);
        return hit;
    }

    void judge(jv request) const
    {
        jv what_value = jv_array_get(jv_copy(request), 1);
        const auto what = jv_get_kind(what_value) == JV_KIND_STRING ? text_of(jv_copy(what_value)) : std::string();
        jv_free(what_value);
        jv a = jv_array_get(jv_copy(request), 2);
        const auto size = static_cast<double>(weight(a));
        const auto elements = jv_get_kind(a) == JV_KIND_ARRAY || jv_get_kind(a) == JV_KIND_OBJECT
                                  ? static_cast<double>(jv_get_kind(a) == JV_KIND_ARRAY ? jv_array_length(jv_copy(a))
                                                                                        : jv_object_length(jv_copy(a)))
                                  : 1.0;
        jv b = jv_array_length(jv_copy(request)) > 3 ? jv_array_get(jv_copy(request), 3) : jv_null();
        const auto other = static_cast<double>(weight(b));
        if (what == "size")
            work(size);
        else if (what == "copy")
            work(size + elements * size / 64);
        else if (what == "each with each")
            work(size + other + size * other / 4);
        else if (what == "split")
            work(2 * size);
        else if (what == "join") {
            if (elements * other + size > static_cast<double>(limits_.size)) stop(machine_outcome::kind::too_large);
            work(size + elements * (size + elements * other) / 64);
        } else if (what == "repeat") {
            const double times = jv_get_kind(a) == JV_KIND_NUMBER   ? jv_number_value(a)
                                 : jv_get_kind(b) == JV_KIND_NUMBER ? jv_number_value(b)
                                                                    : 1.0;
            const bool text = jv_get_kind(a) == JV_KIND_STRING || jv_get_kind(b) == JV_KIND_STRING;
            // NaN is no number of times.
            if (text && !(times * std::max(size, other) <= static_cast<double>(limits_.size)))
                stop(machine_outcome::kind::too_large);
        }
        jv_free(a);
        jv_free(b);
    }

    jq_state* state_;
    machine_limits limits_;
    mutable double work_{0};
    mutable machine_outcome::kind stopped_{machine_outcome::kind::done};
    mutable bool running_{false};
};

} // namespace

std::variant<std::unique_ptr<const machine>, std::string> load_machine(const std::string& program,
                                                                       const machine_limits& limits)
{
    jq_state* state = jq_init();
    if (!state) return std::string("there is no memory for jq");
    std::string messages;
    jq_set_error_cb(
        state,
        [](void* to, jv message) {
            if (jv_get_kind(message) == JV_KIND_STRING) *static_cast<std::string*>(to) += jv_string_value(message);
            jv_free(message);
        },
        &messages);
    // Asked with null, which no resource is, it tells what libjq takes for the home folder.
    if (jq_compile(state, ("if . == null then $ENV.HOME else " + program + " end").c_str()) == 0) {
        jq_teardown(&state);
        auto first = messages.substr(0, messages.find('\n'));
        return "jq cannot compile the expression: " + first;
    }
    auto made = std::make_unique<jq_machine>(state, limits);
    if (const auto file = made->foreign_file(); !file.empty())
        return "jq reads the file " + file +
               " before every program, so it could change what this expression means: move it away, or run idferry "
               "with "
               "another HOME";
    return std::unique_ptr<const machine>(std::move(made));
}

} // namespace idferry::mapping::jq
