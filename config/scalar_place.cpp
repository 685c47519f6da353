#include "config/node_data.hpp"

namespace idferry::config {

namespace {

// Walks source text and counts lines and columns (in code points, as editors do).
class text_cursor
{
public:
    text_cursor(std::string_view text, std::size_t at, const location& where) : text_(text), at_(at), where_(where) {}

    bool done() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    const location& where() const { return where_; }
    std::size_t position() const { return at_; }

    void step()
    {
        if (done()) return;
        if (text_[at_] == '\n') {
            ++where_.line;
            where_.column = 0;
        }
        ++at_;
        if (done() || (static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) ++where_.column;
    }
    void step(std::size_t count)
    {
        while (count-- > 0) step();
    }
    bool on_blank() const { return peek() == ' ' || peek() == '\t'; }
    bool on_break() const { return peek() == '\n' || (peek() == '\r' && peek(1) == '\n'); }
    void skip_blanks()
    {
        while (!done() && on_blank()) step();
    }
    void skip_break()
    {
        if (peek() == '\r') step();
        step();
    }
    // Whether only blanks stand between here and the end of the line.
    bool at_line_end() const
    {
        auto ahead = at_;
        while (ahead < text_.size() && (text_[ahead] == ' ' || text_[ahead] == '\t' || text_[ahead] == '\r')) ++ahead;
        return ahead < text_.size() && text_[ahead] == '\n';
    }

private:
    std::string_view text_;
    std::size_t at_;
    location where_;
};

// Anchors and tags stand before the value they belong to.
void skip_properties(text_cursor& c)
{
    while (c.peek() == '&' || c.peek() == '!') {
        while (!c.done() && !c.on_blank() && !c.on_break()) c.step();
        while (!c.done() && (c.on_blank() || c.on_break())) c.step();
    }
}

std::size_t utf8_length(std::string_view value, std::size_t at)
{
    std::size_t n = 1;
    while (at + n < value.size() && (static_cast<unsigned char>(value[at + n]) & 0xC0U) == 0x80U) ++n;
    return n;
}

// "| " and ">-" stand on a line of their own; the value begins at the indentation of the first line that is not empty.
std::size_t enter_block(text_cursor& c)
{
    while (!c.done() && !c.on_break()) c.step();
    c.skip_break();
    auto probe = c;
    std::size_t indent = 0;
    while (!probe.done()) {
        indent = 0;
        while (probe.peek() == ' ') {
            probe.step();
            ++indent;
        }
        if (!probe.on_break()) break;
        probe.skip_break();
    }
    return indent;
}

void skip_indent(text_cursor& c, std::size_t indent)
{
    while (indent-- > 0 && c.peek() == ' ') c.step();
}

location place_in_literal(text_cursor c, std::string_view value, std::size_t offset)
{
    const auto indent = enter_block(c);
    skip_indent(c, indent);
    for (std::size_t v = 0; v < offset && !c.done(); ++v) {
        if (value[v] == '\n') {
            if (!c.on_break()) break;
            c.skip_break();
            skip_indent(c, indent);
        } else {
            if (c.peek() != value[v]) break;
            c.step();
        }
    }
    return c.where();
}

// Source characters of one escape in double quotes, beginning at the backslash.
std::size_t escape_length(const text_cursor& c)
{
    switch (c.peek(1)) {
    case 'x': return 4;
    case 'u': return 6;
    case 'U': return 10;
    default: return 2;
    }
}

location place_in_flow(text_cursor c, std::string_view value, std::size_t offset, char style)
{
    if (style == '>') {
        const auto indent = enter_block(c);
        skip_indent(c, indent);
    } else if (style != 0) {
        c.step();
    }
    std::size_t v = 0;
    while (v < offset && !c.done()) {
        if (c.at_line_end()) { // folded: one break is a blank, n breaks are n - 1 line feeds
            c.skip_blanks();
            std::size_t breaks = 0;
            while (!c.done() && c.on_break()) {
                c.skip_break();
                c.skip_blanks();
                ++breaks;
            }
            v += breaks > 1 ? breaks - 1 : 1;
        } else if (style == '"' && c.peek() == '\\') {
            if (c.peek(1) == '\n') break; // an escaped line break: near enough
            const auto bytes = utf8_length(value, v);
            if (v + bytes > offset) break;
            c.step(escape_length(c));
            v += bytes;
        } else if (style == '\'' && c.peek() == '\'' && c.peek(1) == '\'') {
            c.step(2);
            ++v;
        } else {
            if (c.peek() != value[v]) break;
            c.step();
            ++v;
        }
    }
    return c.where();
}

} // namespace

location place_in_scalar(const node::data& scalar, std::size_t offset)
{
    if (scalar.kind != node_kind::scalar || scalar.where.line == 0) return scalar.where;
    offset = std::min(offset, scalar.scalar.size());
    if (!scalar.source) {
        auto where = scalar.where;
        where.column += static_cast<int>(offset);
        return where;
    }
    text_cursor c(*scalar.source, scalar.begin, scalar.where);
    skip_properties(c);
    const char style = c.peek();
    if (scalar.quoted && style == '|') return place_in_literal(c, scalar.scalar, offset);
    const bool marked = scalar.quoted && (style == '>' || style == '"' || style == '\'');
    return place_in_flow(c, scalar.scalar, offset, marked ? style : '\0');
}

bool quote_is_closed(std::string_view text, std::size_t begin)
{
    text_cursor c(text, begin, {});
    skip_properties(c);
    const char quote = c.peek();
    if (quote != '"' && quote != '\'') return true;
    auto at = c.position() + 1;
    while (at < text.size() && text[at] != quote) {
        at += quote == '"' && text[at] == '\\' ? 2 : 1;
        // In single quotes '' is a quote of the value.
        while (quote == '\'' && at + 1 < text.size() && text[at] == quote && text[at + 1] == quote) at += 2;
    }
    return at < text.size();
}

} // namespace idferry::config
