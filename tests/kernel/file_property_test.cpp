// Random policies on random trees of this machine: what a jailed program really can do with each path is
// what the pure model of files says, and no rename walks around a cover.
#include <elf.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sstream>
#include <thread>

#include "compiler/compile.hpp"
#include "sandbox/file_view.hpp"
#include "tests/kernel/jail_test.hpp"
#include "tests/support/linked_set.hpp"
#include "tests/support/random_files.hpp"

namespace ward::test {

namespace {

using compiler::FileRule;
using sandbox::FileView;
using sandbox::ViewEntry;
using Kind = ViewEntry::Kind;

constexpr unsigned write_bit = 2, execute_bit = 4;
constexpr unsigned cases_for_each_tree = 5;

// The smallest program that exits with 7: a header, one segment, three instructions (elf(5)).
std::string smallest_program() {
    constexpr std::string_view code("\xbf\x07\x00\x00\x00\xb8\x3c\x00\x00\x00\x0f\x05", 12);  // exit(7)
    constexpr std::uint64_t place = 0x400000, headers = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    Elf64_Ehdr header{};
    std::memcpy(&header.e_ident[0], ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_entry = place + headers;
    header.e_phoff = header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = segment.p_paddr = place;
    segment.p_filesz = segment.p_memsz = headers + code.size();
    segment.p_align = 0x1000;
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) +
           std::string(reinterpret_cast<const char*>(&segment), sizeof segment) + std::string(code);
}

// As a word of a policy, in quotes.
std::string quoted(const std::string& path) {
    std::string text = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\') text += '\\';
        if (c == '\n')
            text += "\\n";
        else
            text += c;
    }
    return text + '"';
}

std::string words_of_kind(const FileRule& rule) {
    switch (rule.kind) {
        case FileRule::Kind::hide:
            return "hide";
        case FileRule::Kind::protect:
            return "protect";
        case FileRule::Kind::private_folder:
            return "private";
        default:
            return "overlay";
    }
}

std::string statement(const std::string& word, const FileRule& rule) {
    const std::string path = rule.is_glob ? rule.path : quoted(rule.path);
    return word + (rule.optional ? "? " : " ") + path + (rule.from.empty() ? "" : " from " + quoted(rule.from)) + "\n";
}

// One case: a tree that is there, and a policy about it.
struct Case {
    std::string statements;
    std::vector<std::string> arguments;
    std::vector<std::string> names;  // to look at
};

class CaseMaker {
public:
    CaseMaker(const Scene& scene, unsigned seed) : random_(seed), shape_(shape_for(scene)) {
        nodes_ = random_tree(random_, shape_);
        for (const RandomNode& node : nodes_) make(scene, node);
    }
    CaseMaker(const CaseMaker&) = delete;
    CaseMaker& operator=(const CaseMaker&) = delete;
    ~CaseMaker() {
        std::error_code ignored;
        std::filesystem::remove_all(shape_.top, ignored);
    }

    Case next() {
        const auto paths = paths_of(nodes_);
        const RuleMix mix{.patterns = true, .private_folders = true, .elsewhere = true, .overlays = true};
        const auto rules = random_rules(random_, paths, mix);
        Case made{"", {}, all_names(paths, rules)};
        for (const FileRule& rule : rules) add(rule, made);
        if (!made.arguments.empty()) made.statements += random_.chance(2) ? "read $arguments\n" : "write $arguments\n";
        return made;
    }

private:
    TreeShape shape_for(const Scene& scene) {
        static const std::vector<std::string> odd = {"c",        ".c",         "with blank", "line\nend",
                                                     "\xc3\xbc", "\"quotes\"", "#1"};
        TreeShape shape{scene.work() + "/t", {"a", "b"}, 8, true};
        shape.names.push_back(random_.one_of(odd));
        return shape;
    }

    static void make(const Scene& scene, const RandomNode& node) {
        if (node.kind == RandomNode::Kind::folder) scene.add_folder(node.path);
        // Not written anew: what another thread starts meanwhile would hold it open, and nobody could run it.
        if (node.kind == RandomNode::Kind::file)
            std::filesystem::create_hard_link(scene.folder() + "/program", node.path);
        if (node.kind == RandomNode::Kind::link) scene.add_link(node.path, node.target);
    }

    static void add(const FileRule& rule, Case& made) {
        std::error_code ignored;  // a word that leads nowhere is not taken for a path
        if (rule.argument && !std::filesystem::exists(rule.path, ignored)) return;
        if (rule.argument) return made.arguments.push_back(rule.path);
        if (rule.kind != FileRule::Kind::grant) {
            made.statements += statement(words_of_kind(rule), rule);
            return;
        }
        const bool plain = (rule.access & (write_bit | execute_bit)) == 0;
        if (plain) made.statements += statement("read", rule);
        if ((rule.access & write_bit) != 0) made.statements += statement("write", rule);
        if ((rule.access & execute_bit) != 0) made.statements += statement("execute", rule);
    }

    Random random_;
    TreeShape shape_;
    std::vector<RandomNode> nodes_;
};

// What the model says of each path, in the letters of tree_probe.
class Model {
public:
    Model(const FileView& view, const sandbox::FileTree& files, bool made_folders_are_own)
        : view_(&view), files_(&files), made_folders_are_own_(made_folders_are_own) {}

    [[nodiscard]] std::string letters(const std::string& path) const {
        std::string at = "/";
        std::deque<std::string> rest = sandbox::components(path);
        for (int links = 0; !rest.empty();) {
            const std::string name = rest.front();
            rest.pop_front();
            if (name == "..") at = sandbox::parent_of(at);
            if (name == "." || name == "..") continue;
            const std::string place = sandbox::join(at, name);
            if (const auto target = link_at(place)) {
                if (++links > 40) return "-";
                if (target->front() == '/') at = "/";
                const auto names = sandbox::components(*target);
                rest.insert(rest.begin(), names.begin(), names.end());
                continue;
            }
            const std::string found = of_place(place);
            if (found.front() != 'd' && !rest.empty()) return found.front() == 'f' ? "-" : found;
            if (is_barred(place) && !rest.empty()) return "!";
            at = place;
        }
        return at == "/" ? "dl" : of_place(at);
    }

    // What may be written of the host has no cover below: there, something else could take its path. In a
    // private folder, which the jail has made, nobody but the program itself would be misled.
    [[nodiscard]] bool may_be_moved(const std::string& path) const {
        const ViewEntry* around = view_->around(path);
        if (around == nullptr || !around->is_writable_tree()) return true;
        for (const auto& [place, entry] : view_->entries)
            if (sandbox::is_within(place, path) && entry.kind != Kind::link && !entry.is_writable_tree()) return false;
        return true;
    }

private:
    // The target of a link that the jail has at this place.
    [[nodiscard]] std::optional<std::string> link_at(const std::string& place) const {
        const ViewEntry* entry = view_->around(place);
        if (entry == nullptr) return {};
        if (entry->kind == Kind::link && entry->path == place) return entry->text;
        return is_of_host(*entry) ? files_->link_target(view_->on_host(place)) : std::nullopt;
    }

    static bool is_of_host(const ViewEntry& entry) {
        return entry.kind == Kind::tree || entry.kind == Kind::pin || entry.kind == Kind::overlay;
    }

    [[nodiscard]] bool leads_on(const std::string& place) const {
        const auto next = view_->entries.upper_bound(place + '/');
        return next != view_->entries.end() && sandbox::is_within(next->first, place);
    }

    // A hidden folder that leads to nothing has no right to search it.
    [[nodiscard]] bool is_barred(const std::string& place) const {
        const ViewEntry* entry = view_->around(place);
        return entry != nullptr && entry->path == place && entry->kind == Kind::hidden && !leads_on(place);
    }

    [[nodiscard]] std::string of_place(const std::string& place) const {
        const ViewEntry* entry = view_->around(place);
        const bool leads = leads_on(place);
        if (entry == nullptr) return leads ? "dl" : "-";
        switch (entry->kind) {
            case Kind::tree:
            case Kind::pin:
            case Kind::overlay:
                return of_tree(place, *entry);
            case Kind::hidden:
                if (entry->path == place) return entry->is_folder() ? "dh" : "fh";
                return leads ? "dh" : "-";
            case Kind::private_folder:
                if (entry->path == place) return "dlc";
                return !leads ? "-" : made_folders_are_own_ ? "dlc" : "dl";
            case Kind::folder:
                return entry->path == place || leads ? "dl" : "-";
            default:
                return "-";
        }
    }

    [[nodiscard]] std::string of_tree(const std::string& place, const ViewEntry& entry) const {
        const auto inode = files_->inspect(view_->on_host(place));
        if (!inode) return "-";
        const bool writes = (entry.access & write_bit) != 0;
        if (inode->is_folder()) return writes ? "dlc" : "dl";
        return std::string("fr") + (writes ? "w" : "") + ((entry.access & execute_bit) != 0 ? "x" : "");
    }

    const FileView* view_;
    const sandbox::FileTree* files_;
    bool made_folders_are_own_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

struct Tally {
    std::atomic<unsigned> cases = 0, refused = 0, paths = 0, moved = 0;
};

// Makes cases in a scene of its own, and compares. What it finds wrong, in words, is empty if all is well.
class Comparison {
public:
    Comparison(Scene& scene, Tally& tally) : scene_(&scene), tally_(&tally) {}

    [[nodiscard]] std::string compare(const Case& made) {
        files_ = sandbox::host_files();  // one remembers what it has seen
        const auto view = view_of(made);
        const Outcome outcome = run_jail(made);
        ++tally_->cases;
        if (!view) return refused(made, outcome);
        const auto lines = lines_of(outcome.out);
        if (outcome.status != 0 || lines.size() != 2 * made.names.size())
            return "status " + std::to_string(outcome.status) + "\n" + outcome.err + in_words(made);
        const Model model(*view, *files_, !scene_->user().privileged());
        for (std::size_t i = 0; i < made.names.size(); ++i) {
            const std::string& path = made.names[i];
            const std::string expected = model.letters(path);
            if (lines[i] != expected)
                return path + ": the model says " + expected + ", the jail " + lines[i] + "\n" + in_words(made);
            const bool moved = lines[made.names.size() + i] == "m";
            if (moved && !model.may_be_moved(path)) return path + ": renamed with a cover below\n" + in_words(made);
            ++tally_->paths;
            if (moved) ++tally_->moved;
        }
        return {};
    }

private:
    static std::string in_words(const Case& made) {
        std::string text = made.statements;
        for (const std::string& argument : made.arguments) text += "argument " + argument + "\n";
        return text;
    }

    [[nodiscard]] static std::string policy_text(const Case& made) {
        return "files {\nexecute $bin\n" + made.statements + "}\n";
    }

    [[nodiscard]] std::string refused(const Case& made, const Outcome& outcome) {
        ++tally_->refused;
        if (outcome.status == 125 && outcome.out.empty()) return {};
        return "the model refuses it (" + reason_ + "), ward runs it: status " + std::to_string(outcome.status) + "\n" +
               outcome.err + in_words(made);
    }

    // Absent if the policy is an error here.
    [[nodiscard]] std::optional<FileView> view_of(const Case& made) {
        policy::Sources sources;
        policy::Diagnostics diagnostics;
        const auto set =
            link("random", "policy random\n" + scene_->expand(policy_text(made)), built_in_text, sources, diagnostics);
        if (!set) return {};
        compiler::Facts facts;
        facts.home = scene_->home();
        facts.cwd = scene_->work();
        facts.program = program("tree_probe");
        facts.arguments = made.arguments;
        jail_ = compiler::compile(*set, facts, diagnostics);
        reason_ = jail_ ? "" : diagnostics.all().back().message();
        if (!jail_) return {};
        sandbox::Walker walker(*files_);
        auto view = sandbox::view_files({jail_->files, facts.program, facts.cwd}, {walker, walker}, diagnostics);
        if (!view) reason_ = diagnostics.all().back().message();
        return view;
    }

    [[nodiscard]] Outcome run_jail(const Case& made) {
        std::vector<std::string> words{program("tree_probe")};
        words.insert(words.end(), made.arguments.begin(), made.arguments.end());
        Invocation invocation = scene_->jailed(
            "syscalls { allow @default, @basic-io, @file-system, @process, @signal }\n" + policy_text(made), words);
        for (const std::string& name : made.names) invocation.input += name + '\0';
        return run(invocation);
    }

    Scene* scene_;
    Tally* tally_;
    std::unique_ptr<sandbox::FileTree> files_;
    std::optional<compiler::Jail> jail_;  // the view points into it
    std::string reason_;                  // of the model, where it refuses
};

unsigned number_of_cases() {
    const char* stated = std::getenv("WARD_FILE_CASES");
    return stated == nullptr ? 3800 : static_cast<unsigned>(std::stoul(stated));
}

}  // namespace

class FileProperty : public JailTest {
protected:
    static constexpr unsigned workers = 2;

    // The cases of every `workers`-th tree, until one is wrong.
    static std::string work(unsigned first, Scene& scene, Tally& tally) {
        Comparison comparison(scene, tally);
        const unsigned trees = number_of_cases() / cases_for_each_tree;
        for (unsigned tree = first; tree < trees; tree += workers) {
            CaseMaker maker(scene, scene.user().privileged() ? tree : trees + tree);
            for (unsigned i = 0; i < cases_for_each_tree; ++i)
                if (const std::string wrong = comparison.compare(maker.next()); !wrong.empty())
                    return "tree " + std::to_string(tree) + ", " + wrong;
        }
        return {};
    }
};
WARD_AS_BOTH_USERS(FileProperty);

TEST_P(FileProperty, RealAccessIsWhatTheModelSays) {
    const auto begin = std::chrono::steady_clock::now();
    Tally tally;
    std::vector<std::unique_ptr<Scene>> scenes;
    std::vector<std::string> wrong(workers);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < workers; ++i) {
        scenes.push_back(std::make_unique<Scene>(scene().user()));
        scenes.back()->add_file(scenes.back()->folder() + "/program", smallest_program(), 0755);
    }
    for (unsigned i = 0; i < workers; ++i) threads.emplace_back([&, i] { wrong[i] = work(i, *scenes[i], tally); });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& words : wrong) EXPECT_EQ(words, "");
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("%u cases, %u of them refused, %u paths, %u renamed: %.0f cases per second\n", tally.cases.load(),
                tally.refused.load(), tally.paths.load(), tally.moved.load(), tally.cases / seconds.count());
    EXPECT_GT(tally.paths, tally.cases * 5) << "most cases must be ones that run";
    EXPECT_GT(tally.moved, 0U);
}

}  // namespace ward::test
