#include "connectors/registry.hpp"
