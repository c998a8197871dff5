"""Projects as NVivo, ATLAS.ti and MAXQDA write them (REFI-QDA 1.5), and archives that are broken or hostile."""

import io
import zipfile

import pytest

from qualitative.corpora import PROJECT, project
from sme_sem.errors import SourceError
from sme_sem.qualitative import frequencies, read_coding, refi_qda

SPOKEN = "Int: Why?\r\nA: Rivals cut prices. 我们试得快。"
# NVivo: nested codes, texts beside the project file, cases with variables, users, notes, coding of a PDF's text
NVIVO = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="MI"
    origin="NVivo Release 1.7.1" creatingUserGUID="u-1" basePath="">
  <Users><User guid="U-1" name="Li Na" id="LN"/><User guid="U-2" name="Wang Wei" id="WW"/></Users>
  <CodeBook><Codes>
    <Code guid="E" name="External" isCodable="true" color="#ff0000"><Description>Outside the firm</Description>
      <Code guid="M" name="Market" isCodable="true"><Description>Demand and rivals</Description>
        <NoteRef targetGUID="N1"/>
        <Code guid="R" name="Price war" isCodable="true"/><Code guid="T" name="Fast trials" isCodable="true"/>
      </Code>
    </Code>
  </Codes></CodeBook>
  <Variables><Variable guid="V1" name="Group" typeOfVariable="Text"/><Variable guid="V2" name="Age"
    typeOfVariable="Integer"/></Variables>
  <Cases><Case guid="K1" name="Firm A"><CodeRef targetGUID="R"/>
      <VariableValue><VariableRef targetGUID="v2"/><IntegerValue>7</IntegerValue></VariableValue>
      <VariableValue><VariableRef targetGUID="v1"/><TextValue>firm</TextValue></VariableValue>
      <SourceRef targetGUID="s1"/></Case></Cases>
  <Sources>
    <TextSource guid="S1" name="Interview" richTextPath="internal://s1.docx" plainTextPath="internal://s1.txt">
      <PlainTextSelection guid="P1" name="14,31" startPosition="14" endPosition="31" creatingUser="U-1">
        <Description/><Coding guid="C1" creatingUser="U-1"><CodeRef targetGUID="R"/></Coding>
        <Coding guid="C2" creatingUser="U-2"><CodeRef targetGUID="R"/></Coding></PlainTextSelection>
      <PlainTextSelection guid="P2" name="" startPosition="33" endPosition="38">
        <Coding guid="C3" creatingUser="U-2"><CodeRef targetGUID="T"/></Coding></PlainTextSelection>
      <PlainTextSelection guid="P3" name="" startPosition="33" endPosition="38">
        <Coding guid="C4" creatingUser="U-2"><CodeRef targetGUID="M"/></Coding></PlainTextSelection>
      <NoteRef targetGUID="N1"/></TextSource>
    <TextSource guid="S2" name="Interview" plainTextPath="internal://s2.txt"/>
    <PDFSource guid="S3" name="Annual report" path="internal://s3.pdf">
      <PDFSelection guid="Q1" name="region" page="0" firstX="10" firstY="20" secondX="90" secondY="40">
        <Coding guid="C5" creatingUser="U-1"><CodeRef targetGUID="T"/></Coding></PDFSelection>
      <Representation guid="S3R" name="Annual report" plainTextPath="internal://s3.txt">
        <PlainTextSelection guid="Q2" startPosition="0" endPosition="5">
          <Coding guid="C6" creatingUser="U-1"><CodeRef targetGUID="R"/></Coding></PlainTextSelection>
      </Representation></PDFSource>
    <PictureSource guid="S4" name="Photo" path="internal://s4.png">
      <PictureSelection guid="G1" name="stand" firstX="1" firstY="2" secondX="3" secondY="4">
        <Coding guid="C7" creatingUser="U-1"><CodeRef targetGUID="T"/></Coding></PictureSelection></PictureSource>
  </Sources>
  <Notes><Note guid="N1" name="Memo" plainTextPath="internal://n1.txt"/></Notes>
</Project>"""
# ATLAS.ti: flat codes, code groups and document groups as sets, text inside the project file, quotations with names
ATLAS = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<Project name="MI" origin="ATLAS.ti 23.4" xmlns="urn:QDA-XML:project:1.0">
  <Users><User guid="U1" name="Zhao"/></Users>
  <CodeBook><Codes><Code guid="C1" name="price war" isCodable="true"/><Code guid="C2" name="fast trials"
    isCodable="true"/><Code guid="C3" name="left alone" isCodable="true"/></Codes>
    <Sets><Set guid="G1" name="Market"><Description>Demand and rivals</Description><MemberCode targetGUID="C1"/></Set>
    </Sets></CodeBook>
  <Sources><TextSource guid="D1" name="D 1: Firm A"><PlainTextContent>They cut prices.</PlainTextContent>
      <PlainTextSelection guid="Q1" name="They cut" startPosition="0" endPosition="8" creatingUser="U1">
        <Coding guid="X1"><CodeRef targetGUID="C1"/></Coding></PlainTextSelection></TextSource>
    <TextSource guid="D2" name="D 2: Office"><PlainTextContent>We pay for trials.</PlainTextContent>
      <PlainTextSelection guid="Q2" name="trials" startPosition="11" endPosition="17" creatingUser="U1">
        <Coding guid="X2"><CodeRef targetGUID="C2"/></Coding><Coding guid="X3"><CodeRef targetGUID="C3"/></Coding>
      </PlainTextSelection></TextSource>
    <AudioSource guid="D3" name="D 3: Call"><Transcript guid="T3" name="call"><PlainTextContent>Yes.</PlainTextContent>
      <SyncPoint guid="Y1" position="0" timeStamp="0"/><SyncPoint guid="Y2" position="3" timeStamp="900"/>
      <TranscriptSelection guid="Q3" name="Yes" fromSyncPoint="Y1" toSyncPoint="Y2" creatingUser="U1">
        <Coding guid="X4"><CodeRef targetGUID="C2"/></Coding></TranscriptSelection></Transcript></AudioSource></Sources>
  <Sets><Set guid="H1" name="firms"><MemberSource targetGUID="D1"/></Set>
    <Set guid="H2" name="government"><MemberSource targetGUID="D2"/><MemberSource targetGUID="D3"/></Set></Sets>
</Project>"""
# MAXQDA: two levels of codes, a text in a PDF selection's own representation, variables of the document itself
MAXQDA = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="MI" origin="MAXQDA 24">
  <CodeBook><Codes><Code guid="A" name="市场" isCodable="true"><Code guid="A1" name="价格战" isCodable="true"/>
    <Code guid="A2" name="新需求" isCodable="true"/></Code></Codes></CodeBook>
  <Variables><Variable guid="V" name="分组" typeOfVariable="Text"/></Variables>
  <Sources>
    <TextSource guid="S1" name="企业甲" plainTextPath="internal://S1.txt">
      <PlainTextSelection guid="P1" startPosition="0" endPosition="3">
        <Coding guid="K1"><CodeRef targetGUID="A1"/></Coding></PlainTextSelection>
      <VariableValue><VariableRef targetGUID="V"/><TextValue>企业</TextValue></VariableValue></TextSource>
    <PDFSource guid="S2" name="年报" path="relative://S2.pdf">
      <PDFSelection guid="P2" page="3" firstX="0" firstY="0" secondX="9" secondY="9">
        <Representation guid="P2R" plainTextPath="internal://P2R.txt">
          <PlainTextSelection guid="P3" startPosition="1" endPosition="4">
            <Coding guid="K2"><CodeRef targetGUID="A2"/></Coding></PlainTextSelection></Representation></PDFSelection>
      <Representation guid="S2R" plainTextPath="internal://S2R.txt">
        <PlainTextSelection guid="P4" startPosition="1" endPosition="4">
          <Coding guid="K3"><CodeRef targetGUID="A2"/></Coding></PlainTextSelection></Representation></PDFSource>
    <TextSource guid="S3" name="空白"/>
  </Sources>
</Project>"""


def archive(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


def read(tmp_path, content):
    file = tmp_path / "project.qdpx"
    file.write_bytes(content)
    return read_coding(file)


def rows(coding, *fields):
    return [tuple(row) for row in coding.segments[list(fields)].itertuples(index=False)]


@pytest.fixture
def nvivo(tmp_path):
    texts = {"s1.txt": SPOKEN.encode("utf-8-sig"), "s2.txt": "", "s3.txt": "Rivals", "n1.txt": "a memo"}
    return read(tmp_path, project(NVIVO, texts))


def test_nvivo_segments_have_their_words_coders_and_levels(nvivo):
    assert rows(nvivo, "source", "segment", "concept", "category", "main_category", "coder", "group") == [
        ("Interview", "Rivals cut prices", "Price war", "Market", "External", "Li Na", "firm"),
        ("Interview", "Rivals cut prices", "Price war", "Market", "External", "Wang Wei", "firm"),
        ("Interview", "我们试得快", "Fast trials", "Market", "External", "Wang Wei", "firm"),
        ("Interview", "我们试得快", "Market", "Market", "External", "Wang Wei", "firm"),
        ("Annual report", "region", "Fast trials", "Market", "External", "Li Na", ""),
        ("Annual report", "Rival", "Price war", "Market", "External", "Li Na", ""),
        ("Photo", "stand", "Fast trials", "Market", "External", "Li Na", ""),
    ]
    assert set(nvivo.segments["definition"]) == {"Demand and rivals"}
    assert not nvivo.remarks


def test_a_segment_coded_with_a_category_itself_is_counted_there_and_makes_no_new_category(nvivo):
    assert nvivo.codes("category") == ("Market",)
    assert frequencies(nvivo, "category").table.loc[0, ["segments", "sources"]].tolist() == [5, 3]


def test_stretches_coded_twice_at_one_place_are_one_unit(nvivo):
    assert nvivo.segments["unit"].tolist() == [1, 1, 2, 2, 3, 4, 5]


def test_two_documents_of_one_name_stay_two(nvivo):
    assert nvivo.sources == ("Interview", "Interview (2)", "Annual report", "Photo")


def test_atlas_ti_code_groups_are_categories_and_document_groups_respondent_groups(tmp_path):
    coding = read(tmp_path, project(ATLAS))
    assert rows(coding, "source", "segment", "concept", "category", "coder", "group") == [
        ("D 1: Firm A", "They cut", "price war", "Market", "Zhao", "firms"),
        ("D 2: Office", "trials", "fast trials", "", "Zhao", "government"),
        ("D 2: Office", "trials", "left alone", "", "Zhao", "government"),
        ("D 3: Call", "Yes", "fast trials", "", "Zhao", "government"),
    ]
    assert coding.segments.loc[0, "definition"] == "Demand and rivals"


def test_sets_of_documents_that_overlap_are_no_respondent_groups(tmp_path):
    overlapping = ATLAS.replace('<MemberSource targetGUID="D3"/>', '<MemberSource targetGUID="D1"/>')
    assert read(tmp_path, project(overlapping)).groups == ()


def test_maxqda_positions_count_the_text_their_selection_stands_in(tmp_path):
    texts = {"S1.txt": "价格战很激烈", "P2R.txt": "一新需求", "S2R.txt": "二旧需求"}
    coding = read(tmp_path, project(MAXQDA, texts))
    assert rows(coding, "source", "segment", "concept", "category", "main_category", "group") == [
        ("企业甲", "价格战", "价格战", "市场", "", "企业"),
        ("年报", "新需求", "新需求", "市场", "", ""),
        ("年报", "旧需求", "新需求", "市场", "", ""),
    ]
    assert coding.segments["unit"].tolist() == [1, 2, 3]
    assert coding.sources == ("企业甲", "年报", "空白")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_text_that_is_not_utf_8_is_read_and_told(tmp_path, encoding):
    coding = read(tmp_path, project(MAXQDA, {"S1.txt": "价格战很激烈，我们".encode(encoding)}))
    assert coding.segments.loc[0, "segment"] == "价格战"
    told = [r.message.en for r in coding.remarks if "企业甲" in r.place]
    assert told == (["its text: read as GB18030"] if encoding == "gb18030" else [])


def test_a_text_that_is_none_is_told_and_its_segments_are_known_by_position(tmp_path):
    coding = read(tmp_path, project(MAXQDA, {"S1.txt": bytes(range(256)) * 9}))
    assert coding.segments.loc[0, "segment"] == ""
    told = [r.message.en for r in coding.remarks if "企业甲" in r.place]
    assert told == [
        "its text: holds binary data, not text; not read",
        "its text is not in the archive; segments are known by position",
    ]


def test_a_project_in_utf_16_or_with_names_in_capitals_and_backslashes_is_read(tmp_path):
    wide = PROJECT.replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16")
    coding = read(tmp_path, archive({"PROJECT.QDE": wide, "Sources\\S1.TXT": "A: price war, and"}))
    assert coding.segments.loc[0, "segment"] == "price war"


def test_an_archive_cut_anywhere_is_refused(tmp_path):
    whole = project(PROJECT, {"S1.txt": "A: price war, and"})
    for end in range(0, len(whole), 53):
        with pytest.raises(SourceError, match="is no intact REFI-QDA archive"):
            read(tmp_path, whole[:end])


def entities(encoding):
    text = f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE a [<!ENTITY b 'b'><!ENTITY c '&b;&b;'>]><Project/>"
    return text.encode(encoding)


def nested(deep):
    return "<Project><Codes>" + "<Code guid='a' name='n'>" * deep + "</Code>" * deep + "</Codes></Project>"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no project.qde"),
        ({"sources/a.txt": "text"}, "holds no project.qde"),
        ({"project.qde": entities("utf-8")}, "declares entities"),
        ({"project.qde": entities("utf-16")}, "declares entities"),
        ({"project.qde": nested(5000)}, "codes are nested more than 50 deep; flatten the codebook"),
        ({"project.qde": "<html/>"}, "begins with <html>; expected <Project>"),
        ({"project.qde": b"\x00\x01\x02"}, "no well-formed XML"),
        ({"project.qde": "<?xml version='1.0' encoding='martian'?><Project/>"}, "no well-formed XML"),
    ],
)
def test_a_project_that_is_none_is_refused_with_its_reason(tmp_path, files, said):
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, archive(files))
    assert said in str(refusal.value)


def test_an_archive_that_unpacks_to_more_than_fits_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(refi_qda, "_LARGEST", 1_000_000)
    texts = {f"sources/{i}.txt": bytes(200_000) for i in range(5)}
    with pytest.raises(SourceError, match="holds more than 1 MB of text"):
        read(tmp_path, archive({"project.qde": PROJECT, **texts}))


@pytest.mark.parametrize("path", ["../secret.txt", "internal://../secret.txt", "absolute://{0}/secret.txt"])
def test_a_path_that_leads_out_of_the_archive_reads_nothing(tmp_path, path):
    (tmp_path / "secret.txt").write_text("A: price war, and", encoding="utf-8")
    coding = read(tmp_path, project(PROJECT.replace("internal://S1.txt", path.format(tmp_path))))
    assert coding.segments.loc[0, "segment"] == ""
    assert coding.remarks[0].message.en == "its text is not in the archive; segments are known by position"


@pytest.mark.parametrize("position", ["-3", "twelve", "9" * 5000, ""])
def test_a_position_that_is_none_is_told(tmp_path, position):
    broken = PROJECT.replace('endPosition="12"', f'endPosition="{position}"')
    coding = read(tmp_path, project(broken, {"S1.txt": "A: price war, and"}))
    assert coding.remarks[0].message.en == f"a segment from 3 to {position[:12]} lies outside the text of 17 characters"
