"""The prompt: a prefix that depends on the document alone, and a tail that holds the question.

The prefix never depends on the question: that is what makes its keys and values reusable.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from model.language import language_of
from model.types import Turn

MARK = "\u2063tongdu\u2063"  # stands for document and question while the chat template is rendered

SYSTEM = {
    "en": "You answer questions about the document that the user gives you. Use only what the document says. "
    "Answer in one to three short sentences. If the document does not say, answer: The document does not say.",
    "zh": "你根据用户给出的文档回答问题。只依据文档的内容，用一到三个短句回答。文档没有写到的，就回答：文档没有说明。",
}
BEFORE_DOCUMENT = {"en": "The document “{title}”:\n\n", "zh": "文档《{title}》：\n\n"}
BEHIND_DOCUMENT = {
    "en": "\n\n(End of the document.)\n\nThese passages of the document may bear on the question:\n\n{passages}\n\n"
    "{before}Question: {question}\nAnswer from the document in one to three short sentences.",
    "zh": "\n\n（文档完。）\n\n文档中下列段落可能与问题有关：\n\n{passages}\n\n"
    "{before}问题：{question}\n请依据文档用一到三个短句回答。",
}


EARLIER = {"en": "What was said before:\n{turns}\n", "zh": "之前的问答：\n{turns}\n"}
TURN = {"en": "Question: {question}\nAnswer: {answer}\n", "zh": "问题：{question}\n回答：{answer}\n"}


@dataclass(frozen=True, slots=True)
class Template:
    """A chat template, cut where document and question stand: what is before and behind them."""

    source: str

    @classmethod
    def read(cls, folder: Path) -> Template:
        """The template of a model folder; ChatML where it has none."""
        if (path := folder / "chat_template.jinja").exists():
            return cls(path.read_text(encoding="utf-8"))
        path = folder / "tokenizer_config.json"
        source = json.loads(path.read_text(encoding="utf-8")).get("chat_template") if path.exists() else None
        return cls(source if isinstance(source, str) else CHATML)

    def around(self, system: str) -> tuple[str, str]:
        """The rendered text before and behind what the user says."""
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse
        messages = [{"role": "system", "content": system}, {"role": "user", "content": MARK}]
        rendered = environment.from_string(self.source).render(
            messages=messages, add_generation_prompt=True, enable_thinking=False
        )
        before, _, behind = rendered.partition(MARK)
        return before, behind


CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def prefix(template: Template, title: str, language: str) -> tuple[str, str]:
    """Everything before the document's first character: our own control text, and the words that name it."""
    before, _ = template.around(SYSTEM[language])
    return before, BEFORE_DOCUMENT[language].format(title=title[:200])


def tail(question: str, passages: list[str], history: Sequence[Turn] = ()) -> str:
    """What the user says behind the document: the passages again, what was said before, then the question."""
    language = language_of(question)
    turns = "".join(TURN[language].format(question=turn.question, answer=turn.answer) for turn in history)
    before = EARLIER[language].format(turns=turns) if turns else ""
    return BEHIND_DOCUMENT[language].format(passages="\n\n".join(passages), before=before, question=question)


def ending(template: Template, language: str) -> str:
    """Everything behind the user's words: the turn's end and the answer's beginning."""
    return template.around(SYSTEM[language])[1]


def _refuse(message: str) -> Any:
    raise ValueError(f"the model's chat template refuses: {message}")
