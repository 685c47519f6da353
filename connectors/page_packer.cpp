#include "connectors/page_packer.hpp"

namespace idferry::connectors {

void page_packer::add(std::string_view key, std::string_view bytes)
{
    const auto at = text_.size();
    text_.append(key).append(bytes);
    parts_.push_back({at, at + key.size(), text_.size()});
}

page page_packer::take()
{
    auto buffer = std::make_shared<const std::string>(std::move(text_));
    const std::string_view all(*buffer);
    page_.records.reserve(parts_.size());
    for (const auto& p : parts_)
        page_.records.push_back({all.substr(p.key, p.bytes - p.key), all.substr(p.bytes, p.end - p.bytes)});
    page_.buffer = std::move(buffer);
    return std::move(page_);
}

} // namespace idferry::connectors
