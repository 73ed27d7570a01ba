#include "serve/pages.h"
const th_web_file th_web_files[] = {{0, 0, 0, 0, 0}};
