# Writes OUT, a C++ file that holds the files of FOLDER: cmake -DFOLDER=… -DOUT=… -P embed.cmake. Nothing but CMake is
# needed. Only kinds that a page of ours may load are taken; any other file is a mistake.
cmake_minimum_required(VERSION 3.25)
file(GLOB files LIST_DIRECTORIES false RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(bytes "")
set(rows "")
set(n 0)
foreach(name IN LISTS files)
  if(name MATCHES "\\.md$")
    continue()
  elseif(name MATCHES "\\.html$")
    set(type "text/html; charset=utf-8")
  elseif(name MATCHES "\\.css$")
    set(type "text/css; charset=utf-8")
  elseif(name MATCHES "\\.js$")
    set(type "text/javascript; charset=utf-8")
  elseif(name MATCHES "\\.svg$")
    set(type "image/svg+xml")
  elseif(name MATCHES "\\.webmanifest$")
    set(type "application/manifest+json")
  else()
    message(FATAL_ERROR "${FOLDER}/${name}: embed.cmake does not know the content type of this file")
  endif()
  file(READ ${FOLDER}/${name} hex HEX)
  file(SHA256 ${FOLDER}/${name} digest)
  string(SUBSTRING ${digest} 0 32 digest)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(REGEX REPLACE "(....................................................................................................)" "\\1\n" hex "${hex}")
  set(path "/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND bytes "constexpr unsigned char file_${n}[] = {\n${hex} 0};\n")
  string(APPEND rows "        asset{\"${path}\", \"${type}\", \"\\\"${digest}\\\"\", text_of(file_${n}, sizeof file_${n} - 1)},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT}.new "// Made by daemon/admin/embed.cmake from daemon/admin/web.
#include \"daemon/admin/assets.hpp\"

#include <array>

namespace idferry::daemon::admin {

namespace {

${bytes}
[[maybe_unused]] std::string_view text_of(const unsigned char* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

} // namespace

std::span<const asset> assets()
{
    static const std::array<asset, ${n}> all{
${rows}    };
    return all;
}

} // namespace idferry::daemon::admin
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUT}.new)
