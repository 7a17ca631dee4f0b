;;; The language server asked by Emacs's own client, as docs/editors.md sets it up. After a build, with eglot installed:
;;;   emacs --batch -l test/editors/emacs.el
;;; Prints what came back; ends with 1 where something did not.
(require 'package)
(package-initialize)
(require 'eglot)
(define-derived-mode iochain-mode prog-mode "IOChain"
  (setq-local comment-start "// " indent-tabs-mode nil tab-width 2))
(add-to-list 'auto-mode-alist '("\\.iochain\\'" . iochain-mode))

(defconst here (file-name-directory load-file-name))
(add-to-list 'eglot-server-programs
             `(iochain-mode . (,(or (getenv "NODE") "node") ,(expand-file-name "../../dist/server.js" here) "--stdio")))
(setq eglot-sync-connect t eglot-connect-timeout 60)

(defvar failed nil)
(defun show (what good answer)
  (unless good (setq failed t))
  (message "%s %s: %s" (if good "ok  " "FAIL") what answer))
(defun wait-for (test)
  (let ((end (+ (float-time) 15)))
    (while (and (not (funcall test)) (< (float-time) end)) (accept-process-output nil 0.05))))
(defun at (text) (goto-char (point-min)) (search-forward text))

(let ((directory (make-temp-file "iochain" t)))
  (with-temp-file (expand-file-name "shop.iochain" directory)
    (insert "vm web-01 { vnic eth0 { ip 10.0.1.11 } }\ngroup web = web-01\ndfw east-west {\n"
            "section S { rule 1 allow to web service https\nrule 1002 drop to wbe }\ndefault drop }\n"
            "chain c { slot 2 dfw east-west }\n"))
  (find-file (expand-file-name "shop.iochain" directory)))
(apply #'eglot (eglot--guess-contact))
(flymake-start)
(wait-for (lambda () (flymake-diagnostics)))
(let ((text (mapconcat #'flymake-diagnostic-text (flymake-diagnostics) "\n")))
  (show "findings" (string-match-p "wbe" text) text))
(at "group we")
(let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
  (show "hover" (string-match-p "10\\.0\\.1\\.11" (format "%S" hover)) hover))
(show "references" (= 2 (length (xref-backend-references 'eglot (xref-backend-identifier-at-point 'eglot)))) "")
(eglot-rename "front")
(wait-for (lambda () (string-match-p "to front" (buffer-string))))
(show "rename" (string-match-p "group front = web-01" (buffer-string)) "")
(at "to wb")
(let ((found (all-completions "" (nth 2 (eglot-completion-at-point)))))
  (show "completion" (member "front" (mapcar #'substring-no-properties found)) (length found)))
(eglot-format-buffer)
(show "formatting" (string-match-p "^  section S {\n    rule 1    allow to front service https" (buffer-string)) (buffer-string))
(kill-emacs (if failed 1 0))
