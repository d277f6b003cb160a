r"""A real SLURM of virtual nodes on the loopback of this computer, for as long as it is needed.

    python -m tests.cluster.slurm [--install] -- sinfo
    PATH="$PWD/profiles/slurm/without-accounting:$PATH" python -m tests.cluster.slurm -- \
        snakemake --profile profiles/slurm --slurm-no-account sal/phase_plane --config scale=smoke

Starts munged, slurmctld and one slurmd per node in a folder of their own, with ports of their own, runs the command and
stops all of them. Nothing in /etc is read or written; a SLURM that this computer belongs to is not touched.
"""

import argparse
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "slurm-wlm-basic-plugins", "munge")  # Debian, Ubuntu
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")
NODES = ("n1", "n2")

# Without systemd, control groups, accounting and a network.
CONF = """
ClusterName=virtual
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/spool-%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/jobs.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
KillWait=2
MessageTimeout=3
MinJobAge=900
"""


class Unavailable(Exception):
    """SLURM cannot be had here; the text says why."""


def missing() -> list[str]:
    """Return the programs of SLURM that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]


PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def install() -> None:
    """Install SLURM with apt, if it is not there.

    Raises
    ------
    Unavailable
        There is no apt, no right to use it, or no package.
    """
    if not missing():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Unavailable("SLURM is not installed, and only root can install it, with apt")
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or missing():
        raise Unavailable(f"apt cannot install SLURM: {done.stderr.strip()[-300:]}")


def wait(what: str, true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true.

    Raises
    ------
    TimeoutError
        It did not become true.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.2)


class Slurm:
    """One controller and a few virtual nodes.

    Parameters
    ----------
    folder : Path
        Existing empty folder with a short path (a socket lies in it); configuration, state and logs.
    cpus : int
        CPUs that each node claims to have.
    mem_mb : int
        Memory that each node claims to have.
    """

    def __init__(self, folder: Path, cpus: int = 2, mem_mb: int = 8000) -> None:
        self.folder = folder.resolve()
        self.daemons: dict[str, subprocess.Popen] = {}
        conf, bin = self.folder / "slurm.conf", self.folder / "bin"
        self.environment = {**os.environ, "SLURM_CONF": str(conf), "PATH": f"{bin}{os.pathsep}{PATH}"}
        host, ports = socket.gethostname().split(".")[0], _free_ports(1 + len(NODES))
        lines = [CONF.format(host=host, ports=ports, user=getpass.getuser(), folder=self.folder).strip()]
        lines += [
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory={mem_mb}"
            for node, port in zip(NODES, ports[1:], strict=True)
        ]
        lines.append(f"PartitionName=main Nodes={','.join(NODES)} Default=YES MaxTime=60 State=UP")
        conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # Snakemake's plugin takes the variables of SLURM away from the srun that it starts within a job.
        bin.mkdir()
        wrapper = f'#!/bin/sh\nSLURM_CONF={conf} exec {shutil.which("srun", path=PATH)} "$@"\n'
        (bin / "srun").write_text(wrapper, encoding="utf-8")
        (bin / "srun").chmod(0o755)

    def __enter__(self) -> "Slurm":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start all daemons.

        Raises
        ------
        Unavailable
            They do not come up here; with the last lines of their logs.
        """
        folder = self.folder
        (folder / "state").mkdir()
        (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
        (folder / "munge.key").chmod(0o400)
        names = {"socket": "munge.socket", "key-file": "munge.key", "pid-file": "munged.pid"}
        names |= {"seed-file": "munge.seed", "log-file": "munged.log"}
        files = [f"--{option}={folder / name}" for option, name in names.items()]
        self._run("munge", ["munged", "--foreground", "--force", *files])
        try:
            wait("munge", (folder / "munge.socket").exists, 10)
            self.start_controller()
            for node in NODES:
                (folder / f"spool-{node}").mkdir()
                self._run(node, ["slurmd", "-D", "-N", node])
            wait("nodes", lambda: self.say("sinfo", "-h", "-t", "idle", "-o", "%D") == str(len(NODES)), 30)
        except TimeoutError as error:
            logs = [line for log in sorted(folder.glob("*.log")) for line in log.read_text("utf-8").splitlines()[-3:]]
            raise Unavailable(f"SLURM does not start here: {error}\n" + "\n".join(logs)) from None

    def start_controller(self) -> None:
        """Start the controller and wait until it answers."""
        self._run("controller", ["slurmctld", "-D"])
        wait("controller", lambda: "UP" in self.say("scontrol", "ping"), 30)

    def stop_controller(self) -> None:
        """Stop the controller, as for an update of SLURM; jobs go on."""
        self.daemons["controller"].terminate()
        self.daemons.pop("controller").wait()

    def say(self, *command: str) -> str:
        """Return the output of a command of SLURM; nothing if it fails."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def processes(self, *parts: str) -> list[tuple[int, str]]:
        """Return (pid, node) of all processes of this SLURM's jobs and daemons whose command line has these parts."""
        mark, found = f"SLURM_CONF={self.environment['SLURM_CONF']}".encode(), []
        for entry in Path("/proc").iterdir():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else []
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode() if mark in environment else ""
            except (OSError, UnicodeDecodeError):
                continue
            if line and all(part in line for part in parts):
                node = next((item[16:] for item in environment if item.startswith(b"SLURMD_NODENAME=")), b"")
                found.append((int(entry.name), node.decode()))
        return found

    def stop(self) -> None:
        """Stop all jobs and daemons, and whatever else they started."""
        self.say("scancel", "--user", getpass.getuser())
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        end = time.monotonic() + 5
        while time.monotonic() < end and any(daemon.poll() is None for daemon in self.daemons.values()):
            time.sleep(0.1)
        for pid, _ in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for daemon in self.daemons.values():
            daemon.wait()
        self.daemons.clear()

    def _run(self, name: str, command: list[str]) -> None:
        """Start one daemon in the foreground of a process group of its own."""
        with (self.folder / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                [shutil.which(command[0], path=PATH) or command[0], *command[1:]],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )


def _free_ports(n: int) -> list[int]:
    """Return numbers of ports that nobody listens to."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def main() -> None:
    """Run a command under a SLURM that lives as long as the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.slurm", description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true", help="install SLURM with apt if it is not there")
    parser.add_argument("command", nargs="+", help="after --")
    args = parser.parse_args()
    try:
        if args.install:
            install()
        if missing():
            raise Unavailable(f"not installed: {', '.join(missing())}; --install installs them with apt")
        with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as folder, Slurm(Path(folder)) as slurm:
            sys.exit(subprocess.run(args.command, env=slurm.environment, check=False).returncode)
    except Unavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
