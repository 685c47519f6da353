// The located YAML tree: what the operator wrote, with file, line and column kept for every value.
//
// Each layer describes and parses its own section of this tree with the combinators of config/shape.hpp and reports
// every mistake into one `diagnostics`, so that all of them are shown at once. yaml-cpp stays behind this header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::config {

// A place in a file. Lines and columns count from 1; 0 means unknown.
struct location
{
    std::string file;
    int line{0};
    int column{0};

    // "idferry.yaml:12:9"
    std::string text() const;
    bool operator==(const location&) const = default;
};

// One mistake. `path` is the key path ("syncs.staff.users.scope"), `message` one sentence that says what to do.
struct diagnostic
{
    location where;
    std::string path;
    std::string message;

    // "idferry.yaml:12:9: syncs.staff.users.scope"
    std::string place() const;
    // "idferry.yaml:12:9: syncs.staff.users.scope: unknown operator 'equals'"
    std::string text() const;
};

class node;

// Collects mistakes; parsing goes on after each one.
class diagnostics
{
public:
    void add(const node& at, std::string message);
    // For a mistake inside a scalar: `offset` is the 0-based byte offset into its text (a filter, a template). The
    // place is found through quotes, escapes and folded lines, as node::where_in_scalar says.
    void add(const node& at, std::size_t offset, std::string message);
    void add(location where, std::string path, std::string message);

    bool empty() const { return all_.empty(); }
    std::size_t size() const { return all_.size(); }
    // In the order of their places in the file.
    std::vector<diagnostic> sorted() const;

private:
    std::vector<diagnostic> all_;
};

enum class node_kind
{
    null,   // nothing, ~ or null
    scalar, // text; `quoted()` tells "10" from 10
    list,
    map
};

// A value in the tree. Cheap to copy; keeps the tree alive.
class node
{
public:
    struct entry;

    node();
    node_kind kind() const;
    bool is_null() const { return kind() == node_kind::null; }
    bool is_scalar() const { return kind() == node_kind::scalar; }
    bool is_list() const { return kind() == node_kind::list; }
    bool is_map() const { return kind() == node_kind::map; }

    const location& where() const;
    // Key path from the root, "syncs.staff.users.attributes[name.givenName]", "protect[0]"; empty at the root.
    const std::string& path() const;

    // The scalar's text; empty for other kinds.
    const std::string& scalar() const;
    bool quoted() const;
    // The place of byte `offset` of the scalar's text in the file. Exact for plain, quoted and literal scalars; near
    // for folded ones and escaped line breaks.
    location where_in_scalar(std::size_t offset) const;

    // Items of a list, entries of a map in file order; empty for other kinds.
    const std::vector<node>& items() const;
    const std::vector<entry>& entries() const;
    // The value under `key`, or nothing.
    std::optional<node> find(std::string_view key) const;

    struct data;
    explicit node(std::shared_ptr<const data> d);

private:
    std::shared_ptr<const data> data_;
};

struct node::entry
{
    node key; // a scalar; its place is the key's
    node value;
};

// Parses one YAML document. A syntax error, text that is not UTF-8, a duplicate key (both places are named; the first
// counts), a tag, an alias bomb (more than 100,000 nodes), a nesting deeper than 64 or more than 4 MiB is reported into
// `out`; returns nothing only when no tree could be made at all. Aliases are copies: they have the path where they are
// used and the place where they are written. `<<` merges maps; a key of the map itself wins.
std::optional<node> parse_yaml(std::string_view text, const std::string& file_name, diagnostics& out);

// Reads and parses a file; an unreadable file is a diagnostic.
std::optional<node> load_yaml(const std::string& path, diagnostics& out);

// The candidate nearest to `word` by edit distance, or nothing when none is near: for "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace idferry::config
