/* deploy/app.h -- what stands around a network on the device: one of these, or none. */
#ifndef TH_DEPLOY_APP_H
#define TH_DEPLOY_APP_H

#include "model/camera.h"
#include "model/pipeline.h"
#include "model/sensor.h"

typedef struct th_app {
    const th_pipeline *sound; /* dsp/listener.h */
    const th_sensor *sensor;  /* dsp/watcher.h */
    const th_eye *camera;     /* dsp/camera.h */
} th_app;

#endif
