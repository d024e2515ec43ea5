#include "sandbox/apparmor_profile.hpp"

#include <sys/stat.h>

#include <string_view>

#include "sandbox/id_subordinate.hpp"

namespace ward::sandbox {
namespace {

// Everything that AppArmor mediates, so that nothing but what is said beside it is refused.
constexpr std::string_view everything_but_privileges =
    "    allow file rwlkm /{**,},\n"
    "    allow network,\n"
    "    allow unix,\n"
    "    allow ptrace,\n"
    "    allow signal,\n"
    "    allow mqueue,\n"
    "    allow io_uring,\n"
    "    allow dbus,\n"
    "    allow mount,\n"
    "    allow umount,\n"
    "    allow pivot_root,\n";

// AppArmor has patterns in paths.
std::string literal(const std::string& path) {
    std::string text = "\"";
    for (const char c : path) {
        if (std::string_view("\\\"*?[]{}^@").find(c) != std::string_view::npos) text += '\\';
        text += c;
    }
    return text + '"';
}

// A folder like /tmp can be written by all, and what is in it be replaced by its owner alone.
bool is_roots_alone(const struct stat& file) {
    const bool is_sticky = S_ISDIR(file.st_mode) && (file.st_mode & S_ISVTX) != 0;
    const bool others_write = (file.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    return file.st_uid == 0 && (!others_write || is_sticky);
}

}  // namespace

// The program gets its profile stacked on ward's, since with no_new_privs a process may only lose rights by an
// exec. newuidmap(1) runs before that, and outside: it is setuid, and needs its capabilities. Where paths overlap, the
// one without a pattern counts. Syntax: apparmor.d(5) of AppArmor 4.
std::string apparmor_profile(const std::string& path) {
    return "# Made by `ward doctor --apparmor-profile`: ward may make user namespaces, what it starts may not.\n"
           "abi <abi/4.0>,\n"
           "include <tunables/global>\n"
           "\n"
           "profile ward " +
           literal(path) +
           " flags=(attach_disconnected,mediate_deleted) {\n"
           "    allow userns,\n"
           "    allow capability,\n" +
           std::string(everything_but_privileges) +
           "    allow pix /** -> &ward//&ward_program,\n"
           "    allow Ux " +
           std::string(user_map_helper) +
           ",\n"
           "    allow Ux " +
           std::string(group_map_helper) +
           ",\n"
           "    include if exists <local/ward>\n"
           "}\n"
           "\n"
           "profile ward_program flags=(attach_disconnected,mediate_deleted) {\n"
           "    audit deny userns,\n"
           "    audit deny capability,\n" +
           std::string(everything_but_privileges) +
           "    allow pix /** -> &ward_program,\n"
           "    include if exists <local/ward_program>\n"
           "}\n";
}

std::string changeable_part(const std::string& path) {
    std::string part = path;
    while (true) {
        struct stat file {};
        if (::lstat(part.empty() ? "/" : part.c_str(), &file) != 0 || !is_roots_alone(file))
            return part.empty() ? "/" : part;
        if (part.empty()) return {};
        part.resize(part.rfind('/'));
    }
}

}  // namespace ward::sandbox
