/**
 * A custom runtime for AWS Lambda with one function, "orders.accept".
 *
 *     AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001 _HANDLER=orders.accept lambda_bootstrap
 *
 * It asks the Runtime API for the next invocation, runs the function, answers, and so on. Every
 * line it logs carries the invocation's request id. It ends when the API is gone.
 */
#include <jsonlog/jsonlog.h>
#include <jsonlog/lambda.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define API_VERSION "2018-06-01"

/* ---- the function: this is what you write ---- */

typedef struct reply {
    const char *error; /* its type; NULL if all is well */
    char body[256];    /* a JSON object */
} reply;

static reply refuse(jsonlog_logger *log, const char *code, const char *message) {
    reply refused = {.error = "OrderRefused"};
    jsonlog_error(log, message, "errorCode", code);
    snprintf(refused.body, sizeof refused.body, "{\"errorType\":\"%s\",\"errorMessage\":\"%s\"}",
             refused.error, message);
    return refused;
}

static reply accept_order(jsonlog_logger *log, const char *event, size_t len) {
    cJSON *order = cJSON_ParseWithLength(event, len);
    const cJSON *amount = cJSON_GetObjectItemCaseSensitive(order, "amount");
    const double euros = cJSON_IsNumber(amount) ? amount->valuedouble : -1;
    jsonlog_debug(log, "event", "bytes", len, "event", jsonlog_string(event, len));
    cJSON_Delete(order);
    if (order == NULL)
        return refuse(log, "DA00001", "the order is not JSON");
    if (euros <= 0)
        return refuse(log, "DA00021", "the amount must be positive");
    jsonlog_info(log, "order accepted", "amount", euros);
    return (reply){.body = "{\"accepted\":true}"};
}

/* ---- the Runtime API ---- */

typedef struct buffer {
    char *bytes;
    size_t len;
} buffer;

static size_t append(char *bytes, size_t size, size_t count, void *to) {
    buffer *out = to;
    char *larger = realloc(out->bytes, out->len + size * count + 1);
    if (larger == NULL)
        return 0;
    memcpy(larger + out->len, bytes, size * count);
    out->bytes = larger;
    out->len += size * count;
    return size * count;
}

/* GET without a body, else POST. @return whether the API was there and did not refuse. */
static bool call(CURL *curl, const char *path, const char *body, const char *error, buffer *out) {
    char text[512];
    snprintf(text, sizeof text, "http://%s/" API_VERSION "/runtime/%s",
             getenv("AWS_LAMBDA_RUNTIME_API"), path);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, text);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); /* it is on this machine */
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    if (body != NULL)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
    snprintf(text, sizeof text, "Lambda-Runtime-Function-Error-Type: %s",
             error == NULL ? "" : error);
    struct curl_slist *headers = error == NULL ? NULL : curl_slist_append(NULL, text);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    const CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        jsonlog_fatal(jsonlog_get("runtime"), "the Runtime API does not answer", "path", path,
                      "reason", curl_easy_strerror(code));
    return code == CURLE_OK;
}

static const char *header_of(CURL *curl, const char *name) {
    struct curl_header *header = NULL;
    return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                   : NULL;
}

/* The headers of an answer last until the next call. */
static jsonlog_lambda_invocation invocation_of(CURL *curl) {
    jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    invocation.request_id = header_of(curl, "Lambda-Runtime-Aws-Request-Id");
    invocation.trace_header = header_of(curl, "Lambda-Runtime-Trace-Id");
    if (invocation.request_id == NULL)
        jsonlog_fatal(jsonlog_get("runtime"), "an invocation without a request id");
    return invocation;
}

static bool invoke(CURL *curl, jsonlog_logger *log, const buffer *event) {
    const jsonlog_lambda_invocation invocation = invocation_of(curl);
    if (invocation.request_id == NULL)
        return false;
    const jsonlog_scope scope = jsonlog_lambda_begin(&invocation);
    const reply answer = accept_order(log, event->bytes, event->len);
    char path[256];
    snprintf(path, sizeof path, "invocation/%s/%s", invocation.request_id,
             answer.error == NULL ? "response" : "error");
    jsonlog_lambda_end(scope); /* before the answer: behind it, Lambda may freeze us */
    buffer ignored = {NULL, 0};
    const bool is_ok = call(curl, path, answer.body, answer.error, &ignored);
    free(ignored.bytes);
    return is_ok;
}

static bool serve_one(CURL *curl, jsonlog_logger *log) {
    buffer event = {NULL, 0};
    const bool is_ok =
        call(curl, "invocation/next", NULL, NULL, &event) && invoke(curl, log, &event);
    free(event.bytes);
    return is_ok;
}

static void refuse_to_start(CURL *curl, const char *handler) {
    buffer ignored = {NULL, 0};
    jsonlog_fatal(jsonlog_get("runtime"), "there is no such function", "handler", handler);
    call(curl, "init/error",
         "{\"errorType\":\"Runtime.NoSuchHandler\",\"errorMessage\":\"there is no such function\"}",
         "Runtime.NoSuchHandler", &ignored);
    free(ignored.bytes);
}

int main(void) {
    if (jsonlog_lambda_start(NULL, NULL) != JSONLOG_OK)
        return EXIT_FAILURE;
    CURL *curl = curl_easy_init();
    const char *handler = getenv("_HANDLER");
    if (curl != NULL && (handler == NULL || strcmp(handler, "orders.accept") != 0))
        refuse_to_start(curl, handler);
    else
        while (curl != NULL && serve_one(curl, jsonlog_get("orders")))
            continue;
    curl_easy_cleanup(curl);
    return EXIT_FAILURE; /* a runtime that ends has failed: Lambda starts another */
}
