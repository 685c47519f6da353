// The files of the web page, which are part of the binary: daemon/admin/web/*, put into assets.cpp by the build
// (daemon/admin/embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace idferry::daemon::admin {

struct asset
{
    std::string_view path;         // "/" for index.html, else "/app.js"
    std::string_view content_type; // "text/html; charset=utf-8"
    std::string_view etag;         // of the content, quoted
    std::string_view content;
};

std::span<const asset> assets();

} // namespace idferry::daemon::admin
