#ifndef JSONLOG_TREE_HPP
#define JSONLOG_TREE_HPP
/**
 * A value that was written once and is kept, for fields that outlive the expression they stand in:
 * those of loggers and scopes. Not to be used directly.
 *
 * The library copies what is bound, but a value that a callback writes it would ask for with every
 * record, when the container is long gone. So such a value is written into a tree of arrays and
 * objects, which the library copies like any other. This allocates, once.
 */
#include <jsonlog/kind.hpp>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jsonlog::detail {

inline constexpr const char *could_not_encode = "__could_not_encode__";

class Tree {
  public:
    Tree() = default;
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;

    /** The same value, pointing to nothing that a callback of ours would have to be asked for.
     * @param owns  also copy the text and the numbers it points to. */
    jsonlog_value keep(const jsonlog_value &value, bool owns = false) {
        switch (value.type) {
        case JSONLOG_TYPE_CALL: return is_ours(value) ? written(value) : value;
        case JSONLOG_TYPE_OBJECT: return kept_values(value, value.count, owns);
        case JSONLOG_TYPE_ARRAY:
        case JSONLOG_TYPE_CAUSES: return kept_values(value, value.with.len, owns);
        case JSONLOG_TYPE_FIELDS: return kept_fields(value, owns);
        case JSONLOG_TYPE_STRINGS: return owns ? kept_strings(value) : value;
        default: break;
        }
        const std::size_t size = owns ? element_size(value) : 0;
        jsonlog_value copy = value;
        if (size > 0)
            copy.as.pointer = text({value.as.string, value.with.len * size}).data();
        return copy;
    }

    /* What a Writer does. A string that is written may be gone when the trait returns. */
    void put(const jsonlog_value &value) { add(keep(value, true)); }
    void key(std::string_view name) {
        is_broken_ |= open_.empty() || !open_.back().is_object || open_.back().has_key;
        if (is_broken_)
            return;
        const std::string &copy = text(name);
        for (const jsonlog_field &field : open_.back().fields)
            is_broken_ |= std::string_view(field.key, field.key_len) == name;
        open_.back().fields.push_back({copy.data(), copy.size(), jsonlog_null()});
        open_.back().has_key = true;
    }
    void begin(bool is_object) { open_.push_back({is_object, false, {}}); }
    void end(bool is_object) {
        is_broken_ |= open_.empty() || open_.back().is_object != is_object || open_.back().has_key;
        if (is_broken_)
            return;
        const node &kept = closed_.emplace_back(std::move(open_.back()));
        open_.pop_back();
        add(is_object ? fields_of(kept.fields) : values_of(kept.fields));
    }

    /** Ours is marked in `count`, which means nothing for a callback. */
    static constexpr std::uint32_t mark = 0x2b2b;
    static bool is_ours(const jsonlog_value &value) noexcept {
        return value.type == JSONLOG_TYPE_CALL && value.count == mark;
    }
    /** The tree that a callback of ours writes to when it gets no jsonlog_writer. */
    static Tree *&current() noexcept {
        static thread_local Tree *tree = nullptr;
        return tree;
    }

  private:
    struct node {
        bool is_object;
        bool has_key;
        std::vector<jsonlog_field> fields; /* of an array: without keys */
    };

    const std::string &text(std::string_view bytes) { return texts_.emplace_back(bytes); }

    /* Bytes of one element of what the value points to; 0: it points to none. */
    static std::size_t element_size(const jsonlog_value &value) noexcept {
        switch (value.type) {
        case JSONLOG_TYPE_STRING:
        case JSONLOG_TYPE_BYTES:
        case JSONLOG_TYPE_UUID:
        case JSONLOG_TYPE_RAW: return 1;
        case JSONLOG_TYPE_INTS: return sizeof(int);
        case JSONLOG_TYPE_INT64S:
        case JSONLOG_TYPE_UINT64S:
        case JSONLOG_TYPE_DOUBLES: return 8;
        case JSONLOG_TYPE_BOOLS: return sizeof(bool);
        default: return 0;
        }
    }

    void add(const jsonlog_value &value) {
        if (open_.empty()) {
            is_broken_ |= has_root_;
            has_root_ = true;
            root_ = value;
        } else if (!open_.back().is_object) {
            open_.back().fields.push_back({nullptr, 0, value});
        } else if (open_.back().has_key) {
            open_.back().fields.back().value = value;
            open_.back().has_key = false;
        } else {
            is_broken_ = true;
        }
    }

    jsonlog_value values_of(const std::vector<jsonlog_field> &fields) {
        std::vector<jsonlog_value> &values = values_.emplace_back();
        for (const jsonlog_field &field : fields)
            values.push_back(field.value);
        return jsonlog_from_values(JSONLOG_TYPE_ARRAY, values.data(), values.size());
    }

    /* Not jsonlog_fields(), for which no fields at NULL are null. */
    static jsonlog_value fields_of(const std::vector<jsonlog_field> &fields) noexcept {
        jsonlog_value object = jsonlog_value_make(JSONLOG_TYPE_FIELDS, fields.size());
        object.as.fields = fields.data();
        return object;
    }

    jsonlog_value kept_values(const jsonlog_value &value, std::size_t count, bool owns) {
        std::vector<jsonlog_value> copies;
        for (std::size_t i = 0; i < count; i++)
            copies.push_back(keep(value.as.values[i], owns));
        jsonlog_value kept = value;
        kept.as.values = values_.emplace_back(std::move(copies)).data();
        return kept;
    }

    jsonlog_value kept_fields(const jsonlog_value &value, bool owns) {
        node copy{true, false, {}};
        for (std::size_t i = 0; i < value.with.len; i++) {
            jsonlog_field field = value.as.fields[i];
            field.value = keep(field.value, owns);
            if (owns && field.key != nullptr)
                field = {text(field.key_len == JSONLOG_NUL_TERMINATED
                                  ? std::string_view(field.key)
                                  : std::string_view(field.key, field.key_len))
                             .data(),
                         field.key_len, field.value};
            copy.fields.push_back(field);
        }
        return fields_of(closed_.emplace_back(std::move(copy)).fields);
    }

    jsonlog_value kept_strings(const jsonlog_value &value) {
        const auto *strings = static_cast<const char *const *>(value.as.pointer);
        std::vector<jsonlog_value> copies;
        for (std::size_t i = 0; i < value.with.len; i++)
            copies.push_back(keep(jsonlog_from_string(strings[i]), true));
        const std::vector<jsonlog_value> &kept = values_.emplace_back(std::move(copies));
        return jsonlog_from_values(JSONLOG_TYPE_ARRAY, kept.data(), kept.size());
    }

    /* Run a callback of ours with an empty place to write to. */
    jsonlog_value written(const jsonlog_value &call) {
        Tree &inner = *inner_.emplace_back(std::make_unique<Tree>());
        Tree *const outer = std::exchange(current(), &inner);
        const bool is_done = call.as.call(nullptr, call.with.context);
        current() = outer;
        if (!is_done || inner.is_broken_ || !inner.has_root_ || !inner.open_.empty())
            return jsonlog_from_string(could_not_encode);
        return inner.root_;
    }

    std::deque<std::string> texts_;
    std::deque<node> closed_;
    std::deque<std::vector<jsonlog_value>> values_;
    std::vector<std::unique_ptr<Tree>> inner_;
    std::vector<node> open_;
    jsonlog_value root_{};
    bool has_root_ = false;
    bool is_broken_ = false;
};

} // namespace jsonlog::detail

#endif
