-- The language server asked by Neovim's own client, as docs/editors.md sets it up. After a build:
--   nvim --headless --clean -S test/editors/neovim.lua
-- Prints what came back; ends with 1 where something did not.
local text = {
  "vm web-01 { vnic eth0 { ip 10.0.1.11 } }",
  "group web = web-01",
  "dfw east-west {",
  "section S { rule 1 allow to web service https",
  "rule 1002 drop to wbe }",
  "default drop }",
  "chain c { slot 2 dfw east-west }",
}
local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")
local file = vim.fn.tempname() .. ".iochain"
vim.fn.writefile(text, file)

local cmd = { vim.env.NODE or "node", here .. "/../../dist/server.js", "--stdio" }
if vim.lsp.config then
  vim.filetype.add({ extension = { iochain = "iochain" } })
  vim.lsp.config("iochain", { cmd = cmd, filetypes = { "iochain" }, root_markers = { ".git" } })
  vim.lsp.enable("iochain")
else
  vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
    pattern = "*.iochain",
    callback = function(event)
      vim.bo[event.buf].filetype = "iochain"
      local client = vim.lsp.start_client({ name = "iochain", cmd = cmd, root_dir = vim.fn.getcwd() })
      vim.lsp.buf_attach_client(event.buf, client)
    end,
  })
end
vim.cmd("edit " .. file)

local failed = false
local function show(what, good, answer)
  failed = failed or not good
  print((good and "ok   " or "FAIL ") .. what .. ": " .. vim.inspect(answer))
end
local function ask(method, line, character)
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line, character = character } }
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 5000) or {}) do
    return answer.result
  end
end

vim.wait(8000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local finding = vim.diagnostic.get(0)[1]
show("finding", finding ~= nil and finding.lnum == 4, finding and finding.message)
local hover = ask("textDocument/hover", 1, 7)
show("hover", hover ~= nil and hover.contents.value:find("10.0.1.11", 1, true) ~= nil, hover and hover.contents.value)
local list = ask("textDocument/completion", 4, 19)
show("completion", list ~= nil and #list.items > 0, list and list.items[1] and list.items[1].label)
local format = vim.lsp.buf.format or function(options) vim.lsp.buf.formatting_sync({}, options.timeout_ms) end
format({ timeout_ms = 5000 })
local formatted = vim.api.nvim_buf_get_lines(0, 0, -1, false)
show("formatting", #formatted > #text, formatted)
vim.cmd(failed and "cquit 1" or "qall!")
