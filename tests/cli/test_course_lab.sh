#!/bin/sh
# thimble course start, grade, check --labs: numbers, decisions, texts, C in its sandbox, models on sealed data.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

c=$tmp/courses/1-t
page() { printf -- '---\n%s\n---\n\nA page with [[w]].\n' "$2" >"$1"; }
mkdir -p "$c/1-num/lab/starter" "$c/2-c/lab/starter" "$c/2-c/lab/grade" "$c/3-net/lab/solution" "$c/3-net/lab/wrong/untrained"
: >"$tmp/courses/glossary.md"
page "$c/course.md" 'title: T
summary: S
hours: 1'
for d in 1-num 2-c 3-net; do
	page "$c/$d/chapter.md" 'title: C
question: Q
goals: g'
	page "$c/$d/lab/lab.md" 'title: L
minutes: 5'
done

# ---- numbers, decisions, a text ----
cat >"$c/1-num/lab/lab.ini" <<'END'
[lab]
lesson = t/num/x
[vars]
w = 0.5..3 step 0.5
[start]
fill = readme.txt
[number loss]
ask = The loss of w = [[w]]?
compute = calc line w=[[w]] b=0
is = /loss
mistake = /loss * 4: That is the sum.
why = It is the mean.
[choice at]
ask = Where is the threshold?
range = 0.1..0.9 step 0.2
cost = calc threshold bad=0.9,0.8,0.4 good=0.1,0.3,0.5 at=[[choice]]
is = /misses * 10 + 0
within = 0
reason = 5
[written note]
file = note.md
words = 5..50
headings = Who
rubric = who: Names who it is for.
END
echo 'w = [[w]]' >"$c/1-num/lab/starter/readme.txt"
printf '## Who\n\nGiven words do not count at all here.\n' >"$c/1-num/lab/starter/note.md"
lab=$tmp/num
run course start t/num --courses "$tmp/courses" --out "$lab" --seed 5
exits "a lab is started" 0 "is yours"
w=$(sed -n 's/^w = //p' "$lab/readme.txt")
holds "the learner's value is in files and questions" grep -q "The loss of w = $w?" "$lab/answers.ini"
run course start t/num --courses "$tmp/courses" --out "$lab"
exits "a lab is not started over another" 1 "is there already"
run course grade "$lab" --courses "$tmp/courses"
exits "nothing is right yet" 0 "0 of 3 points"
holds "and it says where to read on" grep -q 't/num/x' "$tmp/out"
loss=$("$thimble" calc line w="$w" b=0 --json | sed 's/.*"loss":\([0-9.e-]*\).*/\1/')
times4=$(awk "BEGIN { print $loss * 4 }")
printf 'loss = %s\nat = 0.9\n' "$times4" >"$lab/answers.ini"
printf '## Who\n\nGiven words do not count at all here.\nOne two\n' >"$lab/note.md"
run course grade "$lab" --courses "$tmp/courses"
exits "a known mistake is told" 0 "That is the sum"
holds "what is dearer is told" grep -q "0 or less is possible" "$tmp/out"
holds "a short text is told" grep -q "2 words of yours" "$tmp/out"
printf 'loss = %s\nat = 0.3\nat.reason = a miss is worse\n  than an alarm\n' "$(echo "$loss" | tr . ,)" >"$lab/answers.ini"
printf '## Who\nFor those who live there, and for guests.\n' >"$lab/note.md"
run course grade "$lab" --courses "$tmp/courses" --json
exits "all is right" 0 '"score":3.0,"of":3.0'
holds "the text goes to peers with its rubric" grep -q '"rubric":\[{"name":"who"' "$tmp/out"
run course grade "$lab" --courses "$tmp/courses" --level class
exits "a class needs its secret" 2 "sealed-seed"
run course grade "$tmp" --courses "$tmp/courses"
exits "a folder without a lab" 1 "no lab was started"
run course start t/nowhere --courses "$tmp/courses"
exits "a lab that is not there" 1 'there is no lab "t/nowhere"'
printf '[lab]\n[number a]\nask = x\nis = two\n' >"$tmp/bad.ini"
mv "$c/1-num/lab/lab.ini" "$tmp/good.ini"
cp "$tmp/bad.ini" "$c/1-num/lab/lab.ini"
run course grade "$lab" --courses "$tmp/courses"
exits "a recipe that is wrong" 1 'lab.ini, line 2: .*two'
cp "$tmp/good.ini" "$c/1-num/lab/lab.ini"

# ---- a model ----
cat >"$c/3-net/lab/lab.ini" <<'END'
[start]
run = new . --task gesture --labels circle,zigzag
run = data synth --count 30 --seed [[seed]]
run = data commit -m "before the lab began"
run = data set --name circle/synthetic-[[seed]]-0 name=begun
[data enough]
labels = circle, zigzag
per_label = 20
split = yes
[model small]
parameters = 20000
io = int8
[model right]
sealed = new . --task gesture --labels circle,zigzag
sealed = data synth --count 20 --seed [[sealed]]
bar = >= 0.7
runs = 0.9 0.9 0.9 0.9 0.9
END
printf 'train . --epochs 30 --seed 1\nquantize .\n' >"$c/3-net/lab/solution/steps"
printf 'property = small\nsays = thimble train\n' >"$c/3-net/lab/wrong/untrained/expect"
run course check t/net --labs --courses "$tmp/courses"
exits "a solution passes, a mistake fails as expected, three are wanted" 1 "1 thing is wrong with the labs"
holds "the solution" grep -q 'ok .*the solution has 3 of 3' "$tmp/out"
holds "the mistake" grep -q 'ok .*wrong/untrained fails small' "$tmp/out"

# ---- the starter comes back, with data and models ----
net=$tmp/lab-net
run course start t/net --courses "$tmp/courses" --out "$net"; exits "a lab with data" 0
run data list --project "$net"; cp "$tmp/out" "$tmp/began"
run data remove --project "$net" --label zigzag; exits "half of it is thrown away" 0
mkdir "$net/model" && echo mine >"$net/model/float.tflite"
run course start t/net --again --courses "$tmp/courses" --out "$net"; exits "and comes back" 0
run data list --project "$net"
holds "as it was when the lab began" cmp "$tmp/began" "$tmp/out"
run data list --project "$net" --label circle; holds "not as it was before that" grep -q begun "$tmp/out"
holds "what was trained since stands aside" [ ! -e "$net/model/float.tflite" ]
holds "and is not lost" grep -q mine "$net/model.before/float.tflite"

# ---- functions in C ----
cat >"$c/2-c/lab/lab.ini" <<'END'
[c]
file = f.c
headers = f.h
harness = grade/f.c
instructions = 1000000
ram = 4096
[c f]
END
echo 'int f(int a);' >"$c/2-c/lab/starter/f.h"
cat >"$c/2-c/lab/grade/f.c" <<'END'
#include "lab.h"
#include "f.h"
void lab_grade(void)
{
    lab_case("f");
    for (int i = 0; i < 10; i++) {
        const int a = (int)lab_below(1000);
        lab_want(f(a) == 2 * a, "f(%d) is %d", a, f(a));
    }
}
END
echo '#include "f.h"' >"$c/2-c/lab/starter/f.c"
lab=$tmp/c
run course start t/c --courses "$tmp/courses" --out "$lab"
exits "a lab in C is started" 0
PATH=$tmp "$thimble" course grade "$lab" --courses "$tmp/courses" >"$tmp/out" 2>"$tmp/err"
rc=$?
exits "without a compiler it is no failure of hers" 0 "arm-none-eabi-gcc is not installed.*no mistake of yours"
if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "functions in C" "arm-none-eabi-gcc or qemu-system-arm are not installed"
	finish
fi
# says NAME PATTERN: the file on standard input gets this answer
says() {
	{ printf '#include "f.h"\n'; cat; } >"$lab/f.c"
	run course grade "$lab" --courses "$tmp/courses"
	exits "$1" 0 "$2"
}
echo 'int f(int a) { return a + a; }' | says "a right function" "1 of 1 points"
echo 'int f(int a) { return a; }' | says "a wrong one, with what was seen" 'f\([0-9]+\) is'
echo 'int f(int a) { return a +; }' | says "what does not compile, with its line" 'f.c:2:.*error'
echo 'int f(int a) { while (a > -1) a ^= 1; return a; }' | says "a loop without end" 'f\(\), line 2 of f.c: after 1000000 instructions'
echo 'int f(int a) { return *(volatile int *)0; }' | says "a NULL pointer" "NULL pointer in f"
echo 'int f(int a) { volatile int x[9]; x[0] = a; return f(a + 1) + x[0]; }' | says "a full stack" "stack is full"
echo 'static int x[5000]; int f(int a) { return x[a]++; }' | says "too much memory" "too much memory: [0-9]+ bytes"
# 0x40004000 is the line that grades come over, 0x200000 has what a grade begins with
echo 'int f(int a) { return *(volatile int *)0x40004000 = a; }' | says "no way to the line of grades" "not its own.*0x40004000"
echo 'int f(int a) { return *(volatile int *)0x200000; }' | says "nor to what makes them true" "not its own.*0x00200000"
echo 'void lab_case(const char *); int f(int a) { lab_case("f"); return a; }' | says "nor to the harness" "calls lab_case"
printf '#define J(a, b) a##b\nint f(int a) { J(__as, m__)("bkpt 0xab"); return a; }\n' | says "no assembler in a macro" "line 3: __asm__"
printf 'static const unsigned short x[] = {0xdf00, 0x4770};\nint f(int a) { return ((int (*)(void))((unsigned)x | 1))(); }\n' |
	says "no code in constants" "no code is"
# she looks for `svc 0; bx lr` in the code that she may read, and says through it that a case began and all has ended
cat <<'END' | says "no grade by the address of what gives it" "belongs to the grading"
int f(int a) {
	unsigned at = 0x400;
	while (at < 0x8000 && !(((unsigned short *)at)[0] == 0xdf00 && ((unsigned short *)at)[1] == 0x4770)) at += 2;
	((int (*)(int, const char *))(at | 1))(0, "f");
	((int (*)(int, const char *))(at | 1))(4, 0);
	return a;
}
END
printf '#include "/etc/passwd"\nint f(int a) { return a; }\n' | says "no file of this computer" "/etc/passwd.* is not for labs"
finish
