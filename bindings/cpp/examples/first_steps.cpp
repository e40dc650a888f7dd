#include <jsonlog/jsonlog.hpp>

#include <map>
#include <vector>

enum class Plan { basic, gold };

template <> struct jsonlog::Trait<Plan> {
    static std::string_view text(Plan plan) { return plan == Plan::gold ? "gold" : "basic"; }
};

struct User {
    int id;
    std::string name;
    Plan plan;
    std::vector<std::string> roles;
};

template <> struct jsonlog::Trait<User> {
    static void write(Writer &out, const User &user) {
        out.object("id", user.id, "name", user.name, "plan", user.plan, "roles", user.roles);
    }
};

static void save(const User &user) {
    try {
        throw std::system_error(ENOSPC, std::generic_category(), "write");
    } catch (...) {
        std::throw_with_nested(std::runtime_error("cannot save user " + std::to_string(user.id)));
    }
}

int main() {
    using namespace std::chrono_literals;
    const jsonlog::Logger log("payment"); /* a child of the root; the root writes to stdout */
    const User user{7, "홍길동", Plan::gold, {"admin", "ops"}};

    jsonlog_info(log, "service started", "port", 8080, "limits",
                 (std::map<std::string, int>{{"requests", 100}, {"users", 20}}));

    const jsonlog::Logger request = log.with("requestId", "r-1", "user", user);
    jsonlog_info(request, "accepted", "after", 1500us, "coupon", std::optional<int>());
    try {
        save(user);
    } catch (const std::exception &e) {
        jsonlog_error(request, "인증실패: " + user.name, "errorCode", "DA00012", "error", e);
    }
}
