<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Adding</name>
    <message>
        <source>Adding to the library: {done} of {total}</source>
        <translation>正在加入书架：{done} / {total}</translation>
    </message>
    <message>
        <source>{count} added to the library.</source>
        <translation>已加入书架 {count} 本。</translation>
    </message>
    <message>
        <source>{count} could not be opened.</source>
        <translation>{count} 个文件无法打开。</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>supported by the text</source>
        <translation>有原文依据</translation>
    </message>
    <message>
        <source>partly supported by the text</source>
        <translation>部分有原文依据</translation>
    </message>
    <message>
        <source>not supported by the text</source>
        <translation>没有原文依据</translation>
    </message>
    <message>
        <source>The book has another text now; not found in it: {count}</source>
        <translation>书的文本已变，其中找不到的引文：{count}</translation>
    </message>
    <message>
        <source>read {read} of {total} tokens, {sections} of {all} chapters</source>
        <translation>读了 {total} 个词元中的 {read} 个，{all} 章中的 {sections} 章</translation>
    </message>
    <message>
        <source>prepared before</source>
        <translation>此前已读</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再问一次</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>The document does not answer this.</source>
        <translation>文档没有回答这个问题。</translation>
    </message>
    <message>
        <source>Nearest passages (no evidence):</source>
        <translation>最接近的段落（不是依据）：</translation>
    </message>
    <message>
        <source>What the model wrote</source>
        <translation>模型写了什么</translation>
    </message>
    <message>
        <source>“{words}” stands in {count} places of the text.</source>
        <translation>“{words}”在文中共有 {count} 处。</translation>
    </message>
    <message>
        <source>not cited above: {count}</source>
        <translation>上面没有引用的：{count} 处</translation>
    </message>
    <message>
        <source>cited above, without these words: {count}</source>
        <translation>上面引用了、但没有这些词的：{count} 处</translation>
    </message>
</context>
<context>
    <name>Ask</name>
    <message>
        <source>The whole book</source>
        <translation>全书</translation>
    </message>
    <message>
        <source>Up to here (no spoilers)</source>
        <translation>读到这里为止（不剧透）</translation>
    </message>
    <message>
        <source>This chapter</source>
        <translation>本章</translation>
    </message>
    <message>
        <source>The selection</source>
        <translation>选中的文字</translation>
    </message>
</context>
<context>
    <name>AskPanel</name>
    <message>
        <source>Answer to: {question}</source>
        <translation>对“{question}”的回答</translation>
    </message>
    <message>
        <source>Ask about this book</source>
        <translation>就这本书提问</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>What the answer may come from</source>
        <translation>回答的依据范围</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Find passages</source>
        <translation>查找段落</translation>
    </message>
    <message>
        <source>The articles or passages that it is about; nothing is written</source>
        <translation>列出相关的条文或段落，不写回答</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>The whole book is read once; then every answer shows where in it it stands.</source>
        <translation>全书只需读一遍，之后每个回答都会指明出处。</translation>
    </message>
</context>
<context>
    <name>Asker</name>
    <message>
        <source>Select the words that the answer may come from first.</source>
        <translation>请先选中作为回答依据的文字。</translation>
    </message>
    <message>
        <source>Explain what this passage means.</source>
        <translation>请解释这段文字的意思。</translation>
    </message>
    <message>
        <source>Clear the conversation</source>
        <translation>清空问答</translation>
    </message>
    <message>
        <source>All questions and answers about “{title}” are removed. Export them first to keep them.</source>
        <translation>关于《{title}》的全部问答都会删除。想保留请先导出。</translation>
    </message>
    <message>
        <source>Translate this passage into English.</source>
        <translation>请把这段文字译成中文。</translation>
    </message>
    <message>
        <source>Summarize this passage.</source>
        <translation>请概括这段文字。</translation>
    </message>
</context>
<context>
    <name>BooksPage</name>
    <message>
        <source>Something to read</source>
        <translation>先读点什么</translation>
    </message>
    <message>
        <source>Books are opened from the menu, or dropped on the window.</source>
        <translation>用菜单打开书，或把书拖进窗口。</translation>
    </message>
    <message>
        <source>Put the samples on the shelf: two tales and an ordinance, in English and Chinese</source>
        <translation>把样书放上书架：两篇小说和一部条例，中英文都有</translation>
    </message>
    <message>
        <source>A question to begin with, about The Deaf Ground: Why did Dorcas’s uncle give his tuning fork the name Gabriel?</source>
        <translation>可以先问《石尺记》：望稼桥石尺上的一格有多高？一共刻了几格？</translation>
    </message>
</context>
<context>
    <name>Check</name>
    <message>
        <source>The engine is being asked…</source>
        <translation>正在询问引擎…</translation>
    </message>
</context>
<context>
    <name>CheckList</name>
    <message>
        <source>Self-check</source>
        <translation>自检</translation>
    </message>
    <message>
        <source>Copy the report</source>
        <translation>复制报告</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>This machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>What is not good comes with the way to mend it. Reading works in any case.</source>
        <translation>有问题的项目都附有解决办法。无论如何都可以读书。</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Go</source>
        <translation>转到(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Ask</source>
        <translation>提问(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>书库</translation>
    </message>
    <message>
        <source>Export conversation…</source>
        <translation>导出问答…</translation>
    </message>
    <message>
        <source>Export marks…</source>
        <translation>导出标注…</translation>
    </message>
    <message>
        <source>Close book</source>
        <translation>合上书</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Undo highlight or bookmark</source>
        <translation>撤销划线或书签</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy with address</source>
        <translation>连同出处复制</translation>
    </message>
    <message>
        <source>Copy citation</source>
        <translation>复制引注</translation>
    </message>
    <message>
        <source>Copy as quotation with citation</source>
        <translation>复制引文并附引注</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Find next</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Find previous</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Search all books…</source>
        <translation>在所有书中搜索…</translation>
    </message>
    <message>
        <source>Highlight</source>
        <translation>划线</translation>
    </message>
    <message>
        <source>Note…</source>
        <translation>笔记…</translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Bookmarks and notes</source>
        <translation>书签与笔记</translation>
    </message>
    <message>
        <source>Side bar</source>
        <translation>侧栏</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>下一个窗格</translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation>上一个窗格</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Usual size</source>
        <translation>默认大小</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>翻页</translation>
    </message>
    <message>
        <source>Pages as printed (PDF)</source>
        <translation>原版页面（PDF）</translation>
    </message>
    <message>
        <source>Next theme</source>
        <translation>换主题</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Go to…</source>
        <translation>转到…</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>Next chapter</source>
        <translation>下一章</translation>
    </message>
    <message>
        <source>Previous chapter</source>
        <translation>上一章</translation>
    </message>
    <message>
        <source>Next link</source>
        <translation>下一个链接</translation>
    </message>
    <message>
        <source>Previous link</source>
        <translation>上一个链接</translation>
    </message>
    <message>
        <source>Beginning</source>
        <translation>开头</translation>
    </message>
    <message>
        <source>End</source>
        <translation>结尾</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Prepare this book…</source>
        <translation>通读这本书…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Clear the conversation…</source>
        <translation>清空问答…</translation>
    </message>
    <message>
        <source>Explain the selection</source>
        <translation>解释选中的文字</translation>
    </message>
    <message>
        <source>Translate the selection</source>
        <translation>翻译选中的文字</translation>
    </message>
    <message>
        <source>Summarize the selection</source>
        <translation>概括选中的文字</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Folder of models…</source>
        <translation>模型文件夹…</translation>
    </message>
    <message>
        <source>Self-check…</source>
        <translation>自检…</translation>
    </message>
    <message>
        <source>Welcome…</source>
        <translation>欢迎…</translation>
    </message>
    <message>
        <source>All commands…</source>
        <translation>所有命令…</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>About Tongdu</source>
        <translation>关于通读</translation>
    </message>
</context>
<context>
    <name>Contents</name>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Version of the law</source>
        <translation>法律文本的版本</translation>
    </message>
    <message>
        <source>Filter the contents</source>
        <translation>筛选目录</translation>
    </message>
    <message>
        <source>A word of a title, or a number</source>
        <translation>标题中的词或条号</translation>
    </message>
    <message>
        <source>Wording of {date}</source>
        <translation>{date} 的文本</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>已写入：{path}</translation>
    </message>
</context>
<context>
    <name>Dialogue</name>
    <message>
        <source>Waiting…</source>
        <translation>等待中…</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Unpacking the model once…</source>
        <translation>正在展开模型（仅一次）…</translation>
    </message>
    <message>
        <source>Fetching {model} from {place}: {share}</source>
        <translation>正在从 {place} 下载 {model}：{share}</translation>
    </message>
    <message>
        <source>Reading: {share}</source>
        <translation>通读：{share}</translation>
    </message>
    <message>
        <source>Reading passages: {share}</source>
        <translation>分段阅读：{share}</translation>
    </message>
    <message>
        <source>{count} s left</source>
        <translation>还需 {count} 秒</translation>
    </message>
    <message>
        <source>{count} min left</source>
        <translation>还需 {count} 分钟</translation>
    </message>
</context>
<context>
    <name>FailedDialog</name>
    <message>
        <source>Not added</source>
        <translation>未能加入</translation>
    </message>
</context>
<context>
    <name>FindPanel</name>
    <message>
        <source>Find in this book</source>
        <translation>在本书中查找</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>{count} places</source>
        <translation>{count} 处</translation>
    </message>
    <message>
        <source>, the first {listed} listed</source>
        <translation>，列出前 {listed} 处</translation>
    </message>
</context>
<context>
    <name>FoldersPage</name>
    <message>
        <source>Where things are kept</source>
        <translation>存放位置</translation>
    </message>
    <message>
        <source>Your books stay where they are and are never written to.</source>
        <translation>书留在原处，绝不改动。</translation>
    </message>
    <message>
        <source>Notes and places</source>
        <translation>笔记与阅读位置</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation>另选文件夹…</translation>
    </message>
    <message>
        <source>{folder} ({free} GB free)</source>
        <translation>{folder}（剩余 {free} GB）</translation>
    </message>
</context>
<context>
    <name>GoToDialog</name>
    <message>
        <source>An article in any form (577, 五百七十七, Art. 17, § 823), a chapter, a share (40%).</source>
        <translation>任何写法的条号（577、五百七十七、Art. 17、§ 823）、章节或百分比（40%）。</translation>
    </message>
    <message>
        <source>A page, a chapter or its title, an address (c3.p14), a share (40%).</source>
        <translation>页码、章节序号或标题、地址（c3.p14）、百分比（40%）。</translation>
    </message>
    <message>
        <source>A chapter or its title, an address (c3.p14), a share (40%), an offset (12000).</source>
        <translation>章节序号或标题、地址（c3.p14）、百分比（40%）、字符位置（12000）。</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>转到</translation>
    </message>
    <message>
        <source>Where to</source>
        <translation>转到哪里</translation>
    </message>
    <message>
        <source>Page, chapter, article, address or share</source>
        <translation>页码、章节、条号、地址或百分比</translation>
    </message>
    <message>
        <source>What is there</source>
        <translation>该处内容</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>转到</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>HeatStrip</name>
    <message>
        <source>Where the answer comes from</source>
        <translation>回答出自何处</translation>
    </message>
</context>
<context>
    <name>HitsView</name>
    <message>
        <source>Found in all books</source>
        <translation>全部书中的结果</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>In the text</source>
        <translation>在正文中</translation>
    </message>
    <message>
        <source>A page forward</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>A page back</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>A line forward</source>
        <translation>下一行</translation>
    </message>
    <message>
        <source>A line back</source>
        <translation>上一行</translation>
    </message>
    <message>
        <source>Follow the link that is selected</source>
        <translation>打开所选链接</translation>
    </message>
    <message>
        <source>Highlight the selected words in the first colour, 5 in the last</source>
        <translation>用第一种颜色划线（5 为最后一种）</translation>
    </message>
    <message>
        <source>In a question</source>
        <translation>在提问框中</translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>发送问题</translation>
    </message>
    <message>
        <source>Begin a line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>In lists and panels</source>
        <translation>在列表和侧栏中</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>转到该处</translation>
    </message>
    <message>
        <source>Remove a bookmark or note</source>
        <translation>删除书签或笔记</translation>
    </message>
    <message>
        <source>Back to the text; there, close what is in the way</source>
        <translation>回到正文；在正文中则关闭挡住的内容</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>What a key does, or the key</source>
        <translation>功能或按键</translation>
    </message>
    <message>
        <source>Search the keys</source>
        <translation>搜索快捷键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LanguagePage</name>
    <message>
        <source>Read it through, then ask</source>
        <translation>先通读，再提问</translation>
    </message>
    <message>
        <source>The language of the window can be changed at any time.</source>
        <translation>界面语言随时可以更改。</translation>
    </message>
    <message>
        <source>Tongdu opens a novel or a law code and shows it as a book. If you like, a language model on this machine reads the whole of it once and answers questions with the passages that bear the answer. Nothing you read leaves this machine.</source>
        <translation>通读打开小说或法典，像书一样呈现。如果愿意，本机上的语言模型会把全文读一遍，然后回答问题，并给出作为依据的原文。您读的任何内容都不会离开本机。</translation>
    </message>
</context>
<context>
    <name>Librarian</name>
    <message>
        <source>Add a folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>There is no book in {folder}.</source>
        <translation>{folder} 中没有书。</translation>
    </message>
    <message>
        <source>Books</source>
        <translation>书籍</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>{count} books are being taken into the search; search again in a moment.</source>
        <translation>正在把 {count} 本书收入检索；请稍后再搜。</translation>
    </message>
    <message>
        <source>No book says “{words}”.</source>
        <translation>没有书写到“{words}”。</translation>
    </message>
    <message>
        <source>{size} MB freed.</source>
        <translation>已释放 {size} MB。</translation>
    </message>
    <message>
        <source>Where is “{title}” now?</source>
        <translation>《{title}》现在在哪里？</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Which?</source>
        <translation>哪些？</translation>
    </message>
    <message>
        <source>Find it…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>The file of this book has changed.</source>
        <translation>这本书的文件已经改变。</translation>
    </message>
    <message>
        <source>Open the new text</source>
        <translation>打开新文本</translation>
    </message>
    <message>
        <source>The file of this book is gone; what is open can still be read.</source>
        <translation>这本书的文件不见了；已打开的内容仍可阅读。</translation>
    </message>
    <message>
        <source>Not yet finished</source>
        <translation>未读完</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已读完</translation>
    </message>
    <message>
        <source>Show in its folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Forget what was read of it</source>
        <translation>清除已读缓存</translation>
    </message>
    <message>
        <source>Remove from the library…</source>
        <translation>从书库移除…</translation>
    </message>
    <message>
        <source>Remove “{title}” with its highlights, notes, questions and what was read of it? The file itself stays.</source>
        <translation>要移除《{title}》及其标注、笔记、问答和已读缓存吗？文件本身会保留。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>Last read</source>
        <translation>最近阅读</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>书名</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>作者</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>添加时间</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>已通读</translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Title or author; Enter searches the text of all books</source>
        <translation>书名或作者；按回车在所有书的正文中搜索</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Books</source>
        <translation>书籍</translation>
    </message>
    <message>
        <source>Drop books here, or open one: EPUB, PDF, TXT, DOCX, HTML, Markdown, MOBI, FB2.</source>
        <translation>把书拖到这里，或打开一本：EPUB、PDF、TXT、DOCX、HTML、Markdown、MOBI、FB2。</translation>
    </message>
</context>
<context>
    <name>MarkBar</name>
    <message>
        <source>Note…</source>
        <translation>笔记…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Highlight</source>
        <translation>划线</translation>
    </message>
</context>
<context>
    <name>Marker</name>
    <message>
        <source>Select the words to quote first.</source>
        <translation>请先选择要引用的文字。</translation>
    </message>
    <message>
        <source>Select the words to highlight first.</source>
        <translation>请先选中要划线的文字。</translation>
    </message>
    <message>
        <source>Select the words that the note is about first.</source>
        <translation>请先选中要写笔记的文字。</translation>
    </message>
    <message>
        <source>The bookmark was removed.</source>
        <translation>书签已删除。</translation>
    </message>
    <message>
        <source>The note was removed.</source>
        <translation>笔记已删除。</translation>
    </message>
    <message>
        <source>The highlight was removed.</source>
        <translation>划线已删除。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>没有可撤销的操作。</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>笔记</translation>
    </message>
</context>
<context>
    <name>Marks</name>
    <message>
        <source>Yellow</source>
        <translation>黄色</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>绿色</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>蓝色</translation>
    </message>
    <message>
        <source>Pink</source>
        <translation>粉色</translation>
    </message>
    <message>
        <source>Violet</source>
        <translation>紫色</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Highlights</source>
        <translation>划线</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>笔记</translation>
    </message>
    <message>
        <source>Bookmarks</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>By place</source>
        <translation>按位置</translation>
    </message>
    <message>
        <source>By date</source>
        <translation>按时间</translation>
    </message>
</context>
<context>
    <name>MarksPanel</name>
    <message>
        <source>These words are no longer in the text of this book.</source>
        <translation>这本书的正文里已经没有这些文字。</translation>
    </message>
    <message>
        <source>Bookmarks and notes</source>
        <translation>书签与笔记</translation>
    </message>
    <message>
        <source>Filter bookmarks and notes</source>
        <translation>筛选书签与笔记</translation>
    </message>
    <message>
        <source>Words of a mark or a note</source>
        <translation>划线或笔记中的词</translation>
    </message>
    <message>
        <source>Which of them</source>
        <translation>显示哪些</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Select words and press Ctrl+H to highlight them; Ctrl+D keeps a bookmark.</source>
        <translation>选中文字后按 Ctrl+H 划线；按 Ctrl+D 加书签。</translation>
    </message>
    <message>
        <source>No bookmark or note says this.</source>
        <translation>没有符合的书签或笔记。</translation>
    </message>
    <message>
        <source>Note…</source>
        <translation>笔记…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Recent books</source>
        <translation>最近的书</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>The folder of a model</source>
        <translation>模型所在的文件夹</translation>
    </message>
    <message>
        <source>{folder} holds no config.json with safetensors beside it; choose the folder that does.</source>
        <translation>{folder} 中没有 config.json 和 safetensors 文件；请选择含有它们的文件夹。</translation>
    </message>
    <message>
        <source>{model} takes {size} GB in {folder}. It can be fetched again.</source>
        <translation>{model} 在 {folder} 中占 {size} GB。以后可以重新下载。</translation>
    </message>
    <message>
        <source>Remove the model</source>
        <translation>删除模型</translation>
    </message>
    <message>
        <source>{folder} could not be removed whole; close what uses it and try again.</source>
        <translation>{folder} 未能全部删除；请关闭正在使用它的程序后再试。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Progress of fetching</source>
        <translation>下载进度</translation>
    </message>
    <message>
        <source>About the model</source>
        <translation>模型说明</translation>
    </message>
    <message>
        <source>Fetch</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Use this one</source>
        <translation>使用它</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>A folder I have…</source>
        <translation>已有的文件夹…</translation>
    </message>
    <message>
        <source>Licence {licence}. Takes about {need} GB of memory while it reads; this machine has {have} GB.</source>
        <translation>许可：{licence}。阅读时约占 {need} GB 内存；本机有 {have} GB。</translation>
    </message>
    <message>
        <source>It cannot be read as it is published.</source>
        <translation>按其发布的形式无法读取。</translation>
    </message>
    <message>
        <source>Recommended for this machine.</source>
        <translation>推荐本机使用。</translation>
    </message>
    <message>
        <source>It is kept in {folder} ({free} GB free).</source>
        <translation>存放于 {folder}（剩余 {free} GB）。</translation>
    </message>
    <message>
        <source>Fetching {model} from {place}: {done} of {total}</source>
        <translation>正在从 {place} 下载 {model}：{done} / {total}</translation>
    </message>
    <message>
        <source>Unpacking it once, for fast loading…</source>
        <translation>正在解包一次，以便快速载入…</translation>
    </message>
    <message>
        <source>Stopped. What has arrived is kept; fetching goes on from there.</source>
        <translation>已停止。已下载的部分会保留，下次接着下载。</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>A language model, to ask questions</source>
        <translation>用于提问的语言模型</translation>
    </message>
    <message>
        <source>Fetch one now, point to one that you have, or go on without: it can be done at any time.</source>
        <translation>现在下载一个，或指定已有的，也可以先不用：随时都能再来。</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>To fetch</source>
        <translation>下载大小</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Trained for</source>
        <translation>训练长度</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
    <message>
        <source>many</source>
        <translation>多种</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>here</source>
        <translation>已有</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>for a GPU</source>
        <translation>需要 GPU</translation>
    </message>
    <message>
        <source>fits</source>
        <translation>适合</translation>
    </message>
    <message>
        <source>too large for this machine</source>
        <translation>本机内存不够</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Models are kept in {folder} from now on.</source>
        <translation>以后模型存放于 {folder}。</translation>
    </message>
    <message>
        <source>Self-check</source>
        <translation>自检</translation>
    </message>
</context>
<context>
    <name>Navigator</name>
    <message>
        <source>This leads out of the book: {link}</source>
        <translation>此链接指向书外：{link}</translation>
    </message>
    <message>
        <source>There is no other link in this direction.</source>
        <translation>这个方向上没有其他链接。</translation>
    </message>
</context>
<context>
    <name>NotePopup</name>
    <message>
        <source>Note</source>
        <translation>注释</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>转到该处</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>提示</translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>Pages as printed</source>
        <translation>原版页面</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>All commands</source>
        <translation>所有命令</translation>
    </message>
    <message>
        <source>Type a part of a command</source>
        <translation>输入命令的一部分</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>PictureDialog</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
</context>
<context>
    <name>Plan</name>
    <message>
        <source>longer than it can read</source>
        <translation>超出可读长度</translation>
    </message>
    <message>
        <source>not enough free memory</source>
        <translation>可用内存不足</translation>
    </message>
    <message>
        <source>cannot be read as it is published</source>
        <translation>其发布格式无法读取</translation>
    </message>
    <message>
        <source>whole in memory</source>
        <translation>全部在内存中</translation>
    </message>
    <message>
        <source>packed in memory</source>
        <translation>压缩在内存中</translation>
    </message>
    <message>
        <source>packed beside the GPU</source>
        <translation>压缩在显存之外</translation>
    </message>
    <message>
        <source>read from disk</source>
        <translation>从磁盘读取</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>To read</source>
        <translation>通读</translation>
    </message>
    <message>
        <source>To answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>{context} × {times}</source>
        <translation>{context} × {times}</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} 秒</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} 分钟</translation>
    </message>
    <message>
        <source>{count} h</source>
        <translation>{count} 小时</translation>
    </message>
</context>
<context>
    <name>PlanDialog</name>
    <message>
        <source>Read the whole book</source>
        <translation>通读全书</translation>
    </message>
    <message>
        <source>“{title}” is read once, from its first word to its last. Reading goes on while you read.</source>
        <translation>《{title}》将从头到尾通读一遍。通读期间您可以照常阅读。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>to be fetched</source>
        <translation>需下载</translation>
    </message>
</context>
<context>
    <name>Prepare</name>
    <message>
        <source>Waiting…</source>
        <translation>等待中…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
</context>
<context>
    <name>ReadingView</name>
    <message>
        <source>Text</source>
        <translation>正文</translation>
    </message>
</context>
<context>
    <name>Rescue</name>
    <message>
        <source>{why} Until then books can be read, and nothing is kept.</source>
        <translation>{why}在此之前可以读书，但不会保存任何内容。</translation>
    </message>
    <message>
        <source>Set it aside and begin a new one</source>
        <translation>把它移开并新建</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>The damaged library is kept as {path}.</source>
        <translation>损坏的书库保存为 {path}。</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Reading</source>
        <translation>阅读</translation>
    </message>
    <message>
        <source>Asking</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Welcome to Tongdu</source>
        <translation>欢迎使用通读</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Start reading</source>
        <translation>开始阅读</translation>
    </message>
    <message>
        <source>Skip all</source>
        <translation>全部跳过</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Bookmarks and notes</source>
        <translation>书签与笔记</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
</context>
<context>
    <name>WorkBar</name>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Progress of reading</source>
        <translation>通读进度</translation>
    </message>
    <message>
        <source>Pause or go on</source>
        <translation>暂停或继续</translation>
    </message>
    <message>
        <source>Read no further</source>
        <translation>不再继续读</translation>
    </message>
</context>
</TS>