"""Pushes a dataset folder: `python -m core.hub.push_child FOLDER OWNER/NAME [--private] [--replace]`. HF_TOKEN says who.

Files go up one by one; then ONE commit makes all of them the dataset, so that whatever breaks off half-way is seen by nobody.
"""

import argparse
import os
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError

from core.hub.saying import Stopped, Trouble, say, say_troubles
from core.hub.staying import stay_outside
from core.lifeline import end_with_the_app

_OWN = (".gitattributes", "README.md")  # what a hub makes by itself
_DATA = "data/"


def _push(api: HfApi, folder: Path, repo: str, *, private: bool, replace: bool) -> None:
    say(said="Asking the hub …")
    api.whoami()
    _require_there(api, repo, private=private)
    there = api.list_repo_files(repo, repo_type="dataset")
    if not replace and any(name not in _OWN for name in there):
        raise Stopped(Trouble.THERE, f"{len(there)} files")
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    total, done = sum(path.stat().st_size for path in files.values()), 0
    operations: list[CommitOperationAdd | CommitOperationDelete] = []
    for name, path in files.items():
        say(said=f"Sending {name}", done=done, of=total)
        addition = CommitOperationAdd(path_in_repo=name, path_or_fileobj=path)
        api.preupload_lfs_files(repo, [addition], repo_type="dataset", free_memory=False)
        operations.append(addition)
        done += path.stat().st_size
    gone = [name for name in there if name.startswith(_DATA) and name not in files]
    operations += [CommitOperationDelete(path_in_repo=name) for name in gone]
    say(said="Making it the dataset …", done=done, of=total)
    commit = api.create_commit(
        repo, operations, repo_type="dataset", commit_message=f"{len(files)} files from Evol-Instruct Studio"
    )
    say(url=f"{api.endpoint}/datasets/{repo}", commit=commit.oid, files=len(files), removed=len(gone), bytes=total)


def _require_there(api: HfApi, repo: str, *, private: bool) -> None:
    """Make the repository if it is not there. One that is there stays as private as it was."""
    try:
        api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
    except HfHubHTTPError as error:
        if error.response.status_code == 403 and api.repo_exists(repo, repo_type="dataset"):
            return  # a token may write to one repository without being allowed to make others
        raise


if __name__ == "__main__":
    end_with_the_app()
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("repo")
    parser.add_argument("--private", action="store_true")
    parser.add_argument("--replace", action="store_true")
    asked = parser.parse_args()
    say_troubles()
    stay_outside()
    hub = HfApi(token=os.environ["HF_TOKEN"].strip())
    _push(hub, asked.folder, asked.repo, private=asked.private, replace=asked.replace)
