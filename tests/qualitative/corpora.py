"""Made codings whose counts are known: planted, then counted again by hand in the tests."""

import io
import zipfile

import pandas as pd

MAIN = {f"M{m}": [f"M{m}C{c}" for c in range(3)] for m in range(6)}
CATEGORIES = [category for below in MAIN.values() for category in below]


def concepts():
    """85 concepts in 18 categories: five in each of the first 13, four in each of the last 5."""
    return [(f"{c}-{i}", c) for j, c in enumerate(CATEGORIES) for i in range(5 if j < 13 else 4)]


def planted(sources, wanted):
    """A row for every concept that `wanted(source number, concept number)` plants in a source."""
    rows = [
        {
            "source": f"firm {s:02d}",
            "segment": f"firm {s:02d} says {concept}",
            "concept": concept,
            "category": category,
            "main_category": category[:2],
        }
        for s in range(sources)
        for k, (concept, category) in enumerate(concepts())
        if wanted(s, k)
    ]
    return pd.DataFrame(rows)


def project(xml, texts=None):
    """A .qdpx archive as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        for name, text in (texts or {}).items():
            archive.writestr(f"sources/{name}", text)
    return stream.getvalue()


PROJECT = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="micro-innovation" origin="test">
  <Users><User guid="U1" name="Li"/><User guid="U2" name="Wang"/></Users>
  <CodeBook><Codes>
    <Code guid="M" name="External guidance" isCodable="true">
      <Code guid="K" name="Market" isCodable="true"><Description>Demand and rivalry</Description>
        <Code guid="C1" name="price war" isCodable="true"/>
        <Code guid="C2" name="用户需求" isCodable="true"/>
      </Code>
    </Code>
  </Codes></CodeBook>
  <Variables><Variable guid="V" name="Group" typeOfVariable="Text"/></Variables>
  <Cases><Case guid="CA"><VariableValue><VariableRef targetGUID="V"/><TextValue>government</TextValue></VariableValue>
    <SourceRef targetGUID="S2"/></Case></Cases>
  <Sources>
    <TextSource guid="S1" name="Interview 1" plainTextPath="internal://S1.txt">
      <PlainTextSelection guid="P1" startPosition="3" endPosition="12">
        <Coding guid="X1" creatingUser="U1"><CodeRef targetGUID="C1"/></Coding>
        <Coding guid="X2" creatingUser="U2"><CodeRef targetGUID="c2"/></Coding>
      </PlainTextSelection>
    </TextSource>
    <TextSource guid="S2" name="Interview 2"><PlainTextContent>用户需求变化快</PlainTextContent>
      <PlainTextSelection guid="P2" startPosition="0" endPosition="4">
        <Coding guid="X3" creatingUser="U1"><CodeRef targetGUID="C2"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="P3" startPosition="5" endPosition="90">
        <Coding guid="X4" creatingUser="U1"><CodeRef targetGUID="C1"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="P4" startPosition="0" endPosition="2">
        <Coding guid="X5" creatingUser="U1"><CodeRef targetGUID="gone"/></Coding>
      </PlainTextSelection>
    </TextSource>
    <TextSource guid="S3" name="Interview 3" plainTextPath="internal://S3.txt"/>
  </Sources>
</Project>"""
