/* What the sketches use of Arduino_LSM9DS1 and of Arduino_BMI270_BMM150: they are alike. */
#ifndef MOTION_H
#define MOTION_H
struct MotionSensor {
    int begin();
    int accelerationAvailable();
    int readAcceleration(float &x, float &y, float &z); /* g */
    int gyroscopeAvailable();
    int readGyroscope(float &x, float &y, float &z); /* degrees a second */
};
extern MotionSensor IMU;
#endif
