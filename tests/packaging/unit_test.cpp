// The systemd unit, its drop-ins, the account and the folders, as systemd's own programs judge them. They work on a
// root of their own, so that nothing has to be installed and no systemd has to run.
#include "tests/packaging/shell.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <unistd.h>

namespace idferry::packaging {
namespace {

namespace fs = std::filesystem;

// A root that has what the unit refers to: systemd's own units and the programs it starts.
class root
{
public:
    root()
    {
        const fs::path units = "usr/lib/systemd/system";
        fs::create_directories(folder_.path() / units);
        fs::copy("/" / units, folder_.path() / units, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
        for (const auto* program : {"usr/bin/idferry", "bin/kill"}) {
            write(folder_.path() / program, "");
            fs::permissions(folder_.path() / program, fs::perms(0755));
        }
        unit(text_of(in_tree("packaging/systemd/idferry.service")));
    }
    const fs::path& path() const { return folder_.path(); }
    void unit(const std::string& text) const { write(path() / "usr/lib/systemd/system/idferry.service", text); }
    void drop_in(const std::string& name, const std::string& text) const
    {
        write(path() / "usr/lib/systemd/system/idferry.service.d" / name, text);
    }
    answer verify() const
    {
        return shell("systemd-analyze verify --man=no --root='" + path().string() + "' idferry.service");
    }

private:
    temporary_folder folder_;
};

// A drop-in as it is once everything in it is switched on: "#Key=" becomes "Key=", other comments stay.
std::string switched_on(const std::string& drop_in)
{
    std::string out;
    for (std::size_t at = 0; at < drop_in.size(); ++at) {
        const bool begins = at == 0 || drop_in[at - 1] == '\n';
        if (begins && drop_in[at] == '#' && at + 1 < drop_in.size() && std::isupper(drop_in[at + 1]) != 0) continue;
        out += drop_in[at];
    }
    return out;
}

// The value of "Overall exposure level for idferry.service: 1.1 OK".
double exposure(const std::string& file)
{
    const auto said = shell("systemd-analyze security --offline=yes --no-pager '" + file + "'").said;
    const std::string before = "Overall exposure level for idferry.service: ";
    const auto at = said.find(before);
    EXPECT_NE(at, std::string::npos) << said;
    return at == std::string::npos ? 10 : std::strtod(said.c_str() + at + before.size(), nullptr);
}

class unit : public testing::Test
{
protected:
    void SetUp() override { ASSERT_TRUE(installed("systemd-analyze")) << advice("systemd-analyze"); }
};

TEST_F(unit, verifies_without_a_word)
{
    const root place;
    const auto judged = place.verify();
    EXPECT_EQ(judged.code, 0);
    EXPECT_EQ(judged.said, "");
}

TEST_F(unit, verification_finds_what_is_wrong)
{
    const root place;
    place.unit(text_of(in_tree("packaging/systemd/idferry.service")) + "\n[Service]\nProtectEverything=yes\n");
    EXPECT_NE(place.verify().said.find("ProtectEverything"), std::string::npos);
    place.unit(text_of(in_tree("packaging/systemd/idferry.service")));
    fs::remove(place.path() / "usr/bin/idferry");
    EXPECT_NE(place.verify().said.find("/usr/bin/idferry"), std::string::npos);
}

TEST_F(unit, is_hardened)
{
    EXPECT_LE(exposure(in_tree("packaging/systemd/idferry.service")), 1.5);
}

TEST_F(unit, judgement_falls_with_less_hardening)
{
    temporary_folder place;
    auto text = text_of(in_tree("packaging/systemd/idferry.service"));
    const std::string line = "CapabilityBoundingSet=\n";
    ASSERT_NE(text.find(line), std::string::npos);
    text.erase(text.find(line), line.size());
    write(place.path() / "idferry.service", text);
    EXPECT_GT(exposure(place.path() / "idferry.service"), 1.5);
}

TEST_F(unit, drop_ins_verify_with_everything_in_them_switched_on)
{
    for (const auto* name : {"credentials.conf", "commands.conf"}) {
        const root place;
        const auto text = text_of(in_tree(std::string("packaging/systemd/") + name));
        place.drop_in(name, text);
        EXPECT_EQ(place.verify().said, "") << name;
        ASSERT_NE(switched_on(text), text) << name;
        place.drop_in(name, switched_on(text));
        EXPECT_EQ(place.verify().said, "") << name;
        place.drop_in(name, switched_on(text) + "NoSuchKey=1\n");
        EXPECT_NE(place.verify().said, "") << name << " is not read at all";
    }
}

// The socket is /run/idferry/admin.sock, 0660, for the group: it needs to be let into the folder, and nobody else.
TEST_F(unit, lets_the_group_into_its_run_time_folder_and_nobody_into_its_state)
{
    const auto text = text_of(in_tree("packaging/systemd/idferry.service"));
    for (const auto* line :
         {"\nUser=idferry\n", "\nGroup=idferry\n", "\nRuntimeDirectory=idferry\n", "\nRuntimeDirectoryMode=0750\n",
          "\nStateDirectory=idferry\n", "\nStateDirectoryMode=0700\n", "\nUMask=0077\n", "\nType=notify\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST_F(unit, account_and_folders_are_made_as_the_unit_needs_them)
{
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: accounts and owners are made in a folder";
    temporary_folder place;
    write(place.path() / "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    write(place.path() / "etc/group", "root:x:0:\n");
    const auto at = " --root='" + place.path().string() + "' ";
    write(place.path() / "usr/lib/sysusers.d/idferry.conf", text_of(in_tree("packaging/systemd/sysusers.conf")));
    write(place.path() / "usr/lib/tmpfiles.d/idferry.conf", text_of(in_tree("packaging/systemd/tmpfiles.conf")));

    const auto users = shell("systemd-sysusers" + at + "idferry.conf");
    EXPECT_EQ(users.code, 0) << users.said;
    const auto accounts = text_of(place.path() / "etc/passwd");
    const auto line = accounts.substr(accounts.find("\nidferry:") + 1);
    EXPECT_NE(line.find(":/var/lib/idferry:/usr/sbin/nologin\n"), std::string::npos) << accounts;
    EXPECT_NE(text_of(place.path() / "etc/group").find("\nidferry:"), std::string::npos);

    const auto folders = shell("systemd-tmpfiles --create" + at + "idferry.conf");
    EXPECT_EQ(folders.code, 0) << folders.said;
    const auto uid = line.substr(line.find(":x:") + 3, line.find(':', line.find(":x:") + 3) - line.find(":x:") - 3);
    const auto looks = [&](const std::string& path) {
        return shell("stat -c '%a %u' '" + (place.path() / path).string() + "'").said;
    };
    EXPECT_EQ(looks("etc/idferry"), "2750 0\n");
    EXPECT_EQ(looks("var/lib/idferry"), "700 " + uid + "\n");
}

} // namespace
} // namespace idferry::packaging
