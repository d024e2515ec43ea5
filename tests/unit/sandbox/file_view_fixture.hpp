// Rules and a host that a test states, and the view that they make in words.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "policy/render.hpp"
#include "sandbox/file_view.hpp"
#include "tests/support/file_rules.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {

class FileViewTest : public testing::Test {
protected:
    FakeFiles files;
    std::vector<compiler::FileRule> rules;
    std::string program;
    std::string working_folder;
    policy::Diagnostics diagnostics;
    policy::Sources sources;
    std::optional<FileView> result;

    // The entries, one line each; the errors if there are any.
    std::string view() {
        Walker walker(files);
        result = view_files({rules, program, working_folder}, {walker, walker}, diagnostics);
        std::string text;
        for (const policy::Diagnostic* each : diagnostics.sorted()) text += policy::render(*each, sources);
        if (!result) return text;
        for (const auto& [path, entry] : result->entries)
            if (entry.kind != ViewEntry::Kind::proc) text += line(entry) + '\n';
        return text;
    }

    static std::string line(const ViewEntry& entry) {
        switch (entry.kind) {
            case ViewEntry::Kind::tree: {
                const std::string from = entry.source == entry.path ? "" : " from " + entry.source;
                return entry.path + ' ' + access_letters(entry.access) + from;
            }
            case ViewEntry::Kind::private_folder:
                return entry.path + " private";
            case ViewEntry::Kind::hidden:
                return entry.path + (entry.is_folder() ? " hidden folder" : " hidden file");
            case ViewEntry::Kind::link:
                return entry.path + " -> " + entry.text;
            case ViewEntry::Kind::text_file:
                return entry.path + " \"" + entry.text + '"';
            case ViewEntry::Kind::pin:
                return entry.path + " pin";
            case ViewEntry::Kind::proc:
                return entry.path + " proc";
            case ViewEntry::Kind::folder:
                return entry.path + " folder";
            case ViewEntry::Kind::overlay:
                return entry.path + " overlay of " + entry.source + (entry.layer.empty() ? "" : " into " + entry.layer);
        }
        return {};
    }
};

}  // namespace ward::sandbox
