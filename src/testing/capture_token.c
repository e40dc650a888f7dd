#include "testing/capture_token.h"

#include "base/alloc.h"
#include "record/capture_hook.h"

static jl_capture_token *newest; /* atomic */
static uint64_t last_id;

uint64_t jl_capture_thread(void) {
    static uint64_t last_thread;
    static __thread uint64_t own __attribute__((tls_model("initial-exec")));
    if (own == 0)
        own = __atomic_add_fetch(&last_thread, 1, __ATOMIC_RELAXED);
    return own;
}

static jl_capture_token *find(uint64_t id) {
    jl_capture_token *token = newest;
    while (token != NULL && token->id > id)
        token = token->older;
    return token != NULL && token->id == id ? token : NULL;
}

jl_capture_token *jl_capture_token_new(void) {
    jl_capture_token *token = jl_calloc(1, sizeof *token);
    if (token == NULL)
        return NULL;
    token->id = ++last_id;
    token->parent = find(jl_capture_token_get());
    token->parent_id = token->parent == NULL ? 0 : token->parent->id;
    token->is_live = token->is_needed = true;
    token->older = newest;
    __atomic_store_n(&newest, token, __ATOMIC_RELEASE);
    jl_capture_token_set(token->id);
    return token;
}

static void forget_parent(jl_capture_token *token) {
    token->parent = NULL;
    __atomic_store_n(&token->parent_id, 0, __ATOMIC_RELAXED);
}

/* Parents are older than their children, so in this order each child finds its parent's mark set.
 */
static void mark_from_oldest(void) {
    jl_capture_token *oldest_first = NULL;
    for (jl_capture_token *token = newest; token != NULL; token = token->older) {
        token->newer = oldest_first;
        oldest_first = token;
    }
    for (jl_capture_token *token = oldest_first; token != NULL; token = token->newer) {
        if (token->parent != NULL && !token->parent->is_needed)
            forget_parent(token);
        token->is_needed = token->is_live || token->parent != NULL;
    }
}

/* A log call that stands on an unneeded token must still find its way to the older ones, so `older`
 * stays as it is and the way out is strung on `newer`. */
static jl_capture_token *unlink_unneeded(void) {
    jl_capture_token *unneeded = NULL;
    jl_capture_token **link = &newest;
    while (*link != NULL) {
        jl_capture_token *token = *link;
        if (token->is_needed) {
            link = &token->older;
            continue;
        }
        __atomic_store_n(link, token->older, __ATOMIC_RELEASE);
        token->newer = unneeded;
        unneeded = token;
    }
    return unneeded;
}

jl_capture_token *jl_capture_token_retire(jl_capture_token *token) {
    const uint64_t id = token->id;
    token->is_live = false;
    mark_from_oldest();
    if (jl_capture_token_get() == id)
        jl_capture_token_set(token->parent_id);
    return unlink_unneeded();
}

void jl_capture_token_free(jl_capture_token *unneeded) {
    while (unneeded != NULL) {
        jl_capture_token *next = unneeded->newer;
        jl_free(unneeded);
        unneeded = next;
    }
}

bool jl_capture_token_descends(uint64_t id, uint64_t ancestor) {
    const jl_capture_token *token = __atomic_load_n(&newest, __ATOMIC_ACQUIRE);
    for (; token != NULL && id > ancestor;
         token = __atomic_load_n(&token->older, __ATOMIC_ACQUIRE)) {
        if (token->id == id)
            id = __atomic_load_n(&token->parent_id, __ATOMIC_RELAXED);
    }
    return id == ancestor;
}
