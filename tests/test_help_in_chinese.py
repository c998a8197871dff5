"""The help of every command, and what the parser refuses, in Chinese."""

import errno
import re

import pytest
import typer

from chinese import wholly_chinese
from sme_sem import cli
from sme_sem.cli.chinese_refusals import in_chinese
from sme_sem.cli.help_texts import known
from sme_sem.letters import width


def commands(command, *path):
    """Every command with the words that call it."""
    yield path, command
    for name, own in getattr(command, "commands", {}).items():
        yield from commands(own, *path, name)


COMMANDS = dict(commands(typer.main.get_command(cli.app)))
CHINESE = known()
TEXTS = sorted(
    {
        text
        for command in COMMANDS.values()
        for text in (command.help, command.epilog, *(parameter.help for parameter in command.params))
    }
    - {None}
)
TO_KEEP = re.compile(r"(?<![\w-])--?[a-z][a-z-]*|\d+(?:\.\d+)*|\.[a-z]{2,5}\b|\bsme-sem(?: [a-z]+)*")


@pytest.fixture
def run(capsys):
    def command(*words):
        code = cli.main(list(words))
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return command


def beside_commands(page):
    """What stands on a page beside commands, and behind the usage of its own."""
    return re.sub("sme-sem(?: [!-~]+)*", "", re.sub("^用法：.*", "", page))


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_of_the_help_stands_in_chinese_beside_the_english(text):
    assert wholly_chinese(beside_commands(CHINESE[text]))


@pytest.mark.parametrize("text", TEXTS)
def test_the_chinese_keeps_numbers_options_commands_and_suffixes(text):
    kept = CHINESE[text]
    assert [one for one in TO_KEEP.findall(text) if one not in kept] == []


def test_no_chinese_is_kept_for_a_text_that_is_shown_nowhere():
    assert set(CHINESE) == set(TEXTS)


@pytest.mark.parametrize("columns", [60, 80, 110, 200])
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_chinese_and_fits_the_terminal(run, monkeypatch, path, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, page = run(*path, "--help", "--language", "zh")
    assert code == 0 and page.startswith("用法：") and wholly_chinese(beside_commands(page))
    broad = [line for line in page.splitlines() if width(line) > min(columns, 110) - 2]
    assert [line for line in broad if not re.match(r" +sme-sem (?!.*  )", line)] == []
    headings = {"选项：", *(["命令："] if hasattr(COMMANDS[path], "commands") else ["  示例："])}
    assert headings <= set(page.splitlines())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_chinese_help_lists_what_the_english_lists(run, monkeypatch, path):
    monkeypatch.setenv("COLUMNS", "110")
    english, chinese = (run(*path, "--help", "-l", language)[1] for language in ("en", "zh"))
    names = r"(?m)^  (?:-\w, )?(?:--?[a-z-]+|[a-z_]+(?=\.{0,3} <)|[a-z]+(?=   ?\S))"
    assert re.findall(names, chinese) == re.findall(names, english)
    english, chinese = (" ".join(page.split()) for page in (english, chinese))
    for said, meant in (("required]", "必填]"), ("[default: ", "[默认：")):
        assert english.count(said) == chinese.count(meant)


@pytest.mark.parametrize(
    "words",
    [
        "fit --help -l zh",
        "fit -h --language=zh",
        "fit -lzh --help",
        "-l zh fit --help",
        "--language zh fit -h",
        "fit model.txt -l zh --help",
        "fit -l en --help -l zh",
    ],
)
def test_chinese_may_be_asked_for_in_any_order(run, words):
    code, page = run(*words.split())
    assert code == 0 and "用一份数值文件拟合一个模型" in page


@pytest.mark.parametrize("words", ["-l zh", "--help -l zh", "--language=zh -h", "-l en -l zh"])
def test_the_guide_is_shown_in_chinese(run, words):
    assert "从问卷及其作答，到信度" in run(*words.split())[1]


@pytest.mark.parametrize("words", ["code -l zh", "-l zh code", "code --help -l zh", "--language zh code -h"])
def test_commands_under_a_command_are_shown_in_chinese(run, words):
    assert "从文字到构念" in run(*words.split())[1]


def test_a_language_before_a_command_is_the_language_of_its_tables(run):
    assert run("-l", "zh", "list") == run("list", "-l", "zh")
    assert "内置问卷" in run("--language=zh", "list")[1]
    assert run("-l", "en", "--version") == run("--version")


@pytest.mark.parametrize("words", ["", "code", "fit", "code draft"])
def test_english_is_shown_where_it_is_asked_for(run, words):
    assert run(*words.split(), "--help", "-l", "en") == run(*words.split(), "--help")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run", "缺少参数'study'。"),
        ("export bmi-drivers", "缺少选项--to / -t。"),
        ("nonsense", "没有命令'nonsense'。"),
        ("ruun", "没有命令'ruun'。是否应为'run'？"),
        ("code descibe", "没有命令'descibe'。是否应为'describe'？"),
        ("list --nonsense", "没有选项--nonsense。"),
        ("fit m d --ordred", "没有选项--ordred。是否应为--ordered？"),
        ("code --nonsense", "没有选项--nonsense。"),
        ("fit m d --seed 1.5", "--seed的取值无效：应为整数。"),
        ("power p -n many", "-n的取值无效：应为整数。"),
        ("code experts x --relevant a", "--relevant的取值无效：应为数值。"),
        ("code describe x --level c", "'c'不在可选值之内；可选'concept'、'category'、'main_category'。"),
        ("list --ordered=3", "没有选项--ordered。"),
        ("fit m d --ordered=3", "选项--ordered不带取值。"),
        ("list one more", "多余的参数：one more"),
        ("fit nowhere.txt nowhere.csv", "nowhere.txt：文件不存在"),
        ("fit . .", ".：是文件夹，而非文件"),
    ],
)
def test_a_wrong_use_is_refused_in_chinese(run, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    code, err = run(*words.split(), "-l", "zh")
    assert code == 2 and err.endswith(f"{said}\n")
    if err.startswith("用法："):
        assert re.search(r"\n查看说明：.* -h -l zh\n\n错误：", err)


def test_an_option_without_its_value_is_refused_in_chinese(run):
    assert run("-l", "zh", "list", "--output") == (2, "错误：选项--output后须有取值。\n")


def test_a_language_that_is_none_is_refused_as_before(run):
    assert "'cn' is not one of 'en', 'zh'" in run("list", "-l", "cn")[1]


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("No such option: --ordred Did you mean --ordered?", "没有选项--ordred。是否应为--ordered？"),
        ("Invalid value for '--seed': 'x' is not a valid integer.", "--seed的取值无效：应为整数。"),
        ("Invalid value for '--alpha': 'x' is not a valid float.", "--alpha的取值无效：应为数值。"),
        ("Got unexpected extra argument (more)", "多余的参数：more"),
        ("Missing option '--to'. Choose from:\n\tword,\n\tddi", "缺少选项--to。可选：word、ddi"),
    ],
)
def test_words_of_other_versions_of_the_parser_are_known(said, chinese):
    assert in_chinese(said) == chinese


def test_words_of_the_parser_that_are_not_known_stay_as_they_are():
    assert in_chinese("Something else went wrong.") == "Something else went wrong."
    assert in_chinese("Missing command.") == "缺少命令。"


def test_rights_that_are_missing_are_told_in_chinese(run, monkeypatch):
    def denied(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied", "answers.csv")

    monkeypatch.setattr("sme_sem.opening.demo_study", denied)
    said = "answers.csv：没有权限；请检查文件夹的权限，关闭其他程序中的该文件，或指定其他位置"
    assert run("demo", "-l", "zh") == (2, f"sme-sem: {said}\n")


def test_leaving_is_told_in_chinese(run, monkeypatch):
    def left(*arguments, **options):
        raise typer.Abort

    monkeypatch.setattr("sme_sem.opening.demo_study", left)
    assert run("demo", "-l", "zh") == (1, "已中止。\n")
    assert run("demo") == (1, "Aborted!\n")
