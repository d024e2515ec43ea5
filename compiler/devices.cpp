// Which devices the program's /dev holds.
#include <array>

#include "compiler/lower.hpp"

namespace ward::compiler {
namespace {

using policy::DeviceStatement;
using policy::Word;

// What a device can do to the host.
struct DangerousDevice {
    std::string_view name;
    bool begins;  // every device whose name begins so
    std::string_view power;
};

constexpr std::array dangerous_devices{
    DangerousDevice{"mem", false, "all memory of the machine"},
    DangerousDevice{"kmem", false, "the kernel's memory"},
    DangerousDevice{"port", false, "every I/O port"},
    DangerousDevice{"kmsg", false, "the kernel's log"},
    DangerousDevice{"cpu_dma_latency", false, "the machine's power states"},
    DangerousDevice{"sd", true, "a whole disk, below every file system"},
    DangerousDevice{"hd", true, "a whole disk, below every file system"},
    DangerousDevice{"vd", true, "a whole disk, below every file system"},
    DangerousDevice{"xvd", true, "a whole disk, below every file system"},
    DangerousDevice{"nvme", true, "a whole disk, below every file system"},
    DangerousDevice{"mmcblk", true, "a whole disk, below every file system"},
    DangerousDevice{"dm-", true, "a whole volume, below every file system"},
    DangerousDevice{"mapper/", true, "a whole volume, below every file system"},
    DangerousDevice{"loop", true, "block devices made from files"},
    DangerousDevice{"disk/", true, "a whole disk, below every file system"},
    DangerousDevice{"uinput", false, "key presses and mouse moves for every other program"},
    DangerousDevice{"input/", true, "every key that is pressed"},
    DangerousDevice{"vhost-", true, "memory shared with the kernel"},
};

bool is_device_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-.:/").find(c) != std::string_view::npos;
    });
    return plain && !name.empty() && name.front() != '/' && name.back() != '/' &&
           name.find("//") == std::string_view::npos && name.front() != '.' &&
           name.find("/.") == std::string_view::npos;
}

void report_bad(const Word& word, std::string_view name, policy::Diagnostics& diagnostics) {
    policy::Diagnostic& bad =
        diagnostics.add(policy::slug::bad_device, word.span, "`" + std::string(name) + "` is no name of a device");
    const std::string_view below = name.starts_with("/dev/") ? name.substr(5) : std::string_view{};
    if (is_device_name(below)) {
        bad.help("write `" + std::string(below) + "`");
    } else {
        bad.help("write the name below /dev, for example `null`");
    }
}

void warn_if_dangerous(const Word& word, std::string_view name, policy::Diagnostics& diagnostics) {
    const auto* found = std::find_if(dangerous_devices.begin(), dangerous_devices.end(), [&](const auto& device) {
        return device.begins ? name.starts_with(device.name) : name == device.name;
    });
    if (found == dangerous_devices.end()) return;
    diagnostics
        .add(policy::slug::dangerous_device, word.span,
             "`" + std::string(name) + "` gives the program " + std::string(found->power))
        .help("remove `" + word.text + "`");
}

}  // namespace

void lower_devices(Lowering& lowering, Jail& jail) {
    std::map<std::string, Origins> devices;
    each<DeviceStatement>(lowering, [&](const DeviceStatement& statement, Place place) {
        for (const Word& word : statement.names) {
            const auto name = place.scope.text(word);
            if (!name) continue;
            if (!is_device_name(*name)) {
                report_bad(word, *name, lowering.diagnostics);
                continue;
            }
            Origins& origins = devices[*name];
            if (origins.empty()) warn_if_dangerous(word, *name, lowering.diagnostics);
            if (!origins.empty() && origins.back().file == word.span.file) {
                warn_duplicate(lowering.diagnostics, *name, origins.back(), word.span);
            }
            origins.push_back(word.span);
        }
    });
    for (auto& [name, origins] : devices) jail.devices.push_back({name, std::move(origins)});
}

}  // namespace ward::compiler
