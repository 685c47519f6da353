// Figures with labels, and their text for Prometheus: prometheus-cpp writes the format, this keeps the values. Series
// can be removed by a label, which is what a reload needs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::daemon::admin {

using figure_labels =
    std::vector<std::pair<std::string, std::string>>; // name and value, in the order of the name's text

enum class figure_kind
{
    counter,
    gauge,
    histogram
};

// One metric and all its series.
class figure
{
public:
    // `bounds`: upper bounds of a histogram's buckets, ascending, without infinity.
    figure(std::string name, std::string help, figure_kind kind, std::vector<double> bounds = {});

    void set(const figure_labels& labels, double value);     // gauge
    void add(const figure_labels& labels, double by = 1);    // counter, or a gauge that goes up and down
    void observe(const figure_labels& labels, double value); // histogram
    void remove_all();
    // Removes the series whose label `name` is not among `values`.
    void keep_only(const std::string& name, const std::vector<std::string>& values);

private:
    friend std::string figures_text(const std::vector<const figure*>& all);
    struct series
    {
        double value{0};
        double sum{0};
        std::vector<std::uint64_t> buckets; // not cumulative; the last one is beyond all bounds
    };
    std::string name_, help_;
    figure_kind kind_;
    std::vector<double> bounds_;
    std::map<figure_labels, series> series_;
};

// Prometheus' text exposition format, version 0.0.4. Metrics without a series are left out.
std::string figures_text(const std::vector<const figure*>& all);

} // namespace idferry::daemon::admin
