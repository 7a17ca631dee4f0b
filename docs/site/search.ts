/** The site's search: a box above the list of pages, for those whose browser runs scripts. */
import MiniSearch, { type SearchResult } from "minisearch";

/** A part of a page, under one heading; `href` is relative to the site. */
interface Section {
  readonly id: number;
  readonly href: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const MOST = 12;
/** From the page to the site's folder. */
const up = document.documentElement.dataset.up ?? "";
const contents = document.getElementById("contents") as HTMLElement;
const list = contents.querySelector(".pages") as HTMLElement;

const box = document.createElement("input");
box.type = "search";
box.placeholder = "Search (press /)";
box.setAttribute("aria-label", "Search the documentation");
const found = document.createElement("ul");
found.className = "found";
found.hidden = true;
const status = document.createElement("p");
status.className = "status";
status.setAttribute("role", "status");
list.before(box, status, found);

let index: Promise<MiniSearch<Section>> | undefined;

/** What stands in the pages is loaded when somebody searches: as a script, which a page that lies on a disk may load, too. */
function load(): Promise<MiniSearch<Section>> {
  index ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${up}sections.js`;
    script.onerror = reject;
    script.onload = () => {
      const made = new MiniSearch<Section>({
        fields: ["page", "heading", "text"],
        storeFields: ["href", "page", "heading"],
        searchOptions: {
          boost: { page: 4, heading: 3 },
          prefix: true,
          fuzzy: (word) => word.length > 4 && 0.2,
          combineWith: "AND",
        },
      });
      made.addAll((globalThis as unknown as { sections: Section[] }).sections);
      resolve(made);
    };
    document.head.append(script);
  });
  return index;
}

async function search(): Promise<void> {
  const words = box.value.trim();
  const sections = await load();
  if (words !== box.value.trim()) return;
  found.hidden = words === "";
  list.hidden = words !== "";
  const results = words === "" ? [] : sections.search(words);
  found.replaceChildren(...results.slice(0, MOST).map(item));
  status.textContent = words === "" ? "" : results.length === 0 ? "Nothing is found." : `${results.length} places`;
}

function item({ href, page, heading }: SearchResult): HTMLLIElement {
  const link = document.createElement("a");
  link.href = up + href;
  link.append(page);
  if (heading !== page) {
    const part = document.createElement("span");
    part.append(heading);
    link.append(part);
  }
  const made = document.createElement("li");
  made.append(link);
  return made;
}

box.addEventListener("focus", () => void load());
box.addEventListener("input", () => void search());
box.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") {
    box.value = "";
    void search();
  } else if (key === "ArrowDown" || key === "Enter") found.querySelector("a")?.[key === "Enter" ? "click" : "focus"]();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.activeElement === box) return;
  event.preventDefault();
  box.focus();
});
