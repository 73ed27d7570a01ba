// api_course.mjs -- the operations of the course for api.spec.mjs: one learner, who has this computer to herself and is its
// teacher, too.

async function reading(right) {
  const map = await right("getCourseMap", 200, { query: { lang: "es" } });
  const chapter = map.courses[0].chapters[0];
  const ids = { lesson: chapter.lessons[0].id, quiz: chapter.quiz.id, journal: chapter.journal.id, course: map.courses[0].id, chapter: chapter.id };
  const lab = map.courses.flatMap((c) => c.chapters).find((c) => c.lab)?.lab.id;
  await right("getLesson", 200, { parts: { id: ids.lesson } });
  await right("getCourseFile", 404, { parts: { path: "1-rule/none.svg" } });
  await right("searchCourses", 200, { query: { q: "flash" } });
  await right("getGlossary", 200);
  return { ...ids, lab };
}

async function learning(right, ids) {
  await right("changeMe", 200, { body: { age: "16-18", share: true } });
  await right("getMe", 200);
  await right("putProgress", 204, { parts: { id: ids.lesson }, body: { state: "done", seconds: 60 } });
  await right("putPlace", 204, { body: { id: ids.lesson, block: "5f3a91c2" } });
  await right("addBookmark", 204, { parts: { id: ids.lesson } });
  await right("listBookmarks", 200);
  await right("removeBookmark", 204, { parts: { id: ids.lesson } });
  const note = await right("addNote", 201, { body: { lesson: ids.lesson, text: "Ask." } });
  await right("changeNote", 204, { parts: { note: note.id }, body: { text: "Ask again." } });
  await right("listNotes", 200, { query: { lesson: ids.lesson } });
  await right("removeNote", 204, { parts: { note: note.id } });
  const { items } = await right("getQuiz", 200, { parts: { id: ids.quiz } });
  const given = { single: (i) => i.choices[0].id, multiple: (i) => [i.choices[0].id], matching: (i) => Object.fromEntries(i.left.map((l) => [l.id, i.right[0].id])) };
  for (const item of items) await right("addAnswer", 201, { body: { quiz: ids.quiz, item: item.name, given: given[item.kind]?.(item) ?? "7" } });
  await right("getQuiz", 200, { parts: { id: ids.quiz } });
  await right("getQuiz", 200, { parts: { id: "review" } });
  const hinted = items.find((i) => i.hint);
  await right("getHint", hinted ? 200 : 404, { body: { quiz: ids.quiz, item: (hinted ?? items[0]).name } });
  await right("putJournal", 204, { parts: { id: ids.journal }, body: { text: "On Monday." } });
  await right("getJournal", 200, { parts: { id: ids.journal } });
  await right("exportRecord", 200, { query: { as: "everything" } });
  await right("exportRecord", 200, { query: { as: "xapi" } });
  await right("listCertificates", 200);
  await right("makeCertificate", 409, { body: { course: ids.course } });
}

async function classes(right, ids) {
  const made = await right("addClass", 201, { body: { name: "9b", courses: [ids.course] } });
  const parts = { class: made.id };
  await right("joinClass", 200, { body: { code: made.code } });
  await right("joinClass", 404, { body: { code: made.code === "100000" ? "100001" : "100000" } });
  await right("changeClass", 200, { parts, body: { policy: { weights: { quiz: 1 } } } });
  await right("getClass", 200, { parts });
  await right("listClasses", 200);
  await right("putDeadlines", 204, { parts, body: [{ id: ids.quiz, at: 1795500000 }] });
  await right("getDashboard", 200, { parts });
  await right("getGradebook", 200, { parts });
  await right("getGradebook", 200, { parts, query: { as: "csv" } });
  const told = await right("addAnnouncement", 201, { parts, body: { text: "On *Friday*." } });
  await right("listAnnouncements", 200, { parts });
  await right("removeAnnouncement", 204, { parts: { ...parts, n: told.id } });
  const lesson = { chapter: ids.chapter, title: "Our street", markdown: "What listens?" };
  const own = await right("addOwnLesson", 201, { parts, body: lesson });
  await right("putOwnLesson", 204, { parts: { ...parts, n: own.id }, body: lesson });
  await right("listOwnLessons", 200, { parts });
  await right("getLesson", 200, { parts: { id: own.page } });
  await right("removeOwnLesson", 204, { parts: { ...parts, n: own.id } });
  await right("removeMember", 204, { parts: { ...parts, learner: "me" } });
  await right("removeClass", 204, { parts });
}

async function together(right) {
  const asked = await right("addThread", 201, { body: { at: "general", title: "Edges", text: "Is it a *side*?" } });
  const parts = { n: asked.id };
  const answered = await right("addPost", 201, { parts, body: { text: "No." } });
  const post = { n: answered.posts[1].id };
  await right("listThreads", 200, { query: { at: "general", sort: "votes", q: "edge" } });
  await right("changePost", 204, { parts: post, body: { text: "Yes." } });
  await right("putVote", 400, { parts: post, body: { value: 1 } }); // one's own
  await right("putAccepted", 204, { parts: post, body: { value: 1 } });
  await right("addReport", 204, { parts: post, body: { reason: "It is short." } });
  const [report] = await right("listReports", 200);
  await right("changeReport", 204, { parts: { n: report.id }, body: { handled: true } });
  await right("removePost", 204, { parts: post });
  await right("getThread", 200, { parts });
  const shown = await right("addShow", 201, { body: { title: "Bees", text: "It hears bees.", made: ["firmware"] } });
  const show = { n: shown.id };
  await right("addReview", 400, { parts: show, body: { mastery: 4, creativity: 4, benefit: 4, text: "Mine." } });
  await right("changeShow", 200, { parts: show, body: { title: "Bees", text: "It hears a hive." } });
  await right("getShow", 200, { parts: show });
  await right("listShowcase", 200);
  await right("removeShow", 204, { parts: show });
  await right("getPeer", 200);
  await right("addPeer", 404, { parts: { n: 1 }, body: { scores: {}, text: "Good." } });
}

async function lab(right, id) {
  await right("doLab", 202, { parts: { id }, query: { do: "start" } });
  for (let i = 0; i < 300; i++) {
    const { running, files } = await right("getLab", 200, { parts: { id } });
    if (!running && files.length) break;
    await new Promise((go) => setTimeout(go, 200));
  }
  const parts = { id };
  const answers = await right("getLabFile", 200, { parts, query: { file: "answers.ini" } });
  await right("putLabFile", 204, { parts, query: { file: "answers.ini" }, body: answers });
}

/** right(id, status, {parts, query, body}) calls an operation; gives what the paths of wrong requests are filled with. */
export async function course(right) {
  const ids = await reading(right);
  await learning(right, ids);
  await classes(right, ids);
  await together(right);
  await lab(right, ids.lab);
  return ids;
}
