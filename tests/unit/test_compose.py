"""docker-compose.yml, and the configurations that are not for a laptop."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from millrace import config
from millrace.config import passwords
from millrace.config.yaml_file import ENV_PREFIX
from millrace.io.warehouse import roles
from millrace.stack import connect, reconcile
from millrace.stack.servers import folders

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVERS = ("kafka", "mongo", "mysql")
HEALTHY = (*SERVERS, "source-postgres", "warehouse-postgres", "connect")
JOBS = ("ingest", "aggregate", "archive")
API = "api"
RECONCILE = "reconcile"
CHANGES = ("changes", "connectors")
WAREHOUSE = ("warehouse", "reconcile-warehouse")
BUILT = (*JOBS, API, RECONCILE, *CHANGES, *WAREHOUSE, "connect")
NO_CONFIGURATION = {"rules.yaml", "entities.yaml", "connect-jmx.yaml"}
REQUIRED_VARIABLE = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")
PINNED_IMAGE = re.compile(r"[a-z0-9./_-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?")
PROFILES = (["observe"], ["changes"], ["warehouse"])
# What looks at the suite, what captures changes, and the warehouse.
OPTIONAL = tuple(name for name in SERVICES if SERVICES[name].get("profiles") in PROFILES)
PROMETHEUS_FILE = ROOT / "dashboards/prometheus/prometheus.yaml"
PROVISIONING = ROOT / "dashboards/grafana/provisioning"
# What each service waits for: a server until it is healthy, all else until it is done.
NEEDS = {
    **{name: {"topics", "mongo-init", "mysql"} for name in (*JOBS, API, RECONCILE)},
    **{name: {"topics", "mongo-init", "mysql", "warehouse-postgres"} for name in WAREHOUSE},
    "changes": {"connectors"},
    "connectors": {"connect", "source-postgres", "mongo-init", "mongo-catalog", "mysql-catalog"},
    "connect": {"kafka"},
    "mongo-catalog": {"mongo-init"},
    "mysql-catalog": {"mysql"},
    "topics": {"kafka"},
    "mongo-init": {"mongo"},
    "mongo-monitor": {"mongo-init"},
    "mysql-monitor": {"mysql"},
    "grafana": {"mysql-monitor"},
    "kafka-exporter": {"kafka"},
    "mongo-exporter": {"mongo-monitor"},
    "mysql-exporter": {"mysql-monitor"},
}


def entries(key: str) -> list[tuple[str, str]]:
    """Each entry that a service has under a key, with the service's name."""
    found = [(name, entry) for name in SERVICES for entry in SERVICES[name].get(key, [])]
    assert found, f"no service has {key}: what is asked of them would hold of nothing"
    return found


PASSWORDS = [
    (service, name)
    for service, name in entries("environment")
    if "PASSWORD" in name or "TOKEN" in name
]
MOUNTS = [(service, *mount.split(":", 1)) for service, mount in entries("volumes")]
FROM_REPOSITORY = [mount for mount in MOUNTS if mount[1].startswith(".")]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for section in SERVERS:
        monkeypatch.setenv(f"{ENV_PREFIX}{section.upper()}__PASSWORD", "a-secret")


def schema_check(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_file_follows_the_compose_schema() -> None:
    result = schema_check(COMPOSE_FILE)
    assert result.returncode == 0, result.stdout + result.stderr


def test_schema_check_refuses_a_wrong_key(tmp_path: Path) -> None:
    services = {**SERVICES, "kafka": {**SERVICES["kafka"], "helthcheck": {}}}
    copy = tmp_path / COMPOSE_FILE.name
    copy.write_text(yaml.safe_dump({**COMPOSE, "services": services}), encoding="utf-8")
    result = schema_check(copy)
    assert result.returncode == 1
    assert "helthcheck" in result.stdout


def test_whatever_asks_a_server_and_every_server_with_users_has_passwords() -> None:
    servers = {"mongo", "mysql", "source-postgres", "warehouse-postgres"}
    assert {*BUILT, *servers} <= {service for service, _ in PASSWORDS}


@pytest.mark.parametrize(("service", "name"), PASSWORDS)
def test_every_password_must_be_given_from_outside(service: str, name: str) -> None:
    assert REQUIRED_VARIABLE.fullmatch(SERVICES[service]["environment"][name])


def test_example_environment_names_every_variable_and_gives_none_a_value() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assignments = [line for line in example if line and not line.startswith("#")]
    wanted = set(REQUIRED_VARIABLE.findall(COMPOSE_FILE.read_text(encoding="utf-8")))
    wanted |= {secret["environment"] for secret in COMPOSE["secrets"].values()}
    assert sorted(assignments) == sorted(f"{name}=" for name in wanted)


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_has_a_health_check_and_a_volume(server: str) -> None:
    assert SERVICES[server]["healthcheck"]["test"]
    assert f"{server}-data" in {source for service, source, _ in MOUNTS if service == server}


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_is_built_here_or_pinned_to_a_version(service: str) -> None:
    definition = SERVICES[service]
    if service in BUILT:
        assert (ROOT / definition["build"]["dockerfile"]).is_file()
    else:
        assert PINNED_IMAGE.fullmatch(definition["image"])


@pytest.mark.parametrize("image", ["kafka", "kafka:latest", "kafka:4.1.1:latest", "kafka:stable"])
def test_an_image_without_a_version_is_not_pinned(image: str) -> None:
    assert not PINNED_IMAGE.fullmatch(image)


@pytest.mark.parametrize(("service", "port"), entries("ports"))
def test_ports_are_open_to_this_machine_only(service: str, port: str) -> None:
    assert port.startswith("127.0.0.1:")


def test_published_ports_are_those_of_the_local_configuration() -> None:
    local = config.load(ROOT / "conf/local.yaml")
    published = {server: SERVICES[server]["ports"][0].rpartition(":")[0] for server in SERVERS}
    assert published["kafka"] == local.kafka.bootstrap_servers
    assert f"HOST://{published['kafka']}" in SERVICES["kafka"]["environment"][
        "KAFKA_ADVERTISED_LISTENERS"
    ].split(",")
    assert published["mongo"] in local.mongo.uri
    assert published["mysql"] == f"{local.mysql.host}:{local.mysql.port}"
    assert SERVICES[API]["ports"] == [f"127.0.0.1:{local.api.port}:{local.api.port}"]


@pytest.mark.parametrize("job", JOBS)
def test_jobs_restart_and_have_time_to_end_a_batch(job: str) -> None:
    assert SERVICES[job]["restart"] == "unless-stopped"
    assert SERVICES[job]["stop_grace_period"] == "2m"
    # Not the image's own entry point, which asks for a role of Kubernetes.
    assert SERVICES[job]["entrypoint"] == ["python"]
    assert SERVICES[job]["command"][0] == f"/opt/millrace/jobs/{job}.py"
    assert (ROOT / "jobs" / f"{job}.py").is_file()


def test_reconcile_runs_as_beside_the_embedded_servers(secrets: None) -> None:
    conf = config.load(ROOT / "conf/compose.yaml")
    *_, conf_file = SERVICES[RECONCILE]["command"]
    same = reconcile.server(conf, folders(conf)).command()
    assert SERVICES[RECONCILE]["command"] == [*same[same.index("-m") : -1], conf_file]
    assert conf_file == SERVICES["ingest"]["command"][-1]
    assert SERVICES[RECONCILE]["healthcheck"] == {"disable": True}


def test_only_what_needs_others_waits_for_them() -> None:
    assert {name for name in SERVICES if "depends_on" in SERVICES[name]} == NEEDS.keys()


@pytest.mark.parametrize("service", NEEDS)
def test_services_wait_for_servers_to_be_healthy_and_for_the_rest_to_be_done(service: str) -> None:
    ends = dict.fromkeys(NEEDS[service], "completed_successfully")
    states = ends | dict.fromkeys(NEEDS[service].intersection(HEALTHY), "healthy")
    expected = {name: {"condition": f"service_{state}"} for name, state in states.items()}
    assert SERVICES[service]["depends_on"] == expected


def test_the_suite_itself_has_no_profile() -> None:
    plain = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert plain == {*JOBS, API, RECONCILE, *SERVERS, "topics", "mongo-init"}
    assert len(OPTIONAL) == len(SERVICES) - len(plain)


@pytest.mark.parametrize(("service", "source", "target"), FROM_REPOSITORY)
def test_what_is_mounted_of_the_repository_is_there_and_read_only(
    service: str, source: str, target: str
) -> None:
    assert (ROOT / source).exists()
    assert target.endswith(":ro")


def test_every_other_mount_is_a_volume_and_every_volume_is_mounted() -> None:
    mounted = {source for _, source, _ in MOUNTS if not source.startswith(".")}
    assert mounted == COMPOSE["volumes"].keys()


def scrape_targets(prometheus: dict[str, Any]) -> dict[str, list[str]]:
    return {
        job["job_name"]: [t for group in job.get("static_configs", ()) for t in group["targets"]]
        for job in prometheus["scrape_configs"]
    }


def test_prometheus_scrapes_every_job_and_exporter_and_knows_the_alertmanager(
    secrets: None,
) -> None:
    prometheus = yaml.safe_load(PROMETHEUS_FILE.read_text(encoding="utf-8"))
    metrics = config.load(ROOT / "conf/compose.yaml").metrics
    targets = scrape_targets(prometheus)
    assert targets["millrace"] == [f"{job}:{metrics.port.of(job)}" for job in JOBS]
    assert metrics.listen == "0.0.0.0"
    assert targets["millrace-api"] == [f"{API}:{metrics.port.of('api')}"]
    exporters = [target for server in SERVERS for target in targets[server]]
    assert [target.partition(":")[0] for target in exporters] == [f"{s}-exporter" for s in SERVERS]
    (alerting,) = prometheus["alerting"]["alertmanagers"]
    assert alerting["static_configs"] == [{"targets": ["alertmanager:9093"]}]


def test_jobs_are_healthy_where_they_say_so_at_their_own_port(secrets: None) -> None:
    metrics = config.load(ROOT / "conf/compose.yaml").metrics
    for job in JOBS:
        assert f":{metrics.port.of(job)}/readyz" in SERVICES[job]["healthcheck"]["test"][-1]


def test_the_api_is_healthy_where_it_says_so_and_can_be_asked_from_outside(secrets: None) -> None:
    api = config.load(ROOT / "conf/compose.yaml").api
    (host,) = re.findall(r"http://(\S+):\d+/health", SERVICES[API]["healthcheck"]["test"][-1])
    assert f"http://{host}:{api.port}/health" in SERVICES[API]["healthcheck"]["test"][-1]
    # A health check is open to any host; a person's browser names one of these.
    assert {host, "localhost"} <= {*api.allowed_hosts}
    assert api.listen == "0.0.0.0"
    assert SERVICES[API]["command"] == ["api", "--conf", "/opt/millrace/conf/compose.yaml"]


def test_the_api_writes_nothing_of_its_own() -> None:
    assert SERVICES[API]["read_only"] is True
    assert "volumes" not in SERVICES[API]


def test_paths_within_containers_are_those_that_are_mounted() -> None:
    grafana = SERVICES["grafana"]
    mounts = {mount.split(":")[0]: mount.split(":")[1] for mount in grafana["volumes"]}
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert str(home.parent) == mounts["./dashboards/grafana"]
    assert (ROOT / "dashboards/grafana" / home.name).is_file()
    provider = yaml.safe_load((PROVISIONING / "dashboards/millrace.yaml").read_text())
    assert provider["providers"][0]["options"]["path"] == mounts["./dashboards/grafana"]
    for service, flag in (("prometheus", "--config.file="), ("alertmanager", "--config.file=")):
        (file,) = [c.removeprefix(flag) for c in SERVICES[service]["command"] if flag in c]
        folders = [mount.split(":")[1] for mount in SERVICES[service]["volumes"]]
        assert any(file.startswith(folder) for folder in folders)


def test_grafana_asks_the_servers_that_are_there(secrets: None) -> None:
    conf = config.load(ROOT / "conf/compose.yaml")
    provisioned = yaml.safe_load((PROVISIONING / "datasources/millrace.yaml").read_text())
    by_uid = {source["uid"]: source for source in provisioned["datasources"]}
    mysql = by_uid["mysql"]
    assert (mysql["url"], mysql["jsonData"]["database"]) == (
        f"{conf.mysql.host}:{conf.mysql.port}",
        conf.mysql.database,
    )
    password = mysql["secureJsonData"]["password"]
    assert password.removeprefix("$") in SERVICES["grafana"]["environment"]
    script = SERVICES["mysql-monitor"]["command"][0]
    assert f"GRANT SELECT ON {conf.mysql.database}.* TO {mysql['user']};" in script
    interval = yaml.safe_load(PROMETHEUS_FILE.read_text())["global"]["scrape_interval"]
    assert by_uid["prometheus"]["jsonData"]["timeInterval"] == interval


def test_changes_are_captured_where_its_configuration_says(secrets: None) -> None:
    changes = config.load(ROOT / "conf/compose.yaml").changes
    assert changes
    assert changes.connect == "http://connect:8083"
    assert changes.postgres
    postgres = SERVICES[changes.postgres.host]["environment"]
    assert (postgres["POSTGRES_DB"], postgres["POSTGRES_USER"]) == (
        changes.postgres.database,
        changes.postgres.user,
    )
    for section, name in ((changes.mariadb, "mysql-catalog"), (changes.mongo, "mongo-catalog")):
        assert section
        (script,) = SERVICES[name]["command"]
        assert section.database in script
    assert SERVICES["changes"]["command"][0] == "/opt/millrace/jobs/changes.py"
    environment = SERVICES["connect"]["environment"]
    known = passwords.NAMES.items()
    sources = {name for kind, names in known for name in names if kind.startswith("source-")}
    assert environment.keys() == sources
    assert environment.items() <= SERVICES["changes"]["environment"].items()


def test_the_worker_reads_changes_as_the_embedded_one_does() -> None:
    own = properties(COMPOSE["configs"]["connect-properties"]["content"])
    embedded = properties(connect.PROPERTIES.replace("{allowed}", connect.ALLOWED))
    assert own.keys() == embedded.keys()
    expected = {key: value.replace("{name}", "millrace") for key, value in embedded.items()}
    differing = {key for key in own if own[key] != expected[key]}
    assert differing == {"bootstrap.servers", "listeners", "plugin.path"}


def properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line)


def test_the_warehouse_is_loaded_and_proven_where_its_configuration_says(secrets: None) -> None:
    own = config.load(ROOT / "conf/compose.yaml").warehouse
    assert own
    assert own.host == "warehouse-postgres"
    local = config.load(ROOT / "conf/local.yaml").warehouse
    assert local
    assert SERVICES[own.host]["ports"] == [f"{local.host}:{local.port}:{own.port}"]
    job, proof = (SERVICES[name]["command"] for name in WAREHOUSE)
    assert job[:3] == ["/opt/millrace/jobs/warehouse.py", "--every", "10m"]
    assert [part for part in proof if part != "--warehouse"] == SERVICES[RECONCILE]["command"]
    for name in WAREHOUSE:
        assert {*passwords.WAREHOUSE.values()} <= SERVICES[name]["environment"].keys()
        assert SERVICES[name]["healthcheck"] == {"disable": True}
    assert passwords.WAREHOUSE["bi_password"] in SERVICES[API]["environment"]
    assert passwords.WAREHOUSE["password"] in SERVICES["archive"]["environment"]


def test_the_warehouse_has_the_roles_that_the_suite_makes(secrets: None) -> None:
    own = config.load(ROOT / "conf/compose.yaml").warehouse
    assert own
    script = COMPOSE["configs"]["warehouse-roles"]["content"]
    _, statements = script.split("<<'SQL'\n")
    found = [line for line in statements.splitlines() if line.endswith(";")]
    assert "ON_ERROR_STOP=1" in script
    expected = [*roles.of_server(own), *roles.with_passwords(own), *roles.of_database(own)]
    for name in ("load", "dbt", "bi"):
        # Given from outside, and quoted by psql.
        expected = [
            one.replace(f"\"{name}\" LOGIN PASSWORD ''", f"\"{name}\" LOGIN PASSWORD :'{name}'")
            for one in expected
        ]
        assert f'--set {name}="$${name.upper()}_PASSWORD"' in script
    assert found == [f"{statement};" for statement in expected]


def test_prometheus_finds_what_captures_changes_where_it_is_up() -> None:
    prometheus = yaml.safe_load(PROMETHEUS_FILE.read_text(encoding="utf-8"))
    found = {
        job["job_name"]: names
        for job in prometheus["scrape_configs"]
        for discovered in job.get("dns_sd_configs", ())
        for names in discovered["names"]
    }
    assert found == {"millrace": "changes", "connect": "connect"}


def test_servers_are_set_up_as_the_jobs_expect_them(secrets: None) -> None:
    conf = config.load(ROOT / "conf/compose.yaml")
    topics = SERVICES["topics"]["environment"]
    assert topics["TOPICS"].split() == [feed.topic for feed in conf.feeds]
    assert topics["PARTITIONS"] == conf.kafka.partitions
    mysql = SERVICES["mysql"]["environment"]
    assert (mysql["MYSQL_DATABASE"], mysql["MYSQL_USER"]) == (conf.mysql.database, conf.mysql.user)
    mongo_script = SERVICES["mongo-init"]["command"][0]
    assert f'createUser({{user: "{conf.mongo.username}"' in mongo_script
    assert f'db: "{conf.mongo.database}"' in mongo_script
    mounts = {mount.partition(":")[2] for mount in SERVICES["ingest"]["volumes"]}
    assert mounts == {conf.storage.checkpoints, conf.storage.archive}


def test_configurations_load_with_secrets_from_the_environment(secrets: None) -> None:
    files = {path.name for path in (ROOT / "conf").glob("*.yaml")} - NO_CONFIGURATION
    assert files == {"local.yaml", "own-logs.yaml", "compose.yaml", "k8s.yaml"}
    for name in files:
        assert config.load(ROOT / "conf" / name).feeds


@pytest.mark.parametrize("name", ["compose.yaml", "k8s.yaml"])
def test_containers_start_no_servers_of_their_own(name: str, secrets: None) -> None:
    assert "stack" not in yaml.safe_load((ROOT / "conf" / name).read_text(encoding="utf-8"))
    assert config.load(ROOT / "conf" / name).stack.servers == ()


def test_kubernetes_configuration_is_encrypted_throughout(secrets: None) -> None:
    conf = config.load(ROOT / "conf/k8s.yaml")
    assert conf.kafka.security_protocol == "SASL_SSL"
    assert conf.mongo.tls
    assert conf.mysql.tls
