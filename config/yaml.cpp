// The only file that knows yaml-cpp. It takes its events, not its tree: events have a mark for every key, and limits
// are enforced while reading.
#include "config/node_data.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <istream>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unordered_map>

namespace idferry::config {

namespace {

constexpr std::size_t max_text = 4U * 1024 * 1024;
constexpr std::size_t max_nodes = 100'000;
constexpr std::size_t max_depth = 64;

// Ends the parse at a limit; its place is reported.
struct limit_reached
{
    YAML::Mark mark;
    std::string message;
};

// The tree as written: aliases are shared, paths are not known yet.
struct raw_node
{
    node_kind kind{node_kind::null};
    YAML::Mark mark;
    std::string text;
    bool quoted{false};
    bool open{false};                                // a collection that is not ended yet
    std::vector<std::shared_ptr<raw_node>> children; // of a map: key, value, key, value …
};
using raw_ptr = std::shared_ptr<raw_node>;

// Turns yaml-cpp's marks into places: columns in code points, as editors count them.
class source_text
{
public:
    source_text(std::string_view text, std::string file)
        : text_(std::make_shared<const std::string>(text)), file_(std::move(file))
    {
        lines_.push_back(0);
        for (std::size_t i = 0; i < text_->size(); ++i)
            if ((*text_)[i] == '\n') lines_.push_back(i + 1);
    }

    location place(const YAML::Mark& mark) const
    {
        if (mark.is_null() || mark.line < 0) return {file_, 0, 0};
        return {file_, mark.line + 1, column(mark) + 1};
    }
    std::size_t position(const YAML::Mark& mark) const
    {
        if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= lines_.size()) return text_->size();
        const auto at =
            lines_[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(std::max(0, mark.column));
        return std::min(at, text_->size());
    }
    // Place of a byte of the text, before yaml-cpp saw it.
    location place_of_byte(std::size_t at) const
    {
        const auto line = std::ranges::upper_bound(lines_, at) - lines_.begin() - 1;
        YAML::Mark mark;
        mark.line = static_cast<int>(line);
        mark.column = static_cast<int>(at - lines_[static_cast<std::size_t>(line)]);
        return place(mark);
    }
    // Whether the line of the mark is indented with a tab: a common slip with an obscure message.
    bool line_has_tab(const YAML::Mark& mark) const
    {
        if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= lines_.size()) return false;
        const auto begin = lines_[static_cast<std::size_t>(mark.line)];
        const auto word = text_->find_first_not_of(" \t", begin);
        return text_->find('\t', begin) < word;
    }
    bool has(char c, const YAML::Mark& at) const { return text_->substr(position(at), 1) == std::string(1, c); }
    const std::shared_ptr<const std::string>& text() const { return text_; }

private:
    int column(const YAML::Mark& mark) const
    {
        constexpr int longest = 4096; // counting costs the column; a longer line is a machine's
        if (mark.column > longest) return mark.column;
        const auto end = position(mark);
        int count = 0;
        for (auto i = lines_[std::min(static_cast<std::size_t>(mark.line), lines_.size() - 1)]; i < end; ++i)
            if ((static_cast<unsigned char>((*text_)[i]) & 0xC0U) != 0x80U) ++count;
        return count;
    }

    std::shared_ptr<const std::string> text_;
    std::string file_;
    std::vector<std::size_t> lines_;
};

class tree_builder final : public YAML::EventHandler
{
public:
    tree_builder(const source_text& source, diagnostics& out) : source_(source), out_(out) {}
    const raw_ptr& root() const { return root_; }
    // What probably lies behind a syntax error at `mark`: a bracket or a quote further up that was never closed.
    std::optional<limit_reached> open_before(const YAML::Mark& mark, std::string_view message) const
    {
        const bool list = message.find("end of sequence flow") != std::string_view::npos;
        const bool map = message.find("end of map flow") != std::string_view::npos;
        if ((list || map) && !stack_.empty() && source_.has(list ? '[' : '{', stack_.back()->mark))
            return limit_reached{stack_.back()->mark, std::string("YAML syntax: the '") + (list ? '[' : '{') +
                                                          "' that opens here is not closed"};
        if (last_is_quoted_ && !last_scalar_.is_null() && last_scalar_.line + 1 < mark.line)
            return limit_reached{last_scalar_,
                                 "YAML syntax: the quote that opens here goes over several lines, and what "
                                 "follows it makes no sense; is it closed?"};
        return std::nullopt;
    }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (documents_++ > 0) throw limit_reached{mark, "a second YAML document begins here; only one is read"};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        // Of a value that is not there, yaml-cpp marks what comes next; the key is the better place.
        const bool after_key =
            !stack_.empty() && stack_.back()->kind == node_kind::map && stack_.back()->children.size() % 2 == 1;
        const auto at = after_key && stack_.back()->children.back()->mark.line < mark.line
                            ? stack_.back()->children.back()->mark
                            : mark;
        add(make(node_kind::null, at, anchor));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) throw limit_reached{mark, "unknown alias"};
        if (found->second->open) throw limit_reached{mark, "this alias stands inside the value that it names"};
        add(found->second);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        auto n = make(node_kind::scalar, mark, anchor);
        n->text = value;
        n->quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        last_scalar_ = mark;
        last_is_quoted_ = tag == "!";
        if (!n->quoted) refuse_tag(mark, tag);
        // yaml-cpp takes the end of the file for the end of the quote when a line end comes before it.
        if (tag == "!" && !quote_is_closed(*source_.text(), source_.position(mark)))
            throw limit_reached{mark, "YAML syntax: the quote that opens here is not closed"};
        add(std::move(n));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(node_kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(node_kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    raw_ptr make(node_kind kind, const YAML::Mark& mark, YAML::anchor_t anchor)
    {
        if (++count_ > max_nodes) throw limit_reached{mark, "more than 100,000 values: split the file or use fewer"};
        auto n = std::make_shared<raw_node>();
        n->kind = kind;
        n->mark = mark;
        if (anchor != 0) anchors_[anchor] = n;
        return n;
    }
    void refuse_tag(const YAML::Mark& mark, const std::string& tag)
    {
        if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" || tag == "tag:yaml.org,2002:seq")
            return;
        out_.add(source_.place(mark), "",
                 "YAML tags such as '" + tag.substr(0, 60) + "' have no meaning here; remove it");
    }
    void open(node_kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor)
    {
        // Thrown before yaml-cpp goes down by one more call.
        if (stack_.size() >= max_depth) throw limit_reached{mark, "nested deeper than 64 levels"};
        refuse_tag(mark, tag);
        auto n = make(kind, mark, anchor);
        n->open = true;
        add(n);
        stack_.push_back(std::move(n));
    }
    void close()
    {
        stack_.back()->open = false;
        stack_.pop_back();
    }
    void add(raw_ptr n)
    {
        if (stack_.empty())
            root_ = std::move(n);
        else
            stack_.back()->children.push_back(std::move(n));
    }

    const source_text& source_;
    diagnostics& out_;
    raw_ptr root_;
    std::vector<raw_ptr> stack_;
    std::unordered_map<YAML::anchor_t, raw_ptr> anchors_;
    YAML::Mark last_scalar_ = YAML::Mark::null_mark();
    bool last_is_quoted_{false};
    std::size_t count_{0};
    int documents_{0};
};

// Copies the raw tree into nodes that know their path: aliases become copies (counted), merges are carried out.
class tree_copier
{
public:
    tree_copier(const source_text& source, diagnostics& out) : source_(source), out_(out) {}

    node copy(const raw_node& raw, std::string path, std::size_t depth)
    {
        if (++count_ > max_nodes) throw limit_reached{raw.mark, "aliases expand to more than 100,000 values"};
        if (depth > max_depth) throw limit_reached{raw.mark, "nested deeper than 64 levels"};
        auto d = std::make_shared<node::data>();
        d->kind = raw.kind;
        d->where = source_.place(raw.mark);
        d->path = std::move(path);
        if (raw.kind == node_kind::scalar) {
            d->scalar = raw.text;
            d->quoted = raw.quoted;
            d->source = source_.text();
            d->begin = source_.position(raw.mark);
        } else if (raw.kind == node_kind::list) {
            for (std::size_t i = 0; i < raw.children.size(); ++i)
                d->items.push_back(copy(*raw.children[i], d->path + "[" + std::to_string(i) + "]", depth + 1));
        } else if (raw.kind == node_kind::map) {
            copy_map(raw, *d, depth);
        }
        return node(std::move(d));
    }

private:
    using seen_keys = std::unordered_map<std::string, location>;

    static bool is_merge(const raw_node& key)
    {
        return key.kind == node_kind::scalar && !key.quoted && key.text == "<<";
    }

    void copy_map(const raw_node& raw, node::data& into, std::size_t depth)
    {
        seen_keys own;
        for (std::size_t i = 0; i + 1 < raw.children.size(); i += 2) {
            const auto& key = *raw.children[i];
            if (key.kind != node_kind::scalar) {
                out_.add(source_.place(key.mark), into.path, "a key must be a plain word or quoted text");
                continue;
            }
            const auto [first, fresh] = own.emplace(key.text, source_.place(key.mark));
            if (!fresh) {
                out_.add(source_.place(key.mark), into.path,
                         "duplicate key '" + key.text.substr(0, 100) + "': it is given at " + first->second.text() +
                             " already");
                continue;
            }
            if (!is_merge(key)) add_entry(key, *raw.children[i + 1], into, depth);
        }
        seen_keys merged = own;
        for (std::size_t i = 0; i + 1 < raw.children.size(); i += 2)
            if (is_merge(*raw.children[i])) merge(*raw.children[i + 1], into, depth, merged);
    }

    void merge(const raw_node& from, node::data& into, std::size_t depth, seen_keys& taken)
    {
        if (depth > max_depth) throw limit_reached{from.mark, "nested deeper than 64 levels"};
        if (from.kind == node_kind::list) {
            for (const auto& item : from.children) {
                if (item->kind == node_kind::map)
                    merge(*item, into, depth + 1, taken);
                else
                    out_.add(source_.place(item->mark), into.path, "only maps can be merged with '<<'");
            }
            return;
        }
        if (from.kind != node_kind::map) {
            out_.add(source_.place(from.mark), into.path, "only maps can be merged with '<<'");
            return;
        }
        for (std::size_t i = 0; i + 1 < from.children.size(); i += 2) {
            const auto& key = *from.children[i];
            if (++count_ > max_nodes) throw limit_reached{key.mark, "aliases expand to more than 100,000 values"};
            if (key.kind != node_kind::scalar || is_merge(key)) continue;
            if (taken.emplace(key.text, source_.place(key.mark)).second)
                add_entry(key, *from.children[i + 1], into, depth);
        }
        for (std::size_t i = 0; i + 1 < from.children.size(); i += 2)
            if (is_merge(*from.children[i])) merge(*from.children[i + 1], into, depth + 1, taken);
    }

    void add_entry(const raw_node& key, const raw_node& value, node::data& into, std::size_t depth)
    {
        auto path = child_path(into.path, key.text);
        auto key_node = copy(key, path, depth + 1);
        into.entries.push_back({std::move(key_node), copy(value, std::move(path), depth + 1)});
    }

    static std::string child_path(const std::string& parent, const std::string& key)
    {
        const bool word = !key.empty() && std::ranges::all_of(key, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        });
        const auto shown = key.substr(0, 200); // a path is for messages
        if (!word) return parent + "[" + shown + "]";
        return parent.empty() ? shown : parent + "." + shown;
    }

    const source_text& source_;
    diagnostics& out_;
    std::size_t count_{0};
};

} // namespace

std::optional<node> parse_yaml(std::string_view text, const std::string& file_name, diagnostics& out)
{
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.size() > max_text) {
        out.add({file_name, 0, 0}, "", "larger than 4 MiB: not a configuration file");
        return std::nullopt;
    }
    const source_text source(text, file_name);
    if (const auto bad = first_unreadable(*source.text())) {
        out.add(source.place_of_byte(bad->at), "", bad->why);
        return std::nullopt;
    }
    // yaml-cpp reads a whole line of brackets ahead before its first event: hundreds of bytes of memory for each.
    if (static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; })) >
        max_nodes) {
        out.add({file_name, 1, 1}, "", "more than 100,000 values: split the file or use fewer");
        return std::nullopt;
    }
    tree_builder builder(source, out);
    try {
        std::istringstream in{std::string(text)};
        YAML::Parser parser(in);
        while (parser.HandleNextDocument(builder)) {
        }
        if (!builder.root()) {
            auto nothing = std::make_shared<node::data>();
            nothing->where = {file_name, 1, 1};
            return node(std::move(nothing));
        }
        return tree_copier(source, out).copy(*builder.root(), "", 0);
    } catch (const limit_reached& limit) {
        out.add(source.place(limit.mark), "", limit.message);
    } catch (const YAML::Exception& e) {
        const bool tab = source.line_has_tab(e.mark);
        if (const auto open = builder.open_before(e.mark, e.msg))
            out.add(source.place(open->mark), "", open->message);
        else
            out.add(source.place(e.mark), "",
                    "YAML syntax: " + e.msg + (tab ? "; this line is indented with a tab, YAML wants blanks" : ""));
    } catch (const std::exception& e) {
        out.add({file_name, 0, 0}, "", std::string("YAML could not be read: ") + e.what());
    }
    return std::nullopt;
}

std::optional<node> load_yaml(const std::string& path, diagnostics& out)
{
    const auto fail = [&](const std::string& why) {
        out.add({path, 0, 0}, "", "cannot be read: " + why);
        return std::optional<node>();
    };
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) return fail(std::generic_category().message(errno));
    if (S_ISDIR(info.st_mode)) return fail("it is a folder");
    if (!S_ISREG(info.st_mode)) return fail("it is not a regular file");
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(std::generic_category().message(errno));
    std::string text(max_text + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return fail("reading it failed");
    text.resize(static_cast<std::size_t>(in.gcount()));
    return parse_yaml(text, path, out);
}

} // namespace idferry::config
