/* model/package_priv.h -- between writing a package and reading one. */
#ifndef TH_MODEL_PACKAGE_PRIV_H
#define TH_MODEL_PACKAGE_PRIV_H

#include "model/package.h"

/* The package of a plan, with this pipeline metadata and this .tflite file, which is the plan's model. */
TH_NODISCARD th_err th_package_pack(const th_plan *plan, th_span meta, th_span file, const char *made_by,
                                    th_packed *packed, th_why *why);

#endif
