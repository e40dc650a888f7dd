/**
 * Objects of C++ that log when they are destroyed: static ones, made before the library was first
 * used and after, thread_local ones, and functions of atexit(). Everything goes through an async
 * handler, whose thread has ended by the time some of them run; all of it is in the file, in order.
 */
#include <jsonlog/async.h>
#include <jsonlog/file.h>
#include <jsonlog/jsonlog.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

static bool is_child;

struct farewell {
    const char *who;
    ~farewell() {
        if (is_child)
            jsonlog_info(jsonlog_root(), jsonlog_text("%s", who));
    }
};

static farewell early{"static, made first"};
static thread_local farewell of_thread{"thread_local"};

static void add_handler(const std::string &path) {
    jsonlog_handler *file = nullptr;
    if (jsonlog_file_handler_new(path.c_str(), nullptr, &file, nullptr) != JSONLOG_OK)
        _exit(2);
    jsonlog_handler *async = jsonlog_async_handler_new(file, nullptr);
    jsonlog_logger_add_handler(jsonlog_root(), async);
    jsonlog_handler_release(file);
    jsonlog_handler_release(async);
}

static void use_thread_local() {
    static_cast<void>(of_thread.who[0] == '\0' ? std::puts("") : 0);
}

[[noreturn]] static void log_and_exit(const std::string &path) {
    is_child = true;
    alarm(60);
    add_handler(path);
    static farewell late{"static, made last"};
    std::atexit([] { jsonlog_info(jsonlog_root(), "atexit"); });
    std::thread([] {
        use_thread_local();
        jsonlog_info(jsonlog_root(), "thread");
    }).join();
    use_thread_local();
    jsonlog_info(jsonlog_root(), "main");
    std::exit(0);
}

static std::vector<std::string> messages_in(const std::string &path) {
    static const std::string before = "\"message\":\"";
    std::vector<std::string> messages;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const std::size_t at = line.find(before);
        const std::size_t from = at == std::string::npos ? 0 : at + before.size();
        messages.push_back(line.substr(from, line.find('"', from) - from));
    }
    return messages;
}

int main() {
    const std::vector<std::string> expected = {"thread",
                                               "thread_local",
                                               "main",
                                               "thread_local",
                                               "atexit",
                                               "static, made last",
                                               "static, made first"};
    const char *parent = std::getenv("TMPDIR");
    const std::string path = std::string(parent == nullptr ? "/tmp" : parent) +
                             "/jsonlog-statics-" + std::to_string(getpid());
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0)
        log_and_exit(path);
    waitpid(pid, &status, 0);
    const std::vector<std::string> found = messages_in(path);
    unlink(path.c_str());
    for (const std::string &message : found)
        std::printf("%s\n", message.c_str());
    const bool has_ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    std::printf("status %x, %zu of %zu\n", static_cast<unsigned>(status), found.size(),
                expected.size());
    return has_ended && found == expected ? 0 : 1;
}
