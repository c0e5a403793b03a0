// Reads {name: Power Query} as JSON from standard input; prints {name: what is wrong, or ""}.
const { DefaultSettings, TaskUtils } = require("@microsoft/powerquery-parser");

async function main() {
  const queries = JSON.parse(require("fs").readFileSync(0, "utf-8"));
  const wrong = {};
  for (const [name, text] of Object.entries(queries)) {
    const task = await TaskUtils.tryLexParse(DefaultSettings, text);
    wrong[name] = task.resultKind === "Ok" ? "" : task.error.message || "cannot be parsed";
  }
  console.log(JSON.stringify(wrong));
}

main();
