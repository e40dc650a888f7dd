/**
 * simdjson's On-Demand, compiled for this machine. MODE is two words:
 *
 *     line, many    a document for each line, or iterate_many() over the block, on this thread
 *     -valid        of a hit, the rest is read too, so that it is known to be JSON
 *
 * As it comes, On-Demand looks no further than it is asked to: a line that is broken behind what it
 * read is a hit, and of a key written twice the first counts.
 */
#include "chunks.h"

#include <simdjson.h>

using namespace simdjson;
using event = ondemand::document_reference;

static ondemand::parser parser;
static bool validates;

/* ---- the queries ---- */

static bool is_text(simdjson_result<ondemand::value> value, std::string_view wanted) {
    std::string_view text;
    return value.get_string().get(text) == SUCCESS && text == wanted;
}

static double number_of(simdjson_result<ondemand::value> value, double otherwise) {
    double number = 0;
    return value.get_double().get(number) == SUCCESS ? number : otherwise;
}

static bool q1(event e) {
    return is_text(e["logType"], "ERROR");
}

static bool q2(event e) {
    std::string_view text;
    return is_text(e["logType"], "ERROR") && e["errorMessage"].get_string().get(text) == SUCCESS &&
           text.find("인증실패") != std::string_view::npos;
}

static bool q3(event e) {
    return number_of(e["user"]["age"], -1) >= 20;
}

static bool q4(event e) {
    std::string_view text;
    return e["errorCode"].get_string().get(text) == SUCCESS && text.substr(0, 6) == "DA0001";
}

static bool q5(event e) {
    return number_of(e["http"]["status"], -1) >= 500 ||
           is_text(e["user"]["geo"]["country"], "VN") || number_of(e["retry"]["count"], -1) > 3 ||
           is_text(e["error"]["cause"]["code"], "E_TIMEOUT");
}

/* ---- reading everything ---- */

static bool is_valid(ondemand::value value);

static bool is_valid_object(ondemand::object object) {
    for (auto field : object) {
        std::string_view key;
        ondemand::value value;
        if (field.unescaped_key().get(key) != SUCCESS || field.value().get(value) != SUCCESS ||
            !is_valid(value))
            return false;
    }
    return true;
}

static bool is_valid_array(ondemand::array array) {
    for (auto element : array) {
        ondemand::value value;
        if (element.get(value) != SUCCESS || !is_valid(value))
            return false;
    }
    return true;
}

static bool is_valid(ondemand::value value) {
    ondemand::json_type type;
    if (value.type().get(type) != SUCCESS)
        return false;
    switch (type) {
    case ondemand::json_type::object: {
        ondemand::object object;
        return value.get_object().get(object) == SUCCESS && is_valid_object(object);
    }
    case ondemand::json_type::array: {
        ondemand::array array;
        return value.get_array().get(array) == SUCCESS && is_valid_array(array);
    }
    case ondemand::json_type::string: {
        std::string_view text;
        return value.get_string().get(text) == SUCCESS;
    }
    case ondemand::json_type::number: {
        double number;
        return value.get_double().get(number) == SUCCESS;
    }
    case ondemand::json_type::boolean: {
        bool truth;
        return value.get_bool().get(truth) == SUCCESS;
    }
    default: return value.is_null();
    }
}

static bool is_valid_event(event e) {
    ondemand::object object;
    e.rewind();
    return e.get_object().get(object) == SUCCESS && is_valid_object(object);
}

/* ---- counting ---- */

typedef bool (*query_fn)(event e);

template <query_fn query> static bool is_hit(event e) {
    return query(e) && (!validates || is_valid_event(e));
}

template <query_fn query> static bool is_line_hit(const char *line, size_t len) {
    ondemand::document document;
    return parser.iterate(line, len, len + CHUNK_PADDING).get(document) == SUCCESS &&
           is_hit<query>(event(document));
}

template <query_fn query>
DEFINE_COUNT_BY_LINE(count_by_line, is_line_hit<query>)

template <query_fn query>
static size_t count_by_many(const char *begin, const char *end) {
    ondemand::document_stream documents;
    size_t hits = 0;
#ifdef SIMDJSON_THREADS_ENABLED
    parser.threaded = false;
#endif
    if (parser.iterate_many(begin, (size_t)(end - begin), CHUNK_BYTES).get(documents) != SUCCESS)
        match_fail("iterate_many");
    for (auto document : documents) {
        event e;
        if (std::move(document).get(e) == SUCCESS)
            hits += is_hit<query>(e);
    }
    return hits;
}

template <query_fn query> static int run(const match_request &request) {
    const bool many = strncmp(request.mode, "many", 4) == 0;
    return match_main(BENCH_PROGRAM, &request, many ? count_by_many<query> : count_by_line<query>);
}

int main(int argc, char **argv) {
    match_request request;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    validates = strstr(request.mode, "-valid") != NULL;
    switch (request.query[0] == 'Q' ? request.query[1] : 0) {
    case '1': return run<q1>(request);
    case '2': return run<q2>(request);
    case '3': return run<q3>(request);
    case '4': return run<q4>(request);
    case '5': return run<q5>(request);
    default: fputs("QUERY is Q1 to Q5\n", stderr); return 2;
    }
}
