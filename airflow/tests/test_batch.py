"""Batch commands as real processes."""

import logging
import os
import sys
import time

import pytest
from dsf_airflow.batch import batch_environment, run_batch
from dsf_client import Api

LOG = logging.getLogger("test")


def run(program, log=LOG):
    return run_batch([sys.executable, "-c"], [program], os.environ, log)


def test_the_last_line_is_the_summary_and_all_output_is_in_the_log(caplog):
    caplog.set_level(logging.INFO)
    outcome = run("import sys; print('rows'); print('odd', file=sys.stderr); print('{\"equal\": true}')")
    assert (outcome.code, outcome.summary, outcome.complaint) == (0, {"equal": True}, "odd")
    assert {"rows", "odd", '{"equal": true}'} <= set(caplog.messages)


def test_a_command_that_ends_badly_has_its_code_and_its_last_words():
    outcome = run("import sys; sys.stderr.write('a\\nb\\nno server\\n'); sys.exit(2)")
    assert (outcome.code, outcome.summary, outcome.complaint) == (2, None, "a\nb\nno server")


def test_more_output_than_a_pipe_holds_is_no_problem():
    outcome = run(
        "import sys\nfor i in range(20000): print('x' * 20); print('y' * 20, file=sys.stderr)\nprint('{}')"
    )
    assert (outcome.code, outcome.summary) == (0, {})


def test_a_time_out_ends_the_command(tmp_path):
    class TimeOut(logging.Logger):
        def info(self, text, *args):
            if "started" in args:
                raise TimeoutError("as Airflow's execution time-out, in the middle of it")

    file = tmp_path / "pid"
    program = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); print('started', flush=True); time.sleep(60)"
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        run(program, TimeOut("test"))
    assert time.monotonic() - begun < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


def test_a_command_gets_what_the_store_needs_and_nothing_of_airflow():
    env = {"S3_BUCKET": "dsf", "AIRFLOW_CONN_DSF_SMTP": "secret", "AIRFLOW__CORE__FERNET_KEY": "secret"}
    found = {"S3_BUCKET": "dsf", "INGESTOR_URL": "http://a"}
    assert batch_environment(env, Api("http://a")) == found
    assert batch_environment(env, Api("http://a", "/token")) == {**found, "INGESTOR_TOKEN_FILE": "/token"}
