// Runs one module of a source tree under MicroPython: node run.mjs MODULE HEAP_BYTES SOURCES IN OUT
// SOURCES: a JSON object {path in the tree: file}. The module's main(IN, OUT) is called; OUT is copied back.
import fs from "node:fs";
import { loadMicroPython } from "./micropython.mjs";

const [module, heap, sources, input, output] = process.argv.slice(2);
const mp = await loadMicroPython({
    heapsize: Number(heap), linebuffer: true,
    stdout: (line) => process.stdout.write(line + "\n"), stderr: (line) => process.stderr.write(line + "\n"),
});
const made = new Set();
mp.FS.mkdir("/tree");
for (const [path, file] of Object.entries(JSON.parse(fs.readFileSync(sources, "utf8")))) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
        const folder = "/tree/" + parts.slice(0, depth).join("/");
        if (!made.has(folder)) { mp.FS.mkdir(folder); made.add(folder); }
    }
    mp.FS.writeFile("/tree/" + path, fs.readFileSync(file));
}
mp.FS.writeFile("/in", fs.readFileSync(input));
try {
    const [, parent, name] = module.match(/^(.*)\.([^.]*)$/);
    mp.runPython(`import sys\nsys.path.insert(0, "/tree")\nfrom ${parent} import ${name} as it\nit.main("/in", "/out")\n`);
} catch (error) {
    process.stderr.write(error.message + "\n"); // without node's listing of the one-line loader
    process.exit(1);
}
fs.writeFileSync(output, mp.FS.readFile("/out"));
