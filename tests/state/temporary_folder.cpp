#include "tests/state/temporary_folder.hpp"

#include "mapping/digest.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace idferry::tests {

namespace files = std::filesystem;

std::string make_temporary_folder()
{
    // In memory where that is possible: these tests kill processes, not machines, and would wait for the disk only.
    std::error_code ignored;
    const bool in_memory = files::is_directory("/dev/shm", ignored) && ::access("/dev/shm", W_OK) == 0;
    std::string pattern =
        ((in_memory ? files::path("/dev/shm") : files::temp_directory_path()) / "idferry-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return pattern;
}

void remove_temporary_folder(const std::string& folder)
{
    std::error_code ignored;
    files::remove_all(folder, ignored);
}

std::string file_bytes(const std::string& path)
{
    std::error_code missing;
    const auto size = files::file_size(path, missing);
    std::string bytes(missing ? 0 : size, '\0');
    std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

void write_bytes(const std::string& path, const std::string& bytes)
{
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

std::map<std::string, std::string> folder_content(const std::string& folder)
{
    std::map<std::string, std::string> content;
    for (const auto& e : files::recursive_directory_iterator(folder)) {
        const auto name = files::relative(e.path(), folder).string();
        if (e.is_directory())
            content[name + "/"] = "";
        else {
            const auto bytes = file_bytes(e.path().string());
            content[name] = std::to_string(bytes.size()) + " bytes, digest " + mapping::strong_digest(bytes).hex();
        }
    }
    return content;
}

} // namespace idferry::tests
