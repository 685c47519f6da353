// What a node holds. Private to this folder: others see config/node.hpp.
#pragma once

#include "config/node.hpp"

namespace idferry::config {

struct node::data
{
    node_kind kind{node_kind::null};
    location where;
    std::string path;
    std::string scalar;
    bool quoted{false};
    std::vector<node> items;
    std::vector<entry> entries;

    // Where the scalar stands in the file's text, so that a byte of it can be found again; null when not from a file.
    std::shared_ptr<const std::string> source;
    std::size_t begin{0};
};

// The place of byte `offset` of a scalar's value: follows quotes, escapes, line folding and block indentation in the
// source text. Where source and value cannot be matched, it is the place up to which they could.
location place_in_scalar(const node::data& scalar, std::size_t offset);

// Whether the quoted scalar that begins (with its anchor or tag) at `begin` has its closing quote before the text ends;
// true for other scalars.
bool quote_is_closed(std::string_view text, std::size_t begin);

// The first byte that YAML text cannot hold, with what is wrong about it; nothing when all of it is text.
struct unreadable_byte
{
    std::size_t at;
    const char* why;
};
std::optional<unreadable_byte> first_unreadable(std::string_view text);

} // namespace idferry::config
