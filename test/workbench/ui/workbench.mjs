// The workbench as a person has it before them: what to click, type and read. Nothing here knows the extension's code.

/** Pictures so far, of all windows: they sort in the order in which they were taken. */
let shots = 0;

export class Workbench {
  constructor(page, screenshotFolder) {
    this.page = page;
    this.screenshotFolder = screenshotFolder;
    page.setDefaultTimeout(20_000);
  }

  /** Waits until the window stands. */
  async ready() {
    await this.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
    await this.page.locator(".statusbar-item").first().waitFor();
  }

  async openFile(name) {
    await this.page.getByRole("treeitem", { name }).dblclick();
    await this.page.locator(".monaco-editor .view-lines .view-line").first().waitFor();
  }

  /** Opens a policy, and waits until the editor knows it as one: before that, F5 asks which debugger is meant. */
  async openPolicy(name) {
    await this.openFile(name);
    await this.page.locator(".statusbar-item", { hasText: "IOChain Policy" }).waitFor();
  }

  /** The first visible line of the editor that contains the text. */
  line(text) {
    return this.page.locator(".editor-instance .view-line", { hasText: text }).first();
  }

  /** Scrolls to the first place of a text, and puts the cursor there. */
  async find(text) {
    await this.press("Control+f");
    await this.page.locator(".find-widget textarea").first().fill(text);
    await this.press("Enter", "Escape");
    await this.line(text).waitFor();
  }

  /** Rests the pointer on a word, and answers with what the hover says. */
  async hover(lineText, word) {
    const hover = this.page.locator(".monaco-hover:visible .hover-contents").first();
    // Lenses that arrive move the lines away from under the mouse, and the hover goes: a person moves it again.
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      await this.page.mouse.move(640, 790);
      await this.line(lineText).getByText(word, { exact: true }).first().hover();
      const said = await hover.textContent({ timeout: 2500 }).catch(() => undefined);
      if (said !== undefined) return text(said);
    }
    throw new Error(`no hover over "${word}" in "${lineText}"`);
  }

  /** Runs a command by its title in the palette, which closes when a view that opens just then takes the focus. */
  async command(title) {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    for (const end = Date.now() + 30_000; ; ) {
      try {
        await this.page.keyboard.press("F1");
        await this.page.locator(".quick-input-widget input").fill(`>${title}`, { timeout: 5000 });
        return await row.click({ timeout: 5000 });
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  /** Runs all tests, waits until one has failed, and opens the policy's row in the Testing view, which is in sight. */
  async seeTestsFail(policy) {
    await this.command("Test: Run All Tests");
    await this.page.locator(".test-explorer .codicon-testing-failed-icon").first().waitFor();
    const row = this.page.locator(".test-explorer .monaco-list-row", { hasText: policy });
    await row.locator(".monaco-tl-twistie").click();
  }

  /** Takes a row of the list that asks. */
  async choose(row) {
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: row }).first().click();
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async startDebugging() {
    await this.press("F5");
    await this.debugToolbar().waitFor();
  }

  /** Presses a key that makes the debugger move, and waits until it has stopped anew. */
  async step(key) {
    await this.moved(() => this.press(key));
  }

  async stepBack() {
    await this.moved(() => this.debugToolbar().locator(".codicon-debug-step-back").click());
  }

  /** Every stop changes the call stack: the frame's name, or the line it is at. VS Code draws it in two goes. */
  async moved(move) {
    const before = (await this.callStack()).join();
    await move();
    let last = before;
    let since = Date.now();
    for (const end = Date.now() + 10_000; Date.now() < end; await this.page.waitForTimeout(50)) {
      const now = (await this.callStack()).join();
      if (now !== last) {
        last = now;
        since = Date.now();
      } else if (now !== "" && now !== before && Date.now() - since > 500) return;
    }
    throw new Error(`The debugger stayed at ${before}.`);
  }

  squiggle() {
    return this.page.locator(".squiggly-error").first();
  }

  debugToolbar() {
    return this.page.locator(".debug-toolbar");
  }

  /** The line that the debugger is at, as the editor marks it. */
  stoppedAt() {
    return this.page.locator(".debug-top-stack-frame-line, .debug-focused-stack-frame-line").first();
  }

  /** The text of the line that the debugger is at. Lenses that arrive may move the lines under it just then. */
  async stoppedLine() {
    for (const end = Date.now() + 5000; Date.now() < end; await this.page.waitForTimeout(100)) {
      const found = await this.lineUnderMark();
      if (found !== "") return found;
    }
    return "";
  }

  async lineUnderMark() {
    const { y } = (await this.stoppedAt().boundingBox()) ?? {};
    for (const line of await this.page.locator(".editor-instance .view-line").all()) {
      const box = await line.boundingBox();
      if (box && Math.abs(box.y - y) < 2) return text(await line.textContent());
    }
    return "";
  }

  /** The frames of the call stack, innermost first. */
  async callStack() {
    const rows = await this.page.locator(".debug-call-stack .monaco-list-row .stack-frame").allTextContents();
    return rows.map(text);
  }

  /** The call stack as soon as it has so many frames: VS Code draws the innermost first, and the others when it can. */
  async frames(count) {
    for (const end = Date.now() + 5000; Date.now() < end; await this.page.waitForTimeout(50)) {
      const stack = await this.callStack();
      if (stack.length >= count) return stack;
    }
    return this.callStack();
  }

  /** The page of the chain view: a frame within a frame. */
  chainView() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  replayView() {
    return this.page
      .frameLocator('iframe.webview.ready[src*="extensionId=iochain.iochain"]:visible')
      .last()
      .frameLocator("iframe#active-frame");
  }

  async screenshot(name) {
    const number = String(++shots).padStart(2, "0");
    await this.page.screenshot({ path: `${this.screenshotFolder}/${number}-${name}.png` });
  }
}

/** Text without the line ends, hard spaces, zero-width marks and icons that a screen adds. */
function text(shown) {
  return shown
    .replace(/[\p{Cf}\p{Co}]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}
