#include "mapping/json.hpp"

#include <cstddef>
#include <iterator>
#include <vector>

template class nlohmann::basic_json<>;

namespace idferry::mapping {

namespace {

// An input iterator that tells how far the parser has read: the SAX events themselves carry no position.
class counting_iterator
{
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    counting_iterator(const char* at, const char** progress) : at_(at), progress_(progress) {}
    reference operator*() const { return *at_; }
    counting_iterator& operator++()
    {
        ++at_;
        *progress_ = at_;
        return *this;
    }
    counting_iterator operator++(int)
    {
        counting_iterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const counting_iterator& other) const { return at_ == other.at_; }
    bool operator!=(const counting_iterator& other) const { return at_ != other.at_; }

private:
    const char* at_;
    const char** progress_;
};

// Builds the value event by event, so that what is refused is refused before it is built.
class bounded_builder
{
public:
    bounded_builder(json& root, json_error& error, std::size_t max_depth, const char* begin)
        : root_(root), error_(error), max_depth_(max_depth), begin_(begin), read_(begin)
    {
    }

    const char** progress() { return &read_; }

    bool null() { return put(json(nullptr)); }
    bool boolean(bool value) { return put(json(value)); }
    bool number_integer(json::number_integer_t value) { return put(json(value)); }
    bool number_unsigned(json::number_unsigned_t value) { return put(json(value)); }
    bool number_float(json::number_float_t value, const json::string_t&) { return put(json(value)); }
    bool string(json::string_t& value) { return put(json(std::move(value))); }
    bool binary(json::binary_t&) { return fail("binary values do not occur in JSON text"); }
    bool start_object(std::size_t) { return open(json::object()); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(json::string_t& name)
    {
        json& object = *open_.back();
        const auto [place, inserted] = object.get_ref<json::object_t&>().try_emplace(std::move(name), nullptr);
        if (!inserted) {
            return fail("an object has the same name twice");
        }
        member_ = &place->second;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& problem)
    {
        // The library's own message quotes the input, which may be personal data: it only chooses ours.
        const std::string_view what = problem.what();
        const auto says = [what](std::string_view part) { return what.find(part) != std::string_view::npos; };
        error_.offset = position == 0 ? 0 : position - 1;
        if (problem.id == 406) {
            error_.message = "a number is out of range";
        } else if (says("unexpected end of input") || says("missing closing quote")) {
            error_.message = "the text ends before the JSON value does";
        } else if (says("UTF-8")) {
            error_.message = "a string is not valid UTF-8";
        } else if (says("surrogate")) {
            error_.message = "a string holds half of a surrogate pair";
        } else if (says("control character")) {
            error_.message = "a string holds a control character that is not escaped";
        } else if (says("expected end of input")) {
            error_.message = "more text follows the JSON value";
        } else {
            error_.message = "the text is not JSON";
        }
        return false;
    }

private:
    bool fail(const char* message)
    {
        error_.message = message;
        const auto consumed = static_cast<std::size_t>(read_ - begin_);
        error_.offset = consumed == 0 ? 0 : consumed - 1;
        return false;
    }

    json* place(json&& value)
    {
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            auto& elements = open_.back()->get_ref<json::array_t&>();
            elements.push_back(std::move(value));
            return &elements.back();
        }
        *member_ = std::move(value);
        return member_;
    }

    bool put(json&& value)
    {
        place(std::move(value));
        return true;
    }

    bool open(json&& container)
    {
        if (open_.size() >= max_depth_) {
            return fail("the JSON value is nested too deeply");
        }
        open_.push_back(place(std::move(container)));
        return true;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    json& root_;
    json_error& error_;
    std::size_t max_depth_;
    const char* begin_;
    const char* read_;
    json* member_{nullptr};
    std::vector<json*> open_; // stays valid: a container is complete before its parent grows again
};

} // namespace

bool parse_json(std::string_view text, json& out, json_error& error, const json_limits& limits)
{
    if (text.size() > limits.max_bytes) {
        error = {"the text is larger than " + std::to_string(limits.max_bytes) + " bytes", limits.max_bytes};
        return false;
    }
    try {
        json value;
        bounded_builder builder(value, error, limits.max_depth, text.data());
        const counting_iterator first(text.data(), builder.progress());
        const counting_iterator last(text.data() + text.size(), builder.progress());
        if (!json::sax_parse(first, last, &builder)) {
            return false;
        }
        out = std::move(value);
        return true;
    } catch (const std::exception&) {
        error = {"the text is not JSON", 0};
        return false;
    }
}

json object_of(std::string_view text)
{
    json out;
    json_error error;
    if (!parse_json(text, out, error) || !out.is_object()) return json::object();
    return out;
}

std::string to_text(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace idferry::mapping
