#include "tests/sandbox/generator.hpp"

#include "tests/sandbox/group_plan.hpp"
#include "tests/sandbox/names.hpp"
#include "tests/sandbox/random.hpp"

#include <algorithm>
#include <unordered_map>

namespace idferry::sandbox {
namespace {

constexpr std::string_view service_names[] = {"service-account-idferry", "service-account-backup",
                                              "service-account-crm"};

std::string digits(random_stream& random, unsigned count)
{
    std::string out;
    for (unsigned at = 0; at < count; ++at) out += static_cast<char>('0' + random.below(10));
    return out;
}

struct people_maker
{
    const organisation_settings& settings;
    group_plan plan;
    std::unordered_map<std::string, std::uint32_t> taken; // user name → how often it was asked for

    std::uint32_t service_count() const { return settings.users >= 50 ? 3U : settings.users >= 5 ? 1U : 0U; }

    std::string unique_username(std::string wanted)
    {
        for (auto count = ++taken[wanted]; count > 1; ++count) {
            auto candidate = wanted + std::to_string(count);
            if (taken.try_emplace(candidate, 1).second) {
                taken[wanted] = count;
                return candidate;
            }
        }
        return wanted;
    }

    void name_person(person& made, random_stream& random, std::uint32_t index)
    {
        std::string ascii_last;
        std::string ascii_first;
        if (index == 0) { // always there: the example configuration names her as a sentinel
            made.first = "Helene";
            made.last = "Brandt";
            ascii_first = "helene";
            ascii_last = "brandt";
        } else {
            const auto& first = given_names()[random.below(given_names().size())];
            const auto& last = family_names()[random.below(family_names().size())];
            made.first = first.written;
            made.last = last.written;
            ascii_first = first.ascii;
            ascii_last = last.ascii;
            if (random.percent(8)) {
                const auto& second = family_names()[random.below(30)];
                if (second.written != last.written) {
                    made.last += "-" + std::string(second.written);
                    ascii_last += "-" + std::string(second.ascii);
                }
            }
        }
        std::string plain = ascii_first + "." + ascii_last;
        std::erase(plain, '\'');
        made.username = unique_username(plain);
        const auto number = made.username.substr(plain.size());
        made.email =
            ascii_first + "." + ascii_last + number + "@" + settings.domain; // the apostrophe stays: it is legal
        if (index > 0 && random.percent(3)) made.email[0] = static_cast<char>(made.email[0] - 'a' + 'A');
    }

    void place_person(person& made, random_stream& random, std::uint32_t index)
    {
        auto add = [&](std::uint32_t group) {
            if (group != no_group && std::find(made.groups.begin(), made.groups.end(), group) == made.groups.end())
                made.groups.push_back(group);
        };
        if (index == 0 || plan.departments.empty()) {
            add(plan.staff);
            made.title = "Geschäftsführerin";
            made.department = "Management";
        } else if (index % 53 == 17) { // in no group at all
            made.title = "Werkstudent/in";
        } else {
            auto ticket = random.below(plan.total_weight);
            std::size_t at = 0;
            while (ticket >= departments()[plan.departments[at].words].weight) {
                ticket -= departments()[plan.departments[at].words].weight;
                ++at;
            }
            const auto& department = plan.departments[at];
            const auto& words = departments()[department.words];
            add(department.group);
            made.department = words.name;
            made.title = words.titles[random.below(words.titles.size())];
            if (!department.teams.empty() && random.percent(85)) // small teams are as likely as large ones are not
                add(department
                        .teams[std::min(random.below(department.teams.size()), random.below(department.teams.size()))]);
            if (department.words == 0 && (index % 37 == 5 || random.percent(8))) {
                add(plan.leads);
                made.title = "Vertriebsleitung";
            }
            if (department.words == 3 && random.percent(35)) add(plan.research);
        }
        if (index < 40) add(plan.all_users);
        if (const auto extra = plan.exact.find(index); extra != plan.exact.end())
            for (const auto group : extra->second) add(group);
    }

    person make(std::uint32_t index)
    {
        random_stream random(settings.seed, index + 1000ULL);
        person made;
        made.id = random.uuid();
        const auto services = service_count();
        if (index >= settings.users - services) {
            made.service_account = true;
            made.username = service_names[settings.users - 1 - index];
            made.verified = false;
            if (!plan.departments.empty() && index + 1 == settings.users)
                made.groups.push_back(plan.departments.back().group);
            if (const auto extra = plan.exact.find(index); extra != plan.exact.end())
                for (const auto group : extra->second)
                    if (std::find(made.groups.begin(), made.groups.end(), group) == made.groups.end())
                        made.groups.push_back(group);
            return made;
        }
        name_person(made, random, index);
        place_person(made, random, index);
        made.locale = locales()[random.below(locales().size())];
        made.location = cities()[random.below(cities().size())];
        made.cost_center = "K" + digits(random, 4);
        if (index == 0 || !random.percent(4)) {
            auto number = std::to_string(index + 1);
            made.employee_id = "P" + std::string(number.size() < 7 ? 7 - number.size() : 0, '0') + number;
        }
        const auto phones = random.below(4);
        for (std::uint64_t at = 0; at < std::min<std::uint64_t>(phones, 2); ++at)
            made.phones.push_back("+49 40 " + digits(random, 3) + " " + digits(random, 4));
        if (random.percent(40)) made.mobile = "0171 " + digits(random, 7);
        if (random.percent(15)) made.second_email = made.username + "@mail.example";
        if (index > 0 && random.percent(12)) made.title.clear();
        if (index > 0) {
            if (index % 41 == 13) made.email.clear();
            made.enabled = !(index % 29 == 11);
            made.verified = !made.email.empty() && !random.percent(10);
        }
        return made;
    }
};

} // namespace

void generate(const organisation_settings& settings, const std::function<void(const planned_group&)>& on_group,
              const std::function<void(person&&)>& on_person)
{
    people_maker maker{settings, plan_groups(settings), {}};
    for (const auto& group : maker.plan.groups) on_group(group);
    for (std::uint32_t index = 0; index < settings.users; ++index) on_person(maker.make(index));
}

} // namespace idferry::sandbox
