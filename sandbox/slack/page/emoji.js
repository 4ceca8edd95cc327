/* Emoji short names: a drawing of our own for the signs a bot's cards live on, Unicode for the rest. */

import { h, svg } from "./dom.js";

const DISC = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
const BOX = "M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3z";
const CHECK = "M6.5 12.5l3.6 3.6 7.4-8";
const QUESTION = "M8.5 8.5a3.5 3.5 0 1 1 5 3.2c-1 .6-1.5 1.3-1.5 2.8M12 18v.2";
const CROSS = "M7 7l10 10M17 7L7 17";

/* name: [filled ground, its tone, strokes on top, the strokes' tone] */
const DRAWN = {
  white_check_mark: [BOX, "good", CHECK, "paper"],
  heavy_check_mark: ["", "", CHECK, "good"],
  x: ["", "", "M5 5l14 14M19 5L5 19", "bad"],
  heavy_multiplication_x: ["", "", CROSS, "soft"],
  grey_question: ["", "", QUESTION, "soft"],
  no_entry: [DISC, "bad", "M7 12h10", "paper"],
  no_entry_sign: ["", "", `${DISC}M5 5l14 14`, "bad"],
  warning: ["M12 2.5l10.5 18.5h-21z", "warn", "M12 9v5.5M12 17.6v.2", "ink"],
  rotating_light: ["M6 18v-6a6 6 0 0 1 12 0v6z", "bad", "M4 21h16M12 2v1.5M4 6l1.2 1M20 6l-1.2 1", "ink"],
  hourglass_flowing_sand: ["M8 6h8l-4 5zM9 18h6l-3-3.5z", "warn", "M6 3h12M6 21h12M7.5 3v4L12 12l-4.5 5v4M16.5 3v4L12 12l4.5 5v4", "ink"],
  hourglass: ["M9 18h6l-3-3.5z", "warn", "M6 3h12M6 21h12M7.5 3v4L12 12l-4.5 5v4M16.5 3v4L12 12l4.5 5v4", "ink"],
  gear: ["", "", "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1", "soft"],
  lock: ["M5 11h14v10H5z", "warn", "M8 11V8a4 4 0 0 1 8 0v3M12 15v2.5", "ink"],
  unlock: ["M5 11h14v10H5z", "warn", "M8 11V8a4 4 0 0 1 7.6-1.7M12 15v2.5", "ink"],
  leftwards_arrow_with_hook: ["", "", "M9 7L4 12l5 5M4 12h11a5 5 0 0 0 0-10", "link"],
  arrows_counterclockwise: ["", "", "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5", "link"],
  repeat: ["", "", "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5", "link"],
  large_green_circle: [DISC, "good", "", ""],
  red_circle: [DISC, "bad", "", ""],
  large_yellow_circle: [DISC, "warn", "", ""],
  large_orange_circle: [DISC, "warn", "", ""],
  large_blue_circle: [DISC, "link", "", ""],
  white_circle: ["", "", DISC, "soft"],
  black_circle: [DISC, "ink", "", ""],
  large_red_square: [BOX, "bad", "", ""],
  large_green_square: [BOX, "good", "", ""],
  information_source: [BOX, "link", "M12 11v6M12 7v.2", "paper"],
  question: ["", "", QUESTION, "bad"],
  bell: ["M6 17V11a6 6 0 0 1 12 0v6l2 2H4z", "warn", "M10.5 21.5h3", "ink"],
  no_bell: ["M6 17V11a6 6 0 0 1 12 0v6l2 2H4z", "soft", "M3 3l18 18", "bad"],
  bulb: ["M12 2.5a6.5 6.5 0 0 0-3.5 12V17h7v-2.5a6.5 6.5 0 0 0-3.5-12z", "warn", "M9.5 20.5h5", "ink"],
  rocket: ["M12 2c4 3 5 7 4.5 12h-9C7 9 8 5 12 2z", "link", "M7.5 12L4 16.5V19l4-2M16.5 12l3.5 4.5V19l-4-2M10.5 19.5l1.5 2 1.5-2", "bad"],
  computer: ["M3 4h18v12H3z", "soft", "M8 20.5h8M12 16v4", "ink"],
  desktop_computer: ["M3 4h18v12H3z", "soft", "M8 20.5h8M12 16v4", "ink"],
  floppy_disk: [BOX, "link", "M7 2.5V8h9V2.5M6 21.5V13h12v8.5", "paper"],
  minidisc: [DISC, "soft", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z", "paper"],
  wastebasket: ["M6 8h12l-1.2 13H7.2z", "soft", "M4 5.5h16M9.5 5V3h5v2", "ink"],
  package: ["M3 8h18v12H3z", "warn", "M3 8l3-4h12l3 4M12 8v5", "ink"],
  mag: ["", "", "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21", "ink"],
  zap: ["M13.5 2L5 13.5h5.5L9 22l9.5-12.5H13z", "warn", "", ""],
  fire: ["M12 2c1 4 6 6.5 6 12a6 6 0 0 1-12 0c0-3 1.5-4 2-6 1.5 1 2 2 2 3.5C12 9.5 12.5 6 12 2z", "bad", "", ""],
  key: ["", "", "M8 10.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l9-8.5M16.5 7.5l3 3", "warn"],
  camera_with_flash: ["M3 7h18v13H3z", "soft", "M12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", "paper"],
  camera: ["M3 7h18v13H3z", "soft", "M12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", "paper"],
  shield: ["M12 2l8 3v7c0 5-3.5 8.5-8 10-4.5-1.5-8-5-8-10V5z", "link", "M8.5 12l2.5 2.5 4.5-5", "paper"],
  chart_with_upwards_trend: ["", "", "M3 3v18h18M6 16l4.5-5 3.5 3 6-8", "link"],
  bar_chart: ["M5 13h3v7H5zM10.5 8h3v12h-3zM16 4h3v16h-3z", "link", "", ""],
  clock3: [DISC, "soft", "M12 6v6h5", "paper"],
  stopwatch: ["", "", "M12 6a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM12 9.5V14M10 2.5h4", "ink"],
  arrow_up: [BOX, "link", "M12 18V6.5M7 11l5-5 5 5", "paper"],
  arrow_down: [BOX, "link", "M12 6v11.5M7 13l5 5 5-5", "paper"],
  arrow_right: [BOX, "link", "M6 12h11.5M13 7l5 5-5 5", "paper"],
  double_vertical_bar: [BOX, "link", "M9 7v10M15 7v10", "paper"],
  arrow_forward: [BOX, "link", "M9 7l8 5-8 5z", "paper"],
  black_square_for_stop: [BOX, "link", "M8.5 8.5h7v7h-7z", "paper"],
};

const UNICODE = {
  wave: "👋", tada: "🎉", eyes: "👀", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", robot_face: "🤖",
  hammer_and_wrench: "🛠", wrench: "🔧", raised_hands: "🙌", bust_in_silhouette: "👤", busts_in_silhouette: "👥",
  calendar: "📅", memo: "📝", link: "🔗", pushpin: "📌", file_folder: "📁", label: "🏷", seedling: "🌱", skull: "💀",
  smile: "😄", slightly_smiling_face: "🙂", heart: "❤", star: "⭐", sparkles: "✨", construction: "🚧", new: "🆕",
  battery: "🔋", thermometer: "🌡", snowflake: "❄", broom: "🧹", boom: "💥", checkered_flag: "🏁", moneybag: "💰",
  electric_plug: "🔌", satellite_antenna: "📡", dart: "🎯", muscle: "💪", pray: "🙏", ok_hand: "👌", point_right: "👉",
};

/** The node for one short name, or null when the name means nothing to us (it then stays as typed). */
export function emoji(name) {
  const drawn = DRAWN[name];
  if (drawn) return draw(name, drawn);
  const sign = UNICODE[name];
  return sign ? h("span", { class: "emoji", title: `:${name}:`, role: "img", "aria-label": name }, sign) : null;
}

export function knownEmoji() {
  return [...Object.keys(DRAWN), ...Object.keys(UNICODE)];
}

function draw(name, [ground, groundTone, strokes, strokeTone]) {
  const parts = [];
  if (ground) parts.push(svg("path", { d: ground, class: `fill-${groundTone}` }));
  if (strokes) parts.push(svg("path", { d: strokes, class: `line-${strokeTone}` }));
  const attributes = { viewBox: "0 0 24 24", class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") };
  return svg("svg", attributes, ...parts);
}
