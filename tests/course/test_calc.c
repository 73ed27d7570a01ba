/* The learner's calculator: results against figures worked out by hand, what is refused, and docs/calc.md, which names
 * every row and member. */
#include "../test.h"

#include "course/calc.h"
#include "course/draw.h"

#include <math.h>

/* The words of a command without "calc", and what stands at a pointer of its result. */
static th_err run(const char *line, json_t **result, th_why *why)
{
    th_words w;
    TH_TRY(th_words_split(line, &w, why));
    const th_err err = th_calc_run(w.word[0], (const char *const *)w.word + 1, (int)w.n - 1, result, why);
    th_words_free(&w);
    return err;
}

/* Worked out by hand, or by another program. */
static const struct {
    const char *line, *pointer;
    double v;
} figure[] = {
    {"line w=1 b=0", "/loss", (1 + 4 + 9 + 16) / 4.0},
    {"line w=1 b=0", "/absolute", 2.5},
    {"line w=1 b=0", "/slope_w", 2 * (0 - 2 - 6 - 12) / 4.0},
    {"line w=2 b=1", "/slope_b", 0},
    {"step w=1 b=0 rate=0.1", "/b", 0.5},
    {"step w=1 b=0 rate=0.1", "/after", 0.25},
    {"descend w=1 b=0 n=1 rate=0.1", "/losses/1", 0.25},
    {"descend n=2 rate=1", "/falls", 0},
    {"neuron x=1,2 w=3,-1 b=0.5 activation=relu", "/out", 1.5},
    {"neuron x=1,2 w=1,-1 b=0 activation=relu", "/out", 0},
    {"neuron x=1 w=0 b=0 activation=sigmoid", "/out", 0.5},
    {"neuron x=1 w=1 b=0 activation=tanh", "/out", 0.76159415595},
    {"neuron x=1 w=-2 b=0 activation=none", "/out", -2},
    {"neuron x=1 w=2 b=0 activation=step", "/out", 1},
    {"layer x=1,2 w=1,0/1,1/0,-1 b=0,1,0", "/out/1", 4},
    {"layer x=1,2 w=1,0/1,1/0,-1 b=0,1,0", "/sums/2", -2},
    {"softmax z=0,0,0,0", "/p/3", 0.25},
    {"softmax z=1,3,2", "/largest", 1},
    {"crossentropy z=0,0 class=1", "/loss", 0.69314718056},
    {"parameters kind=dense inputs=100 units=7", "/parameters", 707},
    {"parameters kind=dense inputs=100 units=7 bias=0", "/parameters", 700},
    {"parameters kind=conv channels=3 units=8 kernel=3", "/parameters", 224},
    {"parameters kind=conv channels=3 units=8 kernel=3", "/bytes_int8", 216 + 32},
    {"parameters kind=depthwise channels=8 kernel=3", "/parameters", 80},
    {"split n=200 val=10 test=20 people=10", "/test", 40},
    {"split n=200 val=10 test=20 people=10", "/people_val", 1},
    {"patience losses=3,2,2.5,2.4,1 patience=2", "/stops", 4},
    {"patience losses=3,2,2.5,2.4,1 patience=3", "/best", 5},
    {"conv picture=1,2/3,4 kernel=1,0/0,-1 padding=same", "/out/0/0", 1 - 4},
    {"conv picture=1,2/3,4 kernel=1,0/0,-1 padding=same row=1 column=1", "/value", 4},
    {"conv picture=1,2,3,4,5 kernel=1,1 stride=3 column=1", "/value", 9},
    {"size size=28 kernel=3 stride=2 padding=same", "/out", 14},
    {"size size=28 kernel=3 stride=2 padding=same", "/padded", 1},
    {"size size=28 kernel=3 stride=2", "/out", 13},
    {"pool picture=1,2,3,4/5,6,7,8 kind=mean", "/out/0/1", 5.5},
    {"pool picture=1,2,3,4/5,6,7,8", "/first", 6},
    {"macs kind=conv height=10 width=10 channels=2 units=4 kernel=3", "/macs", 100 * 9 * 2 * 4},
    {"macs kind=separable height=10 width=10 channels=2 units=4 kernel=3", "/macs", 100 * 9 * 2 + 100 * 2 * 4},
    {"macs kind=dense height=1 width=1 channels=50 units=4", "/parameters", 204},
    {"macs kind=depthwise height=10 width=10 channels=2 stride=2", "/height", 5},
    {"alias tone=9000 rate=16000", "/heard", 7000},
    {"alias tone=25000 rate=16000", "/heard", 7000},
    {"alias tone=7999 rate=16000", "/folds", 0},
    {"bin tone=440 rate=16000 n=512", "/bin", 14},
    {"bin tone=1010 rate=16000 n=1024", "/bin", 65},
    {"frames ms=1000 rate=16000 window=30 hop=20", "/frames", 49},
    {"frames ms=20 rate=16000", "/frames", 0},
    {"mel hz=700", "/mel", 1127 * 0.69314718056},
    {"band band=39 high=8000 rate=16000", "/high", 8000},
    {"band low=0 high=700 bands=1", "/centre", 700 * (1.41421356237 - 1)},
    {"decibel signal=1 noise=100", "/db", -40},
    {"bits bits=8", "/steps", 256},
    {"scale lo=-1 hi=1.55", "/scale", 0.01},
    {"scale lo=-1 hi=1.55", "/zero", -28},
    {"scale lo=0 hi=255", "/zero", -128},
    {"quantize x=0.017,5,-5 lo=-1 hi=1.55", "/q/0", -26},
    {"quantize x=0.017,5,-5 lo=-1 hi=1.55", "/q/1", 127},
    {"quantize x=0.017 lo=-1 hi=1.55", "/error/0", 0.003},
    {"arena bytes=4000,2000,8000,1000", "/arena", 10000},
    {"arena bytes=4000,2000,8000,1000", "/peak", 2},
    {"arena bytes=7", "/arena", 7},
    {"matrix tp=8 fp=2 fn=8 tn=82", "/precision", 0.8},
    {"matrix tp=8 fp=2 fn=8 tn=82", "/recall", 0.5},
    {"matrix tp=8 fp=2 fn=8 tn=82", "/f1", 0.8 / 1.3},
    {"matrix tp=8 fp=2 fn=8 tn=82", "/accuracy", 0.9},
    {"matrix tp=0 fp=0 fn=1 tn=9", "/precision", -1},
    {"matrix tp=0 fp=0 fn=1 tn=9", "/f1", 0},
    {"threshold bad=3,4 good=1,2,3.5 at=3", "/misses", 1},
    {"threshold bad=3,4 good=1,2,3.5 at=3", "/alarms", 1},
    {"auc bad=3,4 good=1,2,3.5", "/auc", 5 / 6.0},
    {"auc bad=1 good=1", "/auc", 0.5},
    {"cheapest bad=5,6 good=1,2 miss=100 alarm=1 rate=0.5", "/cost", 0.5 * 0.1 * 0},
    {"cost events=10 quiet=1000 miss=0.1 alarm=0.01 cost_miss=50 cost_alarm=1", "/cost", 60},
    {"rates rate=0.001 per_second=4", "/per_hour", 14.4},
    {"most seen=0 hours=2", "/most_per_hour", 2.99573227355 / 2},
    {"sure right=90 n=100", "/low", 0.82563433849},
    {"sure right=0 n=10", "/low", 0},
    {"fair a=40,10,10,40 b=20,5,20,55", "/recall", 0.3},
    {"fair a=40,10,10,40 b=20,5,20,55", "/said_b", 0.25},
    {"smooth scores=0,3,6 width=2", "/mean/2", 4.5},
    {"smooth scores=0,3,6 width=2", "/highest", 4.5},
    {"distance a=0,0 b=3,-4", "/distance", 5},
    {"distance a=0,0 b=3,-4", "/steps", 7},
    {"knn points=0/1/5/6 labels=0,0,1,1 x=2 k=3", "/label", 0},
    {"knn points=0/1/5/6 labels=0,0,1,1 x=2 k=3", "/votes/1", 1 / 3.0},
    {"knn points=0/1/5/6 labels=0,0,1,1 x=2 k=2", "/score", 1.5},
    {"knn points=0/1/5/6 labels=0,0,1,1 x=2", "/nearest", 1},
    {"kmeans points=0/2/7/10 centres=0/10", "/centres/1/0", 8.5},
    {"kmeans points=0/2/7/10 centres=0/10", "/inertia", 13},
    {"kmeans points=0/2/7/10 centres=0/10", "/after", 6.5},
    {"kmeans points=0/2 centres=1", "/moved", 0},
    {"energy active_ma=10 sleep_ma=0 active_ms=100 every_ms=1000 mah=240", "/days", 10},
    {"budget board=nano33ble flash=1048577 ram=0", "/fits", 0},
    {"budget board=nano33ble flash=1048576 ram=262144", "/fits", 1},
    {"budget board=nano33ble ram=262145", "/ram_left", -1},
    {"send bytes=1000 bits_per_second=8000 ma=10 volts=3", "/mj", 30},
};

static void figures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof figure / sizeof figure[0]; i++) {
        json_t *result;
        th_why why = {0};
        if (run(figure[i].line, &result, &why)) fail_msg("%s: %s", figure[i].line, why.text);
        const json_t *o = th_json_pointer(result, figure[i].pointer);
        const double v = json_is_boolean(o)  ? (double)json_is_true(o)
                         : json_is_number(o) ? json_number_value(o)
                                             : 1e300;
        if (!(fabs(v - figure[i].v) <= 1e-6 * (1 + fabs(figure[i].v))))
            fail_msg("%s %s: %.9g, not %.9g", figure[i].line, figure[i].pointer, v, figure[i].v);
        json_decref(result);
    }
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } row[] = {
        {"lime", "there is no \"lime\" to be computed; there are line, step"},
        {"line v=1", "line does not know \"v=1\"; it takes w=1"},
        {"line w", "does not know \"w\""},
        {"line w=", "w takes a number from"},
        {"line w=1e9", "w takes a number from"},
        {"line w=nan", "w takes a number"},
        {"line xs=1,2", "as many numbers"},
        {"line xs=1,,2", "numbers with commas"},
        {"line xs=1/2", "1 to 1024 numbers"},
        {"descend n=1.5", "whole number"},
        {"descend rate=1000 n=1000", "too large for a number"},
        {"neuron activation=gelu", "one of none, relu, sigmoid, tanh, step, not \"gelu\""},
        {"layer w=1,2/3", "equally long"},
        {"layer b=1", "a number for each row"},
        {"crossentropy class=3", "class takes a number from 0 to 2"},
        {"conv picture=1,2 kernel=1,2,3", "larger than its input"},
        {"conv row=1", "row takes a number from 0 to 0"},
        {"bin n=511", "even"},
        {"band high=9000", "half the rate"},
        {"scale lo=1 hi=2", "lo is 0 or below"},
        {"arena bytes=0", "bytes are whole numbers"},
        {"fair a=1,2,3", "4 numbers"},
        {"fair a=0,1,0,1", "both kinds of people"},
        {"sure right=5 n=4", "right takes a number from 0 to 4"},
        {"knn labels=0", "a label for each point"},
        {"knn x=1", "as many numbers as a point"},
        {"energy active_ma=0 sleep_ma=0", "needs no battery"},
        {"budget board=none", "none"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        json_t *result;
        th_why why = {0};
        const th_err err = run(row[i].line, &result, &why);
        if (err != TH_EUSAGE && err != TH_ERANGE) fail_msg("%s: %d", row[i].line, (int)err);
        if (!strstr(why.text, row[i].says)) fail_msg("%s: \"%s\" lacks \"%s\"", row[i].line, why.text, row[i].says);
        assert_null(result);
    }
}

/* Each row computes with its defaults, and its line of docs/calc.md names what it takes and every member. */
static void documented(void **state)
{
    (void)state;
    static char doc[1 << 16];
    FILE *f = fopen("docs/calc.md", "rb");
    assert_non_null(f);
    doc[fread(doc, 1, sizeof doc - 1, f)] = 0;
    fclose(f);
    for (size_t i = 0; th_calc_row_at(i); i++) {
        const th_calc_row *r = th_calc_row_at(i);
        char start[64], line[1024];
        json_t *result, *v;
        const char *member;
        snprintf(start, sizeof start, "\n| `%s` |", r->name);
        const char *p = strstr(doc, start);
        if (!p) fail_msg("docs/calc.md has no row for %s", r->name);
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p + 1, "\n"), p + 1);
        assert_int_equal(th_calc_run(r->name, NULL, 0, &result, NULL), TH_OK);
        json_object_foreach(result, member, v)
        {
            snprintf(start, sizeof start, "`%s`", member);
            if (!strstr(line, start)) fail_msg("docs/calc.md: %s does not name its member %s", r->name, member);
        }
        json_decref(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(refused),
        cmocka_unit_test(documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
