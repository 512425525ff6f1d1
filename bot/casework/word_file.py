"""A Word document: headings that are headings, tables whose first row says so, a language and a title. The one door to
python-docx.

Its own template is an American one with a picture of itself and names the library as author: what would tell of
anything but the council is taken out. Text that runs from right to left is set so, which Word asks of the paragraph and
of each run (ECMA-376 part 1, 17.3.1.6 and 17.3.2.30).
"""

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE: Final = "en-GB"
FONT: Final = "Arial"
BODY_PT: Final = 12  # no smaller: many who read these use large print
HEADINGS_PT: Final = (20, 16, 13)
INK: Final = RGBColor(0x0B, 0x0C, 0x0C)
# What follows w:bidi among a paragraph's properties; the schema wants their order.
_AFTER_BIDI: Final = (
    "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId",
    "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
# Parts of the library's template that are none of ours: a picture of its page, and where it was made.
_THUMBNAIL: Final = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
_MADE_WITH: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties"
_CUSTOM: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


def runs_right_to_left(text: str) -> bool:
    """By its first letter that has a direction (Unicode Bidirectional Algorithm, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


class WordFile:
    """A document in the making. Words may be any that a family wrote: what no XML holds is left out."""

    def __init__(self, *, title: str, author: str, made_at: datetime) -> None:
        self._document = Document()
        self._is_own(title, author, made_at)
        self._looks()
        self.heading(title, level=1)

    def heading(self, words: str, *, level: int) -> None:
        """`level` 1 is the title's; a level that would skip one is the maker's fault."""
        self._document.add_heading(_kept(words), level=level)

    def words(self, text: str) -> None:
        """A paragraph a line."""
        for line in _kept(text).split("\n"):
            self._run(self._document.add_paragraph(), line)

    def labelled(self, label: str, text: str) -> None:
        """A label, and after it what is known."""
        paragraph = self._document.add_paragraph()
        paragraph.add_run(f"{_kept(label)}: ").bold = True
        self._run(paragraph, _kept(text), alone=False)

    def quoted(self, who: str, text: str, *, language: str = "") -> None:
        """Somebody's own words, unchanged, under a line that says whose; `language` is theirs (BCP 47)."""
        self._document.add_paragraph().add_run(_kept(who)).bold = True
        for line in _kept(text).split("\n"):
            if line.strip():
                paragraph = self._document.add_paragraph(style="Quote")
                self._run(paragraph, f"\u201c{line}\u201d", language=language)

    def blank(self, what: str) -> None:
        """A place for the worker to write. Said in words, not by a colour alone."""
        paragraph = self._document.add_paragraph()
        paragraph.add_run(_blank(what)).italic = True

    def facts(self, heads: tuple[str, str], rows: Sequence[tuple[str, str, bool]]) -> None:
        """Label, value, and whether the value is for the worker to write."""
        table = self._table(heads, len(rows))
        for row, (label, value, is_blank) in zip(table.rows[1:], rows, strict=True):
            row.cells[0].paragraphs[0].add_run(_kept(label)).bold = True
            cell = row.cells[1].paragraphs[0]
            if is_blank:
                cell.add_run(_blank(value)).italic = True
            else:
                self._run(cell, _kept(value).replace("\n", "; "))

    def empty_rows(self, heads: Sequence[str], rows: int) -> None:
        self._table(heads, rows)

    def bytes(self) -> bytes:
        made = io.BytesIO()
        self._document.save(made)
        return made.getvalue()

    def _table(self, heads: Sequence[str], rows: int) -> Table:
        table: Table = self._document.add_table(rows=rows + 1, cols=len(heads))
        table.style = "Table Grid"
        for cell, head in zip(table.rows[0].cells, heads, strict=True):
            cell.paragraphs[0].add_run(_kept(head)).bold = True
        properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no name for it
        properties.append(OxmlElement("w:tblHeader"))
        self._document.add_paragraph()  # two tables that touch become one
        return table

    def _run(self, paragraph: Paragraph, text: str, *, language: str = "", alone: bool = True) -> None:
        run = paragraph.add_run(text)
        right_to_left = runs_right_to_left(text)
        if right_to_left:
            run.font.rtl = True
            if alone:
                paragraph._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)  # noqa: SLF001
        if language:
            _spoken(run, language, right_to_left=right_to_left)

    def _is_own(self, title: str, author: str, made_at: datetime) -> None:
        core, at = self._document.core_properties, made_at.astimezone(UTC).replace(tzinfo=None)
        core.title, core.author, core.last_modified_by, core.language = (
            _kept(title)[:255],
            author[:255],
            author[:255],
            LANGUAGE,
        )
        core.created, core.modified, core.revision = at, at, 1
        core.comments = core.subject = core.keywords = core.category = ""
        for holder, kinds in (
            (self._document.part.package, (_THUMBNAIL, _MADE_WITH)),
            (self._document.part, (_CUSTOM,)),
        ):
            for name in [name for name, rel in holder.rels.items() if rel.reltype in kinds]:
                del holder.rels[name]

    def _looks(self) -> None:
        styles = self._document.styles
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), LANGUAGE)
            language.set(qn("w:eastAsia"), LANGUAGE)
        _font(styles["Normal"], BODY_PT)
        for level, size in enumerate(HEADINGS_PT, 1):
            _font(styles[f"Heading {level}"], size)
        quote = styles["Quote"]
        assert isinstance(quote, ParagraphStyle)
        _font(quote, BODY_PT)
        quote.font.italic = False
        quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Cm(0.75)
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)


def _font(style: object, size: int) -> None:
    """One face and size for every script: an Arabic letter has its own settings beside the Latin one's."""
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), INK
    properties = style.element.get_or_add_rPr()
    fonts = properties.rFonts
    for name in list(fonts.attrib):
        if name.endswith(("Theme", "theme")):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    for old in properties.findall(qn("w:szCs")):
        properties.remove(old)
    large = OxmlElement("w:szCs")
    large.set(qn("w:val"), str(size * 2))
    properties.find(qn("w:sz")).addnext(large)


def _spoken(run: Run, language: str, *, right_to_left: bool) -> None:
    """The language of a run, so that a screen reader says it in that language."""
    told = OxmlElement("w:lang")
    told.set(qn("w:bidi" if right_to_left else "w:val"), language)
    run._r.get_or_add_rPr().append(told)  # noqa: SLF001 - w:lang is among the last of a run's properties


def _blank(what: str) -> str:
    return f"[To be filled in: {_kept(what)}]" if what else "[To be filled in]"


def _kept(text: str) -> str:
    """Without what XML 1.0 cannot hold (section 2.2), which one phone in a thousand sends."""
    return "".join(
        c
        for c in text.replace("\r\n", "\n")
        if c in "\t\n"
        or (ord(c) >= 0x20 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) & 0xFFFF not in {0xFFFE, 0xFFFF})
    )
