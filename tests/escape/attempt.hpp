// What the header comment of an attempt declares. README.md says what each line means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/kernel/support/scene.hpp"

namespace ward::test {

// How the attempt is shown to work where the layer is missing.
struct Control {
    enum class Kind {
        host,        // without ward, as the user of the test
        root,        // without ward, as root
        namespaces,  // without ward, as root of a user and mount namespace of its own
        with,        // below ward, with one more statement
        without,     // below ward, without one of the statements
    } kind = Kind::host;
    std::string statement;
};

// How the attempt ends below ward.
struct Expectation {
    std::vector<std::string> errors;  // names of errno, any of them
    std::vector<int> signals;         // or one of these ends it
    bool no_effect = false;           // or nothing refuses it, and the effect does not come
    bool ended = false;               // or ward ends it, since its time is over: status 124
    bool not_started = false;         // or ward refuses to run it: status 125
};

// A part of the jail that refuses the attempt, also where the rest of the jail is missing.
struct Layer {
    std::string name;    // of helpers/only.cpp; `ward` or `kernel`: no part of a jail
    Expectation expect;  // where it is alone

    [[nodiscard]] bool can_be_alone() const { return name != "ward" && name != "kernel"; }
};

// One attempt, made in one way, for one user.
struct Attempt {
    std::string file;  // without `.c`: the program
    std::string name;  // unique: file, number in the file, way
    std::string way;   // may be empty
    std::string title;
    std::vector<std::string> covers;  // names of attacks.txt
    std::vector<Layer> layers;        // the first is the one that refuses it in the whole jail
    std::string frame;                // layers without which the attempt means nothing; may be empty
    std::vector<std::string> arguments;
    std::vector<std::string> control_arguments;
    std::vector<std::string> first;    // arguments of an earlier run; may be empty
    std::vector<std::string> caller;   // a program that starts it, and its arguments; may be empty
    std::vector<std::string> options;  // of `ward run`
    std::vector<std::string> policy;
    Control control;
    Expectation expect;
    std::string effect;      // empty: the printed line is all
    bool terminal = false;   // standard input is the caller's terminal
    std::string input_file;  // standard input is this file, opened for reading
    bool kill_supervisor = false;
    std::vector<std::string> lacking;  // the errors of a kernel that does not have it
    std::string needs;                 // a path that the host must have, or `a runner that is root`
};

// All attempts of one source file for a user. Throws std::runtime_error that names what is wrong.
[[nodiscard]] std::vector<Attempt> attempts_of(const std::string& source, Who who);

}  // namespace ward::test
