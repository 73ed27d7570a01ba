#include "nn/package.h"

#include "base/crc.h"
#include "nn/package_format.h"

#include <string.h>

/* A block that is being run: its next step, the one behind its last. */
typedef struct frame {
    uint32_t at, end;
    uint32_t in_body; /* 1: the step is a loop whose condition was run last */
} frame;

/* Alignment of what a parameter struct holds. */
#define ALIGN_OF(type)                                                                                                 \
    offsetof(                                                                                                          \
        struct {                                                                                                       \
            char c;                                                                                                    \
            type v;                                                                                                    \
        },                                                                                                             \
        v)

static uint32_t up(uint32_t at, uint32_t align)
{
    return (at + align - 1u) & ~(align - 1u);
}

static uint32_t word(const th_package *p, uint32_t at)
{
    return th_le32(p->bytes + at);
}

static uint32_t half(const th_package *p, uint32_t at)
{
    return th_le16(p->bytes + at);
}

static uint32_t section_at(const th_package *p, uint32_t section)
{
    return word(p, section);
}

static uint32_t section_n(const th_package *p, uint32_t section)
{
    return word(p, section + 4u);
}

/* Byte of the arena or the package. */
static uint8_t *tensor(const th_package *p, uint32_t number)
{
    const uint32_t place = word(p, section_at(p, TH_THM_AT_TENSORS) + number * TH_THM_TENSOR);
    uint8_t *at = p->memory + (place & TH_THM_PLACE_BYTE);
    if (place & TH_THM_PLACE_CONSTANT) {
        const uint8_t *constant = p->bytes + (place & TH_THM_PLACE_BYTE);
        memcpy(&at, &constant, sizeof at); /* only ever read: opening refuses it as an output */
    }
    return at;
}

static uint32_t tensor_bytes(const th_package *p, uint32_t number)
{
    return word(p, section_at(p, TH_THM_AT_TENSORS) + number * TH_THM_TENSOR + 4u);
}

/* Operand i of a step, inputs first. */
static uint32_t operand(const th_package *p, uint32_t step, uint32_t i)
{
    return half(p, word(p, step + TH_THM_STEP_OPERANDS) + 2u * i);
}

/* Bytes of one element of an array field; 0 for a field that is none. */
static uint32_t element_bytes(uint32_t kind)
{
    static const uint8_t bytes[] = {0, 0, 0, 0, 1, 1, 2, 2, 4, 4, 8, 4};
    return kind < sizeof bytes ? bytes[kind] : 0;
}

/* --- opening --- */

typedef struct opener {
    th_package *p;
    th_diag *diag;
    uint32_t run;          /* bytes */
    uint32_t arena;        /* bytes */
    uint32_t par, in, out; /* the most that a step has */
} opener;

static th_err bad(const opener *o, uint32_t at, const char *text)
{
    return th_fail(o->diag, TH_EFORMAT, at, text);
}

static int inside(const opener *o, uint32_t at, uint32_t n, uint32_t size)
{
    return at >= TH_THM_HEADER && at <= o->run && (size == 0 || n <= (o->run - at) / size);
}

static th_err open_text(const opener *o, uint32_t field)
{
    const uint32_t at = word(o->p, field);
    for (uint32_t i = at; inside(o, i, 1, 1); i++)
        if (!o->p->bytes[i]) return TH_OK;
    return bad(o, field, "a text does not lie in the package");
}

static th_err open_header(opener *o, th_span bytes)
{
    th_package *p = o->p;
    const uint16_t one = 1;
    uint8_t low;
    memcpy(&low, &one, 1);
    if (!low) return th_fail(o->diag, TH_EUNSUP, 0, "packages run on little-endian machines only");
    if ((uintptr_t)bytes.p % TH_THM_ALIGN) return bad(o, 0, "the package must lie at a multiple of 16 bytes");
    if (bytes.n < TH_THM_HEADER) return th_fail(o->diag, TH_ETRUNC, bytes.n, "shorter than a package's header");
    if (memcmp(bytes.p, TH_THM_MAGIC, 4) != 0) return bad(o, 0, "not a model package");
    if (half(p, TH_THM_AT_VERSION) != TH_THM_VERSION)
        return th_fail(o->diag, TH_EUNSUP, TH_THM_AT_VERSION,
                       "a version of the format that this executor does not know");
    o->run = word(p, TH_THM_AT_RUN);
    o->arena = word(p, TH_THM_AT_ARENA);
    if (o->run > bytes.n) return th_fail(o->diag, TH_ETRUNC, bytes.n, "the package ends too early");
    if (half(p, TH_THM_AT_HEADER) != TH_THM_HEADER || o->run < TH_THM_HEADER || o->run % TH_THM_ALIGN ||
        o->run > TH_THM_PLACE_BYTE || o->arena > TH_THM_PLACE_BYTE || word(p, TH_THM_AT_FILE) < o->run)
        return bad(o, TH_THM_AT_RUN, "lengths that cannot be");
    if (th_crc32c(0, bytes.p + TH_THM_AT_CRC + 4, o->run - TH_THM_AT_CRC - 4u) != word(p, TH_THM_AT_CRC))
        return bad(o, TH_THM_AT_CRC, "the checksum is wrong: the package is damaged");
    return TH_OK;
}

static th_err open_sections(const opener *o)
{
    static const uint8_t size[] = {TH_THM_TENSOR, TH_THM_STEP, TH_THM_BLOCK, TH_THM_KERNEL, TH_THM_IO, 1};
    const th_package *p = o->p;
    for (uint32_t i = 0; i < sizeof size; i++) {
        const uint32_t at = TH_THM_AT_TENSORS + 8u * i;
        if (section_at(p, at) % 4u || !inside(o, section_at(p, at), section_n(p, at), size[i]))
            return bad(o, at, "a table does not lie in the package");
    }
    if (section_n(p, TH_THM_AT_TENSORS) >= TH_THM_NONE || section_n(p, TH_THM_AT_IO) > TH_THM_MOST ||
        section_n(p, TH_THM_AT_KERNELS) > TH_THM_MOST || section_n(p, TH_THM_AT_BLOCKS) < 2 ||
        half(p, TH_THM_AT_INPUTS) > section_n(p, TH_THM_AT_IO) || half(p, TH_THM_AT_DEPTH) > TH_THM_DEPTH)
        return bad(o, TH_THM_AT_TENSORS, "numbers that cannot be");
    if (!p->bytes[TH_THM_AT_ISA] || p->bytes[TH_THM_AT_ISA + TH_THM_TEXT - 1] ||
        p->bytes[TH_THM_AT_MADE_BY + TH_THM_TEXT - 1])
        return bad(o, TH_THM_AT_ISA, "a text without an end");
    return TH_OK;
}

static th_err open_isa(const opener *o)
{
    const char *isa = (const char *)o->p->bytes + TH_THM_AT_ISA, *here = o->p->kernels->isa;
    if (!here || memcmp(isa, "plain", 6) == 0) return TH_OK;
    for (; *isa == *here; isa++, here++)
        if (!*isa) return TH_OK;
    o->p->missing = (const char *)o->p->bytes + TH_THM_AT_ISA;
    return th_fail(o->diag, TH_EUNSUP, TH_THM_AT_ISA,
                   "packed for a processor family that this executor does not run on");
}

static th_err open_tensors(const opener *o)
{
    const uint32_t at = section_at(o->p, TH_THM_AT_TENSORS), n = section_n(o->p, TH_THM_AT_TENSORS);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t place = word(o->p, at + i * TH_THM_TENSOR), bytes = tensor_bytes(o->p, i);
        const uint32_t byte = place & TH_THM_PLACE_BYTE, align = UINT32_C(1) << (place >> TH_THM_PLACE_ALIGN & 7u);
        const uint32_t all = place & TH_THM_PLACE_CONSTANT ? o->run : o->arena;
        if (align > TH_THM_ALIGN || byte % align || byte > all || bytes > all - byte)
            return bad(o, at + i * TH_THM_TENSOR, "a tensor lies outside, or not where its type can stand");
    }
    return TH_OK;
}

static th_kernel *find_kernel(const th_package *p, uint32_t number)
{
    const th_kernel_row *row = p->kernels->row;
    size_t lo = 0, hi = p->kernels->n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (row[mid].number == number) return row[mid].kernel;
        if (row[mid].number < number)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static th_err open_kernels(const opener *o)
{
    const uint32_t at = section_at(o->p, TH_THM_AT_KERNELS), n = section_n(o->p, TH_THM_AT_KERNELS);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t row = at + i * TH_THM_KERNEL;
        TH_TRY(open_text(o, row + 4u));
        if (find_kernel(o->p, half(o->p, row))) continue;
        o->p->missing = (const char *)o->p->bytes + word(o->p, row + 4u);
        return th_fail(o->diag, TH_EUNSUP, row, "it needs a kernel that this executor was built without");
    }
    return TH_OK;
}

static th_err open_io(const opener *o)
{
    const th_package *p = o->p;
    const uint32_t at = section_at(p, TH_THM_AT_IO), n = section_n(p, TH_THM_AT_IO);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t io = at + i * TH_THM_IO, t = half(p, io + TH_THM_IO_TENSOR);
        if (t >= section_n(p, TH_THM_AT_TENSORS) || word(p, io + TH_THM_IO_RANK) > 8u)
            return bad(o, io, "an input or output that cannot be");
        if (i < half(p, TH_THM_AT_INPUTS) &&
            word(p, section_at(p, TH_THM_AT_TENSORS) + t * TH_THM_TENSOR) & TH_THM_PLACE_CONSTANT)
            return bad(o, io, "an input that cannot be written");
        TH_TRY(open_text(o, io + TH_THM_IO_NAME));
    }
    return TH_OK;
}

/* Bytes and alignment of a field in the struct. */
static uint32_t field_bytes(uint32_t kind, uint32_t arg, uint32_t *align)
{
    *align = kind >= TH_FIELD_S8_ARRAY ? ALIGN_OF(void *)
             : kind == TH_FIELD_I64    ? ALIGN_OF(int64_t)
                                       : ALIGN_OF(int32_t);
    return kind >= TH_FIELD_S8_ARRAY    ? (uint32_t)sizeof(void *)
           : kind == TH_FIELD_I64       ? 8u
           : kind == TH_FIELD_I32_FIXED ? 4u * arg
                                        : 4u;
}

/* The fields of one step: kinds, the words they take, arrays inside the package.  o->par becomes the largest struct. */
static th_err open_fields(opener *o, uint32_t step)
{
    const th_package *p = o->p;
    const uint32_t n = half(p, step + TH_THM_STEP_FIELDS), layout = word(p, step + TH_THM_STEP_LAYOUT);
    const uint32_t values = word(p, step + TH_THM_STEP_VALUES), words = half(p, step + TH_THM_STEP_WORDS);
    uint32_t used = 0, size = 0, align;
    if (n == 0) return TH_OK;
    if (layout % 4u || values % 4u || !inside(o, layout, n, TH_THM_FIELD) || !inside(o, values, words, 4))
        return bad(o, step, "a step's fields do not lie in the package");
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t kind = p->bytes[layout + i * TH_THM_FIELD], arg = half(p, layout + i * TH_THM_FIELD + 2u);
        const uint32_t takes = kind == TH_FIELD_I64 ? 2u : kind == TH_FIELD_I32_FIXED ? arg : 1u;
        if (kind > TH_FIELD_F32_ARRAY || takes > words - used)
            return bad(o, step, "a field of unknown kind or without a value");
        if (kind >= TH_FIELD_S8_ARRAY) {
            const uint32_t at = word(p, values + 4u * used), bytes = element_bytes(kind);
            if (arg >= words) return bad(o, step, "an array without a length");
            const uint32_t length = word(p, values + 4u * arg);
            if (at && (length > (uint32_t)INT32_MAX || at % bytes || !inside(o, at, length, bytes)))
                return bad(o, step, "an array does not lie in the package");
        }
        used += takes;
        const uint32_t bytes = field_bytes(kind, arg, &align);
        size = up(size, align) + bytes;
    }
    if (used != words) return bad(o, step, "values that belong to no field");
    if (size > o->par) o->par = size;
    return TH_OK;
}

static th_err open_operands(opener *o, uint32_t step)
{
    const th_package *p = o->p;
    const uint32_t n_in = half(p, step + TH_THM_STEP_IN), n_out = half(p, step + TH_THM_STEP_OUT);
    const uint32_t at = word(p, step + TH_THM_STEP_OPERANDS), tensors = section_at(p, TH_THM_AT_TENSORS);
    const uint32_t n = section_n(p, TH_THM_AT_TENSORS), scratch = half(p, step + TH_THM_STEP_SCRATCH);
    if (n_in + n_out && (at % 2u || !inside(o, at, n_in + n_out, 2)))
        return bad(o, step, "a step's tensors do not lie in the package");
    for (uint32_t i = 0; i <= n_in + n_out; i++) { /* the last one is the scratch */
        const uint32_t t = i < n_in + n_out ? operand(p, step, i) : scratch;
        const int absent_is_fine = i < n_in || i == n_in + n_out;
        if (t == TH_THM_NONE && absent_is_fine) continue;
        if (t >= n) return bad(o, step, "a step needs a tensor that is not there");
        if (i >= n_in && word(p, tensors + t * TH_THM_TENSOR) & TH_THM_PLACE_CONSTANT)
            return bad(o, step, "a step would write to a constant");
    }
    if (n_in > o->in) o->in = n_in;
    if (n_out > o->out) o->out = n_out;
    return TH_OK;
}

static uint32_t block_depth(const th_package *p, uint32_t block)
{
    return half(p, section_at(p, TH_THM_AT_BLOCKS) + block * TH_THM_BLOCK + 6u);
}

/* What a step that is no kernel wants of its numbers. */
static th_err open_control(const opener *o, uint32_t step, uint32_t depth)
{
    const th_package *p = o->p;
    const uint32_t control = half(p, step + TH_THM_STEP_CONTROL), blocks = section_n(p, TH_THM_AT_BLOCKS);
    const uint32_t n_in = half(p, step + TH_THM_STEP_IN), n_out = half(p, step + TH_THM_STEP_OUT);
    const uint32_t a = half(p, step + TH_THM_STEP_A), b = half(p, step + TH_THM_STEP_B);
    const int two = control == TH_THM_IF || control == TH_THM_WHILE;
    if (control == TH_THM_COPY || two) {
        if (n_in != 1 || n_out != (two ? 0u : 1u) || operand(p, step, 0) == TH_THM_NONE)
            return bad(o, step, "a copy or choice without its tensors");
        if (two && tensor_bytes(p, operand(p, step, 0)) != 1) return bad(o, step, "a choice that is not one byte");
        if (!two && tensor_bytes(p, operand(p, step, 0)) != tensor_bytes(p, operand(p, step, 1)))
            return bad(o, step, "a copy between tensors of other lengths");
    }
    if (control == TH_THM_FILL && (n_in != 0 || n_out != 1)) return bad(o, step, "a fill without its tensor");
    if (control < TH_THM_BLOCK_A) return TH_OK;
    if (a >= blocks || block_depth(p, a) <= depth || (two && (b >= blocks || block_depth(p, b) <= depth)) ||
        (control == TH_THM_ONCE && b >= half(p, TH_THM_AT_ONCE)))
        return bad(o, step, "it runs a block that is not there, or itself");
    return TH_OK;
}

static th_err open_step(opener *o, uint32_t step, uint32_t depth)
{
    const th_package *p = o->p;
    const uint32_t control = half(p, step + TH_THM_STEP_CONTROL);
    if (control >= TH_THM_CONTROLS) return bad(o, step, "a step of unknown kind");
    TH_TRY(open_operands(o, step));
    if (control != TH_THM_CALL_KERNEL) return open_control(o, step, depth);
    if (!find_kernel(p, half(p, step + TH_THM_STEP_KERNEL)))
        return th_fail(o->diag, TH_EUNSUP, step, "a step needs a kernel that is not in the package's list of kernels");
    return open_fields(o, step);
}

/* Blocks follow one another, so that no step is looked at twice. */
static th_err open_blocks(opener *o)
{
    const th_package *p = o->p;
    const uint32_t at = section_at(p, TH_THM_AT_BLOCKS), n = section_n(p, TH_THM_AT_BLOCKS);
    const uint32_t steps = section_at(p, TH_THM_AT_STEPS), n_steps = section_n(p, TH_THM_AT_STEPS);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t block = at + i * TH_THM_BLOCK, count = half(p, block + 4u), depth = half(p, block + 6u);
        if (word(p, block) != seen || count > n_steps - seen || depth > half(p, TH_THM_AT_DEPTH))
            return bad(o, block, "a block that cannot be");
        for (uint32_t k = 0; k < count; k++, seen++) TH_TRY(open_step(o, steps + seen * TH_THM_STEP, depth));
    }
    return seen == n_steps ? TH_OK : bad(o, at, "steps that no block has");
}

/* What the executor needs behind the arena. */
static th_err open_memory(const opener *o)
{
    th_package *p = o->p;
    const uint32_t depth = half(p, TH_THM_AT_DEPTH) + 1u;
    p->par = up(o->arena, TH_THM_ALIGN);
    p->in = up(p->par + o->par, TH_THM_ALIGN);
    p->out = p->in + o->in * (uint32_t)sizeof(void *);
    p->frames = up(p->out + o->out * (uint32_t)sizeof(void *), ALIGN_OF(uint32_t));
    p->once = p->frames + depth * (uint32_t)sizeof(frame);
    const uint32_t all = p->once + half(p, TH_THM_AT_ONCE);
    p->memory_bytes = all;
    return p->memory_bytes == all
               ? TH_OK
               : th_fail(o->diag, TH_ERANGE, TH_THM_AT_ARENA, "more memory than this machine can have");
}

th_err th_package_open(th_package *p, th_span bytes, const th_kernel_set *kernels, th_diag *diag)
{
    opener o = {.p = p, .diag = diag};
    memset(p, 0, sizeof *p);
    p->bytes = bytes.p;
    p->kernels = kernels;
    TH_TRY(open_header(&o, bytes));
    TH_TRY(open_sections(&o));
    TH_TRY(open_isa(&o));
    TH_TRY(open_tensors(&o));
    TH_TRY(open_kernels(&o));
    TH_TRY(open_io(&o));
    TH_TRY(open_blocks(&o));
    p->n_inputs = half(p, TH_THM_AT_INPUTS);
    p->n_outputs = section_n(p, TH_THM_AT_IO) - p->n_inputs;
    return open_memory(&o);
}

/* --- running --- */

/* Writes the parameter struct of a step as this machine lays it out. */
static void unpack(const th_package *p, uint32_t step)
{
    const uint8_t *field = p->bytes + word(p, step + TH_THM_STEP_LAYOUT);
    const uint8_t *value = p->bytes + word(p, step + TH_THM_STEP_VALUES);
    uint8_t *to = p->memory + p->par;
    uint32_t at = 0, align;
    for (uint32_t n = half(p, step + TH_THM_STEP_FIELDS); n; n--, field += TH_THM_FIELD) {
        const uint32_t kind = field[0], bytes = field_bytes(kind, th_le16(field + 2), &align);
        at = up(at, align);
        if (kind >= TH_FIELD_S8_ARRAY) {
            const uint8_t *array = th_le32(value) ? p->bytes + th_le32(value) : NULL;
            memcpy(to + at, &array, sizeof array);
            value += 4;
        } else {
            memcpy(to + at, value, bytes);
            value += bytes;
        }
        at += bytes;
    }
}

static void run_kernel(const th_package *p, uint32_t step)
{
    uint8_t *in = p->memory + p->in, *out = p->memory + p->out;
    const uint32_t n_in = half(p, step + TH_THM_STEP_IN), n_out = half(p, step + TH_THM_STEP_OUT);
    const uint32_t scratch = half(p, step + TH_THM_STEP_SCRATCH);
    th_kernel *kernel = find_kernel(p, half(p, step + TH_THM_STEP_KERNEL));
    for (uint32_t i = 0; i < n_in + n_out; i++) {
        const uint32_t t = operand(p, step, i);
        uint8_t *at = t == TH_THM_NONE ? NULL : tensor(p, t),
                *to = i < n_in ? in + i * sizeof at : out + (i - n_in) * sizeof at;
        memcpy(to, &at, sizeof at);
    }
    unpack(p, step);
    kernel(p->memory + p->par, (const void *const *)(const void *)in, (void *const *)(void *)out,
           scratch == TH_THM_NONE ? NULL : tensor(p, scratch));
}

static frame enter(const th_package *p, uint32_t block)
{
    const uint32_t at = section_at(p, TH_THM_AT_BLOCKS) + block * TH_THM_BLOCK, first = word(p, at);
    return (frame){first, first + half(p, at + 4u), 0};
}

/* Runs the step at f->at.  Returns the block that is to be run next, or TH_THM_NONE. */
static uint32_t run_step(th_package *p, frame *f, uint32_t step)
{
    const uint32_t control = half(p, step + TH_THM_STEP_CONTROL);
    const uint32_t a = half(p, step + TH_THM_STEP_A), b = half(p, step + TH_THM_STEP_B);
    f->at++;
    switch (control) {
    case TH_THM_CALL_KERNEL: run_kernel(p, step); break;
    case TH_THM_COPY:
        memmove(tensor(p, operand(p, step, 1)), tensor(p, operand(p, step, 0)), tensor_bytes(p, operand(p, step, 0)));
        break;
    case TH_THM_FILL:
        memset(tensor(p, operand(p, step, 0)), (int)half(p, step + TH_THM_STEP_KERNEL),
               tensor_bytes(p, operand(p, step, 0)));
        break;
    case TH_THM_ONCE:
        if (p->memory[p->once + b]) break;
        p->memory[p->once + b] = 1;
        p->graph_runs++;
        return a;
    case TH_THM_GRAPH: p->graph_runs++; return a;
    case TH_THM_BLOCK_A: return a;
    case TH_THM_IF: return *tensor(p, operand(p, step, 0)) ? a : b;
    case TH_THM_WHILE:
        f->at--;
        f->in_body = !f->in_body;
        if (f->in_body) return a;
        if (*tensor(p, operand(p, step, 0))) return b;
        f->at++;
        break;
    default: break;
    }
    return TH_THM_NONE;
}

static void done(const th_package *p, const frame *first)
{
    if (p->on_step)
        p->on_step(p->ctx, (int32_t)half(p, section_at(p, TH_THM_AT_STEPS) + (first->at - 1u) * TH_THM_STEP +
                                                TH_THM_STEP_NODE));
}

/* Runs a block and what it runs, without recursion: a device can know its stack.  At most three blocks belong to the
 * run of a graph (its own, the copies around it, the loop), so the second limit stops only packages that are made up.
 */
static th_err run(th_package *p, uint32_t block)
{
    frame *first = (frame *)(void *)(p->memory + p->frames), *f = first;
    const uint32_t steps = section_at(p, TH_THM_AT_STEPS), limit = word(p, TH_THM_AT_GRAPH_RUNS);
    p->graph_runs = p->block_runs = 0;
    *f = enter(p, block);
    for (;;) {
        if (f->at == f->end) {
            if (f == first) return TH_OK;
            if (--f == first) done(p, first);
            continue;
        }
        const uint32_t next = run_step(p, f, steps + f->at * TH_THM_STEP);
        if (p->graph_runs > limit || p->block_runs / 4 > limit) return TH_EENDLESS;
        if (next != TH_THM_NONE)
            *++f = enter(p, next), p->block_runs++;
        else if (f == first)
            done(p, first);
    }
}

th_err th_package_start(th_package *p, void *memory, size_t n)
{
    if (n < p->memory_bytes || (uintptr_t)memory % TH_THM_ALIGN) return TH_ENOMEM;
    p->memory = memory;
    memset(memory, 0, p->memory_bytes);
    th_package_reset(p);
    return TH_OK;
}

void th_package_reset(th_package *p)
{
    void (*on_step)(void *, int32_t) = p->on_step;
    p->on_step = NULL;
    memset(p->memory + p->once, 0, half(p, TH_THM_AT_ONCE));
    (void)run(p, TH_THM_BLOCK_RESET);
    p->on_step = on_step;
}

th_err th_package_invoke(th_package *p)
{
    return run(p, TH_THM_BLOCK_RUN);
}

/* --- what goes in and comes out --- */

static uint32_t io(const th_package *p, uint32_t index)
{
    return section_at(p, TH_THM_AT_IO) + index * TH_THM_IO;
}

void *th_package_input(const th_package *p, uint32_t index)
{
    return tensor(p, half(p, io(p, index) + TH_THM_IO_TENSOR));
}

const void *th_package_output(const th_package *p, uint32_t index)
{
    return tensor(p, half(p, io(p, p->n_inputs + index) + TH_THM_IO_TENSOR));
}

th_package_end th_package_describe(const th_package *p, uint32_t index)
{
    const uint32_t at = io(p, index);
    th_package_end e = {.name = (const char *)p->bytes + word(p, at + TH_THM_IO_NAME),
                        .type = half(p, at + TH_THM_IO_TYPE),
                        .bytes = tensor_bytes(p, half(p, at + TH_THM_IO_TENSOR)),
                        .rank = word(p, at + TH_THM_IO_RANK),
                        .n_scales = word(p, at + TH_THM_IO_SCALES)};
    memcpy(e.d, p->bytes + at + TH_THM_IO_DIMS, sizeof e.d);
    memcpy(&e.scale, p->bytes + at + TH_THM_IO_SCALE, sizeof e.scale);
    memcpy(&e.zero, p->bytes + at + TH_THM_IO_ZERO, sizeof e.zero);
    return e;
}

th_span th_package_metadata(const th_package *p)
{
    const uint32_t n = section_n(p, TH_THM_AT_META);
    return (th_span){n ? p->bytes + section_at(p, TH_THM_AT_META) : NULL, n};
}
