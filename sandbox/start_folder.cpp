#include "sandbox/start_folder.hpp"

namespace ward::sandbox {
namespace {

bool is_shown(const std::string& path, const FileView& view, Walkers walkers) {
    if (path.empty() || path.front() != '/') return false;
    return view.shows_folder(walkers.jail.walk(path).path, walkers.host.files());
}

void report_not_shown(const compiler::Stated<std::string>& stated, policy::Diagnostics& diagnostics) {
    std::optional<policy::Span> place;
    if (!stated.origins.empty()) place = stated.origins.front();
    diagnostics
        .add(policy::slug::start_not_shown, place,
             "the program cannot start in `" + stated.value + "`: the jail has no such folder")
        .note("a jail has the folders that `files` grants or makes, and those that lead to them")
        .help("write `read " + stated.value + "` or `directory " + stated.value + "` in `files { }`");
}

}  // namespace

std::optional<std::string> decide_start(const StartRequest& request, FileView& view, Walkers walkers,
                                        policy::Diagnostics& diagnostics) {
    const std::string& stated = request.stated.value;
    if (!stated.empty()) {
        if (is_shown(stated, view, walkers)) return stated;
        report_not_shown(request.stated, diagnostics);
        return {};
    }
    if (is_shown(request.called_in, view, walkers)) return request.called_in;
    const std::string folder = is_shown(request.home, view, walkers) ? request.home : "/";
    view.notes.push_back("the working folder `" + request.called_in + "` is not in the jail: the program starts in `" +
                         folder + '`');
    return folder;
}

}  // namespace ward::sandbox
