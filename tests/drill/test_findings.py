"""What an event of the drill cost is told by what clients saw and what the log holds."""

from __future__ import annotations

from drill.clients import Acknowledged, Attempt, Record, code_and_data
from drill.findings import Recorded, goals, judge, table

STRUCK = 100.0


def acknowledged(*commands: tuple[str, int, float]) -> list[Acknowledged]:
    return [Acknowledged(title, title, position, at) for title, position, at in commands]


def finding(record: Record, log: dict[str, Recorded], checkpoint_age: float = 9.0):
    return judge("killed", record, STRUCK, log, checkpoint_age)


def test_writes_are_back_at_the_end_of_the_longest_silence():
    result = finding(Record(acknowledged=acknowledged(("a", 1, 99.0), ("b", 2, 100.4), ("c", 3, 109.5))), {})
    assert (round(result.back, 1), round(result.silence, 1)) == (9.5, 9.1)
    assert finding(Record(acknowledged=acknowledged(("a", 1, 100.4), ("b", 2, 101.0))), {}).back == 0
    assert finding(Record(acknowledged=acknowledged(("a", 1, 99.0))), {}).back == float("inf")


def test_a_position_given_to_two_commands_and_a_command_recorded_twice_are_counted():
    record = Record(acknowledged=acknowledged(("a", 1, 101.0), ("b", 2, 101.1), ("c", 2, 101.2), ("d", 5, 101.3)))
    log = {"a": Recorded(2, 1), "b": Recorded(1, 2), "c": Recorded(1, 3)}
    result = finding(record, log)
    assert (result.lost, result.doubled) == (2, 1)


def test_failures_that_say_again_are_no_errors_and_others_count_by_when_they_began():
    attempts = [
        Attempt(99.0, 104.0, "RemoteDisconnected", command=True),
        Attempt(103.5, 103.6, "INTERNAL", command=False),
        Attempt(105.0, 105.1, "UNAVAILABLE", command=True),
        Attempt(106.0, 106.1, None, command=True),
    ]
    result = finding(Record(attempts=attempts, acknowledged=acknowledged(("a", 1, 106.1))), {"a": Recorded(1, 1)})
    assert result.first == {"RemoteDisconnected": 1}
    assert result.later == {"INTERNAL": 1}
    assert result.unavailable == 1
    assert "| 1 RemoteDisconnected | 1 INTERNAL |" in table([result])
    assert [met for _, met in goals([result], "killed", 15)] == [True, True, False, False, True]
    assert [met for _, met in goals([result], "another", 15)] == [True]


def test_the_balancers_own_answer_without_a_ready_server_says_again():
    assert code_and_data(503, b"<html>No server is available</html>") == ("UNAVAILABLE", None)
    assert code_and_data(502, b"<html>") == ("HTTP 502", None)
    assert code_and_data(503, b'{"errors": [{"extensions": {"code": "POSITION_NOT_REACHED"}}]}')[0] == (
        "POSITION_NOT_REACHED"
    )
    assert code_and_data(200, b'{"data": {"position": 7}}') == (None, {"position": 7})
