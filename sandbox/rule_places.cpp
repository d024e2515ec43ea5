#include "sandbox/rule_places.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "policy/policy.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/glob.hpp"
#include "sandbox/granted_files.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using policy::Diagnostic;
using Kind = FileRule::Kind;

using compiler::read_bit;

using policy::quoted;

// ---- what can be said about a path that is not there

std::string reason_in_words(const Walk& walk) {
    const std::string at = join(walk.reached, walk.missing);
    switch (walk.error) {
        case ENOENT:
            return quoted(walk.reached) + " exists, " + quoted(walk.missing) + " does not";
        case ENOTDIR:
            return quoted(at) + " is not a folder";
        case ELOOP:
            return quoted(at) + " leads through too many symbolic links";
        default:
            return quoted(at) + ": " + strerrordesc_np(walk.error);
    }
}

void suggest_similar(const Walk& walk, const Walker& walker, Diagnostic& error) {
    if (walk.error != ENOENT) return;
    const std::vector<std::string> names = walker.files().entries(walk.reached);
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    std::vector<std::string> similar = policy::similar_names(walk.missing, candidates);
    for (std::string& name : similar) name = join(walk.reached, name);
    if (!similar.empty()) error.help("an entry with a similar name exists: " + policy::quoted_list(similar));
}

std::string optional_form(const FileRule& rule) {
    FileRule form = rule;
    form.optional = true;
    return quoted(words_of(form));
}

// `read ~/.aws?`: the `?` was meant for the statement's word.
FileRule without_mark(FileRule rule) {
    rule.path.pop_back();
    return rule;
}

class PlaceFinder {
public:
    PlaceFinder(const ViewRequest& request, Walkers walkers, policy::Diagnostics& diagnostics)
        : root_(request.root), walker_(&walkers.host), jail_(&walkers.jail), diagnostics_(&diagnostics) {}

    void find(const FileRule& rule, bool implied = false) {
        implied_ = implied;
        if (rule.is_glob) return find_pattern(rule);
        find_path(rule, rule.path);
    }

    // From now on paths of the jail are looked up in what the grants found so far take from elsewhere, too.
    void see_grants() {
        const auto is_elsewhere = [this](const RulePlace& place) {
            return is_grant(place) && place.source != on_host(place.path);
        };
        if (std::ranges::none_of(places.present, is_elsewhere)) return;
        GrantedFiles files(walker_->files(), root_ == nullptr ? "" : root_->from);
        for (const RulePlace& place : places.present)
            if (is_grant(place)) files.grant(place.path, place.source);
        granted_ = std::move(files);
        granted_walker_.emplace(*granted_);
        jail_ = &*granted_walker_;
    }

    RulePlaces places;

private:
    static bool is_grant(const RulePlace& place) { return place.rule->kind == Kind::grant; }

    Diagnostic& error(const policy::Slug& slug, const FileRule& rule, std::string message) {
        return diagnostics_->add(slug, place_of(rule), std::move(message));
    }

    void find_pattern(const FileRule& rule) {
        const auto paths = expand_glob(rule.path, rule.is_guard() ? *jail_ : *walker_);
        if (!paths) {
            error(policy::slug::too_many_mounts, rule, quoted(rule.path) + " matches too much")
                .help("name the folder, which grants everything in it");
        } else if (paths->empty() && !rule.optional) {
            error(policy::slug::path_not_found, rule, quoted(rule.path) + " matches nothing on this host")
                .note("a pattern without a match is an error, because it grants or guards nothing")
                .help(rule.path.ends_with('?') ? "if the path is optional, write " + optional_form(without_mark(rule))
                                               : "if that is fine, write " + optional_form(rule));
        } else {
            for (const std::string& path : *paths) find_path(rule, path);
        }
    }

    void find_path(const FileRule& rule, const std::string& path) {
        switch (rule.kind) {
            case Kind::grant:
                return rule.from.empty() ? grant(rule, path) : grant_from(rule);
            case Kind::hide:
            case Kind::protect:
                return guard(rule, path);
            case Kind::private_folder:
            case Kind::text_file:
            case Kind::directory:
                return make(rule, Walker::LastLink::follow);
            case Kind::link:
                return make(rule, Walker::LastLink::keep);
            case Kind::overlay:
                return overlay(rule);
        }
    }

    void grant(const FileRule& rule, const std::string& path) {
        const Walk walk = walker_->walk(path);
        if (!walk.inode) return missing(rule, path, walk);
        if (walk.in_proc) return grant_in_proc(rule);
        if (root_ == nullptr) return add(rule, walk, walk);
        place_from(rule, walk, path);
    }

    // What is at one path on the host, and at another in the jail.
    void place_from(const FileRule& rule, const Walk& source, const std::string& path) {
        const Walk destination = jail_->walk(path);
        if (!destination.inode && destination.error != ENOENT) return missing(rule, path, destination);
        if (destination.in_proc || source.in_proc) return own_folder(rule);
        add(rule, destination, source);
    }

    // The jail has its own /proc, where everything can be read that /proc shows to its processes.
    void grant_in_proc(const FileRule& rule) {
        if (rule.access != read_bit) own_folder(rule);
    }

    void grant_from(const FileRule& rule) {
        const Walk source = walker_->walk(rule.from);
        if (!source.inode) return missing(rule, rule.from, source);
        place_from(rule, source, rule.path);
    }

    // Over what the jail has there without it.
    void overlay(const FileRule& rule) {
        const Walk walk = jail_->walk(rule.path);
        if (!walk.inode) return missing(rule, rule.path, walk);
        if (walk.in_proc) return own_folder(rule);
        if (!walk.inode->is_folder()) return not_a_folder(rule, walk.path);
        const std::size_t before = places.present.size();
        add(rule, walk, walk);
        if (places.present.size() == before) return;
        RulePlace& place = places.present.back();
        place.source = on_host(walk.path);
        if (!rule.into.empty()) find_layer(rule, place);
    }

    void find_layer(const FileRule& rule, RulePlace& place) {
        const Walk layer = walker_->walk(rule.into);
        if (!layer.inode) return missing(rule, rule.into, layer);
        if (!layer.inode->is_folder()) return not_a_folder(rule, layer.path);
        place.layer = layer.path;
        place.layer_inode = *layer.inode;
    }

    // Where a canonical path of the jail is on the host.
    [[nodiscard]] std::string on_host(const std::string& path) const {
        if (granted_) return granted_->on_host(path);
        return root_ == nullptr ? path : rebased(path, "/", root_->from);
    }

    void not_a_folder(const FileRule& rule, const std::string& path) {
        error(policy::slug::path_not_found, rule, quoted(path) + " is not a folder")
            .help("name a folder: files in it are covered along with it");
    }

    void guard(const FileRule& rule, const std::string& path) {
        const Walk walk = jail_->walk(path);
        if (walk.in_proc && !can_be_hidden_in_proc(rule, walk)) return own_folder(rule);
        if (walk.inode) return add_guard(rule, walk);
        if (!rule.optional) return missing(rule, path, walk);
        places.absent.push_back({&rule, walk.path, on_host(walk.path), {}, {}, walk.error});
    }

    void add_guard(const FileRule& rule, const Walk& walk) {
        if (!may_be_placed(rule, walk, walk)) return;
        RulePlace place{&rule, walk.path, on_host(walk.path), walk.inode, walk.links};
        // Where the program may change them.
        for (Link& link : place.links) link.place = on_host(link.place);
        places.present.push_back(std::move(place));
    }

    // What /proc has for every process is made by the kernel when somebody looks: it has no place to
    // mount on that would stay.
    static bool can_be_hidden_in_proc(const FileRule& rule, const Walk& walk) {
        const auto names = components(walk.path);
        if (rule.kind != Kind::hide || names.size() < 2) return false;
        return names[1] != "self" && names[1] != "thread-self" &&
               std::isdigit(static_cast<unsigned char>(names[1].front())) == 0;
    }

    void make(const FileRule& rule, Walker::LastLink last) {
        const Walk walk = jail_->walk(rule.path, last);
        if (!walk.inode && walk.error != ENOENT) return missing(rule, rule.path, walk);
        if (walk.in_proc) return own_folder(rule);
        add(rule, walk, walk);
    }

    void add(const FileRule& rule, const Walk& destination, const Walk& source) {
        if (!may_be_placed(rule, destination, source)) return;
        RulePlace place{&rule, destination.path, source.path, source.inode, {}};
        place.implied = implied_;
        // A root of its own has links that nobody can change.
        if (root_ == nullptr) place.links = destination.links;
        if (&destination != &source) place.links.insert(place.links.end(), source.links.begin(), source.links.end());
        places.present.push_back(std::move(place));
    }

    bool may_be_placed(const FileRule& rule, const Walk& destination, const Walk& source) {
        const bool is_grant = rule.kind == Kind::grant;
        if (destination.path == "/" || (is_grant && source.path == "/")) {
            error(policy::slug::whole_root, rule, quoted(words_of(rule)) + " is about the whole root folder")
                .help("name the folders that the program needs, for example `/usr`");
            return false;
        }
        if (destination.path == "/dev" || (is_grant && source.path == "/dev")) {
            own_folder(rule);
            return false;
        }
        if (is_grant && (S_ISCHR(source.inode->mode) || S_ISBLK(source.inode->mode))) {
            // `curl -o /dev/null`: an argument is no request for a device; it is there if a `device` names it.
            if (rule.argument) return false;
            error(policy::slug::device_as_file, rule, quoted(source.path) + " is a device")
                .note("files are granted without the right to use devices")
                .help("write " + quoted("device " + name_of(source.path)));
            return false;
        }
        return true;
    }

    void own_folder(const FileRule& rule) {
        const bool is_dev = is_within(rule.path, "/dev");
        error(policy::slug::own_folder, rule,
              quoted(words_of(rule)) + " is about a folder that every jail has as its own")
            .note(is_dev ? "`/dev` has only the devices that a `device` statement names"
                         : "`/proc` shows the jail's own processes, and only to read")
            .help(is_dev ? "name what the program needs with `device`, for example `device null, urandom`"
                         : "remove the path");
    }

    void missing(const FileRule& rule, const std::string& path, const Walk& walk) {
        if (rule.optional) return;
        const bool gone = walk.error == ENOENT || walk.error == ENOTDIR;
        auto& problem = error(policy::slug::path_not_found, rule,
                              quoted(path) + (gone ? " does not exist on this host" : " cannot be reached"));
        problem.label(reason_in_words(walk));
        problem.note(rule.is_guard()
                         ? "a missing path is an error, because a misspelt one would guard nothing"
                         : "a missing path is an error, because a later file of that name would silently be granted");
        suggest_similar(walk, rule.is_guard() ? *jail_ : *walker_, problem);
        if (rule.kind == Kind::grant || rule.is_guard())
            problem.help("if the path is optional, write " + optional_form(rule));
    }

    const FileRule* root_;
    Walker* walker_;
    Walker* jail_;
    std::optional<GrantedFiles> granted_;
    std::optional<Walker> granted_walker_;
    policy::Diagnostics* diagnostics_;
    bool implied_ = false;
};

// ---- the root's own files

bool is_own_folder(const std::string& name) {
    return name == "proc" || name == "dev";
}

std::vector<RulePlace> entries_of(const FileRule& root, Walker& walker) {
    std::vector<RulePlace> entries;
    for (const std::string& name : walker.files().entries(root.from)) {
        const std::string source = join(root.from, name);
        const auto inode = walker.files().inspect(source);
        const bool is_shown = inode && (inode->is_folder() || inode->is_link() || S_ISREG(inode->mode));
        if (is_shown && !is_own_folder(name)) entries.push_back({&root, join("/", name), source, inode, {}});
    }
    return entries;
}

// ---- links into what is hidden

// The rule that decides about the folder of a granted place, links left aside.
const RulePlace* decided_above(const RulePlace& place, const std::vector<RulePlace>& all) {
    const RulePlace* nearest = nullptr;
    for (const RulePlace& other : all) {
        const bool decides = other.rule->kind == Kind::hide || (other.rule->kind == Kind::grant && other.links.empty());
        if (!decides || other.path == place.path || !is_within(place.path, other.path)) continue;
        if (nearest == nullptr || other.path.size() >= nearest->path.size()) nearest = &other;
    }
    return nearest;
}

// True if the rule's path goes through the hidden place by name, not by a link into it.
bool names(const FileRule& rule, const RulePlace& hidden, Walker& walker) {
    std::string prefix;
    for (const std::string& name : components(rule.path)) {
        prefix = join(prefix.empty() ? "/" : prefix, name);
        if (prefix == hidden.rule->path) return true;
        if (!is_within(walker.walk(prefix).path, hidden.path)) continue;
        return walker.walk(prefix, Walker::LastLink::keep).path == hidden.path;
    }
    return false;
}

// The most specific path decides, as the policy's author wrote it. Where a link leads is up to whoever
// made the link.
void check_links(const RulePlaces& places, Walker& walker, policy::Diagnostics& diagnostics) {
    for (const RulePlace& place : places.present) {
        const FileRule& rule = *place.rule;
        if (rule.kind != Kind::grant || rule.argument || !rule.from.empty() || place.links.empty()) continue;
        const RulePlace* above = decided_above(place, places.present);
        if (above == nullptr || above->rule->kind != Kind::hide || names(rule, *above, walker)) continue;
        auto& error =
            diagnostics.add(policy::slug::path_conflict, place_of(rule),
                            quoted(words_of(rule)) + " leads by a link to " + quoted(place.path) + ", which is hidden");
        if (const auto span = place_of(*above->rule)) error.also(*span, "hides it");
        error.note("a link does not uncover what is hidden; only a rule that names the place does");
        error.help("remove one of the two lines, or name the place itself: " + quoted(place.path));
    }
}

}  // namespace

RulePlaces find_places(const ViewRequest& request, Walkers walkers, policy::Diagnostics& diagnostics) {
    PlaceFinder finder(request, walkers, diagnostics);
    for (const FileRule& rule : request.rules)
        if (!rule.is_guard()) finder.find(rule);
    for (const FileRule& rule : request.implied) finder.find(rule, true);
    finder.see_grants();
    for (const FileRule& rule : request.rules)
        if (rule.is_guard()) finder.find(rule);
    finder.places.has_root = request.root != nullptr;
    if (request.root != nullptr) finder.places.of_root = entries_of(*request.root, walkers.host);
    std::stable_sort(finder.places.present.begin(), finder.places.present.end(),
                     [](const RulePlace& a, const RulePlace& b) { return a.path < b.path; });
    check_links(finder.places, walkers.host, diagnostics);
    return std::move(finder.places);
}

std::optional<policy::Span> place_of(const FileRule& rule) {
    if (rule.origins.empty()) return {};
    return rule.origins.front();
}

}  // namespace ward::sandbox
