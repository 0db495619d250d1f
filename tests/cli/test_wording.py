"""What is wrong with a command line is said in Chinese and in English."""

import pytest
from typer.testing import CliRunner

from cli.main import create_app


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("exchange show abc", "取值有误 · "),
        ("exchange pause", "必须给出 · it is required"),
        ("exchange status --bse", "没有此选项 · No such option: --bse"),
        ("exchange statu", "没有此命令 · No such command 'statu'"),
        ("exchange status filing", "参数过多 · Got unexpected extra argument"),
        ("exchange reconcile 2026-13-01", "2026-13-01：日期写作 2026-11-22 · a day is written 2026-11-22"),
        ("exchange key /nowhere/filing.pem", "取值有误 · file '/nowhere/filing.pem' does not exist"),
        ("exchange mend A B --service filing", "须说明改什么 · say what is to be changed"),
        ("up --province elsewhere", "须为 http(s):// 地址 · must be an http(s) address"),
    ],
)
def test_a_wrong_command_line_is_answered_in_both_languages(command: str, words: str) -> None:
    result = CliRunner().invoke(create_app(), command.split(), env={"COLUMNS": "200"})
    assert (result.exit_code, words in result.output) == (2, True), result.output
