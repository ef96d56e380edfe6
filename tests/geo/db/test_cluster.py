"""The private cluster: made once, started when needed, and hard to kill."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from geo.db import cluster as clusters
from geo.db import programs
from geo.db.cluster import Cluster
from geo.db.engine import engine_of, require_durable
from geo.errors import DatabaseTrouble

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another")


@pytest.fixture
def folder():
    """A short folder that any user may reach; the cluster in it is stopped."""
    path = Path(tempfile.mkdtemp(prefix="xunge-test-"))
    path.chmod(0o755)
    yield path
    cluster = clusters.cluster_in(path)
    clusters.stop(cluster)
    # A server that died in a test leaves its socket folder.
    shutil.rmtree(cluster.sockets, ignore_errors=True)
    shutil.rmtree(path)


@pytest.fixture
def made(folder):
    """A running cluster that may lose everything in a crash."""
    cluster = clusters.cluster_in(folder, durable=False)
    clusters.start(cluster)
    return cluster


def ask(cluster, statement):
    return run(cluster, statement).scalars().all()


def run(cluster, statement):
    engine = engine_of(cluster.admin_url("postgres"))
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        frozen = result.freeze() if result.returns_rows else None
    engine.dispose()
    return frozen and frozen()


def _forbid_namespaces(monkeypatch):
    for module in (clusters, programs):
        monkeypatch.setattr(module, "namespaces_work", lambda: False)


def test_starting_twice_leaves_the_one_server_running(made):
    pid = clusters.server_pid(made)
    clusters.start(made)
    assert clusters.server_pid(made) == pid


def test_stopping_twice_says_that_it_did_not_run(made):
    assert clusters.stop(made)
    assert not clusters.stop(made)
    assert not made.sockets.exists()


def test_a_cluster_that_never_was_is_not_running(tmp_path):
    cluster = Cluster(tmp_path / "none" / "pg")
    assert clusters.server_pid(cluster) is None
    assert not clusters.stop(cluster)


def test_nobody_else_may_reach_the_socket_or_the_files(made):
    assert made.sockets.stat().st_mode & 0o777 == 0o700
    assert made.folder.stat().st_mode & 0o077 == 0
    assert ask(made, "SHOW listen_addresses") == [""]


def test_a_killed_server_starts_again_with_its_data(folder):
    cluster = clusters.cluster_in(folder)
    clusters.start(cluster)
    run(cluster, "CREATE TABLE kept AS SELECT 1")
    os.kill(clusters.server_pid(cluster), signal.SIGKILL)
    clusters.start(cluster)
    assert ask(cluster, "SELECT count(*) FROM kept") == [1]


def test_no_second_server_starts_while_a_back_end_of_the_first_works(made, monkeypatch):
    engine = engine_of(made.admin_url("postgres"))
    with engine.connect() as connection:
        worker = connection.scalar(text("SELECT pg_backend_pid()"))
        busy = text("SELECT sum(random()) FROM generate_series(1, 1000000000)")

        def work():
            with pytest.raises(OperationalError):
                connection.execute(busy)

        thread = threading.Thread(target=work)
        thread.start()
        running = f"SELECT 1 FROM pg_stat_activity WHERE pid = {worker} "
        while not ask(made, running + "AND state = 'active' AND query ~ 'random'"):
            pass
        os.kill(clusters.server_pid(made), signal.SIGKILL)
        monkeypatch.setattr(clusters, "_ORPHANS_WAIT_S", 0.5)
        try:
            with pytest.raises(DatabaseTrouble, match=f"process {worker} of a killed"):
                clusters.start(made)
        finally:
            os.kill(worker, signal.SIGKILL)
            thread.join()
    engine.dispose()
    monkeypatch.undo()
    clusters.start(made)
    assert ask(made, "SELECT 1") == [1]


def test_an_old_number_of_another_living_process_does_not_mislead(made):
    clusters.stop(made)
    old = made.folder / "postmaster.pid"
    old.write_text(f"{os.getpid()}\n{made.folder}\n")
    assert clusters.server_pid(made) is None
    clusters.start(made)
    assert clusters.server_pid(made) is not None


def test_an_interrupted_making_is_begun_anew(folder):
    ruin = folder / "pg.new"
    ruin.mkdir()
    (ruin / "PG_VERSION").write_text("15\n")
    cluster = clusters.cluster_in(folder, durable=False)
    clusters.start(cluster)
    assert ask(cluster, "SELECT 1") == [1]


def test_the_server_outlives_the_process_and_the_session_that_started_it(folder):
    code = (
        "import sys, os, signal; from pathlib import Path; "
        "from geo.db.cluster import cluster_in, start; "
        "start(cluster_in(Path(sys.argv[1]), durable=False)); "
        "os.killpg(0, signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], start_new_session=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert ask(clusters.cluster_in(folder), "SELECT 1") == [1]


def test_a_cluster_for_use_is_durable_and_one_for_tests_is_not(folder):
    for durable in (True, False):
        cluster = clusters.cluster_in(folder, durable=durable)
        clusters.start(cluster)
        engine = engine_of(cluster.admin_url("postgres"))
        with engine.connect() as connection:
            if durable:
                require_durable(connection)
            else:
                with pytest.raises(DatabaseTrouble, match="fsync off"):
                    require_durable(connection)
        engine.dispose()
        clusters.stop(cluster)


def test_a_socket_path_is_short_however_deep_the_folder_is():
    cluster = Cluster(Path("/" + "/".join(["deep" * 10] * 20)))
    assert len(str(cluster.sockets / ".s.PGSQL.5432")) < 100


def test_a_socket_folder_that_somebody_else_laid_there_is_refused(folder):
    cluster = clusters.cluster_in(folder, durable=False)
    cluster.sockets.symlink_to(folder)
    try:
        with pytest.raises(DatabaseTrouble, match="is not ours; remove it"):
            clusters.start(cluster)
    finally:
        cluster.sockets.unlink()


@ROOT_ONLY
def test_root_without_namespaces_lets_another_user_run_it(folder, monkeypatch):
    _forbid_namespaces(monkeypatch)
    cluster = clusters.cluster_in(folder, durable=False)
    clusters.start(cluster)
    owner = Path(f"/proc/{clusters.server_pid(cluster)}").stat().st_uid
    assert owner == cluster.folder.stat().st_uid != 0
    assert ask(cluster, "SELECT 1") == [1]


@ROOT_ONLY
def test_root_without_namespaces_leaves_a_closed_folder(tmp_path, monkeypatch):
    _forbid_namespaces(monkeypatch)
    tmp_path.chmod(0o700)
    chosen = clusters.cluster_in(tmp_path).folder
    assert chosen.is_relative_to("/var/lib/xunge")
    assert chosen == clusters.cluster_in(tmp_path).folder


@ROOT_ONLY
def test_an_ordinary_user_runs_it_directly(folder):
    os.chown(folder, 65534, 65534)
    code = (
        "import sys; from pathlib import Path; "
        "from geo.db.cluster import cluster_in, start, stop, server_pid; "
        "c = cluster_in(Path(sys.argv[1]), durable=False); start(c); "
        "print(Path(f'/proc/{server_pid(c)}').stat().st_uid); stop(c)"
    )
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run(
        [*become, sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.stdout == "65534\n", done.stderr


@ROOT_ONLY
def test_an_ordinary_user_is_told_whose_folder_it_is(made, folder):
    code = (
        "import sys; from pathlib import Path; "
        "from geo.db.cluster import Cluster, _require_own_folder; "
        "_require_own_folder(Cluster(Path(sys.argv[1])))"
    )
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run(
        [*become, sys.executable, "-c", code, str(made.folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert "belongs to user 0; run as that user" in done.stderr
