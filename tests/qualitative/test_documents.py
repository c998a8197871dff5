"""Reports as they come: in old encodings, scanned, cut short, or made to do harm."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from sme_sem.qualitative import documents
from sme_sem.qualitative.documents import decoded, read_document

CHINESE = "公司坚持微创新，云计算与大数据。报告期内营业收入稳步增长。\n" * 20
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>/XObject<</I 6 0 R>>>>>>"
)
IMAGE = (
    b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
    b"stream\n0\nendstream"
)
WORDS = b"BT /F 12 Tf 10 50 Td (Our cloud computing) Tj ET"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(content, kids=b"3 0 R"):
    """A PDF of one page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count 1>>" % kids,
        PAGE,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        FONT,
        IMAGE,
    ]
    data, places = b"%PDF-1.4\n", []
    for i, text in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%sendobj\n" % (i, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 7\n0000000000 65535 f \n%strailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(data),
    )
    return data + end


def word(**changed):
    """A Word file of one paragraph, parts of it exchanged."""
    stream, made = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    document.add_paragraph("坚持微创新")
    document.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return made.getvalue()


@pytest.fixture
def read(tmp_path):
    def stored(name, content):
        file = tmp_path / name
        file.write_bytes(content)
        found = read_document(file)
        return found.text, found.remark.en if found.remark else None

    return stored


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("gb18030", "read as GB18030"),
        ("utf-16-le", "read as UTF-16-LE"), ("utf-16-be", "read as UTF-16-BE"),
    ],
)  # fmt: skip
def test_chinese_text_is_read_in_the_encodings_it_comes_in(read, encoding, said):
    assert read("a.txt", CHINESE.encode(encoding)) == (CHINESE, said)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Große Übergänge in Städten. Fräulein müßte für Käse zahlen. ", "latin-1"),
        ("公司堅持創新，雲端運算與大數據。報告期內實現營業收入與淨利潤穩步增長。", "big5"),
        ("当社はイノベーションを推進します。売上高は前年同期比で増加しました。", "shift-jis"),
    ],
)
def test_bytes_that_could_be_gb18030_are_not_taken_for_it_when_it_makes_no_sense(text, encoding):
    found = decoded((text * 20).encode(encoding))
    assert found.text == text * 20
    assert found.remark is not None and found.remark.en.startswith("read as ")


def test_english_in_utf_16_without_a_mark_is_read(read):
    assert read("a.txt", b"W\0e\0 \0t\0r\0y\0") == ("We try", "read as UTF-16-LE")


def test_bytes_that_are_no_text_are_named(read):
    assert read("a.txt", bytes(range(256)) * 40) == (None, "holds binary data, not text; not read")


@pytest.mark.parametrize("content", [CHINESE.encode()[:-2], CHINESE.encode("gb18030") + b"\xff\xff", b"\xff\xfe\x00"])
def test_text_in_no_encoding_at_all_is_named_and_not_guessed_at(read, content):
    assert read("a.txt", content) == (None, "its encoding could not be recognised; save it as UTF-8. Not read")


def test_the_text_of_a_pdf_is_read(read):
    text, said = read("a.pdf", pdf(WORDS))
    assert (text.strip(), said) == ("Our cloud computing", None)


def test_lines_of_a_chinese_page_are_joined_where_the_page_broke_a_word(read, monkeypatch):
    lines = [
        "创新",
        "公司坚持云计算与大数据融合，稳步推进微",
        "创新",
        "技术创新",
        "能力建设取得成效，big data",
        "平台上线",
    ]
    monkeypatch.setattr("pypdf.PageObject.extract_text", lambda page: "\n".join(lines))
    text, _ = read("a.pdf", pdf(WORDS))
    assert text.splitlines() == [lines[0], lines[1] + lines[2], *lines[3:]]


def test_a_page_that_is_a_picture_holds_no_text(read):
    said = "holds no text, as scanned pages do; run text recognition (OCR) first"
    assert read("a.pdf", pdf(b"q 9 0 0 9 0 0 cm /I Do Q")) == (None, said)


@pytest.mark.parametrize("content", [pdf(WORDS, kids=b"2 0 R"), pdf(WORDS)[:60], b"%PDF-1.4", b"no PDF at all"])
def test_a_pdf_that_is_cut_or_runs_in_circles_is_named(read, content):
    text, said = read("a.pdf", content)
    assert text is None and said.startswith("is a broken PDF file")


def test_the_words_of_a_word_file_are_read_once_wherever_they_stand(read):
    stream, document = io.BytesIO(), docx.Document()
    document.add_paragraph("正文").add_run("甲")
    table = document.add_table(2, 4)
    table.cell(0, 0).merge(table.cell(0, 3)).text = "合并"
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "嵌套"
    field = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(0, parse_xml(field))
    document.save(stream)
    assert read("a.docx", stream.getvalue())[0].split() == ["控件", "正文甲", "合并", "嵌套"]


def test_a_word_file_with_entities_is_read_without_them_or_named(read, tmp_path):
    (tmp_path / "secret").write_text("secret")
    start = f'<!DOCTYPE a [<!ENTITY s SYSTEM "{(tmp_path / "secret").as_uri()}">]><w:document '.encode()
    plain = zipfile.ZipFile(io.BytesIO(word())).read("word/document.xml")
    text, _ = read("a.docx", word(document=plain.replace(b"<w:document ", start, 1).replace("新".encode(), b"&s;")))
    assert text is None or "secret" not in text
    bomb = b"<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'>%s]><a>&b9;</a>" % b"".join(
        b"<!ENTITY b%d '%s'>" % (i, b"&b%s;" % (str(i - 1).encode() if i else b"") * 9) for i in range(10)
    )
    text, said = read("b.docx", word(document=bomb))
    assert text is None and said.startswith("is a broken Word file")


def test_a_word_file_that_unpacks_to_more_than_fits_is_named_and_not_unpacked(read, monkeypatch):
    monkeypatch.setattr(documents, "_UNPACKED", 1_000_000)
    assert read("a.docx", word()) == ("坚持微创新", None)
    assert read("b.docx", word(settings=bytes(2_000_000))) == (None, "is larger than 1 MB; not read")
