/**
 * For config_schema.py: what the loader says.
 *
 *     config_verdicts --options       its tables, one JSON object on each line
 *     config_verdicts FILE...         for each file a status and the error, with a tab between
 */
#include "logger/config_class.h"
#include "logger/config_redaction.h"

#include <jsonlog/config.h>

#include <stdio.h>
#include <string.h>

static const char *const types[] = {
    [JL_OPTION_TEXT] = "text",
    [JL_OPTION_PATTERN] = "pattern",
    [JL_OPTION_DESTINATIONS] = "text",
    [JL_OPTION_BOOL] = "bool",
    [JL_OPTION_INTEGER] = "integer",
    [JL_OPTION_SIZE] = "size",
    [JL_OPTION_MS] = "ms",
    [JL_OPTION_SECONDS] = "seconds",
    [JL_OPTION_WORD] = "word",
    [JL_OPTION_MODE] = "mode",
    [JL_OPTION_CLOCK] = "clock",
    [JL_OPTION_LEVEL] = "level",
    [JL_OPTION_TEXTS] = "texts",
    [JL_OPTION_FIELDS] = "fields",
    [JL_OPTION_RENAMES] = "renames",
    [JL_OPTION_GROUP] = "group",
    [JL_OPTION_GROUPS] = "groups",
    [JL_OPTION_HANDLER] = "handler",
    [JL_OPTION_HANDLERS] = "handlers",
    [JL_OPTION_NODE] = "node",
};

static void show_words(const jl_option_word *words) {
    for (; words != NULL && words->name != NULL; words++)
        printf("\"%s\"%s", words->name, words[1].name == NULL ? "" : ",");
}

static void show(const char *kind, const char *class_, const char *group, const jl_option *table) {
    for (const jl_option *o = table; o->name != NULL; o++) {
        printf("{\"kind\":\"%s\",\"class\":\"%s\",\"group\":\"%s\",\"name\":\"%s\",\"type\":\"%s\","
               "\"least\":%lld,\"most\":%lld,\"required\":%s,\"words\":[",
               kind, class_, group, o->name, types[o->type], (long long)o->least,
               (long long)o->most, o->is_required ? "true" : "false");
        if (o->type == JL_OPTION_WORD || o->type == JL_OPTION_MS)
            show_words(o->words);
        printf("]}\n");
        if (o->type == JL_OPTION_GROUP || o->type == JL_OPTION_GROUPS)
            show(kind, class_, o->name, o->group);
    }
}

static void show_classes(const char *kind, const jl_config_class *const *classes,
                         const jl_option *commons) {
    for (; *classes != NULL; classes++) {
        show(kind, (*classes)->name, "", (*classes)->options);
        show(kind, (*classes)->name, "", commons);
    }
}

static void show_all(void) {
    show_classes("handler", jl_config_handler_classes, jl_config_handler_options);
    show_classes("formatter", jl_config_formatter_classes, jl_config_formatter_options);
    show("filter", "", "", jl_config_filter_options);
    show("logger", "", "", jl_config_logger_options);
    show("root", "", "", jl_config_root_options);
    show("redaction", "", "", jl_config_redaction_options);
    show("document", "", "", jl_config_document_options);
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--options") == 0) {
        show_all();
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        jsonlog_err err = {.text = ""};
        const jsonlog_status status = jsonlog_config_check_file(argv[i], &err);
        printf("%d\t%s\n", (int)status, err.text);
    }
    return 0;
}
