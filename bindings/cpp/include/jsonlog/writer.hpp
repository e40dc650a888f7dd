#ifndef JSONLOG_WRITER_HPP
#define JSONLOG_WRITER_HPP
/**
 * What Trait<T>::write() writes with.
 *
 *     static void write(jsonlog::Writer &out, const Order &order) {
 *         out.object("id", order.id, "items", order.items);
 *     }
 *
 * Exactly one value must be written. The functions with begin and end are for members that are not
 * always there:
 *
 *         out.begin_object();
 *         out.member("id", order.id);
 *         if (order.is_paid)
 *             out.member("paid", order.paid_at);
 *         out.end_object();
 *
 * Anything against that order, and a key twice in one object, makes the whole value
 * "__could_not_encode__". Nothing here allocates when a record is written.
 */
#include <jsonlog/kind.hpp>
#include <jsonlog/tree.hpp>

namespace jsonlog {

class Writer {
  public:
    /** Any value that may stand behind a key. */
    template <class T> void value(const T &v);
    void value(const char *v) { put(jsonlog_from_string(v)); }
    void value(jsonlog_value v) { put(v); }
    void value(const jsonlog_temporary &v) { put(v.jsonlog_value_); }

    /** An object of pairs; a key is any text. */
    template <class... Pairs> void object(const Pairs &...pairs) {
        begin_object();
        members(pairs...);
        end_object();
    }
    /** An array of values of any types. */
    template <class... Values> void array(const Values &...values) {
        begin_array();
        (value(values), ...);
        end_array();
    }

    void begin_object() { begin(true); }
    void end_object() { end(true); }
    void begin_array() { begin(false); }
    void end_array() { end(false); }
    void key(std::string_view name) {
        if (!is_open())
            return;
        if (tree_ == nullptr)
            jsonlog_write_key(out_, name.data() == nullptr ? "" : name.data(), name.size());
        else
            tree_->key(name);
    }
    template <class T> void member(std::string_view name, const T &v) {
        key(name);
        value(v);
    }

    /** @cond */
    explicit Writer(jsonlog_writer *out) noexcept : out_(out), tree_(nullptr) {}
    explicit Writer(detail::Tree &tree) noexcept : out_(nullptr), tree_(&tree) {}
    bool has_failed() const noexcept { return left_ == 0; }
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;
    /** @endcond */

  private:
    /* The library's own limit, below which it writes "__too_deep__" by itself. */
    static constexpr unsigned depth_max = 64;
    /* Traits and pointers that lead to each other without a container in between. */
    static constexpr unsigned nesting_max = 200;
    /* Far more than a line holds: what branches and leads back to itself has no end. */
    static constexpr std::size_t values_max = 1u << 18;

    bool is_open() const noexcept { return depth_ <= depth_max && left_ > 0; }
    bool admit() noexcept {
        if (!is_open())
            return false;
        left_--;
        return left_ > 0;
    }
    void put(jsonlog_value v) {
        if (!admit())
            return;
        if (tree_ == nullptr)
            jsonlog_write_value(out_, v);
        else
            tree_->put(v);
    }
    void begin(bool is_object) {
        if (admit()) {
            if (tree_ != nullptr)
                tree_->begin(is_object);
            else if (is_object)
                jsonlog_write_begin_object(out_);
            else
                jsonlog_write_begin_array(out_);
        }
        depth_++;
    }
    void end(bool is_object) {
        depth_ -= depth_ > 0 ? 1u : 0u;
        if (!is_open())
            return;
        if (tree_ != nullptr)
            tree_->end(is_object);
        else if (is_object)
            jsonlog_write_end_object(out_);
        else
            jsonlog_write_end_array(out_);
    }
    void members() const noexcept {}
    template <class V, class... Rest>
    void members(std::string_view name, const V &v, const Rest &...rest) {
        static_assert(sizeof...(Rest) % 2 == 0,
                      "jsonlog: an object is made of pairs; half of a pair is missing");
        member(name, v);
        members(rest...);
    }

    jsonlog_writer *out_;
    detail::Tree *tree_;
    unsigned depth_ = 0;
    unsigned nesting_ = 0;
    std::size_t left_ = values_max;
};

} // namespace jsonlog

#endif
