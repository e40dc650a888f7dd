/* The names of presets, as configuration files write them. */
#include <jsonlog/preset.h>

#include <string.h>

static const struct {
    jsonlog_preset preset;
    const char *name;
} presets[] = {
#define PRESET_ROW(id, value, text) {JSONLOG_PRESET_##id, text},
    JSONLOG_PRESET_LIST(PRESET_ROW)
#undef PRESET_ROW
};
#define PRESET_COUNT (sizeof presets / sizeof presets[0])

const char *jsonlog_preset_name(jsonlog_preset preset) {
    for (size_t i = 0; i < PRESET_COUNT; i++) {
        if (presets[i].preset == preset)
            return presets[i].name;
    }
    return NULL;
}

jsonlog_status jsonlog_preset_from_name(const char *name, jsonlog_preset *out) {
    for (size_t i = 0; name != NULL && i < PRESET_COUNT; i++) {
        if (strcmp(presets[i].name, name) != 0)
            continue;
        *out = presets[i].preset;
        return JSONLOG_OK;
    }
    return JSONLOG_E_NOT_FOUND;
}
