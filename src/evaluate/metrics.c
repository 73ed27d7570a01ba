#include "evaluate/metrics.h"

void th_confusion_add(th_confusion *c, int32_t truth, int32_t said)
{
    if (truth < 0 || said < 0 || truth >= c->n || said >= c->n) return;
    c->count[truth][said]++;
}

int32_t th_confusion_row(const th_confusion *c, int32_t truth)
{
    int32_t sum = 0;
    for (int32_t said = 0; said < c->n; said++) sum += c->count[truth][said];
    return sum;
}

int32_t th_confusion_column(const th_confusion *c, int32_t said)
{
    int32_t sum = 0;
    for (int32_t truth = 0; truth < c->n; truth++) sum += c->count[truth][said];
    return sum;
}

int32_t th_confusion_total(const th_confusion *c)
{
    int32_t sum = 0;
    for (int32_t truth = 0; truth < c->n; truth++) sum += th_confusion_row(c, truth);
    return sum;
}

double th_confusion_accuracy(const th_confusion *c)
{
    const int32_t all = th_confusion_total(c);
    int32_t right = 0;
    for (int32_t k = 0; k < c->n; k++) right += c->count[k][k];
    return all ? (double)right / (double)all : 0.0;
}

double th_confusion_recall(const th_confusion *c, int32_t k)
{
    const int32_t row = th_confusion_row(c, k);
    return row ? (double)c->count[k][k] / (double)row : -1.0;
}

double th_confusion_precision(const th_confusion *c, int32_t k)
{
    const int32_t column = th_confusion_column(c, k);
    return column ? (double)c->count[k][k] / (double)column : -1.0;
}

double th_confusion_balanced(const th_confusion *c)
{
    double sum = 0.0;
    int32_t n = 0;
    for (int32_t k = 0; k < c->n; k++) {
        const double recall = th_confusion_recall(c, k);
        if (recall < 0.0) continue;
        sum += recall;
        n++;
    }
    return n ? sum / n : 0.0;
}

double th_confusion_macro_f1(const th_confusion *c)
{
    double sum = 0.0;
    int32_t n = 0;
    for (int32_t k = 0; k < c->n; k++) {
        const int32_t row = th_confusion_row(c, k);
        if (row == 0) continue;
        sum += 2.0 * c->count[k][k] / (row + th_confusion_column(c, k));
        n++;
    }
    return n ? sum / n : 0.0;
}
