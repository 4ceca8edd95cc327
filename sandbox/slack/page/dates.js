/* Dates as Slack words them, in the reader's time zone. Words only, no nodes. */

const TIME = { hour: "2-digit", minute: "2-digit" };
const DAY_MS = 86_400_000;

const WORDS = {
  date_num: (at) => at.toLocaleDateString("sv-SE"),
  date: (at) => at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }),
  date_slash: (at) => at.toLocaleDateString("en-GB"),
  date_short: (at) => at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" }),
  date_long: (at) =>
    at.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  date_pretty: (at) => nearDay(at) ?? WORDS.date(at),
  date_short_pretty: (at) => nearDay(at) ?? WORDS.date_short(at),
  date_long_pretty: (at) => nearDay(at) ?? WORDS.date_long(at),
  time: (at) => at.toLocaleTimeString("en-GB", TIME),
  time_secs: (at) => at.toLocaleTimeString("en-GB", { ...TIME, second: "2-digit" }),
  ago: (at) => ago(at),
};

/** A format such as "{date_short} at {time}" with its names filled in. */
export function worded(at, format) {
  return format.replace(/\{(\w+)\}/g, (whole, name) => WORDS[name]?.(at) ?? whole);
}

export function clock(ts) {
  return WORDS.time(new Date(Number(ts) * 1000));
}

/** The heading over a day's messages. */
export function dayName(ts) {
  const at = new Date(Number(ts) * 1000);
  const near = nearDay(at);
  return near ? near[0].toUpperCase() + near.slice(1) : WORDS.date_long(at);
}

function nearDay(at) {
  const days = Math.round((midnight(at) - midnight(new Date())) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

function ago(at) {
  const seconds = (at.getTime() - Date.now()) / 1000;
  const [size, unit] = [[86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(
    ([size]) => Math.abs(seconds) >= size,
  ) ?? [1, "second"];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
