// Packs records into one buffer; the views of the page are made when all are in.
#pragma once

#include "connectors/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors {

class page_packer
{
public:
    explicit page_packer(list_ref list = {}) { page_.list = std::move(list); }
    // Room for so many bytes of keys and records.
    void reserve(std::size_t bytes) { text_.reserve(bytes); }
    void add(std::string_view key, std::string_view bytes);
    void add_bad(bad_record b) { page_.bad.push_back(std::move(b)); }
    std::size_t size() const { return parts_.size(); } // good records
    page take();                                       // once

private:
    struct part
    {
        std::size_t key, bytes, end;
    };
    page page_;
    std::string text_;
    std::vector<part> parts_;
};

} // namespace idferry::connectors
