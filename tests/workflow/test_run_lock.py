"""Two runs never work in one folder, and a run that was killed leaves nothing behind that stops the next."""

import signal
import subprocess
import sys

HOLD = "import run_lock, sys, time; print(run_lock.hold(sys.argv[1]), flush=True); time.sleep(60)"


def holder(repository, path):
    command = [sys.executable, "-c", HOLD, str(path)]
    return subprocess.Popen(command, cwd=repository / "workflow", stdout=subprocess.PIPE, text=True)


def test_lock_keeps_a_second_run_out_and_dies_with_the_first(repository, snakemake, tmp_path):
    path = tmp_path / ".snakemake" / "lossland.lock"
    target = ("results/kernels.txt", "--configfile", "config/smoke.yaml")
    with holder(repository, path) as first:
        try:
            assert first.stdout.readline() == "True\n"
            refused = snakemake(tmp_path, *target)
            assert refused.returncode == 1
            assert "is in use by another run of snakemake" in refused.stdout
            assert not (tmp_path / "results" / "kernels.txt").exists()
        finally:
            first.send_signal(signal.SIGKILL)
    assert snakemake(tmp_path, *target).returncode == 0
    assert (tmp_path / "results" / "kernels.txt").read_text()
