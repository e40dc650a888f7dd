#include <jsonlog/filter.hpp>
#include <jsonlog/jsonlog.hpp>

#include <vector>

int main() {
    const jsonlog::Logger log("consumer");
    const jsonlog::Filter filter("{ $.a = 1 }");
    jsonlog_info(log, std::string("installed"), "list", (std::vector<std::string>{"x"}), "matches",
                 filter.match("{\"a\":1}"));
}
