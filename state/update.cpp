#include "state/update.hpp"

namespace idferry::state {

update::update(const update&) = default;
update::update(update&&) noexcept = default;
update& update::operator=(const update&) = default;
update& update::operator=(update&&) noexcept = default;
update::~update() = default;

} // namespace idferry::state
