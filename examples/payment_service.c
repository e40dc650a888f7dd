/**
 * A payment service: reads orders, one JSON object a line, and logs what becomes of each.
 *
 *     payment_service [FILE]        without FILE: standard input
 */
#include <jsonlog/jsonlog.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static int64_t integer_of(const cJSON *object, const char *key) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : -1;
}

/* The code and the message an order is refused with; NULL if all is well. */
static const char *refusal(const cJSON *order, const char **code) {
    const char *token = text_of(order, "token");
    const char *currency = text_of(order, "currency");
    const cJSON *amount = cJSON_GetObjectItemCaseSensitive(order, "amount");
    if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(order, "user")))
        return *code = "DA00002", "order without user";
    if (token == NULL || strcmp(token, "tok-revoked") == 0)
        return *code = "DA00013", "인증실패: token unknown";
    if (strcmp(token, "tok-expired") == 0)
        return *code = "DA00012", "인증실패: token expired";
    if (!cJSON_IsNumber(amount) || amount->valuedouble <= 0)
        return *code = "DA00021", "amount must be positive";
    if (currency == NULL || strstr("KRW USD EUR JPY", currency) == NULL || strlen(currency) != 3)
        return *code = "DA00022", "결제실패: unknown currency";
    return NULL;
}

static void handle_order(jsonlog_logger *log, const cJSON *order) {
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(order, "user");
    const char *code = NULL;
    const char *message = refusal(order, &code);
    if (message != NULL) {
        jsonlog_error(log, message, "errorCode", code, "orderId", text_of(order, "orderId"), "user",
                      jsonlog_object("id", integer_of(user, "id"), "name", text_of(user, "name"),
                                     "age", integer_of(user, "age")),
                      "memo", text_of(order, "memo"));
        return;
    }
    double amount = cJSON_GetObjectItemCaseSensitive(order, "amount")->valuedouble;
    jsonlog_info(log, "payment accepted", "orderId", text_of(order, "orderId"), "user",
                 jsonlog_object("id", integer_of(user, "id"), "name", text_of(user, "name"), "age",
                                integer_of(user, "age")),
                 "amount", amount, "fee", amount * 0.029, "currency", text_of(order, "currency"),
                 "items", jsonlog_cjson(cJSON_GetObjectItemCaseSensitive(order, "items")),
                 "express",
                 jsonlog_bool(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(order, "express"))),
                 "memo", text_of(order, "memo"));
}

int main(int argc, char **argv) {
    jsonlog_logger *log = jsonlog_get("payment");
    FILE *in = argc > 1 ? fopen(argv[1], "r") : stdin;
    if (in == NULL) {
        jsonlog_fatal(log, "cannot read orders", "errorCode", "DA00000", "file", argv[1]);
        return EXIT_FAILURE;
    }
    char *line = NULL;
    size_t size = 0;
    ssize_t len = 0;
    while ((len = getline(&line, &size, in)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        cJSON *order = cJSON_Parse(line);
        if (cJSON_IsObject(order))
            handle_order(log, order);
        else
            jsonlog_error(log, "order is not JSON", "errorCode", "DA00001", "line",
                          jsonlog_string(line, strlen(line)));
        cJSON_Delete(order);
    }
    free(line);
    return in == stdin ? EXIT_SUCCESS : fclose(in);
}
