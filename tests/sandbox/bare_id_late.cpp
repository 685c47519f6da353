// The knob `late_writes_ms`: an instance that is eventually consistent. Reads and lists show what was there before a
// write until so many milliseconds of the sandbox's clock have passed; writes judge by what is there. Every write keeps
// a copy of the directory for so long, so this is for small ones.
#include "tests/sandbox/bare_id.hpp"

namespace idferry::sandbox {

bare_id_server::as_shown::as_shown(bare_id_server& of, bool reads) : of_(of)
{
    auto& pasts = of_.pasts_;
    const auto late = of_.knob_.late_writes_ms;
    const auto now = of_.clock_.now_ms();
    while (!pasts.empty() && pasts.front().written_ms + late <= now) pasts.pop_front();
    if (late <= 0) return;
    if (!reads)
        pasts.push_back({now, of_.directory_, of_.extra_, of_.realm_roles_});
    else if (!pasts.empty())
        swap();
}

bare_id_server::as_shown::~as_shown()
{
    if (swapped_) swap();
}

void bare_id_server::as_shown::swap()
{
    auto& shown = of_.pasts_.front();
    std::swap(of_.directory_, shown.directory);
    std::swap(of_.extra_, shown.extra);
    std::swap(of_.realm_roles_, shown.realm_roles);
    swapped_ = !swapped_;
}

} // namespace idferry::sandbox
