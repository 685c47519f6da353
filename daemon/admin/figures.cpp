#include "daemon/admin/figures.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

namespace idferry::daemon::admin {

namespace {

prometheus::MetricType type_of(figure_kind kind)
{
    switch (kind) {
    case figure_kind::counter: return prometheus::MetricType::Counter;
    case figure_kind::gauge: return prometheus::MetricType::Gauge;
    case figure_kind::histogram: break;
    }
    return prometheus::MetricType::Histogram;
}

} // namespace

figure::figure(std::string name, std::string help, figure_kind kind, std::vector<double> bounds)
    : name_(std::move(name)), help_(std::move(help)), kind_(kind), bounds_(std::move(bounds))
{
}

void figure::set(const figure_labels& labels, double value)
{
    series_[labels].value = value;
}

void figure::add(const figure_labels& labels, double by)
{
    series_[labels].value += by;
}

void figure::observe(const figure_labels& labels, double value)
{
    auto& s = series_[labels];
    s.buckets.resize(bounds_.size() + 1);
    const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    ++s.buckets[static_cast<std::size_t>(at)];
    s.sum += value;
}

void figure::remove_all()
{
    series_.clear();
}

void figure::keep_only(const std::string& name, const std::vector<std::string>& values)
{
    std::erase_if(series_, [&](const auto& one) {
        for (const auto& [label, value] : one.first)
            if (label == name) return std::find(values.begin(), values.end(), value) == values.end();
        return false;
    });
}

std::string figures_text(const std::vector<const figure*>& all)
{
    std::vector<prometheus::MetricFamily> families;
    for (const auto* f : all) {
        if (f->series_.empty()) continue;
        prometheus::MetricFamily family;
        family.name = f->name_;
        family.help = f->help_;
        family.type = type_of(f->kind_);
        for (const auto& [labels, s] : f->series_) {
            prometheus::ClientMetric m;
            for (const auto& [name, value] : labels) m.label.push_back({name, value});
            m.counter.value = s.value;
            m.gauge.value = s.value;
            std::uint64_t count = 0;
            for (std::size_t i = 0; i < s.buckets.size(); ++i) {
                count += s.buckets[i];
                const double bound = i < f->bounds_.size() ? f->bounds_[i] : std::numeric_limits<double>::infinity();
                m.histogram.bucket.push_back({count, bound});
            }
            m.histogram.sample_count = count;
            m.histogram.sample_sum = s.sum;
            family.metric.push_back(std::move(m));
        }
        families.push_back(std::move(family));
    }
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
}

} // namespace idferry::daemon::admin
