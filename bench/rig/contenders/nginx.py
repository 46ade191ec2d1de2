"""nginx as a reverse proxy, one worker: the native floor, with neither hash nor signature."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from rig.contender import EVERYTHING, Launch, Unavailable

_CONFIG = """
daemon off;
master_process off;
pid {scratch}/pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    upstream provider {{
        server 127.0.0.1:{upstream};
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


class Nginx:
    name = "nginx"
    workloads = EVERYTHING

    def prepare(self) -> None:
        if _program():
            return
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise Unavailable("nginx is not installed, and only root can install it")
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "nginx-light"]):
            done = subprocess.run(
                command, capture_output=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            )
            if done.returncode:
                raise Unavailable(f"`{' '.join(command)}` failed")

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        config = scratch / "nginx.conf"
        config.write_text(_CONFIG.format(upstream=upstream, port=port, scratch=scratch))
        return Launch(command=(_program() or "nginx", "-p", scratch, "-c", config), port=port)


def _program() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
