#include "nn/slide.h"

#include "nn/prepare.h"

static void slide(th_step *step, int32_t input, int64_t lead)
{
    if (lead < 0) lead = 0;
    step->slide |= UINT32_C(1) << input;
    if ((size_t)lead > step->lead) step->lead = (size_t)lead;
}

void th_slide_elements(const th_prepare *p, int32_t input, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, input), *y = th_prepare_out(p, 0);
    const int32_t from = (int32_t)th_type_bytes(x->type), to = (int32_t)th_type_bytes(y->type);
    if (input >= 32) return;
    if (from == to) step->in_place |= UINT32_C(1) << input;
    /* In C only bytes may be read through one type and written through another without the compiler assuming that they
     * are two different places. */
    if (x->type == y->type || from == 1 || to == 1)
        slide(step, input, to > from ? ((int64_t)th_shape_count(&y->shape) - 1) * (to - from) : 0);
}

void th_slide_rows(int32_t n_rows, int32_t in_row, int32_t out_row, int32_t rest, th_step *step)
{
    /* Row r without its last bytes, against the beginning of its input: the first or the last row needs most. */
    const int64_t more = (int64_t)out_row - in_row;
    slide(step, 0, (int64_t)out_row - rest + (more > 0 ? (n_rows - 1) * more : 0));
}

/* Lowest input byte that output pixel k needs, or -1 for none. */
static int64_t first_byte(const th_window *w, int32_t k, int32_t in_bytes)
{
    const int32_t row = k / w->out_w, b = row / w->out_h;
    const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = k % w->out_w * w->stride_w - w->pad_left;
    int32_t y0, y1, x0, x1;
    th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &y0, &y1);
    th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &x0, &x1);
    if (y0 == y1 || x0 == x1) return -1;
    return (((int64_t)b * w->in_h + iy + y0 * w->dilation_h) * w->in_w + ix + x0 * w->dilation_w) * w->in_c * in_bytes;
}

void th_slide_window(const th_window *w, const th_slide_order *order, th_step *step)
{
    const int32_t n = w->batches * w->out_h * w->out_w;
    const int64_t pixel = (int64_t)w->out_c * order->out_bytes;
    int64_t later = -1, lead = 0; /* later: lowest byte that pixels behind k read, -1 for none */
    for (int32_t k = n - 1; k >= 0; k--) {
        const int64_t first = first_byte(w, k, order->in_bytes);
        const bool ends_group = (k + 1) % order->together == 0 || k == n - 1;
        if (ends_group && later >= 0 && (k + 1) * pixel - later > lead) lead = (k + 1) * pixel - later;
        if (first >= 0 && (later < 0 || first < later)) later = first;
        if (order->inner >= 0 && first >= 0 && k * pixel + order->inner - first > lead)
            lead = k * pixel + order->inner - first;
    }
    slide(step, 0, lead);
}
