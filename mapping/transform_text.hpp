// The text functions behind the transforms: pure, UTF-8 in and out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::mapping {

std::string lower_text(const std::string& s);
std::string upper_text(const std::string& s);
std::string trimmed_text(const std::string& s);
std::string squeezed_text(const std::string& s);
std::string digits_of(const std::string& s);
// At most `count` code points; never splits one.
std::string truncated_text(const std::string& s, std::size_t count);

// Writes letters of any script in ASCII. Creating one is slow (milliseconds): keep it.
class ascii_writer
{
public:
    enum class style
    {
        plain, // ä → a, ß → ss
        german // ä → ae, ß → ss
    };
    explicit ascii_writer(style wanted);
    ~ascii_writer();
    ascii_writer(const ascii_writer&) = delete;
    ascii_writer& operator=(const ascii_writer&) = delete;

    std::string write(const std::string& s) const;

private:
    struct rules;
    std::unique_ptr<rules> rules_;
};

// A country for national telephone numbers, or nullptr: ISO 3166 code, in capitals.
struct phone_country;
const phone_country* find_phone_country(std::string_view iso);
std::vector<std::string> phone_country_names();
// The number as +digits where the text says exactly that, else nothing and `why`.
std::optional<std::string> to_e164(std::string_view text, const phone_country* home, std::string& why);

enum class date_source
{
    automatic, // text is ISO 8601, a number milliseconds
    iso,
    epoch_ms,
    epoch_s
};
enum class date_form
{
    date,
    date_time
};
std::optional<std::string> date_from_epoch(std::int64_t milliseconds, date_form form);
// `text` is a whole number of milliseconds, or of seconds with `epoch_s`.
std::optional<std::string> date_from_count(std::string_view text, date_source unit, date_form form);
std::optional<std::string> date_from_iso(std::string_view text, date_form form);

} // namespace idferry::mapping
