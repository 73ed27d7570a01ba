/* course/school_tables.h -- the tables of the school, for th_sql_open. */
#ifndef TH_COURSE_SCHOOL_TABLES_H
#define TH_COURSE_SCHOOL_TABLES_H

#include "store/sql.h"

extern const th_sql_schema th_school_tables;

#endif
