"""What went wrong in the world, in one plain sentence: what happened, and what to do next. English and Chinese."""

from __future__ import annotations

import locale
import os

TEXTS: dict[str, tuple[str, str]] = {
    # documents
    "missing": (
        "There is no file {path}; check its name and folder.",
        "没有文件 {path}；请检查文件名和文件夹。",
    ),
    "folder": ("{path} is a folder; name one file in it.", "{path} 是文件夹；请指定其中的一个文件。"),
    "no-file": (
        "{path} is a pipe or a device; save what comes from it to a file and name that.",
        "{path} 是管道或设备；请先把内容存成文件，再指定该文件。",
    ),
    "empty": ("{path} is empty (0 bytes); get the file again.", "{path} 是空文件（0 字节）；请重新获取。"),
    "unreadable": (
        "{path} cannot be read ({reason}); check the file and its permissions.",
        "无法读取 {path}（{reason}）；请检查文件及其权限。",
    ),
    "unsupported": (
        "{path} is {kind}, which Tongdu does not open; unpack it or save it as one of {known}.",
        "{path} 是 {kind}，通读不能打开；请解压，或另存为以下格式之一：{known}。",
    ),
    "broken": (
        "{path} is damaged ({reason}); get the file again.",
        "{path} 已损坏（{reason}）；请重新获取文件。",
    ),
    "no-spine": (
        "{path} is an EPUB without a reading order, so there is nothing to read; get another copy.",
        "{path} 是没有阅读顺序的 EPUB，无内容可读；请换一个版本。",
    ),
    "drm": (
        "{path} is encrypted (DRM) and can be read only by the shop's own program; use a copy without DRM.",
        "{path} 已加密（DRM），只能用书店自己的程序打开；请使用无 DRM 的版本。",
    ),
    "no-text": (
        "{path} holds no text; get another copy, or run OCR on it if it holds pictures of pages.",
        "{path} 里没有文字；请换一个版本，如果是扫描件，请先做 OCR。",
    ),
    "scanned": (
        "{path} has {pages} pages and no text in them; run OCR on it first, then open the result.",
        "{path} 共 {pages} 页，没有文字；请先做 OCR，再打开结果。",
    ),
    "unknown-encoding": (
        "There is no encoding called {name}; use one of {known}.",
        "没有名为 {name} 的编码；可用：{known}。",
    ),
    "wrong-encoding": (
        "{path} is not {encoding}; it looks like {found}; leave --encoding out.",
        "{path} 的编码不是 {encoding}，看起来是 {found}；请去掉 --encoding。",
    ),
    "binary": (
        "{path} holds neither text nor a format that Tongdu knows; get the file again or name another.",
        "{path} 既不是文本，也不是通读认识的格式；请重新获取文件或指定其他文件。",
    ),
    "password": (
        "{path} is encrypted; give its password with --password.",
        "{path} 已加密；请用 --password 提供密码。",
    ),
    "encrypted": (
        "{path} is an Office file with a password; save a copy without one in the program that made it.",
        "{path} 是带密码的 Office 文件；请用原来的程序另存一份不带密码的副本。",
    ),
    "wrong-password": (
        "The password does not open {path}; check it and try again.",
        "密码无法打开 {path}；请检查后重试。",
    ),
    "pattern": (
        "The chapter pattern {pattern} is not usable ({reason}); give a regular expression that the first line "
        "of every chapter matches.",
        "章节规则 {pattern} 无法使用（{reason}）；请给出能匹配每章首行的正则表达式。",
    ),
    "no-articles": (
        "No articles were found in {title}, so it cannot be read as a law; leave --kind out.",
        "在《{title}》中没有找到法条，无法按法律阅读；请去掉 --kind。",
    ),
    "no-place": (
        "Nothing in this document is called {place}; name an address, a chapter's number or title, a share (40%) or an "
        "offset (12000), for example one of these: {near}.",
        "文档中没有叫“{place}”的地方；请给出地址、章节的序号或标题、百分比（40%）或字符位置（12000），例如：{near}。",
    ),
    "many-places": (
        "{place} may mean {count} places; name one of them: {places}.",
        "“{place}”可能指 {count} 处；请指定其中一处：{places}。",
    ),
    "no-article": (
        "This law has no {place}; its last is {last}.",
        "本法没有“{place}”，最后一条是{last}。",
    ),
    "no-page": (
        "This book has no {page}; it has {count} numbered pages. Try a chapter or a share (40%) instead.",
        "本书没有“{page}”，有页码的共 {count} 页；请改用章节或百分比（40%）。",
    ),
    "no-pages": (
        "This book has no page numbers; try a chapter, an address or a share (40%) instead.",
        "本书没有页码；请改用章节、地址或百分比（40%）。",
    ),
    "empty-place": (
        "There is no text to read in {place}; name a larger place, and in A..B the earlier one first.",
        "“{place}”里没有可读的文字；请指定更大的范围；A..B 中先写靠前的一处。",
    ),
    "scope-hybrid": (
        "This model keeps one running memory of all it has read, so a passage from the middle cannot be asked about "
        "alone; use --until, which asks from the beginning up to a place, or choose a model with full attention "
        "(`tongdu models`).",
        "这个模型对读过的内容只有一份连续的记忆，不能单独就中间的一段提问；请用 --until 从开头问到某处，或选择"
        "全注意力的模型（`tongdu models`）。",
    ),
    "query": (
        'The search {query} cannot be understood: {reason}; write it like this: "breach of contract" AND (damages OR '
        "penalt*) NOT tax.",
        "无法理解检索式 {query}：{reason}；请这样写：“解除合同” 与 (赔偿 或 违约金) 非 税。",
    ),
    # models and reading
    "unknown-model": (
        "There is no model called {name}; use one of {known}, or the path of a model's folder.",
        "没有名为 {name} 的模型；可用：{known}，或模型文件夹的路径。",
    ),
    "model-folder": (
        "{folder} is not a model's folder: {missing} is missing; name a folder with config.json, "
        "tokenizer.json and safetensors files.",
        "{folder} 不是模型文件夹：缺少 {missing}；请指定含 config.json、tokenizer.json 和 safetensors 文件的文件夹。",
    ),
    "gguf-file": (
        "{path} is in the GGUF format, which is opened from the catalogue only (`tongdu models`); name a folder with "
        "safetensors files.",
        "{path} 是 GGUF 格式，目前只能通过目录（`tongdu models`）使用；请指定含 safetensors 文件的文件夹。",
    ),
    "pickle": (
        "{path} is a pickle, which can run any program when it is loaded, so it is not; save the model as safetensors "
        "(`save_pretrained` of transformers does) and name that folder.",
        "{path} 是 pickle 文件，加载时可能执行任意程序，因此不会加载；请用 transformers 的 `save_pretrained` "
        "把模型另存为 safetensors，再指定该文件夹。",
    ),
    "lfs-pointer": (
        "{path} is only a pointer of Git LFS, not the file itself; run `git lfs pull` in its folder.",
        "{path} 只是 Git LFS 的指针，不是文件本身；请在其文件夹中运行 `git lfs pull`。",
    ),
    "model-cut": (
        "{path} has {found} bytes instead of {expected}: it did not arrive whole; get it again.",
        "{path} 有 {found} 字节，应为 {expected} 字节：文件不完整；请重新获取。",
    ),
    "remote-code": (
        "A model of the kind {kind} runs only with program code from its own folder, which Tongdu never executes; "
        "choose a model of one of these kinds: {known}.",
        "{kind} 类模型要执行其文件夹中的程序代码，通读从不这样做；请选择以下类型的模型：{known}。",
    ),
    "architecture": (
        "Models of the kind {kind} are not implemented; choose one of these kinds: {known}.",
        "尚未实现 {kind} 类模型；请选择以下类型的模型：{known}。",
    ),
    "window": (
        "This {kind} model sees only the last {window} tokens in some of its layers, which is not implemented; choose "
        "a model with full attention (`tongdu models`).",
        "这个 {kind} 模型的某些层只看最近的 {window} 个词元，尚未实现；请选择全注意力的模型（`tongdu models`）。",
    ),
    "quantized-model": (
        "The weights of this model were quantized by another program ({kind}), which is not implemented; get the "
        "original weights, Tongdu quantizes them itself.",
        "该模型的权重已被其他程序量化（{kind}），尚未实现；请获取原始权重，通读会自行量化。",
    ),
    "old-tokenizer": (
        "{folder} has {file} but no tokenizer.json; load the tokenizer with transformers' `AutoTokenizer` and save it "
        "there with `save_pretrained`.",
        "{folder} 有 {file}，但没有 tokenizer.json；请用 transformers 的 `AutoTokenizer` 加载分词器，"
        "再用 `save_pretrained` 存到那里。",
    ),
    "tokenizer": (
        "The tokenizer {path} cannot be used ({reason}); get it again from the model's own publisher.",
        "无法使用分词器 {path}（{reason}）；请从模型的发布者处重新获取。",
    ),
    "unreadable-model": (
        "Tongdu cannot read {model} as it is published ({reason}); choose another model (`tongdu models`).",
        "通读无法读取已发布的 {model}（{reason}）；请选择其他模型（`tongdu models`）。",
    ),
    "weights-differ": (
        "The weights in {folder} are not the ones that its config.json describes (first at {tensor}); get both from "
        "one place.",
        "{folder} 中的权重与其 config.json 不符（首先是 {tensor}）；请从同一处获取两者。",
    ),
    "rope": (
        "This model's position encoding ({kind}) is not implemented; choose a model with one of: {known}.",
        "尚未实现该模型的位置编码（{kind}）；请选择使用以下编码之一的模型：{known}。",
    ),
    "too-long": (
        "The document has {tokens} tokens and {model} reads at most {limit}; choose a model with a longer "
        "context (`tongdu models`), or ask about its beginning alone (--until).",
        "文档有 {tokens} 个词元，{model} 最多读 {limit} 个；请选择上下文更长的模型（`tongdu models`），"
        "或只就开头部分提问（--until）。",
    ),
    "nothing-fits": (
        "No model of the catalogue can read {characters} characters with {gigabytes} GB of free memory; close "
        "other programs or read a shorter document.",
        "目录中没有模型能用 {gigabytes} GB 空闲内存读完 {characters} 个字符；请关闭其他程序，或读较短的文档。",
    ),
    "memory": (
        "Reading this with {model} needs {need} bytes of memory and {free} are free; close other programs or "
        "choose a smaller model (`tongdu models`).",
        "用 {model} 读这份文档需要 {need} 字节内存，空闲 {free} 字节；"
        "请关闭其他程序或选择较小的模型（`tongdu models`）。",
    ),
    "no-folder": (
        "{folder} cannot be made or used ({reason}); name another folder with --data-dir.",
        "无法创建或使用文件夹 {folder}（{reason}）；请用 --data-dir 指定另一个。",
    ),
    "model-broken": (
        "{folder} does not load as a language model ({reason}); get its files again or choose another model.",
        "{folder} 不能作为语言模型加载（{reason}）；请重新获取文件或选择其他模型。",
    ),
    "being-read": (
        "Another Tongdu is reading this document; stop it there first, or wait until it is done.",
        "另一个通读正在读这份文档；请先在那里停止，或等它读完。",
    ),
    "long-read": (
        "Reading this would take about {minutes} minutes; say --yes to begin (it can be stopped and goes on later).",
        "读完大约需要 {minutes} 分钟；加上 --yes 开始（可随时中断，之后继续）。",
    ),
    "nothing-read": (
        "Nothing of this document has been read yet; leave --so-far out, or wait until reading has begun.",
        "这份文档还没有读过任何部分；请去掉 --so-far，或等阅读开始后再问。",
    ),
    "memory-out": (
        "There is not enough memory for {model}, even with the smallest plan; close other programs or choose a smaller "
        "model (`tongdu models`). What was read is kept.",
        "即使用最小的方案，内存也不够运行 {model}；请关闭其他程序，或选择较小的模型（`tongdu models`）。"
        "已读的内容会保留。",
    ),
    "memory-shrunk": (
        "Memory ran out; what was read is kept, and reading goes on with a smaller plan (step {step}).",
        "内存不足；已读的内容保留，改用更小的方案继续（第 {step} 步）。",
    ),
    "question-long": (
        "The question has {tokens} tokens and {limit} fit behind this document; ask it in fewer words.",
        "问题有 {tokens} 个词元，文档之后只容得下 {limit} 个；请把问题缩短。",
    ),
    "offline": (
        "{model} is not on this machine and --offline forbids fetching its {megabytes} MB; leave --offline out once.",
        "本机没有 {model}，--offline 禁止下载（{megabytes} MB）；请去掉 --offline 运行一次。",
    ),
    "no-network": (
        "{model} could not be fetched ({reasons}); check the network or proxy and try again: what has arrived is kept.",
        "无法获取 {model}（{reasons}）；请检查网络或代理后重试，已下载的部分会保留。",
    ),
    "wrong-hash": (
        "What {place} gave for {model} is not the publisher's file (SHA-256 {found} instead of {expected}); it was "
        "thrown away, try again later.",
        "{place} 提供的 {model} 不是发布者的文件（SHA-256 为 {found}，应为 {expected}）；已丢弃，请稍后再试。",
    ),
    "wrong-file": (
        "{file}, as {place} gave it for {model}, is not the file that it announced; it was thrown away, try again: the "
        "rest is kept.",
        "{place} 为 {model} 提供的 {file} 与其公布的不符；已丢弃，请重试，其余部分会保留。",
    ),
    "no-display": (
        "There is no screen to show a window on; use the commands (`tongdu --help`), or start it on a desktop.",
        "没有可以显示窗口的屏幕；请使用命令（`tongdu --help`），或在桌面环境中启动。",
    ),
    "library-newer": (
        "The library {path} was written by a newer Tongdu (version {version}, this one knows {known}); update Tongdu, "
        "or name another folder with --data-dir. Nothing was changed.",
        "书库 {path} 由更新版本的通读写成（版本 {version}，当前只认识到 {known}）；请更新通读，或用 --data-dir "
        "指定其他文件夹。未作任何改动。",
    ),
    "library-locked": (
        "Another program holds the library {path}; close it and try again. Nothing was lost.",
        "另一个程序占用了书库 {path}；请关闭它再试。没有任何丢失。",
    ),
    "library-damaged": (
        "The library {path} is damaged; put it aside (rename it) and start again, or put back a copy. The books "
        "themselves are whole.",
        "书库 {path} 已损坏；请把它改名放到一边后重新开始，或换回备份。书籍文件本身完好。",
    ),
    "disk-full": (
        "There is no room in {folder} ({megabytes} MB are needed); free some space, then ask again: what was "
        "read before is kept.",
        "{folder} 空间不足（需要 {megabytes} MB）；请腾出空间后再问，之前读过的内容会保留。",
    ),
    "stopped": (
        "Stopped; {tokens} tokens are read and kept, and the next start goes on there.",
        "已停止；已读的 {tokens} 个词元会保留，下次从那里继续。",
    ),
    # the worker
    "worker-restarted": (
        "The engine stopped in the middle: {reason} (exit status {status}). It was started again and goes on from what "
        "is already read.",
        "引擎中途停止：{reason}（退出码 {status}）。已重新启动，从已读之处继续。",
    ),
    "worker-died": (
        "The engine stopped {times} times without getting further: {reason} (exit status {status}). What was read is "
        "kept; close other programs or choose a smaller model (`tongdu models`), then ask again.",
        "引擎连续 {times} 次停止，没有进展：{reason}（退出码 {status}）。已读的内容会保留；"
        "请关闭其他程序或选择较小的模型（`tongdu models`），然后再问一次。",
    ),
    "bug": (
        "This is Tongdu's own mistake, not yours ({error}); please report it.",
        "这是通读自身的错误，不是您的问题（{error}）；请报告给我们。",
    ),
    # measuring
    "measuring": (
        "Measuring this machine for ten seconds, once a day.",
        "正在测量本机速度，约十秒，每天一次。",
    ),
    "answer-cut": (
        "The answer was ended after {tokens} tokens; ask about a part (--scope), or more narrowly.",
        "回答到 {tokens} 个词元为止被截断；请缩小范围（--scope）或问得更具体。",
    ),
    "search-words": (
        "This document is not prepared: its words alone rank what is found. `tongdu read FILE` prepares it; then the "
        "model ranks too.",
        "此文档尚未通读：仅按字词排序。先运行 `tongdu read FILE` 通读，之后模型也参与排序。",
    ),
    "not-installed": (
        "{package} is not installed; run `pip install 'tongdu[{extra}]'`, then try again.",
        "未安装 {package}；请运行 `pip install 'tongdu[{extra}]'` 后重试。",
    ),
    "bitsandbytes-broken": (
        "bitsandbytes holds no program for CUDA {version} that loads, so it cannot compute on this GPU; run `pip "
        "install -U bitsandbytes`, or take --precision bf16 and a model that fits so (`tongdu models`).",
        "bitsandbytes 中没有能加载的 CUDA {version} 程序，不能在这块 GPU 上计算；请运行 "
        "`pip install -U bitsandbytes`，或用 --precision bf16 并选择放得下的模型（`tongdu models`）。",
    ),
    "text-short": (
        "The text has {tokens} tokens and {wanted} are wanted: behind its end its own words follow in an order drawn "
        "by chance; name a longer FILE for a text that is one all through.",
        "文本有 {tokens} 个词元，需要 {wanted} 个：其后以随机次序接上文中的词；如需完整的文本，请指定更长的文件。",
    ),
    "unmeasured": (
        "{engine} was not measured at {tokens} tokens: {reason}.",
        "{engine} 在 {tokens} 个词元处没有测量：{reason}。",
    ),
    "unkept": (
        "{engine} has no second question at {tokens} tokens: {reason}.",
        "{engine} 在 {tokens} 个词元处没有第二个问题的数字：{reason}。",
    ),
    # warnings and notices
    "replaced": (
        "{value} damaged places of the file are shown as \ufffd; another copy or --encoding may read them.",
        "文件中有 {value} 处损坏，以 \ufffd 显示；可换一个版本，或用 --encoding 指定编码。",
    ),
    "unread": (
        "A part of the file is missing or cannot be read ({value}); the rest is here; get the file again.",
        "文件中有一部分缺失或无法读取（{value}）；其余内容都在；请重新获取文件。",
    ),
    "records-lost": (
        "{value} parts of this book are missing because the file is cut; get the file again.",
        "文件不完整，缺少 {value} 个部分；请重新获取文件。",
    ),
    "salvaged": (
        "The file is cut or damaged; {value} files inside it were recovered one by one; get the file again for the "
        "rest.",
        "文件被截断或已损坏；已逐个恢复其中的 {value} 个文件；其余内容请重新获取文件。",
    ),
    "guessed-order": (
        "The book does not say in which order its {value} parts are read; they stand in the order of their names; "
        "check the order or get another copy.",
        "书中没有说明 {value} 个部分的阅读顺序，现按文件名排列；请核对顺序或换一个版本。",
    ),
    "truncated": (
        "The file is damaged or cut off at line {value}; what could be read is shown, get the file again for the rest.",
        "文件在第 {value} 行处损坏或中断；已显示能读出的部分，其余请重新获取文件。",
    ),
    "mojibake": (
        "This file was garbled before it was saved (its UTF-8 was once read as {value}); get another copy, for what "
        "was lost cannot be put back.",
        "这个文件在保存之前就已乱码（UTF-8 曾被当作 {value} 读取）；请换一个版本，丢失的文字无法恢复。",
    ),
    "scanned-pages": (
        "Pages {value} are pictures without text and are missing here; run OCR on the file to read them.",
        "第 {value} 页是没有文字的图像，这里缺少这些页；请对文件做 OCR 后再读。",
    ),
    "cut-off": (
        "The file is cut off or badly damaged; {value} of its pages were found and are here; get the file again for "
        "the rest.",
        "文件不完整或严重损坏；已找到其中的 {value} 页并显示；其余内容请重新获取文件。",
    ),
    "garbled": (
        "The text of pages {value} is garbled: their fonts do not say, or no longer say, which characters they show; "
        "use another copy or run OCR.",
        "第 {value} 页的文字是乱码：字体没有或不再说明所示的字符；请换一个版本或做 OCR。",
    ),
    "part-damaged": (
        "A part inside the file is damaged ({value}) and may be incomplete here; get the file again.",
        "文件内部的一个部分已损坏（{value}），这里的内容可能不完整；请重新获取文件。",
    ),
    "inserted": (
        "The document takes in a file of another format ({value}) that is not read here; open it in Word, save it as "
        "DOCX and open that.",
        "文档嵌入了其他格式的文件（{value}），这里没有读取；请在 Word 中打开并另存为 DOCX 后再打开。",
    ),
    "vocabulary": (
        "This XML ({value}) is none that Tongdu knows: its words are here in the file's order, its structure may not "
        "be; open an EPUB, HTML or PDF of the same text if there is one.",
        "通读不认识这种 XML（{value}）：文字按文件顺序显示，结构可能不全；如有同一文本的 EPUB、HTML 或 PDF，请改用它。",
    ),
    "gpu-unused": (
        "A GPU is here and is not used: {reason}. The processor reads instead.",
        "本机有 GPU，但没有使用：{reason}。改由处理器阅读。",
    ),
    "document-busy": (
        "Another Tongdu is reading this document; waiting until it is done (--so-far answers at once).",
        "另一个通读正在读这份文档；等它读完（--so-far 可立即回答）。",
    ),
    "model-busy": (
        "Another Tongdu is fetching {model}; waiting until it is here.",
        "另一个通读正在获取 {model}；等它完成。",
    ),
    "page-damaged": (
        "A prepared page was damaged ({page}: {reason}) and is read again.",
        "一个已准备的页面损坏（{page}：{reason}），正在重读。",
    ),
}
# Why, where a sentence above says so in the program's own words.
REASONS = {
    "none of its pages can be loaded": "没有一页能读出",
    "no PDF pages can be found in it": "找不到 PDF 页面",
    "it takes too long": "读取时间过长",
    "no line of the text begins with it": "没有一行以它开头",
    "it takes too much memory": "占用内存过多",
    "it repeats too often": "重复次数过多",
    "it calls itself": "它调用自身",
    "it matches an empty line, so every line": "它匹配空行，即匹配所有行",
    "it is too deeply nested": "嵌套过深",
    "the system ended it, most likely because memory ran out": "系统终止了它，很可能是内存不足",
    "it broke off on a fault of its own or of a driver": "它自身或驱动程序出错而中断",
    "it no longer gave a sign of life": "它不再有任何响应",
    "it is no safetensors file": "不是 safetensors 文件",
    "it writes spaces in a way that is not implemented": "它书写空格的方式尚未实现",
    "it has more tokens than the model": "它的词元比模型多",
    "this torch was built without CUDA; install torch's build for CUDA": "这个 torch 不含 CUDA；请安装 CUDA 版的 torch",
    "its driver is too old for this torch; update the NVIDIA driver": "驱动程序太旧；请更新 NVIDIA 驱动",
    "CUDA_VISIBLE_DEVICES hides it": "CUDA_VISIBLE_DEVICES 隐藏了它",
    "it does not compute; update its driver, or ask nvidia-smi what it lacks": (
        "它不能计算；请更新驱动，或用 nvidia-smi 查看原因"
    ),
    "its package is not installed": "未安装它的软件包",
    "there is no GGUF file of this model": "这个模型没有 GGUF 文件",
    "after loading it answers otherwise": "加载之后它的回答不同",
    "as said above": "原因见上",
    "its weights are published as pickles only": "它的权重只以 pickle 文件发布",
    "there is nothing to look for in it": "其中没有可检索的内容",
    "it only says what must not be there": "它只说明不得出现什么",
    "a quotation mark is not closed": "有引号没有闭合",
    "a bracket is not closed": "有括号没有闭合",
    "a bracket closes that was not opened": "有多余的右括号",
    "its brackets are too deeply nested": "括号嵌套过深",
    "a word is missing beside AND, OR, NOT or in a bracket": "AND、OR、NOT 旁或括号内缺少词语",
    "a minus sign stands alone": "有单独的减号",
    "* stands at the end of a word only": "* 只能放在词尾",
}
LANGUAGES = ("en", "zh")


def render(code: str, parameters: dict[str, str | int | float], language: str = "en") -> str:
    """A problem's sentence. An unknown code is our bug and says so."""
    if code not in TEXTS:
        return render("bug", {"error": f"{code} {parameters}"}, language)
    if language == "zh" and parameters.get("reason") in REASONS:
        parameters = {**parameters, "reason": REASONS[str(parameters["reason"])]}
    return TEXTS[code][LANGUAGES.index(language)].format(**parameters)


def system_language() -> str:
    """ "zh" where the system speaks Chinese, else "en"."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    spoken = next((n for n in names if n), locale.getlocale()[0] or "")
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"
