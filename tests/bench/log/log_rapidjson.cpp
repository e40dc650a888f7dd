/**
 * RapidJSON's SAX writer into a StringBuffer that is kept from record to record: its fastest way,
 * without a tree. `rapidjson` is the writer as it comes, which copies invalid UTF-8 as it stands;
 * `rapidjson-validating` refuses it, which is what our own lines promise.
 */
#define RAPIDJSON_SSE42
#include "iso_time.h"
#include "line_view.h"
#include "record.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#ifdef BENCH_VALIDATING
static const unsigned writer_flags = rapidjson::kWriteValidateEncodingFlag;
#else
static const unsigned writer_flags = rapidjson::kWriteDefaultFlags;
#endif

using buffer = rapidjson::StringBuffer;
using writer = rapidjson::Writer<buffer, rapidjson::UTF8<>, rapidjson::UTF8<>,
                                 rapidjson::CrtAllocator, writer_flags>;

static buffer line;
static writer json(line);

/* With the length, where it is known: without it the writer has to look for the end. */
template <size_t N> static void put_text(const char (&text)[N]) {
    json.String(text, N - 1);
}

template <size_t N> static void put_key(const char (&key)[N]) {
    json.Key(key, N - 1);
}

static void begin_line() {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    line.Clear();
    json.Reset(line);
    json.StartObject();
    put_key("timestamp");
    json.String(time_text, ISO_TIME_LEN);
    put_key("logType");
    put_text("ERROR");
    put_key("logger");
    put_text(RECORD_LOGGER);
}

static void put_call() {
    put_key("errorMessage");
    put_text(RECORD_MESSAGE);
    put_key("errorCode");
    put_text(RECORD_CODE);
    put_key("userAge");
    json.Int(RECORD_AGE);
    put_key("latencyMs");
    json.Double(RECORD_LATENCY);
    put_key("ok");
    json.Bool(RECORD_OK);
}

static line_view end_line() {
    json.EndObject();
    line.Put('\n');
    return {line.GetString(), line.GetSize()};
}

static line_view format_record() {
    begin_line();
    put_call();
    return end_line();
}

#define PUT_TEXT(key, value) \
    put_key(key);            \
    put_text(value);
#define PUT_NUMBER(key, value) \
    put_key(key);              \
    json.Int(value);

static line_view format_bound() {
    begin_line();
    BOUND_TEXTS(PUT_TEXT)
    BOUND_NUMBERS(PUT_NUMBER)
    put_call();
    return end_line();
}

static line_view format_text(const char *text) {
    begin_line();
    put_call();
    put_key("text");
    json.String(text, TEXT_BYTES);
    return end_line();
}

#include "text_cases.h"

int main(int argc, char **argv) {
    static const sample_case cases[] = {FORMAT_CASES, TEXT_CASES, WRITE_CASES, BUFFER_CASES};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
