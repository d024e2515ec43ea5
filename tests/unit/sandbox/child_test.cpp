#include "sandbox/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "hand_made_jail.hpp"
#include "sandbox/child_steps.hpp"

namespace ward::sandbox::testing {
namespace {

namespace fs = std::filesystem;

// ---- answers of the kernel

TEST(Answers, OnlyZeroIsSuccess) {
    EXPECT_EQ(outcome(0), 0);
    EXPECT_EQ(outcome(-EPERM), EPERM);
    EXPECT_EQ(outcome(1), EPROTO);
}

// A call that was skipped but answered 0 must not look like a descriptor.
TEST(Answers, AStandardStreamIsNoNewDescriptor) {
    int place = -1;
    for (const long stream : {0, 1, 2}) EXPECT_EQ(new_descriptor(stream, place), EBADF);
    EXPECT_EQ(place, -1);
    EXPECT_EQ(new_descriptor(-EMFILE, place), EMFILE);
    EXPECT_EQ(new_descriptor(3, place), 0);
    EXPECT_EQ(place, 3);
}

TEST(Answers, AnEmptySlotIsNoDescriptor) {
    Inside inside;
    EXPECT_EQ(in_slot(inside, 0), -1);
    EXPECT_EQ(in_slot(inside, no_slot), -1);
    EXPECT_EQ(in_slot(inside, max_slots), -1);
    EXPECT_EQ(fill_slot(inside, max_slots, 100), EBADF);
}

TEST(Answers, ASlotClosesWhatItHeld) {
    Inside inside;
    const int first = ::open("/dev/null", O_RDONLY), second = ::open("/dev/null", O_RDONLY);
    ASSERT_EQ(fill_slot(inside, 7, first), 0);
    ASSERT_EQ(fill_slot(inside, 7, second), 0);
    EXPECT_EQ(::fcntl(first, F_GETFD), -1);
    EXPECT_EQ(in_slot(inside, 7), second);
    ::close(second);
}

TEST(Answers, StepsStopAtTheFirstFailure) {
    Inside inside;
    Step steps[3] = {make_step(Operation::set_umask), make_step(Operation::change_folder),
                     make_step(Operation::change_folder)};
    steps[0].number[0] = 022;
    steps[1].path = "/no/such/folder";
    steps[2].path = "/";
    int error = 0;
    EXPECT_EQ(run_steps({&steps[0], 3}, inside, &error), 1U);
    EXPECT_EQ(error, ENOENT);
    EXPECT_EQ(run_steps({&steps[2], 1}, inside, &error), 1U);
    EXPECT_EQ(error, 0);
}

// ---- single steps, each in a process of its own

// What `body` returns, 0..255.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class InFolder : public ::testing::Test {
protected:
    InFolder() : folder_(fs::temp_directory_path() / ("ward-child-" + std::to_string(::getpid()))) {
        fs::create_directory(folder_);
        inside_.root = ::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    ~InFolder() override {
        ::close(inside_.root);
        fs::remove_all(folder_);
    }

    [[nodiscard]] int step(Operation operation, const char* path, const char* text = nullptr,
                           std::uint64_t number = 0) {
        Step step = make_step(operation);
        step.path = path;
        step.text = text;
        step.number[0] = number;
        step.slot = step.into = 0;
        return run_step(step, inside_);
    }
    [[nodiscard]] std::string content(const char* name) const {
        std::ifstream file(folder_ / name);
        std::string text;
        std::getline(file, text, '\0');
        return text;
    }

    fs::path folder_;
    Inside inside_;
};

TEST_F(InFolder, AFolderMayBeThereAlreadyButNothingElse) {
    EXPECT_EQ(step(Operation::make_folder, "a", nullptr, 0755), 0);
    EXPECT_EQ(step(Operation::make_folder, "a", nullptr, 0755), 0);
    fs::create_symlink("a", folder_ / "link");
    EXPECT_EQ(step(Operation::make_folder, "link", nullptr, 0755), ENOTDIR);
    EXPECT_EQ(step(Operation::make_folder, "missing/b", nullptr, 0755), ENOENT);
}

TEST_F(InFolder, AFileIsNewAndWhole) {
    EXPECT_EQ(step(Operation::make_file, "f", "some text", 0644), 0);
    EXPECT_EQ(content("f"), "some text");
    EXPECT_EQ(step(Operation::make_file, "f", "other", 0644), EEXIST);
    EXPECT_EQ(content("f"), "some text");
}

// A link that somebody put in the way would lead the launcher out of the new root.
TEST_F(InFolder, LinksInTheWayAreNotFollowed) {
    fs::create_directory(folder_ / "real");
    fs::create_directory_symlink(folder_ / "real", folder_ / "link");
    EXPECT_EQ(step(Operation::make_file, "link/f", "text", 0644), ELOOP);
    EXPECT_EQ(step(Operation::clone_below_root, "link"), ELOOP);
    EXPECT_EQ(step(Operation::mount_tree, "link"), ELOOP);
    EXPECT_EQ(step(Operation::make_file, "../escaped", "text", 0644), EXDEV);
    EXPECT_EQ(step(Operation::make_file, "/escaped", "text", 0644), EXDEV);
    EXPECT_TRUE(fs::is_empty(folder_ / "real"));
    EXPECT_EQ(step(Operation::make_file, "real/f", "text", 0644), 0);  // the control
}

TEST_F(InFolder, ALinkKeepsItsTarget) {
    EXPECT_EQ(step(Operation::make_link, "l", "/some/where"), 0);
    EXPECT_EQ(fs::read_symlink(folder_ / "l"), "/some/where");
}

TEST_F(InFolder, AFileIsWrittenByOneWrite) {
    const std::string path = folder_ / "w";
    std::ofstream(path) << "";
    EXPECT_EQ(step(Operation::write_file, path.c_str(), "0 1000 1\n"), 0);
    EXPECT_EQ(content("w"), "0 1000 1\n");
    EXPECT_EQ(step(Operation::write_file, "/dev/full", "x"), ENOSPC);
}

// In namespaces of its own, as an ordinary user's jail: 0, or what clone_tree answers.
int clone_as_planned(const std::string& path, const struct stat& planned, int changed_field = -1) {
    return in_child([&] {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 250;
        Inside inside;
        Step clone = make_step(Operation::clone_tree);
        clone.path = path.c_str();
        clone.into = 3;
        clone.number[0] = planned.st_dev;
        clone.number[1] = planned.st_ino;
        clone.number[2] = planned.st_mode & S_IFMT;
        if (changed_field >= 0) clone.number[changed_field] ^= S_IFDIR;
        clone.number[3] = 1;
        const int error = run_step(clone, inside);
        return error != 0 ? error : in_slot(inside, 3) >= 3 ? 0 : 251;
    });
}

TEST_F(InFolder, ASourceMustBeTheOneThatWasPlanned) {
    const std::string path = folder_ / "s";
    std::ofstream(path) << "";
    for (const std::string& source : {path, std::string("/usr")}) {
        struct stat planned {};
        ASSERT_EQ(::stat(source.c_str(), &planned), 0);
        EXPECT_EQ(clone_as_planned(source, planned), 0) << source;
        for (int field = 0; field < 3; ++field) EXPECT_EQ(clone_as_planned(source, planned, field), ESTALE) << field;
    }
}

TEST_F(InFolder, ASourceIsReachedThroughNoLink) {
    fs::create_directory(folder_ / "moved");
    std::ofstream(folder_ / "moved" / "s") << "";
    fs::create_directory_symlink("moved", folder_ / "link");
    struct stat planned {};
    ASSERT_EQ(::stat((folder_ / "moved" / "s").c_str(), &planned), 0);
    EXPECT_EQ(clone_as_planned(folder_ / "moved" / "s", planned), 0);
    EXPECT_EQ(clone_as_planned(folder_ / "link" / "s", planned), ELOOP);
    // Right below /, where the link is the last part.
    ASSERT_TRUE(fs::is_symlink("/bin"));
    ASSERT_EQ(::stat("/bin", &planned), 0);
    EXPECT_EQ(clone_as_planned("/bin", planned), ESTALE);
}

TEST(SingleStep, ADeviceMustBeTheOneThatWasPlanned) {
    EXPECT_EQ(in_child([] {
                  struct stat file {};
                  if (::stat("/dev/null", &file) != 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 1;
                  Inside inside;
                  Step clone = make_step(Operation::clone_device);
                  clone.path = "/dev/null";
                  clone.into = 3;
                  clone.number[0] = file.st_rdev;
                  if (run_step(clone, inside) != 0) return 2;
                  clone.path = "/dev/zero";
                  if (run_step(clone, inside) != ESTALE) return 3;
                  clone.number[1] = makedev(1, 5);
                  if (run_step(clone, inside) != 0) return 4;
                  clone.path = "/etc/passwd";
                  return run_step(clone, inside);
              }),
              ESTALE);
}

TEST(SingleStep, AFilterOfLengthZeroIsAnError) {
    EXPECT_EQ(in_child([] {
                  Inside inside;
                  return run_step(make_step(Operation::load_filter), inside);
              }),
              EINVAL);
}

TEST(SingleStep, AnExecThatReturnsIsAFailure) {
    EXPECT_EQ(in_child([] {
                  Inside inside;
                  const char* const none[] = {"x", nullptr};
                  inside.arguments = inside.environment = &none[0];
                  Step step = make_step(Operation::execute);
                  step.path = "/no/such/program";
                  return run_step(step, inside);
              }),
              ENOENT);
}

TEST(SingleStep, TheChannelTellsWhetherTheSupervisorLives) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, &ends[0]), 0);
    Inside inside;
    inside.channel = ends[0];
    EXPECT_EQ(run_step(make_step(Operation::check_parent), inside), 0);
    const Order go;
    ASSERT_EQ(::send(ends[1], &go, sizeof go, 0), static_cast<ssize_t>(sizeof go));
    EXPECT_EQ(run_step(make_step(Operation::await_supervisor), inside), 0);
    const Order other{Order::Kind::signal, SIGTERM};
    ASSERT_EQ(::send(ends[1], &other, sizeof other, 0), static_cast<ssize_t>(sizeof other));
    EXPECT_EQ(run_step(make_step(Operation::await_supervisor), inside), EPROTO);
    ::close(ends[1]);
    EXPECT_EQ(run_step(make_step(Operation::check_parent), inside), ESRCH);
    EXPECT_EQ(run_step(make_step(Operation::await_supervisor), inside), ESRCH);
    ::close(ends[0]);
}

// A change of ids clears it: prctl(2). So a plan sets it after the last one (order_rules.cpp).
TEST(SingleStep, TheDeathSignalIsSetAfterAChangeOfIds) {
    EXPECT_EQ(in_child([] {
                  Inside inside;
                  Step death = make_step(Operation::parent_death_signal), user = make_step(Operation::set_user);
                  death.number[0] = SIGKILL;
                  user.number[0] = ordinary_ids().user;
                  if (run_step(user, inside) != 0 || run_step(death, inside) != 0) return 1;
                  int signal = 0;
                  ::prctl(PR_GET_PDEATHSIG, &signal);
                  return ::getuid() == ordinary_ids().user && signal == SIGKILL ? 0 : 2;
              }),
              0);
}

TEST(SingleStep, RestoredSignalsAreNeitherIgnoredNorBlocked) {
    EXPECT_EQ(in_child([] {
                  ::signal(SIGPIPE, SIG_IGN);
                  sigset_t all;
                  ::sigfillset(&all);
                  ::sigprocmask(SIG_SETMASK, &all, nullptr);
                  Inside inside;
                  Step restore = make_step(Operation::restore_signals);
                  restore.number[1] = 1ULL << (SIGPIPE - 1);
                  if (run_step(restore, inside) != 0) return 1;
                  struct sigaction pipe {};
                  ::sigaction(SIGPIPE, nullptr, &pipe);
                  sigset_t now;
                  ::sigprocmask(SIG_SETMASK, nullptr, &now);
                  return pipe.sa_handler == SIG_DFL && ::sigisemptyset(&now) == 1 ? 0 : 2;
              }),
              0);
}

TEST(SingleStep, InitIsProcessOneOrNothing) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, &ends[0]), 0);
    EXPECT_EQ(in_child([&] {
                  Inside inside;
                  inside.channel = ends[0];
                  inside.supervisors_channel = ends[1];
                  run_init(inside);
                  return 0;
              }),
              1);
    Message message;
    ASSERT_EQ(::recv(ends[1], &message, sizeof message, MSG_DONTWAIT), static_cast<ssize_t>(sizeof message));
    EXPECT_EQ(message.kind, Message::Kind::step_failed);
    EXPECT_EQ(message.error, ECHILD);
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace ward::sandbox::testing
